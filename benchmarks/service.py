"""The generated service under load, beside a bare application that does the same work."""

import json
import os
import secrets
import socket
import statistics
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from issuer import Issuer
from load import CONNECTIONS, Ask, load
from measure import WORK, Row, run

HERE = Path(__file__).resolve().parent
ROUNDS, SECONDS = 5, 3
PAGE = "/users?limit=10&order_by=email"
# More than the pool has connections, so that requests wait for one.
SATURATED = 32
TICKS = os.sysconf("SC_CLK_TCK")
CPUS = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
SERVICE = "app.api.main:app"
FLAGS = ["--no-access-log", "--no-proxy-headers", "--no-server-header"]


class Receiver(BaseHTTPRequestHandler):
    """Takes whatever traces and metrics are sent to it, and throws them away."""

    def do_POST(self) -> None:
        """Takes one batch."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@dataclass
class Server:
    """A running server: how it started, and what it did."""

    pid: int
    url: str
    first_answer: float
    rates: dict[str, list[float]] = field(default_factory=dict)
    worst: dict[str, list[float]] = field(default_factory=dict)
    costs: dict[str, list[float]] = field(default_factory=dict)

    def cpu(self) -> float:
        """Returns the CPU seconds it has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory(self) -> float:
        """Returns what it holds now, in MiB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def ask(self, name: str, *asks: Ask, connections: int = CONNECTIONS) -> None:
        """Loads it for a while, and keeps its rate, its slow answers and the CPU time for each."""
        before = self.cpu()
        answers = load(self.url, asks, SECONDS, connections)
        self.rates.setdefault(name, []).append(answers.rate)
        self.worst.setdefault(name, []).append(answers.p99)
        used = (self.cpu() - before) / len(answers.latencies)
        self.costs.setdefault(name, []).append(used)

    def rate(self, name: str) -> float:
        """Returns answers a second."""
        return statistics.median(self.rates[name])

    def p99(self, name: str) -> float:
        """Returns the milliseconds within which 99 of 100 answers came."""
        return statistics.median(self.worst[name])

    def cost(self, name: str) -> float:
        """Returns CPU milliseconds for an answer."""
        return statistics.median(self.costs[name]) * 1000


def free_port() -> int:
    """Returns a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def pin(pid: int, *, first: bool) -> None:
    """Gives servers the first processor to themselves, and the others to who asks them."""
    if len(CPUS) > 1:
        os.sched_setaffinity(pid, CPUS[:1] if first else CPUS[1:])


def answer(url: str, headers: dict[str, str]) -> object:
    """Asks once."""
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as response:
        return json.load(response)


@contextmanager
def served(
    project: Path, app: str, live: str, environment: dict[str, str], place: Path
) -> Generator[Server]:
    """Runs one process of uvicorn until it answers, and ends it afterwards."""
    port = free_port()
    uvicorn = [project / ".venv/bin/python", "-m", "uvicorn", app, "--port", str(port), *FLAGS]
    if app == SERVICE:
        uvicorn += ["--http", "app.infrastructure.bounded_http:BoundedHttpProtocol"]
    command = [str(word) for word in uvicorn]
    log = (WORK / f"{app.split('.')[0]}-{port}.log").open("w")
    process = subprocess.Popen(command, cwd=place, env=environment, stdout=log, stderr=log)
    pin(process.pid, first=True)
    server = Server(process.pid, f"http://127.0.0.1:{port}", 0)
    try:
        while True:
            if process.poll() is not None:
                raise SystemExit(f"error: the server ended:\n{Path(log.name).read_text()}")
            try:
                urllib.request.urlopen(server.url + live).close()
                break
            except urllib.error.URLError:
                time.sleep(0.02)
        server.first_answer = server.cpu()
        yield server
    finally:
        process.terminate()
        process.wait()
        log.close()


