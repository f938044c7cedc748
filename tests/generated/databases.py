"""Every way to a database and the recipes around it: which is chosen, and that it answers."""

import json
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import service
from engine import Engine

UP = ("uv", "run", "just", "up")
READY = f"{service.ADDRESS}/api/v1/health/ready"

# A PostgreSQL with credentials of its own, as a colleague's machine might have one.
FOREIGN = """
import json, sys
from pathlib import Path
from scripts.postgres_binaries import find_in_wheel, find_on_machine
from scripts.private_cluster import PrivateCluster
home = Path(sys.argv[1])
binaries = find_on_machine() or find_in_wheel(Path.cwd(), home)
print(json.dumps(PrivateCluster(home, binaries).ensure().environment()))
"""
COUNT = """
import asyncio
from sqlalchemy import text
from app.infrastructure import database
async def count():
    async with database.async_engine.connect() as connection:
        print(await connection.scalar(text("SELECT count(*) FROM users")))
asyncio.run(count())
"""
# The machine's own PostgreSQL cannot be taken away for a moment; not being found comes to the same.
WITHOUT_INSTALLATION = """
import sys
import scripts.server_choice
scripts.server_choice.find_on_machine = lambda: None
"""
SERVE = WITHOUT_INSTALLATION + "from scripts.dev_database import main; main()"
TEST = WITHOUT_INSTALLATION + "import pytest; sys.exit(pytest.main(sys.argv[1:]))"


def run(
    project: Path, *command: str, answer: str = "", **variables: str
) -> subprocess.CompletedProcess[str]:
    """Runs a command in a project; its questions get this answer."""
    return subprocess.run(
        command,
        cwd=project,
        env=service.environment(**variables),
        input=answer,
        capture_output=True,
        text=True,
        check=False,
    )


def recipe(project: Path, *words: str, answer: str = "") -> subprocess.CompletedProcess[str]:
    """Runs a recipe."""
    return run(project, "uv", "run", "just", *words, answer=answer)


def said(project: Path) -> str:
    """Returns what the last server has said."""
    return service.log_of(project, "up.log").read_text()


def users(project: Path) -> int:
    """Returns how many users the development database has."""
    database = ["uv", "run", "python", "-m", "scripts.dev_database", "exec", "--"]
    done = run(project, *database, "python", "-c", COUNT)
    service.expect(done.returncode == 0, f"the users can be counted: {done.stderr}")
    return int(done.stdout)


def check_up(
    project: Path, chosen: str, *command: str, again: str | None = None, **variables: str
) -> None:
    """Starts the service twice; the server is `chosen`, and then `again`; each `curl` answers."""
    for expected in (chosen, again or chosen):
        with service.running(project, *(command or UP), log="up.log", **variables) as process:
            service.wait_for(READY, process)
            service.expect(expected in said(project), f"`{expected}`, not: {said(project)[:400]}")
            service.check_printed_curl(project)


@contextmanager
def colleague(project: Path, home: Path) -> Iterator[dict[str, str]]:
    """Runs a PostgreSQL of somebody else's; gives the variables that lead to it."""
    python = ["uv", "run", "python", "-c"]
    found = run(project, *python, FOREIGN, str(home))
    service.expect(found.returncode == 0, f"a colleague's server starts: {found.stderr}")
    try:
        yield json.loads(found.stdout)
    finally:
        stop = f"from pathlib import Path; stop_clusters(Path({str(home)!r}))"
        stop = f"from scripts.postmaster import stop_clusters; {stop}"
        stopped = run(project, *python, stop)
        service.expect(stopped.returncode == 0, f"a colleague's server stops: {stopped.stderr}")
        shutil.rmtree(home)


def check_configured(project: Path) -> None:
    """A server that is named is used if it accepts the credentials, and never else."""
    with colleague(project, project.parent / "colleague") as server:
        check_up(project, f"as configured, 127.0.0.1:{server['APP_DB_PORT']}", **server)
        wrong = server | {"APP_DB_PASSWORD": "wrong"}
        check_up(project, "a private cluster", **wrong)
        refused = f":{server['APP_DB_PORT']} does not accept the credentials"
        service.expect(refused in said(project), f"`{refused}`, not: {said(project)[:400]}")


