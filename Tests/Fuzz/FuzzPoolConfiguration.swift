// sources: Sources/MountHealthCore/Configuration Sources/MountHealthCore/Mount
