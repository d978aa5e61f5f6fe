"""Images as files: a layer, a configuration, a manifest, and the archives that carry them.

Nothing here depends on the time, the machine or the order of a dictionary.
"""

import hashlib
import io
import json
import tarfile

from .fault import Fault

MEDIA = "application/vnd.oci.image"
REF_NAME = "org.opencontainers.image.ref.name"
# containerd takes names from here alone, and only whole ones.
CONTAINERD_NAME = "io.containerd.image.name"
BLOBS = "blobs/sha256"


def encoded(value):
    """JSON that is the same for the same value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def archive(files, epoch, mode=0o644):
    """A tar of these files, by name; of nobody's, and of one time."""
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name in sorted(files):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime, entry.mode = len(files[name]), epoch, mode
            tar.addfile(entry, io.BytesIO(files[name]))
    return output.getvalue()


def members(path):
    """The files of a tar, by name."""
    with tarfile.open(path) as tar:
        return {entry.name: tar.extractfile(entry).read() for entry in tar if entry.isfile()}


class Layout:
    """Blobs, and what to begin with."""

    def __init__(self):
        self.blobs = {}

    def add(self, content, media):
        """Keeps a blob; returns the descriptor with which others name it."""
        digest = hashlib.sha256(content).hexdigest()
        self.blobs[f"{BLOBS}/{digest}"] = content
        return {"mediaType": media, "digest": f"sha256:{digest}", "size": len(content)}

    def blob(self, descriptor):
        """The blob that a descriptor names; a fault where it is another one than it says."""
        content = self.blobs.get(path_of(descriptor))
        if content is None or len(content) != descriptor["size"] or (
                f"sha256:{hashlib.sha256(content).hexdigest()}" != descriptor["digest"]):
            raise Fault(f"{descriptor['digest']}: missing, or not what its name says")
        return content

    def oci_archive(self, entry, name, epoch):
        """An OCI image layout as a tar."""
        annotations = {REF_NAME: name}
        if has_host(name):
            annotations[CONTAINERD_NAME] = name
        index = {
            "schemaVersion": 2, "mediaType": f"{MEDIA}.index.v1+json",
            "manifests": [entry | {"annotations": annotations}],
        }
        files = {"oci-layout": encoded({"imageLayoutVersion": "1.0.0"}), "index.json": encoded(index)}
        return archive(files | self.blobs, epoch)

    def docker_archive(self, entry, name, epoch):
        """What `docker load` takes, of any version, and whoever else reads such archives.

        Not the same file as the layout: containerd would take the names of a layout from it, and
        those have to be whole, with a host.
        """
        manifest = json.loads(self.blob(entry))
        files = {path_of(part): self.blob(part) for part in [manifest["config"], *manifest["layers"]]}
        files["manifest.json"] = encoded([{
            "Config": path_of(manifest["config"]),
            "RepoTags": [name],
            "Layers": [path_of(layer) for layer in manifest["layers"]],
        }])
        return archive(files, epoch)


def path_of(descriptor):
    return f"{BLOBS}/{descriptor['digest'].removeprefix('sha256:')}"


def has_host(name):
    """Whether the name of an image says on which host it is, by the rule that engines have."""
    first, slash, _ = name.partition("/")
    return bool(slash) and ("." in first or ":" in first or first == "localhost")


def read(path):
    """An archive as `oci_archive` makes them: the layout, and the one descriptor it begins with."""
    try:
        files = members(path)
        entries = json.loads(files["index.json"])["manifests"]
    except (OSError, KeyError, ValueError, tarfile.TarError) as error:
        raise Fault(f"{path}: no OCI layout ({error})") from error
    if len(entries) != 1:
        raise Fault(f"{path}: {len(entries)} images; one is wanted")
    layout = Layout()
    layout.blobs = {name: content for name, content in files.items() if name.startswith(BLOBS)}
    entries[0].pop("annotations", None)
    return layout, entries[0]
