# /// script
# requires-python = ">=3.13"
# dependencies = ["pyyaml>=6,<7", "trustme>=1.2,<2"]
# ///
"""Makes a release as the workflow does, and installs from it: `release.py`, with no network.

The scripts of `release.yml` are run as they stand there, on a copy of this repository with a tag.
What they publish is served as GitHub does, over TLS and with a redirect, to the real `install.sh`.
"""

import os
import shutil
import ssl
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from functools import partial
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import trustme
import yaml

ROOT = Path(__file__).resolve().parents[2]
VERSION = "9.9.9"
NOTES = "### Added\n\n- Everything.\n\n```toml\n[not] = 'a heading'\n```\n"
# What `uname` says where an archive is for.
MACHINES = ["Linux x86_64", "Linux aarch64", "Darwin x86_64", "Darwin arm64"]
GH = '#!/bin/sh\nprintf "%s\\n" "$@" > "$PUBLISHED"\ncp -R release "$PUBLISHED.files"\n'
UNAME = "#!/bin/sh\n[ $1 = -s ] && echo {0} || echo {1}\n"
# Stands for what was built, on every platform.
PROGRAM = f"#!/bin/sh\necho 'ddd-forge {VERSION}'\n"
KEPT = ["Cargo.toml", "LICENSE", "install.sh", ".github"]


def expect(condition: bool, what: str) -> None:
    """Stops with what was expected."""
    if not condition:
        sys.exit(f"error: {what}")


def executable(path: Path, text: str) -> None:
    """Writes a program that stands in for one of the machine."""
    path.write_text(text)
    path.chmod(0o755)


class Release:
    """A copy of the repository in which the release workflow is played."""

    def __init__(self, place: Path) -> None:
        """Copies what the workflow touches, at a version of its own."""
        self.root, self.place = place / "repository", place
        self.workflow = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text())
        for name in KEPT:
            source, copy = ROOT / name, self.root / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if source.is_dir() else shutil.copy)(source, copy)
        cargo = (self.root / "Cargo.toml").read_text()
        lines = [
            f'version = "{VERSION}"' if x.startswith("version = ") else x for x in cargo.split("\n")
        ]
        (self.root / "Cargo.toml").write_text("\n".join(lines))
        self.changelog(f"## {VERSION} - 2026-01-02\n\n{NOTES}")
        self.git("init", "--quiet", "--initial-branch=main")
        self.commit("feat: everything")
        self.git("update-ref", "refs/remotes/origin/main", "HEAD")

    def changelog(self, section: str) -> None:
        """Writes a changelog with this section between two others."""
        others = "# Changelog\n\n## Unreleased\n\n- Not yet.\n\n", "\n## 9.9.90\n\n- Another.\n"
        (self.root / "CHANGELOG.md").write_text(others[0] + section + others[1])

    def git(self, *arguments: str) -> str:
        """Runs git with a name, and without this machine's settings."""
        who = {f"GIT_{r}_{k}": "a@b" for r in ("AUTHOR", "COMMITTER") for k in ("NAME", "EMAIL")}
        command = ["git", *arguments]
        environment = os.environ | who | {"GIT_CONFIG_GLOBAL": "/dev/null"}
        done = subprocess.run(
            command, cwd=self.root, env=environment, capture_output=True, check=True
        )
        return done.stdout.decode().strip()

    def commit(self, message: str) -> None:
        """Commits everything."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)

    def steps(self, job: str) -> list[dict[str, Any]]:
        """Returns the steps of a job that are scripts."""
        return [step for step in self.workflow["jobs"][job]["steps"] if "run" in step]

    def play(self, job: str, tag: str = f"v{VERSION}", **variables: str) -> str | None:
        """Runs the scripts of a job as GitHub does; returns what the failing one said."""
        environment = os.environ | {
            "GITHUB_REF_NAME": tag,
            "GITHUB_SHA": self.git("rev-parse", "HEAD"),
            "GITHUB_REPOSITORY": "ddd-forge/ddd-forge",
        }
        for step in self.steps(job):
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
                cwd=self.root,
                env=environment | variables,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                return done.stdout + done.stderr
        return None


def tags_are_checked(release: Release) -> None:
    """A tag needs the version of Cargo.toml, a section of the changelog, and a commit of main."""
    expect(release.play("check") is None, f"the tag is refused: {release.play('check')}")
    said = release.play("check", tag="v9.9.8") or ""
    expect("is not `v9.9.9`, the version in Cargo.toml" in said, f"another version: {said}")
    for section in ("", f"## {VERSION}\n\n", f"## {VERSION}0\n\n- x\n", "## 9x9x9\n\n- x\n"):
        release.changelog(section)
        said = release.play("check") or ""
        expect("CHANGELOG.md says nothing" in said, f"without a section: {said}")
    release.git("checkout", "--quiet", "CHANGELOG.md")
    release.commit("fix: not pushed")
    expect("is not on main" in (release.play("check") or ""), "a commit that is not on main")
    release.git("reset", "--quiet", "--hard", "HEAD~1")


def binaries_are_packed(release: Release) -> Path:
    """The archives of all targets, which hold what was built, and their checksums."""
    matrix = release.workflow["jobs"]["build"]["strategy"]["matrix"]["include"]
    for row in matrix:
        place = release.root / "binaries" / f"ddd-forge-{row['target']}"
        place.mkdir(parents=True)
        # An upload forgets that a file may be run.
        (place / row["program"]).write_text(PROGRAM)
    said = release.play("package")
    expect(said is None, f"nothing is packed: {said}")
    assets = release.root / "release" / "assets"
    names = {f"ddd-forge-{row['target']}{suffix(row['target'])}" for row in matrix}
    expected = {"install.sh"} | names | {f"{name}.sha256" for name in names}
    found = {path.name for path in assets.iterdir()}
    expect(len(names) == 5 and found == expected, f"the assets are {found}")
    for name in names:
        check_archive(assets / name, PROGRAM.encode())
        checksum, named = (assets / f"{name}.sha256").read_text().split()
        content = (assets / name).read_bytes()
        expect(
            named == name and checksum == sha256(content).hexdigest(), f"{name} and its checksum"
        )
    notes = (release.root / "release" / "notes.md").read_text()
    expect(notes == NOTES, f"the notes are the section of the changelog: {notes}")
    return assets


def suffix(target: str) -> str:
    """Returns how the archive of a target ends."""
    return ".zip" if "windows" in target else ".tar.gz"


def check_archive(archive: Path, binary: bytes) -> None:
    """Checks the content of one archive."""
    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive) as opened:
            expect(opened.namelist() == ["ddd-forge.exe", "LICENSE"], f"{archive} holds others")
            expect(opened.read("ddd-forge.exe") == binary, f"{archive} holds another binary")
        return
    with tarfile.open(archive) as opened:
        expect(opened.getnames() == ["ddd-forge", "LICENSE"], f"{archive} holds others")
        expect(opened.getmember("ddd-forge").mode == 0o755, "the binary can be run")
        expect(opened.extractfile("ddd-forge").read() == binary, f"{archive} holds another binary")


def the_release_is_published(release: Release) -> None:
    """The GitHub CLI gets the tag, the notes and every asset; a candidate is none of the latest."""
    programs = release.place / "programs"
    programs.mkdir()
    executable(programs / "gh", GH)
    path = f"{programs}:{os.environ['PATH']}"
    for tag, candidate in ((f"v{VERSION}", False), (f"v{VERSION}-rc.1", True)):
        told = release.place / f"published-{tag}"
        said = release.play("publish", tag, PATH=path, PUBLISHED=str(told))
        expect(said is None, f"nothing is published: {said}")
        words = told.read_text().split("\n")
        expect(words[:3] == ["release", "create", tag], f"gh was told {words}")
        expect(("--prerelease" in words) == candidate, f"gh was told {words}")
        expect(sum(word.startswith("release/assets/") for word in words) == 11, f"told {words}")


class Releases(SimpleHTTPRequestHandler):
    """Answers as GitHub's releases do: the newest is a redirect to its version."""

    def do_GET(self) -> None:
        """Redirects, or sends a file."""
        if self.path.startswith("/releases/latest/download/"):
            self.send_response(302)
            self.send_header(
                "Location", self.path.replace("latest/download", f"download/v{VERSION}")
            )
            self.end_headers()
            return
        super().do_GET()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def it_is_installed(release: Release, assets: Path) -> None:
    """The installer of the release, piped into a shell, installs it over TLS, or nothing at all."""
    site = release.place / "site"
    shutil.copytree(assets, site / "releases" / "download" / f"v{VERSION}")
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(release.place / "authority.pem")
    handler = partial(Releases, directory=site)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        Thread(target=server.serve_forever, daemon=True).start()
        address = f"https://127.0.0.1:{server.server_port}/releases"
        try:
            check_install(release, address, site)
        finally:
            server.shutdown()


