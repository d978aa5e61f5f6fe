"""The archives of an image: the same each time, what they say they are, and read by others."""

import hashlib
import io
import json
import shutil
import struct
import tarfile
import tempfile
import pathlib
import unittest

from lab import Lab, binary, images, run
from image.binary import Binary, parsed
from image.fault import Fault
from image.layout import has_host, members

EPOCH = {"SOURCE_DATE_EPOCH": "1700000000"}
NOTE = "org.opencontainers.image."


def build(folder, program, *words, check=True):
    return images("build", "--binary", program, "--output", folder, *words,
                  check=check, environment=EPOCH)


def other_machine(program):
    """The file, said to be for the other of the two machines that images are built for."""
    return for_machine(program, {"amd64": 183, "arm64": 62}[Binary(program).architecture])


def for_machine(program, machine):
    """The same file, said to be for another machine: enough to build an image of, not to run."""
    content = bytearray(program.read_bytes())
    struct.pack_into("<H", content, 18, machine)
    return bytes(content)


class AnArchive(unittest.TestCase):
    """Of the release binary."""

    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(Lab()).folder
        build(cls.folder / "one", binary())
        cls.archive = next((cls.folder / "one").glob("*.oci.tar"))
        cls.files = members(cls.archive)

    def blob(self, descriptor):
        """What a descriptor names; as long as it says, and with the digest that it says."""
        algorithm, digest = descriptor["digest"].split(":")
        content = self.files[f"blobs/{algorithm}/{digest}"]
        self.assertEqual(len(content), descriptor["size"])
        self.assertEqual(hashlib.sha256(content).hexdigest(), digest)
        return content

    def manifest(self):
        return json.loads(self.blob(json.loads(self.files["index.json"])["manifests"][0]))

    def test_is_the_same_bytes_when_it_is_built_again_elsewhere(self):
        # Another folder, another name of the file, another time of it.
        with tempfile.TemporaryDirectory() as other:
            copy = pathlib.Path(shutil.copy(binary(), f"{other}/elsewhere"))
            facts = pathlib.Path(f"{binary()}.facts.json")
            build(self.folder / "two", copy, *(["--facts", facts] if facts.exists() else []))
        for file in sorted((self.folder / "one").iterdir()):
            again = self.folder / "two" / file.name
            self.assertEqual(file.read_bytes(), again.read_bytes(), file.name)

    def test_holds_one_layer_with_one_file_of_nobody(self):
        (layer,) = self.manifest()["layers"]
        self.assertEqual(layer["mediaType"], "application/vnd.oci.image.layer.v1.tar")
        content = self.blob(layer)
        self.assertLess(len(content), 16_000_000)
        with tarfile.open(fileobj=io.BytesIO(content)) as tar:
            (entry,) = tar.getmembers()
            self.assertEqual(tar.extractfile(entry).read(), binary().read_bytes())
        self.assertEqual((entry.name, entry.mode, entry.uid, entry.gid, entry.uname, entry.mtime),
                         ("mountmon", 0o755, 0, 0, "", 1700000000))

    def test_has_a_configuration_that_fits_its_layer(self):
        manifest = self.manifest()
        config = json.loads(self.blob(manifest["config"]))
        self.assertEqual(config["config"]["User"], "65534:65534")
        self.assertEqual(config["config"]["Entrypoint"], ["/mountmon"])
        self.assertEqual(config["config"]["Cmd"], ["sidecar"])
        self.assertEqual(config["os"], "linux")
        self.assertEqual(config["created"], "2023-11-14T22:13:20Z")
        self.assertEqual(config["rootfs"]["diff_ids"], [manifest["layers"][0]["digest"]])

    def test_is_annotated_by_the_words_of_the_specification(self):
        manifest = self.manifest()
        said = manifest["annotations"]
        self.assertEqual(said[NOTE + "title"], "mountmon")
        self.assertEqual(said[NOTE + "licenses"], "Apache-2.0")
        self.assertEqual(said[NOTE + "created"], "2023-11-14T22:13:20Z")
        self.assertIn(said[NOTE + "version"], run(binary(), "--version").stdout)
        # Docker shows labels, and no annotations.
        self.assertEqual(json.loads(self.blob(manifest["config"]))["config"]["Labels"], said)

    def test_names_every_blob_that_it_holds(self):
        manifest = self.manifest()
        (entry,) = json.loads(self.files["index.json"])["manifests"]
        named = [entry, manifest["config"], *manifest["layers"]]
        self.assertEqual({name for name in self.files if name.startswith("blobs/")},
                         {f"blobs/{part['digest'].replace(':', '/')}" for part in named})
        self.assertEqual(json.loads(self.files["oci-layout"]), {"imageLayoutVersion": "1.0.0"})

    def test_is_read_by_podman_as_it_was_meant(self):
        place = ["podman", "--root", self.folder / "podman", "--runroot", self.folder / "podman-run",
                 "--storage-driver", "vfs"]
        run(*place, "load", "--input", self.archive)
        (image,) = json.loads(run(*place, "image", "inspect", "localhost/mountmon:dev").stdout)
        self.assertEqual(image["Digest"], json.loads(self.files["index.json"])["manifests"][0]["digest"])
        self.assertEqual(image["Digest"], images("digest", self.archive).stdout.strip())
        self.assertEqual(image["Annotations"], self.manifest()["annotations"])
        self.assertEqual(image["User"], "65534:65534")

    def test_for_two_machines_joins_what_was_built_for_each(self):
        other = self.folder / "other-binary"
        other.write_bytes(other_machine(binary()))
        version = self.manifest()["annotations"][NOTE + "version"]
        build(self.folder / "other", other, "--version", version)
        joined = self.folder / "joined.oci.tar"
        archives = [self.archive, next((self.folder / "other").glob("*.oci.tar"))]
        for order in (archives, archives[::-1]):
            images("join", *order, "--output", joined, environment=EPOCH)
            self.files = members(joined)
            (entry,) = json.loads(self.files["index.json"])["manifests"]
            self.assertEqual(entry["mediaType"], "application/vnd.oci.image.index.v1+json")
            index = json.loads(self.blob(entry))
            self.assertEqual(
                [each["platform"] for each in index["manifests"]],
                [{"os": "linux", "architecture": "amd64"},
                 {"os": "linux", "architecture": "arm64", "variant": "v8"}])
            for each in index["manifests"]:
                manifest = json.loads(self.blob(each))
                config = json.loads(self.blob(manifest["config"]))
                self.assertEqual(config["architecture"], each["platform"]["architecture"])
                self.blob(manifest["layers"][0])
            if order is archives:
                first = joined.read_bytes()
        self.assertEqual(joined.read_bytes(), first)

    def test_for_the_same_machine_twice_is_refused(self):
        answer = images("join", self.archive, self.archive, "--output", self.folder / "no.tar",
                        check=False, environment=EPOCH)
        self.assertEqual(answer.returncode, 1)
        self.assertIn("two images for one machine: ", answer.stdout)
        self.assertFalse((self.folder / "no.tar").exists())