def production(database: dict[str, str]) -> dict[str, str]:
    """Returns the settings of a service as it is deployed: nothing relaxed, no receiver named."""
    return (
        os.environ
        | database
        | {
            "ENV": "production",
            "SECRET_KEY": secrets.token_urlsafe(48),
            "API_KEY_PEPPERS": secrets.token_urlsafe(48),
            "CORS_ORIGINS": "https://app.my-company.com",
            "ALLOWED_HOSTS": "api.my-company.com",
            "SINGLE_PROCESS": "true",
            "RATE_LIMIT_REQUESTS": "1000000/second",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
    )


def mix(prefix: str, one: str, credentials: Sequence[dict[str, str]]) -> list[Ask]:
    """Returns what a busy service may be asked: pages, single rows, new rows, by each credential."""
    asks = []
    for headers in credentials:
        create = Ask(f"{prefix}/users", headers, "POST", '{"email": "user#@example.com"}', 201)
        page, read = Ask(prefix + PAGE, headers), Ask(f"{prefix}/users/{one}", headers)
        asks += [page, read, page, read, create]
    return asks


def measure(project: Path, database: dict[str, str]) -> list[Row]:
    """Measures start-up, memory, rates and CPU time."""
    environment = production(database)
    place = WORK / "place"
    place.mkdir()
    python = project / ".venv/bin/python"
    run([python, HERE / "capture.py", place], cwd=project, env=environment)
    page = json.loads((place / "page.json").read_text())
    issuer = Issuer()
    bare = environment | {
        "STATEMENTS": str(place / "statements"),
        "KEYS": ",".join(page["keys"]),
        "HASH": page["hash"],
        "PUBLIC_KEY": issuer.public_key(),
        "PYTHONPATH": str(HERE),
    }
    receiver = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    Thread(target=receiver.serve_forever, daemon=True).start()
    endpoint = f"http://127.0.0.1:{receiver.server_port}"
    traced = environment | {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}
    live = "/api/v1/health/live"
    pin(os.getpid(), first=False)
    with (
        served(project, "floor:app", "/health", bare, place) as floor,
        served(project, SERVICE, live, environment, place) as service,
        served(project, SERVICE, live, traced, place) as observed,
        served(project, SERVICE, live, environment | issuer.settings(), place) as either,
    ):
        listed, key = f"/api/v1{PAGE}", {"X-API-Key": page["key"]}
        token = {"Authorization": f"Bearer {issuer.token(page['clerk_id'])}"}
        told = answer(service.url + listed, key)
        if not told == answer(floor.url + PAGE, key) == answer(floor.url + "/raw", {}):
            raise SystemExit("error: the bare application answers something else")
        for _ in range(ROUNDS):
            floor.ask("health", Ask("/health", {}))
            service.ask("health", Ask(live, {}))
            observed.ask("health", Ask(live, {}))
            floor.ask("page", Ask(PAGE, key))
            floor.ask("raw", Ask("/raw", {}))
            service.ask("page", Ask(listed, key))
            observed.ask("page", Ask(listed, key))
            service.ask("me", Ask("/api/v1/me", key))
            for server, prefix in ((floor, ""), (either, "/api/v1")):
                asks = mix(prefix, page["id"], (key, token))
                server.ask("mix", *asks, connections=SATURATED)
        return rows(floor, service, observed, either)


def rows(floor: Server, service: Server, observed: Server, either: Server) -> list[Row]:
    """Compares the service to the floor: as installed, traced, and with `either` credential."""
    compared = []
    for name, title in (("health", "health"), ("page", "a page of users, by API key")):
        for server, how in ((service, "as installed"), (observed, "traced to a receiver")):
            detail = (
                f"{server.rate(name):.0f} / {floor.rate(name):.0f} a second,"
                f" {server.cost(name):.2f} / {floor.cost(name):.2f} ms of CPU"
            )
            ratio = server.rate(name) / floor.rate(name)
            target = 0.5 if server is service else None
            compared.append(Row(f"{title}, {how}, / bare", ratio, "×", detail, at_least=target))
    raw = service.rate("page") / floor.rate("raw")
    itself = floor.rate("page") / floor.rate("raw")
    how = f"the bare page: {itself:.2f} ×; {floor.rate('raw'):.0f} a second"
    name = "the page, as installed, / its statements replayed to the driver"
    compared.append(Row(name, raw, "×", how))
    mixed = either.rate("mix") / floor.rate("mix")
    how = f"{either.rate('mix'):.0f} / {floor.rate('mix'):.0f} a second, no answer a failure"
    name = f"reads and writes by API key and by token, {SATURATED} connections, / bare"
    compared.append(Row(name, mixed, "×", how, at_least=0.7))
    slow = either.p99("mix") / floor.p99("mix")
    how = f"{either.p99('mix'):.0f} / {floor.p99('mix'):.0f} ms"
    compared.append(Row("the same, what 99 of 100 take at most, / bare", slow, "×", how))
    me = f"{service.rate('me'):.0f} a second"
    return [
        *compared,
        Row("`/me` by API key", service.cost("me"), "ms of CPU", me),
        Row("CPU until the first answer", service.first_answer, "s", at_most=3),
        Row("the same, traced", observed.first_answer, "s"),
        Row("memory after the load", service.memory(), "MiB", at_most=100),
        Row("the same, traced", observed.memory(), "MiB"),
    ]
