"""Rate limits of several processes, counted together in Redis."""

import asyncio
import shutil
import socket
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import production
import service

PROCESSES = 3
MOST = 20
ME = "/api/v1/me"
# Longer than the service leaves alone a store that failed.
REST = 6


@contextmanager
def redis(port: int) -> Iterator[None]:
    """Runs a server that keeps nothing on disk."""
    with tempfile.TemporaryDirectory() as place:
        command = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", ""]
        process = subprocess.Popen([*command, "--dir", place], stdout=subprocess.DEVNULL)
        try:
            while True:
                service.expect(process.poll() is None, "Redis ended")
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except ConnectionRefusedError:
                    time.sleep(0.05)
            yield
        finally:
            process.terminate()
            process.wait()


async def ask(addresses: list[str], times: int, **headers: str) -> Counter[int]:
    """Asks each process in turn, all at once; returns how often there was which status."""
    async with httpx.AsyncClient(headers=headers, timeout=30) as client:
        asked = (client.get(addresses[number % len(addresses)] + ME) for number in range(times))
        answers = await asyncio.gather(*asked)
    for answer in answers:
        if answer.status_code == 429:
            waits = int(answer.headers["Retry-After"])
            service.expect(0 < waits <= 86_400, f"a refusal that says to wait {waits} s")
    return Counter(answer.status_code for answer in answers)


def check_shared(addresses: list[str], keys: dict[str, str]) -> None:
    """Processes together allow one caller as much as one process would."""
    told = asyncio.run(ask(addresses, 2 * MOST, **{"X-API-Key": keys["admin"]}))
    service.expect(told == {200: MOST, 429: MOST}, f"one key at all processes: {told}")
    told = asyncio.run(ask(addresses, PROCESSES, **{"X-API-Key": keys["standard"]}))
    service.expect(told == {200: PROCESSES}, f"the key of another: {told}")
    wrong = {"X-API-Key": "ak_wrong"}
    told = asyncio.run(ask(addresses, 2 * MOST, **wrong))
    service.expect(told == {401: MOST, 429: MOST}, f"wrong keys: {told}")
    # Nobody is a proxy here, whatever a caller claims.
    told = asyncio.run(ask(addresses, PROCESSES, **wrong, **{"X-Forwarded-For": "203.0.113.9"}))
    service.expect(told == {429: PROCESSES}, f"wrong keys from a claimed address: {told}")


def check_outage(addresses: list[str], keys: dict[str, str]) -> None:
    """Without Redis each process counts for itself, and none fails."""
    told = asyncio.run(ask(addresses, PROCESSES * MOST * 2, **{"X-API-Key": keys["admin"]}))
    service.expect(told == {200: PROCESSES * MOST, 429: PROCESSES * MOST}, f"an outage: {told}")


def check(project: Path) -> None:
    """Counts together, through an outage of the store, and together again."""
    if shutil.which("redis-server") is None:
        print("   not counted in Redis: no `redis-server` here", flush=True)
        return
    port = production.free_port()
    with production.database(project) as database, ExitStack() as processes:
        variables = production.settings(
            database,
            SINGLE_PROCESS="false",
            RATE_LIMIT_STORAGE_URI=f"redis://127.0.0.1:{port}/0",
            RATE_LIMIT_REQUESTS=f"{MOST}/day",
            RATE_LIMIT_FAILED_SIGN_INS=f"{MOST}/day",
        )
        keys = production.keys(project, variables)
        with redis(port):
            served = [
                processes.enter_context(
                    production.served(project, variables, log=f"limits-{number}.log")
                )
                for number in range(PROCESSES)
            ]
            addresses = [address for address, _ in served]
            check_shared(addresses, keys)
        check_outage(addresses, keys)
        with redis(port):
            time.sleep(REST)
            check_shared(addresses, keys)