def check_install(release: Release, address: str, site: Path) -> None:
    """Installs from the server: a stranger's, then ours, then one whose archive was changed."""
    trusted = {"CURL_CA_BUNDLE": str(release.place / "authority.pem")}
    code, said = install(release, "untrusted", DDD_FORGE_BASE_URL=address)
    expect(code == 1 and "cannot be downloaded" in said, f"a stranger's server: {said}")
    for machine in MACHINES:
        code, said = install(release, machine, DDD_FORGE_BASE_URL=address, **trusted)
        expect(code == 0, f"not installed on {machine}: {said}")
        installed = release.place / machine / ".local" / "bin" / "ddd-forge"
        version = subprocess.run(
            [installed, "--version"], capture_output=True, text=True, check=True
        )
        expect(version.stdout == f"ddd-forge {VERSION}\n", f"it runs: {version.stdout}")
    for archive in site.rglob("*.tar.gz"):
        whole = bytearray(archive.read_bytes())
        whole[len(whole) // 3] ^= 1
        archive.write_bytes(whole)
    code, said = install(release, "flipped", DDD_FORGE_BASE_URL=address, **trusted)
    expect(code == 1 and "is not what was released" in said, f"a flipped bit: {said}")
    expect(not (release.place / "flipped" / ".local").exists(), "then nothing is written")


def install(release: Release, home: str, **variables: str) -> tuple[int, str]:
    """Pipes the installer into a shell, in a home of its own that may be named after a machine."""
    programs = release.place / home / "programs"
    programs.mkdir(parents=True)
    if " " in home:
        executable(programs / "uname", UNAME.format(*home.split()))
    path = f"{programs}:{os.environ['PATH']}"
    environment = {"PATH": path, "HOME": str(release.place / home)}
    with (release.root / "install.sh").open() as script:
        done = subprocess.run(
            ["sh"],
            stdin=script,
            env=environment | variables,
            cwd=release.place / home,
            capture_output=True,
            text=True,
            check=False,
        )
    return done.returncode, done.stdout + done.stderr


def main() -> None:
    """Plays a release in a place of its own."""
    with tempfile.TemporaryDirectory() as place:
        release = Release(Path(place))
        tags_are_checked(release)
        print("   tags are checked", flush=True)
        assets = binaries_are_packed(release)
        print("   five archives, with their checksums", flush=True)
        the_release_is_published(release)
        print("   the release is published", flush=True)
        it_is_installed(release, assets)
        print("   and installed over TLS", flush=True)


if __name__ == "__main__":
    main()
