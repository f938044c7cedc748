"""Plays the release workflow of a generated project: real git, a bare remote, a GitHub of ours.

A push or a dispatch is a fresh checkout, as the runner makes it, in which the scripts of
`release.yml` run. Only what GitHub itself does is stood in for: its releases, and the CLI that
starts another workflow.
"""

import json
import os
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import jobs
import service
import trustme

REPOSITORY = "acme/shop"
TOKEN = "token-of-the-run"
PUBLISH = "Push the tag and publish its release"
GH = '#!/bin/sh\necho "$*" >> "$TOLD"\n'
WHO = {f"GIT_{r}_{k}": "a@b" for r in ("AUTHOR", "COMMITTER") for k in ("NAME", "EMAIL")}


@dataclass
class GitHub:
    """The releases of a repository, behind the routes that a release needs."""

    releases: dict[str, dict[str, Any]] = field(default_factory=dict)
    token: str | None = None
    down: bool = False

    def answer(self, path: str, body: dict[str, Any] | None) -> tuple[int, dict[str, Any]]:
        """Answers as GitHub's REST interface does."""
        base = f"/api/v3/repos/{REPOSITORY}/releases"
        if self.down:
            return 500, {"message": "Server Error"}
        if body is None:
            found = self.releases.get(path.removeprefix(f"{base}/tags/"))
            return (200, found) if found else (404, {"message": "Not Found"})
        if path != base:
            [found] = [r for r in self.releases.values() if path == f"{base}/{r['id']}"]
            found |= body
            return 200, found
        tag = body["tag_name"]
        if tag in self.releases:
            return 422, {"errors": [{"code": "already_exists", "field": "tag_name"}]}
        self.releases[tag] = body | {"id": len(self.releases) + 1}
        return 201, self.releases[tag]

    @contextmanager
    def serving(self, authority: Path) -> Iterator[str]:
        """Serves the interface over TLS; who trusts the `authority` may ask."""
        github = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.reply(None)

            def do_POST(self) -> None:
                self.reply(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

            def reply(self, body: dict[str, Any] | None) -> None:
                github.token = self.headers["Authorization"]
                status, answer = github.answer(self.path, body)
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(answer).encode())

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        issuer, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        issuer.issue_cert("localhost").configure_cert(context)
        issuer.cert_pem.write_to_path(authority)
        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            server.socket = context.wrap_socket(server.socket, server_side=True)
            Thread(target=server.serve_forever, daemon=True).start()
            try:
                yield f"https://localhost:{server.server_port}"
            finally:
                server.shutdown()


def executable(path: Path, text: str) -> None:
    """Writes a program that stands in for one of the runner."""
    path.write_text(text)
    path.chmod(0o755)


