"""The Dockerfile, as far as it runs without a registry: its builder is played by an image made here."""

import io
import shutil
import tarfile
import unittest

from engine import Engine
from lab import ROOT, Lab, binary, run

# In place of the toolchain: `make release` leaves the release binary.
SCRIPTS = {
    "apt-get": "#!/bin/sh\n",
    "make": '#!/bin/sh\n[ "$1" = release ] && mkdir -p out && /bin/busybox cp /built/mountmon out/mountmon\n',
}


class TheDockerfile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        lab = cls.enterClassContext(Lab())
        cls.folder = lab.folder
        cls.engine = Engine(lab)

    def context(self, name, *, ready):
        """A checkout with nothing but what the Dockerfile needs of it."""
        folder = self.folder / name
        (folder / "out").mkdir(parents=True)
        for file in ("Dockerfile", "Dockerfile.ready", ".dockerignore"):
            shutil.copy(ROOT / file, folder / file)
        (folder / "out/left-over").touch()
        if ready:
            shutil.copy(binary(), folder / "out/mountmon")
        return folder

    def works(self, image):
        """It is the binary, with the rights that it should have, and nothing else."""
        said = self.engine.inspect(image)
        self.assertEqual(said["Size"], binary().stat().st_size)
        self.assertEqual(said["Config"]["User"], "65534:65534")
        self.assertEqual(said["Config"]["Cmd"], ["sidecar"])
        self.assertEqual(said["Config"]["Entrypoint"], ["/mountmon"])
        answer = self.engine.docker("run", "--rm", "--network", "none", image, "--version")
        self.assertEqual(answer.stdout, run(binary(), "--version").stdout)

    def test_takes_a_binary_that_is_there(self):
        folder = self.context("ready", ready=True)
        self.engine.docker("build", "--quiet", "--tag", "mountmon:ready",
                           "--file", folder / "Dockerfile.ready", folder)
        self.works("mountmon:ready")

    def test_builds_one_in_its_builder(self):
        archive = self.folder / "builder.tar"
        with tarfile.open(archive, "w") as tar:
            tar.add("/bin/busybox", "bin/busybox")
            tar.add(binary(), "built/mountmon")
            for name in ("sh", "mkdir"):
                link = tarfile.TarInfo(f"bin/{name}")
                link.type, link.linkname = tarfile.SYMTYPE, "busybox"
                tar.addfile(link)
            for name, text in SCRIPTS.items():
                entry = tarfile.TarInfo(f"bin/{name}")
                entry.size, entry.mode = len(text), 0o755
                tar.addfile(entry, io.BytesIO(text.encode()))
        self.engine.docker("import", archive, "builder:played")
        self.engine.docker(
            "build", "--quiet", "--tag", "mountmon:built", "--build-arg", "BUILDER=builder:played",
            "--build-arg", "VERSION=1.2.3", self.context("built", ready=False))
        self.works("mountmon:built")
        labels = self.engine.inspect("mountmon:built")["Config"]["Labels"]
        self.assertEqual(labels["org.opencontainers.image.version"], "1.2.3")


if __name__ == "__main__":
    unittest.main()