class AProgram(unittest.TestCase):
    """That is to be put into an image."""

    def refused(self, content, *, because):
        with tempfile.NamedTemporaryFile() as file:
            file.write(content)
            file.flush()
            with self.assertRaisesRegex(Fault, because):
                Binary(file.name)

    def test_that_needs_a_linker_is_refused(self):
        with self.assertRaisesRegex(Fault, "not static"):
            Binary("/bin/ls")

    def test_that_is_none_is_refused(self):
        self.refused(b"#!/bin/sh\n", because="no 64-bit")
        self.refused(for_machine(binary(), 243), because="for machine 243")
        with self.assertRaisesRegex(Fault, "make release builds it"):
            Binary("/nowhere/mountmon")

    def test_that_is_too_large_is_refused(self):
        with Lab() as lab:
            large = lab.folder / "large"
            content = binary().read_bytes()
            large.write_bytes(content + bytes(16_000_000 - len(content) - 512))
            answer = build(lab.folder / "image", large, "--version", "1.0.0", check=False)
            self.assertEqual(answer.returncode, 1)
            self.assertIn("has to be below 16000000", answer.stdout)

    def test_for_another_machine_wants_its_version_told(self):
        with Lab() as lab:
            other = lab.folder / "other"
            other.write_bytes(other_machine(binary()))
            self.assertIn("give --version", build(lab.folder / "image", other, check=False).stdout)


    def test_names_its_commit_or_none(self):
        for text, identity in [
            ("mountmon 0.1.0\n", ("0.1.0", "", False)),
            ("mountmon 0.2.0 (unknown commit, Swift 6.3.1, amd64)\n", ("0.2.0", "", False)),
            ("mountmon 0.2.0 (commit 0123456789ab, Swift 6.3.1)\n", ("0.2.0", "0123456789ab", False)),
            ("mountmon 0.2.0 (commit 0123456789ab, modified, Swift 6.3.1)\n", ("0.2.0", "0123456789ab", True)),
            ("mountmon: no such option\n", None),
        ]:
            self.assertEqual(parsed(text), identity, text)


class AName(unittest.TestCase):
    def test_has_a_host_by_the_rule_of_engines(self):
        for name in ("example.invalid/mountmon:1", "localhost/mountmon", "host:5000/mountmon"):
            self.assertTrue(has_host(name), name)
        for name in ("mountmon:dev", "someone/mountmon:dev"):
            self.assertFalse(has_host(name), name)


if __name__ == "__main__":
    unittest.main()
