"""Plays a job of a generated workflow: its scripts, as they stand there, in order."""

import re
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import service
import yaml

EXPRESSION = re.compile(r"\$\{\{ (.+?) \}\}")
# What GitHub runs a script with, unless the workflow names a shell.
SHELL = ["bash", "-e"]


@dataclass
class Played:
    """What became of a job."""

    failed: str | None = None
    said: str = ""
    ran: list[str] = field(default_factory=list)
    known: dict[str, str] = field(default_factory=dict)


def workflow(project: Path, name: str) -> dict[str, Any]:
    """Reads a workflow."""
    return yaml.safe_load((project / ".github" / "workflows" / name).read_text())


def title(step: dict[str, Any]) -> str:
    """Returns what GitHub calls a step."""
    return step.get("name") or step["run"].strip()


def filled(text: str, known: dict[str, str]) -> str:
    """Puts values in place of expressions; one that is not known stops everything."""
    return EXPRESSION.sub(lambda found: known[found[1]], str(text))


def play(
    place: Path,
    workflow: dict[str, Any],
    job: str,
    known: dict[str, str],
    *,
    without: frozenset[str] = frozenset(),
    **variables: str,
) -> Played:
    """Runs the scripts of a job but those `without`; expressions have the values that are `known`.

    An `if` is an expression that is true when its value is `true`.
    """
    played = Played(known=dict(known))
    known = played.known
    shared = {k: filled(v, known) for k, v in workflow.get("env", {}).items()}
    for step in workflow["jobs"][job]["steps"]:
        if "run" not in step or title(step) in without:
            continue
        if "if" in step and known[step["if"]] != "true":
            continue
        own = {k: filled(v, known) for k, v in step.get("env", {}).items()}
        with tempfile.NamedTemporaryFile("r") as outputs:
            done = subprocess.run(
                [*SHELL, "-c", step["run"]],
                cwd=place,
                env=service.environment(**shared | variables | own, GITHUB_OUTPUT=outputs.name),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            lines = [line.split("=", 1) for line in outputs.read().splitlines() if "=" in line]
        known |= {f"steps.{step.get('id')}.outputs.{name}": value for name, value in lines}
        played.said += done.stdout
        played.ran.append(title(step))
        if done.returncode:
            played.failed = title(step)
            break
    return played
