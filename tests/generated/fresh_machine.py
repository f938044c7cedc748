"""Follows the quick start of a project's README on a machine with nothing but Debian and pipx."""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import engine
import service
import tour

IMAGE = "ddd-forge-fresh"
USER = "jane"
SERVES = ["Try…", "…Application startup complete…"]


def commands(readme: str) -> tuple[str, str, str]:
    """Returns how the quick start installs uv, starts the service and tests it."""
    section = readme.split("\n## Quick start\n")[1].split("\n## ", 1)[0]
    install = re.search(r"from\s+PyPI \(`(.+?)`\)", section)
    blocks = re.findall(r"^```sh\n(.*?)\n^```$", section, re.MULTILINE | re.DOTALL)
    test = re.search(r"^\| `(just test)` \|", section, re.MULTILINE)
    service.expect(bool(install and test) and len(blocks) == 1, f"the quick start says {section}")
    return install[1], blocks[0], f"uv run {test[1]}"


@contextmanager
def machine(docker: engine.Engine, project: Path) -> Iterator[str]:
    """Runs a container in whose user's home the project is, and nothing else."""
    name = f"fresh-{os.getpid()}"
    engine.make(docker, "machine", IMAGE)
    docker.docker("run", "--detach", "--init", "--name", name, IMAGE, "sleep", "infinity")
    try:
        docker.docker("cp", project, f"{name}:/home/{USER}/shop")
        docker.docker("exec", "--user", "root", name, "chown", "--recursive", USER, f"/home/{USER}")
        yield name
    finally:
        docker.run("docker", "rm", "--force", "--volumes", name, check=False)


def terminal(docker: engine.Engine, name: str) -> tour.Terminal:
    """Opens a terminal in the project, as somebody who logs in."""
    variables = [word for key in tour.PROMPTING for word in ("--env", key)]
    shell = ["docker", "exec", "--interactive", "--tty", *variables]
    shell += ["--workdir", f"/home/{USER}/shop", name, "bash", "--login"]
    return tour.Terminal(engine.HOME, docker.environment(), shell)


def timed(shell: tour.Terminal, command: str, shown: list[str]) -> None:
    """Types a command, waits for what it shows or for its end, and says how long that took."""
    started, shell.said = time.monotonic(), ""
    shell.type(command)
    shell.shows(shown) if shown else shell.wait()
    print(f"      {time.monotonic() - started:5.1f} s  {command}", flush=True)


def check(docker: engine.Engine, project: Path) -> None:
    """Ends with an answered request and a green suite."""
    if not docker.has("image", "inspect", engine.BARE):
        print(
            "      only an engine of our own has a machine to try it on: it was left out",
            flush=True,
        )
        return
    install, up, test = commands((project / "README.md").read_text())
    with machine(docker, project) as name:
        timed(terminal(docker, name), install, [])
        first, second = terminal(docker, name), terminal(docker, name)
        timed(first, up, SERVES)
        [curl] = re.findall(r"^Try\s+(curl .+?)\r?$", first.said, re.MULTILINE)
        timed(second, f"{curl} --fail --silent --show-error", [])
        service.expect('"role":"admin"' in second.said, f"`{curl}` said {second.said}")
        timed(second, test, [])
        passed = re.search(r"(\d+) passed", second.said)
        service.expect(passed is not None, f"the tests said {second.said[-2000:]}")
        print(f"      {passed[0]}", flush=True)
        first.press_ctrl_c()
