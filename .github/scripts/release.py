"""What the release workflow does besides building; needs nothing but Python 3.11.

check TAG          refuses a tag that is not Cargo.toml's version or lacks a section in CHANGELOG.md
notes TAG          prints that section
pack BINARIES OUT  packs BINARIES/ddd-forge-TARGET/ddd-forge of each target as install.sh wants it
"""

import gzip
import hashlib
import io
import re
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# As the workflow builds them; install.sh downloads all but the one for Windows.
TARGETS = [
    "x86_64-unknown-linux-musl",
    "aarch64-unknown-linux-musl",
    "x86_64-apple-darwin",
    "aarch64-apple-darwin",
    "x86_64-pc-windows-msvc",
]
# The oldest time that both formats can tell: the same binary makes the same archive.
EPOCH, ZIP_EPOCH = 315532800, (1980, 1, 1, 0, 0, 0)


def check(tag: str) -> str:
    """Returns the version that the tag stands for."""
    version = tomllib.loads((ROOT / "Cargo.toml").read_text())["package"]["version"]
    if tag != f"v{version}":
        sys.exit(f"error: the tag `{tag}` is not `v{version}`, the version in Cargo.toml")
    if not section(version):
        sys.exit(f"error: CHANGELOG.md says nothing below a heading `## {version}`")
    return version


def section(version: str) -> str:
    """Returns what the changelog says of a version."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    heading = rf"^## {re.escape(version)}(?: [^\n]*)?\n"
    found = re.search(heading + r"(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return found[1].strip() if found else ""


def pack(binaries: Path, out: Path) -> None:
    """Writes one archive and its checksum for each target."""
    out.mkdir(parents=True)
    for target in TARGETS:
        windows = "windows" in target
        program = "ddd-forge.exe" if windows else "ddd-forge"
        files = {
            program: (binaries / f"ddd-forge-{target}" / program).read_bytes(),
            "LICENSE": (ROOT / "LICENSE").read_bytes(),
        }
        name = f"ddd-forge-{target}" + (".zip" if windows else ".tar.gz")
        content = zipped(files) if windows else tarred(files)
        (out / name).write_bytes(content)
        checksum = hashlib.sha256(content).hexdigest()
        (out / f"{name}.sha256").write_text(f"{checksum}  {name}\n", newline="\n")
        print(f"{checksum}  {name}")


def tarred(files: dict[str, bytes]) -> bytes:
    """Returns a compressed tar that holds the files, the first one executable."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for mode, (name, content) in zip((0o755, 0o644), files.items(), strict=True):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode, entry.mtime = len(content), mode, EPOCH
            archive.addfile(entry, io.BytesIO(content))
    return gzip.compress(plain.getvalue(), mtime=0)


def zipped(files: dict[str, bytes]) -> bytes:
    """Returns a zip that holds the files."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, ZIP_EPOCH), content, zipfile.ZIP_DEFLATED)
    return whole.getvalue()


def main() -> None:
    """Runs one command."""
    match sys.argv[1:]:
        case ["check", tag]:
            print(f"version {check(tag)}")
        case ["notes", tag]:
            print(section(check(tag)))
        case ["pack", binaries, out]:
            pack(Path(binaries), Path(out))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
