"""Checks the workflows of every combination of options with the tools that their users have."""

import shutil
import subprocess
from pathlib import Path

import service

# How each tool is told to say nothing; nothing of ours needs that.
SILENCERS = ("zizmor: ignore", "shellcheck disable", "zizmor.yml", "actionlint.yaml")


def distinct(projects: list[Path], place: Path) -> list[Path]:
    """Copies every `.github` that differs from the others; returns the copies."""
    seen: dict[tuple[bytes, ...], Path] = {}
    shutil.rmtree(place, ignore_errors=True)
    for project in projects:
        files = sorted((project / ".github").rglob("*.*"))
        content = tuple(file.read_bytes() for file in files)
        if files and content not in seen:
            seen[content] = place / str(len(seen)) / ".github"
            shutil.copytree(project / ".github", seen[content])
    return list(seen.values())


def clean(*command: str | Path) -> None:
    """Runs a tool, which must find nothing."""
    words = [str(word) for word in command]
    done = subprocess.run(words, env=service.environment(), capture_output=True, text=True)
    service.expect(done.returncode == 0, f"{words[0]} found:\n{done.stdout}{done.stderr}")


def check(projects: list[Path], place: Path) -> None:
    """Checks the workflows, and the configuration of updates."""
    copies = distinct(projects, place)
    workflows = [file for copy in copies for file in sorted((copy / "workflows").glob("*.yml"))]
    updates = [copy / "dependabot.yml" for copy in copies]
    service.expect(len(workflows) > len(copies) > 1, f"{len(workflows)} in {len(copies)} projects")
    for file in [*workflows, *updates]:
        found = [word for word in SILENCERS if word in file.read_text()]
        service.expect(not found, f"`{file}` silences {found}")
    # Beside it, actionlint reads the scripts, too.
    service.expect(shutil.which("shellcheck") is not None, "shellcheck is on the path")
    clean("actionlint", *workflows)
    clean("zizmor", "--offline", "--no-progress", "--quiet", "--persona=auditor", *copies)
    for schema, files in (("github-workflows", workflows), ("dependabot", updates)):
        clean("check-jsonschema", "--builtin-schema", f"vendor.{schema}", *files)
