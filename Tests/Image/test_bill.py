"""The bill of materials beside an image."""

import hashlib
import json
import re
import unittest

from lab import Lab, binary, images
from image.binary import Binary
from image.fault import Fault
from image.sbom import PACKAGES, bill

IMAGE = {"version": "1.2.3", "epoch": 1700000000, "digest": "sha256:" + "0" * 64}
LICENSES = {
    "Apache-2.0", "MIT", "LGPL-2.1-or-later", "Apache-2.0 WITH Swift-exception",
    "GPL-3.0-or-later WITH GCC-exception-3.1", "NOASSERTION",
}


def pin(name, version="1.0.0"):
    return {"identity": name, "kind": "remoteSourceControl",
            "location": f"https://example.invalid/apple/{name}.git",
            "state": {"revision": "a" * 40, "version": version}}


class ABill(unittest.TestCase):
    """Of the release binary."""

    @classmethod
    def setUpClass(cls):
        cls.program = Binary(binary())
        cls.facts = {
            "sha256": cls.program.digest("sha256"), "swift": "6.3.1", "glibc": "2.36-9+deb12u14",
            "distribution": "debian", "boringssl": "b" * 40, "llhttp": "9.3.0",
            "resolved": {"pins": [pin(name) for name in PACKAGES]},
        }
        cls.document = json.loads(bill(cls.program, cls.facts, IMAGE))
        cls.packages = {each["name"]: each for each in cls.document["packages"]}

    def test_has_what_the_format_demands(self):
        document = self.document
        self.assertEqual(document["spdxVersion"], "SPDX-2.3")
        self.assertEqual(document["dataLicense"], "CC0-1.0")
        self.assertEqual(document["SPDXID"], "SPDXRef-DOCUMENT")
        self.assertRegex(document["documentNamespace"], r"^https://[^#\s]+$")
        self.assertRegex(document["creationInfo"]["created"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        for creator in document["creationInfo"]["creators"]:
            self.assertRegex(creator, r"^(Tool|Organization|Person): \S")
        ids = [each["SPDXID"] for each in document["packages"] + document["files"]]
        self.assertEqual(len(ids), len(set(ids)))
        for each in ids:
            self.assertRegex(each, r"^SPDXRef-[A-Za-z0-9.-]+$")
        for each in document["packages"]:
            self.assertTrue(each["downloadLocation"])
            self.assertIn(each["licenseDeclared"], LICENSES)
            for reference in each.get("externalRefs", []):
                self.assertRegex(reference["referenceLocator"], r"^pkg:[a-z]+/[^\s]+@[^\s@]+$")
        known = {*ids, "SPDXRef-DOCUMENT"}
        for each in document["relationships"]:
            self.assertLessEqual({each["spdxElementId"], each["relatedSpdxElement"]}, known)

    def test_names_the_file_in_the_image_by_its_sums(self):
        (file,) = self.document["files"]
        sums = {each["algorithm"]: each["checksumValue"] for each in file["checksums"]}
        content = binary().read_bytes()
        self.assertEqual(sums, {"SHA1": hashlib.sha1(content).hexdigest(),
                                "SHA256": hashlib.sha256(content).hexdigest()})
        code = self.packages["mountmon"]["packageVerificationCode"]["packageVerificationCodeValue"]
        self.assertEqual(code, hashlib.sha1(sums["SHA1"].encode()).hexdigest())

    def test_lists_what_is_linked_and_not_what_is_only_resolved(self):
        self.assertEqual(set(self.packages), {
            "mountmon", "swift-nio", "swift-nio-ssl", "swift-collections", "swift-atomics", "swift",
            "glibc", "gcc", "boringssl", "llhttp"})
        linked = {each["relatedSpdxElement"] for each in self.document["relationships"]
                  if each["relationshipType"] == "STATIC_LINK"}
        self.assertEqual(len(linked), len(self.packages) - 1)

    def test_has_the_version_of_each_part(self):
        for name, package in self.packages.items():
            self.assertTrue(package.get("versionInfo"), name)
        self.assertEqual(self.packages["glibc"]["versionInfo"], "2.36-9+deb12u14")
        self.assertTrue(re.fullmatch(r"\d+\.\d+\.\d+", self.packages["gcc"]["versionInfo"]))

    def test_says_nothing_of_versions_that_nobody_wrote_down(self):
        packages = json.loads(bill(self.program, None, IMAGE))["packages"]
        versions = {each["name"]: each.get("versionInfo") for each in packages}
        self.assertEqual({name for name, version in versions.items() if version}, {"mountmon", "gcc"})
        self.assertEqual(set(versions), set(self.packages))

    def test_is_refused_with_facts_of_another_binary(self):
        with self.assertRaisesRegex(Fault, "facts are those of another binary"):
            bill(self.program, self.facts | {"sha256": "0" * 64}, IMAGE)

    def test_is_refused_while_nobody_said_how_to_tell_whether_a_package_is_linked(self):
        pins = [*self.facts["resolved"]["pins"], pin("swift-novelty")]
        with self.assertRaisesRegex(Fault, "swift-novelty"):
            bill(self.program, self.facts | {"resolved": {"pins": pins}}, IMAGE)

    def test_is_refused_where_the_binary_has_more_than_was_resolved(self):
        pins = [each for each in self.facts["resolved"]["pins"] if each["identity"] != "swift-nio"]
        with self.assertRaisesRegex(Fault, "holds NIOCore of swift-nio"):
            bill(self.program, self.facts | {"resolved": {"pins": pins}}, IMAGE)

    def test_lies_beside_the_image_and_names_it(self):
        with Lab() as lab:
            answer = images("build", "--binary", binary(), "--output", lab.folder,
                            environment={"SOURCE_DATE_EPOCH": "1700000000"})
            digest = answer.stdout.split()[-1]
            document = json.loads(next(lab.folder.glob("*.spdx.json")).read_text())
            root = next(each for each in document["packages"] if each["name"] == "mountmon")
            self.assertIn(digest.replace(":", "%3A"), root["externalRefs"][0]["referenceLocator"])


if __name__ == "__main__":
    unittest.main()
