"""Container images without a container engine and without a registry, the same bytes each time."""