def check_docker(project: Path, docker: Engine) -> None:
    """Compose's database is used where Docker runs; it then is what the project's `.env` names."""
    # A project of its own: `down --volumes` must not meet anybody's data.
    variables = docker.variables | {"COMPOSE_PROJECT_NAME": f"ddd-forge-check-{os.getpid()}"}
    try:
        check_up(project, "Compose's dbapp", again="as configured, localhost:", **variables)
        with service.running(
            project, "uv", "run", "just", "down", log="up.log", **variables
        ) as end:
            end.wait(60)
    finally:
        run(project, "docker", "compose", "down", "--volumes", **variables)


def check_wheel(project: Path) -> None:
    """Without a PostgreSQL on the machine, one comes from a package."""
    python = ["uv", "run", "python", "-c"]
    serve = ["exec", "--", "python", "-m", "scripts.dev_server"]
    check_up(project, "by a wheel's programs", *python, SERVE, *serve)
    # It may be newer than production's, and say more of itself.
    done = run(project, *python, TEST, "-q", "tests/migrations")
    service.expect(done.returncode == 0, f"migrations on the wheel's PostgreSQL: {done.stdout}")


def check_reload(project: Path) -> None:
    """`just dev` answers again after a change of the code."""
    with service.running(project, "uv", "run", "just", "dev", log="up.log") as process:
        service.wait_for(READY, process)
        route = project / "app/api/routes/health.py"
        text = route.read_text()
        route.write_text(
            f"{text}\n\n@router.get('/changed')\nasync def changed() -> str:\n    return ''\n"
        )
        service.wait_for(f"{service.ADDRESS}/api/v1/health/changed", process)
        route.write_text(text)


def check_interrupt(project: Path) -> None:
    """Ctrl-C ends `just up` and all that it started but the database."""
    with service.running(project, *UP, log="up.log") as process:
        service.wait_for(READY, process)
        os.killpg(process.pid, signal.SIGINT)
        code = process.wait(30)
    service.expect(code in {0, 130}, f"Ctrl-C ended `just up` with {code}")
    service.expect("Traceback" not in said(project), f"Ctrl-C said {said(project)[-800:]}")
    try:
        httpx.get(READY)
    except httpx.TransportError:
        return
    service.expect(False, "the service still answers after Ctrl-C")


def check_recipes(project: Path) -> None:
    """`test`, `db-reset` and `down` do what they say, and ask before they delete."""
    done = recipe(project, "test", "tests/api/test_health.py")
    service.expect(done.returncode == 0 and " passed" in done.stdout, f"`just test`: {done.stdout}")
    before = users(project)
    for answer in ("", "n\n"):
        done = recipe(project, "db-reset", answer=answer)
        refused = done.returncode != 0 and "Nothing was changed" in done.stderr
        service.expect(refused, f"`just db-reset` with {answer!r}: {done}")
    service.expect(users(project) == before > 0, "whoever answered no keeps every row")
    done = recipe(project, "db-reset", "--yes")
    service.expect(done.returncode == 0 and "is empty" in done.stderr, f"`just db-reset`: {done}")
    service.expect(users(project) == 0, "`just db-reset` empties the database")
    for expected in (True, False):
        done = recipe(project, "down")
        stopped = "is stopped" in done.stderr
        service.expect(done.returncode == 0 and stopped == expected, f"`just down`: {done}")
    for port in project.glob(".local/postgres/*/port"):
        with socket.socket() as probe:
            taken = probe.connect_ex(("127.0.0.1", int(port.read_text()))) == 0
        service.expect(not taken, f"`just down` left a server on port {port.read_text()}")


def check(project: Path, docker: Engine | None) -> None:
    """Tries every way to a database, and then the recipes on the machine's own PostgreSQL."""
    check_configured(project)
    if docker:
        check_docker(project, docker)
    check_wheel(project)
    check_reload(project)
    check_interrupt(project)
    check_recipes(project)
