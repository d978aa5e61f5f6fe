"""The bill of materials of an image, as SPDX 2.3.

What is listed is what the binary itself shows to be in it; the versions are those that were written
down when it was linked. What is not known is said as that.
"""

import hashlib
import json
import re
from urllib.parse import quote

from .fault import Fault
from .image import timestamp

SWIFT_LICENSE = "Apache-2.0 WITH Swift-exception"

# By its name in Package.resolved: its license, and a module whose name is in every binary that has it.
# A package without one is a tool of the build, and in no binary.
PACKAGES = {
    "swift-nio": ("Apache-2.0", "NIOCore"),
    "swift-nio-ssl": ("Apache-2.0", "NIOSSL"),
    "swift-collections": (SWIFT_LICENSE, "DequeModule"),
    "swift-atomics": (SWIFT_LICENSE, "Atomics"),
    "swift-system": (SWIFT_LICENSE, "SystemPackage"),
    "yams": ("MIT", "Yams"),
    "swift-docc-plugin": (SWIFT_LICENSE, None),
    "swift-docc-symbolkit": (SWIFT_LICENSE, None),
}


def bill(binary, facts, image):
    """The document, as bytes.

    `image` has `version`, `epoch`, and `digest`, that of its manifest.
    """
    if facts and facts["sha256"] != binary.digest("sha256"):
        raise Fault(f"{binary.path}: its facts are those of another binary; make release")
    parts = list(resolved_parts(binary, facts)) + list(other_parts(binary, facts))
    sha1 = binary.digest("sha1")
    program = {
        "SPDXID": "SPDXRef-File-mountmon",
        "fileName": "./mountmon",
        "fileTypes": ["BINARY"],
        "checksums": [
            {"algorithm": "SHA1", "checksumValue": sha1},
            {"algorithm": "SHA256", "checksumValue": binary.digest("sha256")},
        ],
        "licenseConcluded": "NOASSERTION",
        "copyrightText": "Copyright 2026 the mountmon authors",
    }
    root = {
        "SPDXID": "SPDXRef-Image",
        "name": "mountmon",
        "versionInfo": image["version"],
        "primaryPackagePurpose": "CONTAINER",
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": True,
        # The specification's sum over the sums of all files; here is one.
        "packageVerificationCode": {
            "packageVerificationCodeValue": hashlib.sha1(sha1.encode()).hexdigest()},
        "licenseDeclared": "Apache-2.0",
        "licenseConcluded": "NOASSERTION",
        "licenseInfoFromFiles": ["NOASSERTION"],
        "copyrightText": "Copyright 2026 the mountmon authors",
        "externalRefs": [purl(
            f"pkg:oci/mountmon@{quote(image['digest'], safe='')}?arch={binary.architecture}")],
    }
    document = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"mountmon-{image['version']}-linux-{binary.architecture}",
        "documentNamespace": "https://spdx.org/spdxdocs/mountmon-"
                             f"{quote(image['version'])}-{image['digest'].removeprefix('sha256:')}",
        "creationInfo": {
            "created": timestamp(image["epoch"]),
            "creators": ["Tool: mountmon-scripts-image", "Organization: the mountmon authors"],
        },
        "packages": [root] + parts,
        "files": [program],
        "relationships":
            [relation("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-Image"),
             relation("SPDXRef-Image", "CONTAINS", "SPDXRef-File-mountmon")]
            + [relation("SPDXRef-File-mountmon", "STATIC_LINK", part["SPDXID"]) for part in parts],
    }
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def resolved_parts(binary, facts):
    """The Swift packages that are in the binary."""
    pins = {pin["identity"]: pin for pin in facts["resolved"]["pins"]} if facts else {}
    unknown = sorted(set(pins) - set(PACKAGES))
    if unknown:
        raise Fault(f"Package.resolved has {', '.join(unknown)}: say in scripts/image/sbom.py how to"
                    " tell whether a binary has it")
    for name, (license_, module) in sorted(PACKAGES.items()):
        if module is None or not binary.holds(module):
            continue
        if facts and name not in pins:
            raise Fault(f"{binary.path}: holds {module} of {name}, which Package.resolved does not name")
        if not pins:
            yield part(name, "", license_)
            continue
        location, state = pins[name]["location"], pins[name]["state"]
        place = re.sub(r"^https://|\.git$", "", location)
        version = state.get("version") or state["revision"]
        yield part(name, version, license_, f"git+{location}@{state['revision']}",
                   f"pkg:swift/{place}@{version}")


def other_parts(binary, facts):
    """What comes with the toolchain, with the C library, and inside of packages."""
    facts = facts or {}
    version = facts.get("swift", "")
    yield part(
        "swift", version, SWIFT_LICENSE,
        package_url=version and f"pkg:github/swiftlang/swift@swift-{version}-RELEASE",
        comment="The standard library, the concurrency runtime and libdispatch of the toolchain.")
    version = facts.get("glibc", "")
    debian = facts.get("distribution")
    yield part(
        "glibc", version, "LGPL-2.1-or-later",
        package_url=version and (
            f"pkg:deb/{debian}/glibc@{quote(version)}?arch=source" if debian
            else f"pkg:generic/glibc@{quote(version)}"))
    version = binary.compiler()
    yield part(
        "gcc", version, "GPL-3.0-or-later WITH GCC-exception-3.1",
        package_url=version and f"pkg:generic/gcc@{version}",
        comment="libstdc++ and libgcc: the Swift runtime and BoringSSL are written in C++.")
    if binary.holds("NIOSSL"):
        revision = facts.get("boringssl", "")
        place = "https://boringssl.googlesource.com/boringssl"
        yield part(
            "boringssl", revision, "NOASSERTION", revision and f"git+{place}@{revision}",
            revision and f"pkg:generic/boringssl@{revision}", "Inside of swift-nio-ssl.")
    if binary.holds("NIOHTTP1"):
        version = facts.get("llhttp", "")
        yield part(
            "llhttp", version, "MIT", "", version and f"pkg:github/nodejs/llhttp@v{version}",
            "Inside of swift-nio.")


def part(name, version, license_, location="", package_url="", comment=""):
    """A package that is linked into the binary."""
    said = {
        "SPDXID": f"SPDXRef-Package-{name}",
        "name": name,
        "primaryPackagePurpose": "LIBRARY",
        "downloadLocation": location or "NOASSERTION",
        "filesAnalyzed": False,
        "licenseDeclared": license_,
        "licenseConcluded": "NOASSERTION",
        "copyrightText": "NOASSERTION",
    }
    if version:
        said["versionInfo"] = version
    if package_url:
        said["externalRefs"] = [purl(package_url)]
    if comment:
        said["comment"] = comment
    return said


def purl(locator):
    return {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": locator}


def relation(subject, kind, object_):
    return {"spdxElementId": subject, "relationshipType": kind, "relatedSpdxElement": object_}
