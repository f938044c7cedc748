"""Runs every recipe of a generated Justfile that nothing else here runs.

A recipe that is neither run here nor elsewhere in these files stops everything. Those of Docker run
with a stand-in that records what it is told: which services of which Compose file, and how.
"""

import json
import os
import re
import subprocess
from pathlib import Path

import service
import yaml

HERE = Path(__file__)
# How the others run a recipe.
CALLS = r'(?:"just", |recipe\(project, |check_code\(project, )"{}"'
DOCKER = '#!/bin/sh\n[ "$*" = "compose version" ] || echo "$*" >> "$TOLD"\n'
# What follows the Compose file, for the second word of a recipe's name.
VERBS = {
    "build": "build",
    "up": "up -d --wait",
    "down": "down",
    "logs": "logs --follow",
    "restart": "restart",
    "docker": "down --volumes",
}
MESSAGE = 'add "colour"; to $HOME'


def just(project: Path, *words: str, answer: str = "", **variables: str) -> tuple[int, str]:
    """Runs a recipe; returns its code and everything it said."""
    done = subprocess.run(
        ["uv", "run", "just", *words],
        cwd=project,
        env=service.environment(**variables),
        input=answer,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def works(project: Path, *words: str) -> str:
    """Runs a recipe, which must succeed; returns what it said."""
    code, said = just(project, *words)
    service.expect(code == 0, f"`just {' '.join(words)}` failed: {said}")
    return said


def listed(project: Path) -> set[str]:
    """Returns the recipes that people may run."""
    command = ["uv", "run", "--quiet", "just", "--dump", "--dump-format", "json"]
    said = subprocess.run(
        command, cwd=project, env=service.environment(), capture_output=True, check=True
    )
    dump = json.loads(said.stdout)
    return {name for name, recipe in dump["recipes"].items() if not recipe["private"]}


def check_setup(project: Path) -> None:
    """What a new working copy needs, and what a commit is checked with."""
    service.expect("docker-up" in works(project, "default"), "`just` lists the recipes")
    kept = project / ".env"
    settings = kept.read_text()
    code, said = just(project, "env-init")
    service.expect(code != 0 and kept.read_text() == settings, f"`.env` is kept: {said}")
    kept.unlink()
    works(project, "env-init")
    service.expect("SECRET_KEY=" in kept.read_text() != settings, "`.env` has secrets of its own")
    kept.write_text(settings)
    works(project, "install")
    hook = project / ".git" / "hooks" / "pre-commit"
    hook.unlink()
    works(project, "prek-install")
    service.expect(hook.is_file(), "the hooks are installed")
    works(project, "prek-run")
    untidy = project / "app" / "untidy.py"
    untidy.write_text("import sys\nimport os\nNAMES = [ os,sys ]\n")
    works(project, "format")
    tidy = untidy.read_text()
    service.expect(tidy == "import os\nimport sys\n\nNAMES = [os, sys]\n", f"laid out: {tidy}")
    untidy.unlink()
    works(project, "clean")
    left = [path for name in ("app", "tests") for path in (project / name).rglob("__pycache__")]
    service.expect(not left, f"`just clean` left {left}")
    service.expect((project / ".venv").is_dir(), "`just clean` keeps the environment")


def check_migrations(project: Path) -> None:
    """A migration written, applied, shown and taken back; then the first admin, made once."""
    versions = project / "alembic" / "versions"
    before = set(versions.glob("*.py"))
    works(project, "migrate")
    works(project, "migrate-create", MESSAGE)
    [written] = set(versions.glob("*.py")) - before
    service.expect(MESSAGE in written.read_text(), f"the message: {written.read_text()}")
    head = re.compile(rf"^.*\(head\).*{re.escape(MESSAGE)}", re.MULTILINE)
    works(project, "migrate")
    said = works(project, "migrate-history")
    service.expect("(current)" in head.search(said)[0], f"it is applied: {said}")
    works(project, "migrate-down")
    said = works(project, "migrate-history")
    service.expect("(current)" not in head.search(said)[0], f"it is taken back: {said}")
    written.unlink()
    works(project, "db-reset", "--yes")
    made = works(project, "create-user", "--email", "jane@example.com")
    service.expect("\nak_" in made, f"the key is shown: {made}")
    code, said = just(project, "create-user", "--email", "jim@example.com")
    service.expect(code != 0 and "an admin exists already" in said, f"a second one: {said}")


def check_docker(project: Path, recipes: set[str]) -> set[str]:
    """Each recipe of Docker tells it what its name says; returns those that were run."""
    programs, told = project.parent / "programs", project.parent / "told"
    programs.mkdir(exist_ok=True)
    (programs / "docker").write_text(DOCKER)
    (programs / "docker").chmod(0o755)
    variables = {"PATH": f"{programs}:{os.environ['PATH']}", "TOLD": str(told)}
    services = {
        path.name: yaml.safe_load(path.read_text())["services"]
        for path in project.glob("docker-compose*.yml")
    }
    code, said = just(project, "clean-docker", answer="n\n", **variables)
    service.expect(code != 0 and not told.exists(), f"whoever says no keeps all data: {said}")
    ran = {name for name in recipes if "docker" in name}
    for name in sorted(ran):
        code, said = just(project, "--yes", name, **variables)
        service.expect(code == 0, f"`just {name}` failed: {said}")
        verb = VERBS[name.split("-")[1]]
        for line in told.read_text().splitlines():
            called = re.fullmatch(rf"compose -f (\S+) {verb}((?: [\w-]+)*)", line)
            service.expect(called is not None, f"`just {name}` told docker `{line}`")
            service.expect(set(called[2].split()) <= services[called[1]].keys(), f"none: {line}")
        told.unlink()
    return ran


def check(project: Path) -> None:
    """Runs the recipes; each must be run, here or elsewhere."""
    recipes = listed(project)
    check_setup(project)
    check_migrations(project)
    ran = check_docker(project, recipes)
    texts = [path.read_text() for path in HERE.parent.glob("*.py") if path != HERE]
    own = HERE.read_text()
    for name in sorted(recipes - ran):
        here = f'works(project, "{name}"' in own
        elsewhere = any(re.search(CALLS.format(name), text) for text in texts)
        service.expect(here or elsewhere, f"nothing runs `just {name}`")
