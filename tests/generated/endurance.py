"""A service under load while what is around it fails: its database, its clients, its own end."""

import asyncio
import os
import signal
import socket
import subprocess
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx
import production
import service

CLIENTS = 16
ABORTED = 40
# Seconds that the service goes on after the signal.
DELAY = 4
ME = "/api/v1/me"
READY = "/api/v1/health/ready"
CUSTOMERS = "/api/v1/customers"
LOCK = """
import asyncio, sys
from sqlalchemy import text
from app.infrastructure import database

async def main():
    async with database.async_engine.begin() as connection:
        await connection.execute(text("LOCK TABLE users"))
        print("locked", flush=True)
        await asyncio.to_thread(sys.stdin.read)

asyncio.run(main())
"""
COUNT = """
import asyncio
from sqlalchemy import text
from app.infrastructure import database

BUSY = '''SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
AND pid <> pg_backend_pid() AND state <> 'idle' AND backend_type = 'client backend' '''

async def main():
    async with database.async_engine.connect() as connection:
        print(await connection.scalar(text(BUSY)))

asyncio.run(main())
"""


class Load:
    """Clients that keep their connections and do not stop asking; what they were told, in order."""

    def __init__(self, address: str, key: str) -> None:
        self._address = address
        self._headers = {"X-API-Key": key}
        self.told: list[tuple[float, str]] = []

    async def _ask(self, number: int) -> None:
        customer = {"name": "Ann", "email": f"{number}-{os.getpid()}@my-company.com"}
        asked = [("GET", ME, None), ("GET", CUSTOMERS, None), ("POST", CUSTOMERS, customer)]
        async with httpx.AsyncClient(
            base_url=self._address, headers=self._headers, timeout=30
        ) as client:
            while True:
                for method, path, body in asked:
                    answer = await client.request(method, path, json=body)
                    # The second customer of that address is one too many.
                    said = "409" if answer.status_code == 409 else str(answer.status_code)
                    self.told.append((time.monotonic(), said))

    async def _note(self, number: int) -> None:
        while True:
            try:
                await self._ask(number)
            except httpx.TransportError as error:
                self.told.append((time.monotonic(), repr(error)))
                await asyncio.sleep(0.1)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Asks as long as the block runs."""
        tasks = [asyncio.create_task(self._note(number)) for number in range(CLIENTS)]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def since(self, moment: float) -> Counter[str]:
        """What was told after that moment."""
        return Counter(said for when, said in self.told if when >= moment)


FINE = {"200", "201", "409"}


async def until(address: str, status: int, patience: float = 20) -> dict[str, object]:
    """Asks whether the service is ready until it says so, or says no."""
    deadline = time.monotonic() + patience
    async with httpx.AsyncClient(base_url=address) as client:
        while time.monotonic() < deadline:
            answer = await client.get(READY)
            if answer.status_code == status:
                return answer.json()
            await asyncio.sleep(0.05)
    service.expect(False, f"readiness never was {status}")
    raise AssertionError


@contextmanager
def users_locked(project: Path, variables: dict[str, str]) -> Iterator[None]:
    """Lets nobody be found meanwhile: every request waits for the database."""
    holder = subprocess.Popen(
        [project / ".venv/bin/python", "-c", LOCK],
        cwd=project,
        env=service.environment(**variables),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        service.expect(holder.stdout.readline() == "locked\n", "the table is locked")
        yield
    finally:
        holder.communicate()


def check_start(project: Path, database: production.Database) -> None:
    """Without a database the process says why and ends; with a late one it serves."""
    variables = production.settings(database, DB_START_TIMEOUT="2")
    database.stop()
    port = production.free_port()
    started = time.monotonic()
    done = subprocess.run(
        production.command(project, port),
        cwd=project,
        env=service.environment(**variables),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    said, took = done.stdout + done.stderr, time.monotonic() - started
    service.expect(done.returncode not in {0, None}, f"a start without a database: {said}")
    service.expect(said.count("waiting for the database") in {2, 3}, f"retries: {said}")
    service.expect("check APP_DB_HOST" in said, f"what to look at: {said}")
    service.expect(variables["APP_DB_PASSWORD"] not in said, "no password in the log")
    service.expect(took < 15, f"giving up took {took:.0f} s")
    with service.running(
        project, *production.command(project, port), log="production.log", **variables
    ) as process:
        database.start()
        service.wait_for(f"http://127.0.0.1:{port}{READY}", process)


async def check_restart(address: str, load: Load, database: production.Database) -> None:
    """The database goes and comes back: 503 meanwhile, then all is as before."""
    async with load.running():
        await asyncio.sleep(1)
        begun = time.monotonic()
        await asyncio.to_thread(database.stop)
        await until(address, 503)
        await asyncio.sleep(1)
        await asyncio.to_thread(database.start)
        await until(address, 200)
        recovered = time.monotonic()
        await asyncio.sleep(1)
    service.expect(load.since(0).keys() <= FINE | {"503"}, f"an outage said {load.since(0)}")
    service.expect(load.since(begun)["503"] > 0, "the outage was noticed")
    late = load.since(recovered + 0.5)
    service.expect(late.total() > 0 and late.keys() <= FINE, f"after it: {late}")


async def check_exhaustion(address: str, key: str, locked: object) -> None:
    """More wait for the database than it has connections: all are told so, and soon."""

    async def ask(client: httpx.AsyncClient) -> tuple[int, float]:
        started = time.monotonic()
        answer = await client.get(ME)
        return answer.status_code, time.monotonic() - started

    limits = httpx.Limits(max_connections=ABORTED)
    async with httpx.AsyncClient(
        base_url=address, headers={"X-API-Key": key}, limits=limits, timeout=30
    ) as client:
        with locked:
            told = await asyncio.gather(*(ask(client) for _ in range(ABORTED)))
        service.expect({status for status, _ in told} == {503}, f"exhaustion said {told}")
        slowest = max(took for _, took in told)
        service.expect(slowest < 6, f"exhaustion was told after {slowest:.1f} s")
        service.expect((await client.get(ME)).status_code == 200, "and is over at once")


def check_aborted(project: Path, address: str, key: str, variables: dict[str, str]) -> None:
    """Clients that leave in the middle leave nothing behind."""
    host, port = address.removeprefix("http://").split(":")
    request = f"GET {ME} HTTP/1.1\r\nHost: {host}\r\nX-API-Key: {key}\r\n\r\n".encode()
    with users_locked(project, variables):
        for _ in range(ABORTED):
            with socket.create_connection((host, int(port))) as client:
                client.sendall(request)
                time.sleep(0.01)
        # The service's own patience with a lock, and a moment.
        time.sleep(4)
    busy = production.run(project, ["python", "-c", COUNT], variables).strip()
    service.expect(busy == "0", f"{ABORTED} clients left {busy} backends at work")


def check_deadline(project: Path, address: str, key: str, variables: dict[str, str]) -> None:
    """A request that takes too long is given up, and so is one that does not arrive."""
    with users_locked(project, variables):
        started = time.monotonic()
        answer = httpx.get(address + ME, headers={"X-API-Key": key})
        took = time.monotonic() - started
    service.expect(answer.status_code == 503, f"a slow request: {answer.text}")
    service.expect(answer.json()["code"] == "deadline_exceeded", f"a slow request: {answer.text}")
    service.expect(took < 2, f"a slow request took {took:.1f} s")
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as client:
        head = b"POST /webhooks/clerk HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n"
        client.sendall(head + b"{")
        said = client.recv(4096).decode()
        service.expect(said.startswith("HTTP/1.1 408 "), f"half a body: {said}")


async def check_shutdown(
    address: str, load: Load, process: subprocess.Popen[bytes], key: str
) -> None:
    """SIGTERM under load: readiness says no first, and not one request fails."""
    host, port = address.removeprefix("http://").split(":")
    async with load.running():
        await asyncio.sleep(1)
        process.send_signal(signal.SIGTERM)
        ended = time.monotonic() + DELAY
        told = await until(address, 503)
        service.expect(told["code"] == "shutting_down", f"readiness said {told}")
        answer = httpx.get(address + ME, headers={"X-API-Key": key})
        service.expect(answer.headers.get("Connection") == "close", "clients are sent away")
        # Whoever sends the requests notices late.
        await asyncio.sleep(DELAY - 2)
    # And one is under way while the server stops.
    body = b'{"name": "Ann", "email": "last@my-company.com"}'
    with socket.create_connection((host, int(port)), timeout=20) as client:
        head = f"POST {CUSTOMERS} HTTP/1.1\r\nHost: {host}\r\nX-API-Key: {key}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        client.sendall(head.encode() + body[:9])
        await asyncio.sleep(ended + 1 - time.monotonic())
        service.expect(process.poll() is None, "the server waits for what is under way")
        client.sendall(body[9:])
        said = client.recv(4096).decode()
    service.expect(said.startswith("HTTP/1.1 201 "), f"the last one: {said}")
    told = load.since(0)
    service.expect(told.total() > CLIENTS and told.keys() <= FINE, f"a shutdown said {told}")
    code = await asyncio.to_thread(process.wait, 20)
    # Ended by the signal, or by itself where it is the first process of a container.
    service.expect(code in {0, -signal.SIGTERM}, f"the server ended with {code}")


def check(project: Path) -> None:
    """Lets everything around a service fail, one after another."""
    with production.database(project) as database:
        check_start(project, database)
        variables = production.settings(database)
        key = production.keys(project, variables)["admin"]
        small = {"DB_POOL_SIZE": "2", "DB_MAX_OVERFLOW": "0", "DB_POOL_TIMEOUT": "0.5"}
        with production.served(project, variables) as (address, _):
            asyncio.run(check_restart(address, Load(address, key), database))
        with production.served(project, variables | small) as (address, _):
            asyncio.run(check_exhaustion(address, key, users_locked(project, variables)))
            check_aborted(project, address, key, variables)
        with production.served(project, variables | {"REQUEST_TIMEOUT": "1"}) as (address, _):
            check_deadline(project, address, key, variables)
        delayed = variables | {"SHUTDOWN_DELAY": str(DELAY)}
        with production.served(project, delayed) as (address, process):
            asyncio.run(check_shutdown(address, Load(address, key), process, key))
