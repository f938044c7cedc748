"""Plays `ci.yml` of a generated project: its jobs, in a clone of what git would hold."""

import re
import shutil
import subprocess
from pathlib import Path

import databases
import jobs
import service

# What only GitHub has; the job's database is another one, which it is told of as of a service.
DOCKER = "Start PostgreSQL as Compose describes it"
# Their data are on the internet; without them they would find nothing, and say that all is well.
OTHERS = {"audit", "dependency-review"}
PULL_REQUEST = "github.event.pull_request"


def git(place: Path, *words: str, **variables: str) -> str:
    """Runs git as somebody, without this machine's settings."""
    who = {f"GIT_{r}_{k}": "a@b" for r in ("AUTHOR", "COMMITTER") for k in ("NAME", "EMAIL")}
    environment = service.environment(**who, GIT_CONFIG_GLOBAL="/dev/null", **variables)
    done = subprocess.run(
        ["git", *words], cwd=place, env=environment, capture_output=True, text=True, check=False
    )
    service.expect(done.returncode == 0, f"`git {' '.join(words)}` failed: {done.stderr}")
    return done.stdout.strip()


def cloned(project: Path, place: Path) -> Path:
    """Clones the project as its next commit would have it, whatever is ignored left out."""
    remote, clone = place / "remote", place / "clone"
    shutil.rmtree(place, ignore_errors=True)
    git(project.parent, "init", "--quiet", "--initial-branch=main", str(remote))
    where = {"GIT_DIR": str(remote / ".git"), "GIT_WORK_TREE": str(project)}
    git(project, "add", "--all", **where)
    git(project, "commit", "--quiet", "--message", "feat: everything", **where)
    git(place, "clone", "--quiet", str(remote), str(clone))
    return clone


def played(clone: Path, job: str, known: dict[str, str] | None = None, **more: str) -> jobs.Played:
    """Plays a job as GitHub does."""
    github = {"CI": "true", "GITHUB_ACTIONS": "true"}
    workflow, without = jobs.workflow(clone, "ci.yml"), frozenset({DOCKER})
    return jobs.play(clone, workflow, job, known or {}, without=without, **github, **more)


def passes(clone: Path, job: str, **more: str) -> jobs.Played:
    """Plays a job, which must succeed."""
    done = played(clone, job, **more)
    service.expect(done.failed is None, f"`{done.failed}` of {job} failed: {done.said}")
    return done


def check_commits(clone: Path) -> None:
    """Each message of a pull request is checked, and its title; neither is taken for a command."""
    base = git(clone, "rev-parse", "HEAD")
    for message, title, fails in (
        ("fix: count orders", "fix: count orders", None),
        ("fix: count orders", '"; exit 0; # $(exit 0)', "Check the title"),
        ("count orders", "fix: count orders", "Check every commit"),
    ):
        git(clone, "commit", "--quiet", "--allow-empty", "--no-verify", "--message", message)
        known = {
            f"{PULL_REQUEST}.base.sha": base,
            f"{PULL_REQUEST}.head.sha": git(clone, "rev-parse", "HEAD"),
            f"{PULL_REQUEST}.title": title,
        }
        done = played(clone, "commits", known)
        told = (done.failed or "nothing").startswith(fails or "nothing")
        service.expect(told, f"`{message}`, `{title}`: {done.failed}: {done.said}")


def check_lock(clone: Path) -> None:
    """Without a lock, with an old one or with another's packages, no job runs anything."""
    lock, declared = clone / "uv.lock", clone / "pyproject.toml"
    locked, text = lock.read_text(), declared.read_text()
    lock.unlink()
    done = played(clone, "lint")
    service.expect(done.failed == "Require uv.lock", f"{done.failed}: {done.said}")
    service.expect("just install" in done.said, f"it says what to do: {done.said}")
    lock.write_text(locked)
    declared.write_text(text.replace('    "redis>=', '    "idna",\n    "redis>='))
    done = played(clone, "lint")
    old = done.failed is not None and "needs to be updated" in done.said
    service.expect(old, f"an old lock: {done.said}")
    declared.write_text(text)
    # As if a registry gave out something else under the same version.
    ruff = re.search(r'name = "ruff"\nversion.*?\n\n', locked, re.DOTALL)[0]
    forged = re.sub("sha256:[0-9a-f]{64}", f"sha256:{'0' * 64}", ruff)
    lock.write_text(locked.replace(ruff, forged))
    shutil.rmtree(clone / ".venv")
    done = played(clone, "lint")
    service.expect(done.failed is not None and "Hash mismatch" in done.said, done.said)


def check(project: Path) -> None:
    """Plays every job that needs no data of others."""
    place = project.parent / "ci"
    clone = cloned(project, place)
    names = jobs.workflow(clone, "ci.yml")["jobs"].keys()
    service.expect(names == {"lint", "type-check", "tests", "commits", *OTHERS}, f"jobs: {names}")
    passes(clone, "lint")
    passes(clone, "type-check")
    with databases.colleague(project, place / "server") as server:
        done = passes(clone, "tests", **server)
    print(f"      {done.said.splitlines()[-1]}", flush=True)
    check_commits(clone)
    check_lock(clone)
    shutil.rmtree(place)
