"""The image of mountmon: one layer with one file."""

import json
from datetime import datetime, timezone

from .fault import Fault
from .layout import MEDIA, Layout, archive, encoded

USER = "65534:65534"
# Of the layer as it is unpacked; the program's idle memory is mostly its pages.
LIMIT = 16_000_000
DESCRIPTION = "Watches storage mounts that hang, err, vanish or empty, and tells the truth about them"


def timestamp(epoch):
    return datetime.fromtimestamp(epoch, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def annotations(version, revision, epoch, source):
    """What the image says of itself; what is not known is left out."""
    prefix = "org.opencontainers.image."
    said = {
        "title": "mountmon",
        "description": DESCRIPTION,
        "version": version,
        "revision": revision,
        "created": timestamp(epoch),
        "licenses": "Apache-2.0",
        "authors": "the mountmon authors",
        "source": source,
    }
    return {prefix + key: value for key, value in said.items() if value}


def platform_of(architecture):
    platform = {"os": "linux", "architecture": architecture}
    if architecture == "arm64":
        platform["variant"] = "v8"
    return platform


def build(binary, notes, epoch):
    """An image of a program: its layout, and the descriptor of its manifest."""
    layout = Layout()
    content = archive({"mountmon": binary.content}, epoch, mode=0o755)
    if len(content) >= LIMIT:
        raise Fault(f"{binary.path}: a layer of {len(content)} bytes; it has to be below {LIMIT}:"
                    " docs/decisions/0002")
    # Not compressed: the same program gives the same digest, whatever library compresses elsewhere.
    layer = layout.add(content, f"{MEDIA}.layer.v1.tar")
    config = layout.add(encoded(platform_of(binary.architecture) | {
        "created": timestamp(epoch),
        "config": {
            "User": USER,
            "Entrypoint": ["/mountmon"],
            "Cmd": ["sidecar"],
            "WorkingDir": "/",
            "Labels": notes,
        },
        "rootfs": {"type": "layers", "diff_ids": [layer["digest"]]},
        "history": [{"created": timestamp(epoch), "created_by": "scripts/image"}],
    }), f"{MEDIA}.config.v1+json")
    manifest = layout.add(encoded({
        "schemaVersion": 2,
        "mediaType": f"{MEDIA}.manifest.v1+json",
        "config": config,
        "layers": [layer],
        "annotations": notes,
    }), f"{MEDIA}.manifest.v1+json")
    return layout, manifest | {"platform": platform_of(binary.architecture)}


def join(images):
    """One image for several machines, of an image for each."""
    joined, entries, notes = Layout(), [], None
    for layout, entry in images:
        manifest = json.loads(layout.blob(entry))
        own = manifest.get("annotations", {})
        notes = own if notes is None else dict(notes.items() & own.items())
        joined.blobs |= layout.blobs
        entries.append(entry)
    entries.sort(key=lambda entry: entry["platform"]["architecture"])
    machines = [entry["platform"]["architecture"] for entry in entries]
    if len(set(machines)) != len(machines):
        raise Fault(f"two images for one machine: {', '.join(machines)}")
    versions = {json.loads(joined.blob(entry))["annotations"]["org.opencontainers.image.version"]
                for entry in entries}
    if len(versions) != 1:
        raise Fault(f"images of several versions: {', '.join(sorted(versions))}")
    media = f"{MEDIA}.index.v1+json"
    index = joined.add(encoded({
        "schemaVersion": 2, "mediaType": media, "manifests": entries, "annotations": notes,
    }), media)
    return joined, index