class Repository:
    """A bare remote, somebody who commits to its main, and the runs of its workflow."""

    def __init__(self, project: Path, place: Path, github: GitHub, address: str) -> None:
        """Takes the first commit of the project to the remote, and a clone to work in."""
        self.place, self.github, self.address = place, github, address
        self.remote, self.desk = place / "remote.git", place / "desk"
        self.told, self.checkouts = place / "told", 0
        self.git(place, "clone", "--quiet", "--bare", str(project), str(self.remote))
        first = self.git(self.remote, "rev-list", "--max-parents=0", "main")
        self.git(self.remote, "update-ref", "refs/heads/main", first)
        self.git(place, "clone", "--quiet", str(self.remote), str(self.desk))
        programs = place / "programs"
        programs.mkdir()
        executable(programs / "gh", GH)
        # Its address leads to the remote, as only the runner sees it.
        host = address.removeprefix("https://")
        pushed = f"https://x-access-token:{TOKEN}@{host}/{REPOSITORY}"
        self.variables = {
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_SERVER_URL": address,
            "GITHUB_API_URL": f"{address}/api/v3",
            "REQUESTS_CA_BUNDLE": str(place / "authority.pem"),
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.{self.remote}.insteadOf",
            "GIT_CONFIG_VALUE_0": pushed,
            # One for all runs, where GitHub makes one for each.
            "UV_PROJECT_ENVIRONMENT": str(place / "environment"),
            "PATH": f"{programs}:{os.environ['PATH']}",
            "TOLD": str(self.told),
        }

    def git(self, cwd: Path, *words: str) -> str:
        """Runs git without this machine's settings."""
        environment = service.environment(**WHO, GIT_CONFIG_GLOBAL="/dev/null")
        done = subprocess.run(
            ["git", *words], cwd=cwd, env=environment, capture_output=True, text=True, check=False
        )
        service.expect(done.returncode == 0, f"`git {' '.join(words)}` failed: {done.stderr}")
        return done.stdout.strip()

    def push(self, message: str) -> str:
        """Pushes a commit to main; returns it."""
        self.git(self.desk, "commit", "--quiet", "--allow-empty", "--message", message)
        self.git(self.desk, "push", "--quiet", "origin", "main")
        return self.git(self.desk, "rev-parse", "HEAD")

    def checkout(self, commit: str = "main") -> Path:
        """Checks out all of main as it was at a commit, with the tags of now."""
        self.checkouts += 1
        path = self.place / f"run-{self.checkouts}"
        self.git(self.place, "clone", "--quiet", str(self.remote), str(path))
        self.git(path, "reset", "--quiet", "--hard", commit)
        self.git(path, "remote", "set-url", "origin", f"{self.address}/{REPOSITORY}")
        return path

    def run(self, path: Path, level: str | None = None) -> jobs.Played:
        """Runs the workflow in a checkout: for a push, or as somebody dispatched it."""
        event = "workflow_dispatch" if level else "push"
        known = {
            f"github.event_name == '{each}'": str(each == event).lower()
            for each in ("push", "workflow_dispatch")
        }
        either = "github.event_name == 'push' && 'v*-rc.*' || 'v*.*.*'"
        known[either] = "v*.*.*" if level else "v*-rc.*"
        known |= {"github.token": TOKEN, "inputs.level": level or ""}
        release = jobs.workflow(path, "release.yml")
        return jobs.play(path, release, "release", known, **self.variables)

    def released(self, level: str | None = None) -> str:
        """Runs the workflow on main, which must succeed; returns the tag that is new."""
        before = self.tags()
        played = self.run(self.checkout(), level)
        service.expect(played.failed is None, f"`{played.failed}` failed: {played.said}")
        return " ".join(self.tags().keys() - before.keys())

    def tags(self) -> dict[str, str]:
        """Returns the tags of the remote, each with what it is."""
        listed = self.git(self.remote, "for-each-ref", "refs/tags").splitlines()
        return {line.rpartition("/")[2]: line.split()[0] for line in listed}

    def commit_of(self, tag: str) -> str:
        """Returns the commit that a tag of the remote stands at."""
        return self.git(self.remote, "rev-parse", f"{tag}^{{commit}}")

    def notes(self, tag: str) -> str:
        """Returns what the release of a tag says."""
        return self.github.releases[tag]["body"]

    def state(self) -> tuple[object, ...]:
        """Returns everything that a run may change."""
        main = self.git(self.remote, "rev-parse", "main")
        releases = json.dumps(self.github.releases, sort_keys=True)
        return main, self.tags(), releases, self.built()

    def built(self) -> list[str]:
        """Returns what the CLI was asked for, once for each time and tag."""
        return self.told.read_text().splitlines() if self.told.exists() else []


def expect_release(repository: Repository, tag: str, expected: str, commit: str) -> None:
    """A tag is the expected one, at this commit of main, and has its release."""
    service.expect(tag == expected, f"the new tag is `{tag}`, not `{expected}`")
    found = repository.commit_of(tag)
    service.expect(found == commit, f"{tag} stands at {found}, not {commit}")
    release = repository.github.releases.get(tag)
    service.expect(release is not None, f"{tag} has no release")
    candidate = "-rc." in tag
    service.expect(release["prerelease"] is candidate, f"{tag} is a candidate: {release}")
    service.expect(not release["draft"], f"{tag} is published: {release}")


def check_repeated(repository: Repository, path: Path, level: str | None = None) -> str:
    """A run changes nothing; returns what it said."""
    before = repository.state()
    played = repository.run(path, level)
    after = repository.state()
    # A build that is asked for again finds its image in the registry.
    service.expect(after[:3] == before[:3], f"{after} is not {before}: {played.said}")
    return played.said


def check_candidates(repository: Repository) -> None:
    """Each merge that users see is a candidate, once; nothing is built for it."""
    service.expect(repository.released() == "", "the first commit needs no release")
    repository.push("docs: say more")
    service.expect(repository.released() == "", "documents need no release")
    service.expect(not repository.github.releases, f"none: {repository.github.releases}")
    commit = repository.push("feat: list orders")
    expect_release(repository, repository.released(), "v0.1.0-rc.1", commit)
    check_repeated(repository, repository.checkout())
    fixed = repository.push("fix: count orders")
    expect_release(repository, repository.released(), "v0.1.0-rc.2", fixed)
    check_repeated(repository, repository.checkout(commit))
    service.expect("list orders" not in repository.notes("v0.1.0-rc.2"), "news of rc.1 in rc.2")
    service.expect(repository.built() == [], f"images of a candidate: {repository.built()}")


