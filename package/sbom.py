#!/usr/bin/env python3
"""What the released programs are made of, as SPDX 2.3 in JSON, to standard output.

    sbom.py BUILD ARCH VERSION [SYSROOT]

BUILD is the directory of a release build; what was compiled and linked into its programs is asked of ninja, and which
package of Debian a file comes from of dpkg, or of the packages that package/libraries.sh has unpacked into SYSROOT. The time
is SOURCE_DATE_EPOCH, so that the same programs give the same text.
"""
import datetime
import functools
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

PROGRAMS = ("cpfmerge", "iris-agent", "iris-init", "irisctl")
SOURCE = pathlib.Path(__file__).resolve().parents[1]
# Of Debian's source packages; from their copyright files. One that is missing here is an error: somebody has to read it.
LICENCES = {
    "boost1.74": "BSL-1.0",
    "boost1.81": "BSL-1.0",
    "cross-toolchain-base": "LGPL-2.1-or-later",  # glibc, as Debian builds it for other machines
    "fmtlib": "MIT",
    "gcc-12": "GPL-3.0-or-later WITH GCC-exception-3.1",
    "gcc-12-cross": "GPL-3.0-or-later WITH GCC-exception-3.1",
    "glibc": "LGPL-2.1-or-later",
    "libinih": "BSD-3-Clause",
    "linux": "GPL-2.0-only WITH Linux-syscall-note",
    "musl": "MIT",
    "nettle": "LGPL-3.0-or-later OR GPL-2.0-or-later",
    "nlohmann-json3": "MIT",
    "spdlog": "MIT",
}
KERNEL = "linux-libc-dev"  # and its kin: declarations, which leave no code in a program


def run(*words, check=True):
    return subprocess.run([str(word) for word in words], check=check, capture_output=True, text=True).stdout


def headers(build):
    """Every file outside of our sources that the compiler has read for the programs."""
    return {line.strip() for line in run("ninja", "-C", build, "-t", "deps").split("\n") if line.startswith("    /")}


def linked(build):
    """Archives and objects from outside that the linker has read: those named, and those that g++ names itself."""
    files, named, compiler, directories = set(), set(), None, []
    for line in run("ninja", "-C", build, "-t", "commands").split("\n"):
        words = shlex.split(line)
        if "-static-pie" not in words:
            continue
        compiler = next(word for word in words if word.endswith("++"))
        files |= {word for word in words if word.startswith("/") and word.endswith((".a", ".o"))}
        directories = [word for word in words if word.startswith(("-L", "-B"))]
        named |= {f"lib{word[2:]}.a" for word in words if re.fullmatch(r"-l[\w+-]+", word)}
    own = {"libstdc++.a", "libgcc.a", "libgcc_eh.a", "libc.a", "libm.a", "rcrt1.o", "crti.o", "crtbeginS.o", "crtendS.o", "crtn.o"}
    for name in named | own:  # -print-file-name looks where -B says, not where -L does; both say the same here
        file = run(compiler, *directories, f"-print-file-name={name}").strip()
        if not os.path.isabs(file):
            sys.exit(f"sbom: where does the linker find '{name}'?")
        files.add(file)
    return files


@functools.cache
def unpacked(sysroot):
    """Path -> package, of what was only unpacked."""
    return {line: list_file.name.removesuffix(".list") for list_file in sorted((sysroot / "control").glob("*.list"))
            for line in list_file.read_text().split("\n")}


def packages_of(files, sysroot):
    """Names as dpkg knows them; those of the sysroot begin with a slash."""
    found, rest = set(), set()
    for file in sorted(files):
        real = os.path.realpath(file)
        inside = sysroot and real.startswith(f"{sysroot}/")
        if inside:
            found.add("/" + unpacked(sysroot)[real.removeprefix(str(sysroot))])
        elif not real.startswith(f"{SOURCE}/"):
            rest |= {real, os.path.normpath(file)}
    told = run("dpkg-query", "-S", *sorted(rest), check=False)
    owned = dict(reversed(line.split(": ", 1)) for line in told.strip().split("\n"))
    for file in sorted(files):
        real = os.path.realpath(file)
        if real.startswith((f"{SOURCE}/", f"{sysroot}/")):
            continue
        owner = owned.get(real) or owned.get(os.path.normpath(file))
        if owner is None:
            sys.exit(f"sbom: no package owns '{file}'")
        found.add(owner.split(",")[0])
    return found


