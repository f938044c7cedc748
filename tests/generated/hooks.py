"""Commits to an installed project as people do, well and badly: what its hooks let through."""

import subprocess
from pathlib import Path

import service

# What nobody means to commit: where, what, and which hook stops it.
BAD: list[tuple[str, str, str]] = [
    ("app/untidy.py", "NAMES = [ 'one','two' ]\n", "ruff format"),
    ("app/unsafe.py", '"""Runs what it is told."""\n\neval(input())\n', "ruff check"),
    ("app/untyped.py", 'COUNT: int = "three"\n', "ty check"),
    ("key.pem", "-----BEGIN RSA " + "PRIVATE KEY-----\n", "private key"),
    ("big.txt", "12345678\n" * 100_000, "large files"),
    ("docs/bad.json", "{'a': 1}\n", "json"),
    ("docs/bad.toml", "a = \n", "toml"),
    ("docs/bad.yaml", "a: [\n", "yaml"),
    ("docs/bad.md", "Trailing spaces. \n", "trailing whitespace"),
    ("docs/open.md", "No end", "end of files"),
    ("docs/Domains.md", "# The same name on some disks\n", "case"),
]


def git(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Runs git as somebody, without this machine's settings."""
    who = {f"GIT_{r}_{k}": "a@b" for r in ("AUTHOR", "COMMITTER") for k in ("NAME", "EMAIL")}
    variables = who | {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_EDITOR": "true"}
    return subprocess.run(
        ["git", *words],
        cwd=project,
        env=service.environment(**variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def done(project: Path, *words: str) -> str:
    """Runs git, which must succeed; returns what it said."""
    ended = git(project, *words)
    service.expect(ended.returncode == 0, f"`git {' '.join(words)}` failed: {ended.stdout}")
    return ended.stdout.strip()


def commit(project: Path, message: str) -> str | None:
    """Commits everything; returns what stopped that, and then nothing is left of it."""
    done(project, "add", "--all")
    before = done(project, "rev-parse", "HEAD")
    ended = git(project, "commit", "--message", message)
    after = done(project, "rev-parse", "HEAD")
    service.expect((after != before) == (ended.returncode == 0), f"HEAD: {ended.stdout}")
    if ended.returncode == 0:
        return None
    done(project, "reset", "--quiet", "--hard")
    return ended.stdout


def failed(said: str, hook: str) -> bool:
    """Returns whether a hook is reported as failed."""
    lines = [line.lower() for line in said.splitlines() if line.rstrip().endswith("Failed")]
    return any(hook in line for line in lines)


def check_merge(project: Path) -> None:
    """A conflict that is added as it stands is not merged."""
    place = project / "docs" / "merged.md"
    for branch, word in (("other", "Theirs"), ("main", "Ours")):
        done(project, "checkout", "--quiet", *(["-b"] if branch == "other" else []), branch)
        place.write_text(f"{word}.\n")
        service.expect(commit(project, f"docs: {word.lower()}") is None, "a commit of one line")
    git(project, "merge", "other")
    service.expect("<<<<<<<" in place.read_text(), "the two branches conflict")
    said = commit(project, "docs: both")
    service.expect(said is not None and failed(said, "merge conflict"), f"a conflict: {said}")
    done(project, "branch", "--quiet", "--delete", "--force", "other")


def check(project: Path) -> None:
    """Tries to commit what is bad; what is good goes through."""
    said = commit(project, "feat: all that was added")
    service.expect(said is None, f"what the tool wrote was stopped: {said}")
    for message in ("did things", "feat:no space", "Feature: list orders", "feat: "):
        (project / "docs" / "good.md").write_text("Good.\n")
        said = commit(project, message)
        stopped = said is not None and failed(said, "commit message")
        service.expect(stopped, f"`{message}` was not stopped for what it is: {said}")
    for name, content, hook in BAD:
        (project / name).write_text(content)
        said = commit(project, "feat: what nobody means")
        stopped = said is not None and failed(said, hook)
        service.expect(stopped, f"`{name}` was not stopped by `{hook}`: {said}")
    declared = project / "pyproject.toml"
    declared.write_text(declared.read_text().replace('    "redis>=', '    "idna",\n    "redis>='))
    said = commit(project, "build: a dependency that is not locked")
    service.expect(said is not None and failed(said, "lock"), f"an old lock: {said}")
    check_merge(project)
    clean = done(project, "status", "--porcelain")
    service.expect(clean == "", f"nothing is left of what was stopped: {clean}")