def check_stable(repository: Repository) -> None:
    """A dispatch releases all since the last stable one, and its images; once, however often."""
    # Tags of other kinds stand where they like.
    repository.git(repository.desk, "tag", "--annotate", "--message", "x", "deployed")
    repository.git(repository.desk, "push", "--quiet", "origin", "deployed")
    commit = repository.git(repository.desk, "rev-parse", "HEAD")
    repository.github.down = True
    played = repository.run(repository.checkout(), "minor")
    service.expect(played.failed == PUBLISH, f"`{played.failed}` failed: {played.said}")
    repository.github.down = False
    service.expect(repository.released("minor") == "", "the run again makes no other tag")
    expect_release(repository, "v0.1.0", "v0.1.0", commit)
    notes = repository.notes("v0.1.0")
    service.expect("list orders" in notes.lower(), f"what the candidates had: {notes}")
    service.expect("count orders" in notes.lower(), f"what the candidates had: {notes}")
    builds = ["workflow run build-images.yml --ref v0.1.0"]
    service.expect(repository.built() == builds, f"its images: {repository.built()}")
    said = check_repeated(repository, repository.checkout(), "minor")
    service.expect("this commit is v0.1.0 already" in said, said)
    # The run of the push, too: it must not take the stable release for its own.
    check_repeated(repository, repository.checkout())
    builds = repository.built()
    for message, candidate, level, stable in (
        ("fix: round totals", "v0.1.1-rc.1", "patch", "v0.1.1"),
        ("feat!: drop the old route", "v0.2.0-rc.1", "major", "v1.0.0"),
        ("feat: export orders", "v1.1.0-rc.1", "minor", "v1.1.0"),
    ):
        commit = repository.push(message)
        expect_release(repository, repository.released(), candidate, commit)
        expect_release(repository, repository.released(level), stable, commit)
        builds += [f"workflow run build-images.yml --ref {stable}"]
        service.expect(repository.built() == builds, f"its images: {repository.built()}")


def check_races(repository: Repository) -> None:
    """Of two runs at once one wins; the other ends, says why, and has changed nothing."""
    old = repository.git(repository.desk, "rev-parse", "HEAD")
    commit = repository.push("fix: a race")
    for level, expected in ((None, "v1.1.1-rc.1"), ("patch", "v1.1.1")):
        first, second = repository.checkout(), repository.checkout()
        played = repository.run(first, level)
        service.expect(played.failed is None, f"`{played.failed}` failed: {played.said}")
        expect_release(repository, expected, expected, commit)
        said = check_repeated(repository, second, level)
        told = f"::error::{expected} was not pushed, so nothing has changed" in said
        service.expect(told and "already exists" in said, f"the loser says why: {said}")
    for level in (None, "major"):
        said = check_repeated(repository, repository.checkout(old), level)
        service.expect("::error::v1.1.1 came after this commit" in said, said)


def check_history(repository: Repository) -> None:
    """Main is what was pushed to it: releases add no commit, and none is amended."""
    main = repository.git(repository.remote, "rev-parse", "main")
    pushed = repository.git(repository.desk, "rev-parse", "HEAD")
    service.expect(main == pushed, f"main is {main}, not {pushed}")
    merged = repository.git(repository.remote, "tag", "--merged", "main").split()
    service.expect(set(merged) == repository.tags().keys(), f"tags beside main: {merged}")
    service.expect(repository.github.token == f"token {TOKEN}", "releases are made by the run")


def check_images(repository: Repository) -> None:
    """Images are built for a stable release of main, and once: then they are found."""
    path, digest = repository.checkout(), f"sha256:{'1' * 64}"
    images = jobs.workflow(path, "build-images.yml")
    docker = repository.place / "programs" / "docker"

    def run(ref: str, commit: str) -> jobs.Played:
        variables = repository.variables | {
            "GITHUB_REF": ref,
            "GITHUB_REF_NAME": ref.split("/", 2)[2],
            "GITHUB_SHA": repository.commit_of(commit),
        }
        return jobs.play(path, images, "image", {"matrix.target": "api"}, **variables)

    for script, found in (("echo not found >&2; exit 1", ""), (f"echo {digest}", digest)):
        executable(docker, f'#!/bin/sh\necho "$*" > "$TOLD"\n{script}\n')
        played = run("refs/tags/v1.1.1", "v1.1.1")
        service.expect(played.failed is None, f"`{played.failed}` failed: {played.said}")
        asked = "buildx imagetools inspect ghcr.io/acme/shop-api:1.1.1 "
        service.expect(repository.built()[0].startswith(asked), f"not {repository.built()}")
        service.expect(played.known["steps.found.outputs.digest"] == found, f"{played.known}")
    repository.git(path, "commit", "--quiet", "--allow-empty", "--message", "fix: aside")
    repository.git(path, "push", "--quiet", str(repository.remote), "HEAD:refs/heads/aside")
    for ref, commit, why in (
        ("refs/tags/v1.1.1-rc.1", "v1.1.1-rc.1", "v1.1.1-rc.1 is not a tag vX.Y.Z"),
        ("refs/heads/main", "main", "main is not a tag vX.Y.Z"),
        ("refs/tags/v1.1.2", "aside", "v1.1.2 is not on main"),
    ):
        played = run(ref, commit)
        refused = played.failed == "Require a stable release of main"
        service.expect(refused and why in played.said, f"{ref}: {played.said}")


def check(project: Path) -> None:
    """Plays a year of releases."""
    place = project.parent / "releases"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    github = GitHub()
    with github.serving(place / "authority.pem") as address:
        repository = Repository(project, place, github, address)
        check_candidates(repository)
        check_stable(repository)
        check_races(repository)
        check_history(repository)
        check_images(repository)
    print(f"      {len(github.releases)} releases: {', '.join(github.releases)}", flush=True)
