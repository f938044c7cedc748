"""Serves a generated project as its image does, on a PostgreSQL that may be stopped meanwhile."""

import base64
import json
import re
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import service

START = """
import json, sys
from pathlib import Path
from scripts.postgres_binaries import find_in_wheel, find_on_machine
from scripts.private_cluster import PrivateCluster
home = Path(sys.argv[1])
binaries = find_on_machine() or find_in_wheel(Path.cwd(), home)
server = PrivateCluster(home, binaries).ensure()
server.create_database(sys.argv[2])
print(json.dumps(server.environment()))
"""
STOP = """
import sys
from pathlib import Path
from scripts.postmaster import stop_clusters
stop_clusters(Path(sys.argv[1]))
"""
KEYS = """
import asyncio, json
from app.domains.users.models import User
from app.domains.users.schemas import RoleEnum
from app.domains.users.service import APIKeyService
from app.infrastructure import database
from app.infrastructure.config import settings

async def main():
    keys = {}
    async with database.async_session.begin() as session:
        service = APIKeyService.for_system(session, peppers=settings.API_KEY_PEPPERS)
        for role in RoleEnum:
            user = User(email=f"{role}@my-company.com", role=role)
            session.add(user)
            await session.flush()
            keys[role] = (await service.generate_api_key(user)).api_key
    print(json.dumps(keys))

asyncio.run(main())
"""


@dataclass
class Database:
    """A PostgreSQL of this check alone."""

    project: Path
    home: Path
    name: str = "production"
    variables: dict[str, str] = field(default_factory=dict)

    def start(self) -> None:
        """Starts it, where it was before."""
        said = run(self.project, ["python", "-c", START, str(self.home), self.name], {})
        self.variables = json.loads(said.splitlines()[-1]) | {"APP_DB_NAME": self.name}

    def stop(self) -> None:
        """Stops it, and with it every connection."""
        run(self.project, ["python", "-c", STOP, str(self.home)], {})


def run(project: Path, command: list[str], variables: dict[str, str]) -> str:
    """Runs a program of the project's environment; returns what it printed."""
    done = subprocess.run(
        [project / ".venv/bin" / command[0], *command[1:]],
        cwd=project,
        env=service.environment(**variables),
        capture_output=True,
        text=True,
        check=False,
    )
    service.expect(done.returncode == 0, f"`{command[0]}` failed: {done.stderr[-3000:]}")
    return done.stdout


@contextmanager
def database(project: Path) -> Iterator[Database]:
    """Gives a migrated database, and takes it away."""
    home = project.parent / "production"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    made = Database(project, home)
    try:
        made.start()
        run(project, ["alembic", "upgrade", "head"], made.variables)
        yield made
    finally:
        made.stop()
        shutil.rmtree(home)


def settings(database: Database, **more: str) -> dict[str, str]:
    """The variables of a strict environment, each secret its own."""
    variables = {
        "ENV": "staging",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "API_KEY_PEPPERS": secrets.token_urlsafe(48),
        "SINGLE_PROCESS": "true",
        "CORS_ORIGINS": "https://app.my-company.com",
        "ALLOWED_HOSTS": "api.my-company.com",
        "CLERK_AZP": "https://app.my-company.com",
        "CLERK_WEBHOOK_SECRET": "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode(),
        "SHUTDOWN_DELAY": "0",
        "RATE_LIMIT_REQUESTS": "100000000/minute",
        "RATE_LIMIT_FAILED_SIGN_INS": "100000000/minute",
    }
    return variables | database.variables | more


def keys(project: Path, variables: dict[str, str]) -> dict[str, str]:
    """Makes a user of each role; returns the keys."""
    return json.loads(run(project, ["python", "-c", KEYS], variables).splitlines()[-1])


def command(project: Path, port: int) -> list[str]:
    """What the image of the API runs, here and on another port."""
    [words] = re.findall(r'^CMD (\["uvicorn".*\])$', (project / "Dockerfile").read_text(), re.M)
    program, *arguments = json.loads(words)
    moved = {"0.0.0.0": "127.0.0.1", "8000": str(port)}
    return [str(project / ".venv/bin" / program), *(moved.get(word, word) for word in arguments)]


def free_port() -> int:
    """A port that nobody uses."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@contextmanager
def served(
    project: Path, variables: dict[str, str], *, log: str = "production.log"
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Serves the project; gives its address and its process."""
    port = free_port()
    with service.running(project, *command(project, port), log=log, **variables) as process:
        address = f"http://127.0.0.1:{port}"
        service.wait_for(f"{address}/api/v1/health/ready", process)
        yield address, process