def facts(package, sysroot):
    """Name, version, architecture, source package and its version."""
    if not package.startswith("/"):
        return run("dpkg-query", "-W", "-f", "${Package} ${Version} ${Architecture} ${source:Package} ${source:Version}", package).split()
    fields = dict(line.split(": ", 1) for line in (sysroot / "control" / package[1:]).read_text().split("\n") if re.match(r"[\w-]+: ", line))
    source = re.fullmatch(r"(\S+)(?: \((.*)\))?", fields.get("Source", fields["Package"]))
    return [fields["Package"], fields["Version"], fields["Architecture"], source.group(1), source.group(2) or fields["Version"]]


def component(package, sysroot, is_linked):
    name, version, arch, source, source_version = facts(package, sysroot)
    if name.startswith(KERNEL):
        source = "linux"
    if source not in LICENCES:
        sys.exit(f"sbom: what is the licence of Debian's source package '{source}' ({name})? Say so in {sys.argv[0]}")
    return {
        "SPDXID": "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", f"{name}-{arch}"),
        "name": name,
        "versionInfo": version,
        "supplier": "Organization: Debian",
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": LICENCES[source],
        "copyrightText": "NOASSERTION",
        "sourceInfo": f"built from Debian's source package {facts(package, sysroot)[3]} {source_version}",
        "comment": "linked statically" if is_linked else "header files",
        "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                          "referenceLocator": f"pkg:deb/debian/{name}@{version.replace('+', '%2B').replace(':', '%3A')}?arch={arch}&distro=debian-12"}],
    }, source == "linux"


def program(path):
    content = path.read_bytes()
    return {"SPDXID": f"SPDXRef-File-{path.name}", "fileName": f"./bin/{path.name}", "fileTypes": ["BINARY"],
            "licenseConcluded": "NOASSERTION", "licenseInfoInFiles": ["NOASSERTION"], "copyrightText": "NOASSERTION",
            "checksums": [{"algorithm": algorithm, "checksumValue": hashlib.new(algorithm.lower(), content).hexdigest()}
                          for algorithm in ("SHA1", "SHA256")]}


def document(build, arch, version, sysroot):
    files = [program(build / "bin" / name) for name in PROGRAMS]
    sums = "".join(file["checksums"][0]["checksumValue"] for file in files)
    by_link = packages_of(linked(build), sysroot)
    parts = [component(package, sysroot, package in by_link) for package in by_link | packages_of(headers(build), sysroot)]
    parts.sort(key=lambda part: part[0]["SPDXID"])
    ours = {"SPDXID": "SPDXRef-iris-init", "name": "iris-init", "versionInfo": version, "downloadLocation": "NOASSERTION",
            "filesAnalyzed": True, "licenseConcluded": "MIT", "licenseDeclared": "MIT",
            "licenseInfoFromFiles": ["NOASSERTION"], "copyrightText": (SOURCE / "LICENSE").read_text().split("\n")[2],
            "packageVerificationCode": {"packageVerificationCodeValue": hashlib.sha1("".join(sorted(
                file["checksums"][0]["checksumValue"] for file in files)).encode()).hexdigest()}}
    born = datetime.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), datetime.timezone.utc)
    relations = [("SPDXRef-DOCUMENT", "DESCRIBES", ours["SPDXID"])]
    relations += [(ours["SPDXID"], "CONTAINS", file["SPDXID"]) for file in files]
    relations += [(part["SPDXID"], "BUILD_DEPENDENCY_OF", ours["SPDXID"]) if only_declares
                  else (ours["SPDXID"], "STATIC_LINK", part["SPDXID"]) for part, only_declares in parts]
    return {
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"iris-init-{version}-linux-{arch}",
        "documentNamespace": f"https://spdx.org/spdxdocs/iris-init-{version}-linux-{arch}-{hashlib.sha256(sums.encode()).hexdigest()[:32]}",
        "creationInfo": {"created": born.strftime("%Y-%m-%dT%H:%M:%SZ"), "creators": ["Tool: iris-init/package/sbom.py"]},
        "packages": [ours] + [part for part, _ in parts],
        "files": files,
        "relationships": [{"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other} for one, kind, other in relations],
    }


if __name__ == "__main__":
    sysroot = pathlib.Path(sys.argv[4]).resolve() if len(sys.argv) > 4 else None
    print(json.dumps(document(pathlib.Path(sys.argv[1]).resolve(), sys.argv[2], sys.argv[3], sysroot), indent=1))
