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
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from load import load
from measure import WORK, Row, run

HERE = Path(__file__).resolve().parent
ROUNDS, SECONDS = 5, 3
PAGE = "/users?limit=10&order_by=email"
TICKS = os.sysconf("SC_CLK_TCK")
CPUS = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
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
    costs: dict[str, list[float]] = field(default_factory=dict)

    def cpu(self) -> float:
        """Returns the CPU seconds it has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory(self) -> float:
        """Returns what it holds now, in MiB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def ask(self, name: str, path: str, headers: dict[str, str]) -> None:
        """Loads it for a while, and keeps its rate and its CPU time for each answer."""
        before = self.cpu()
        answers = load(self.url + path, headers, SECONDS)
        self.rates.setdefault(name, []).append(answers / SECONDS)
        self.costs.setdefault(name, []).append((self.cpu() - before) / answers)

    def rate(self, name: str) -> float:
        """Returns answers a second."""
        return statistics.median(self.rates[name])

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
            "SINGLE_PROCESS": "true",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
    )


def measure(project: Path, database: dict[str, str]) -> list[Row]:
    """Measures start-up, memory, rates and CPU time."""
    environment = production(database)
    place = WORK / "place"
    place.mkdir()
    python = project / ".venv/bin/python"
    run([python, HERE / "capture.py", place], cwd=project, env=environment)
    page = json.loads((place / "page.json").read_text())
    bare = environment | {
        "STATEMENTS": str(place / "statements"),
        "KEYS": ",".join(page["keys"]),
        "HASH": page["hash"],
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
        served(project, "app.api.main:app", live, environment, place) as service,
        served(project, "app.api.main:app", live, traced, place) as observed,
    ):
        listed, key = f"/api/v1{PAGE}", {"X-API-Key": page["key"]}
        told = answer(service.url + listed, key)
        if not told == answer(floor.url + PAGE, key) == answer(floor.url + "/raw", {}):
            raise SystemExit("error: the bare application answers something else")
        for _ in range(ROUNDS):
            floor.ask("health", "/health", {})
            service.ask("health", live, {})
            observed.ask("health", live, {})
            floor.ask("page", PAGE, key)
            floor.ask("raw", "/raw", {})
            service.ask("page", listed, key)
            observed.ask("page", listed, key)
            service.ask("me", "/api/v1/me", key)
        return rows(floor, service, observed)


def rows(floor: Server, service: Server, observed: Server) -> list[Row]:
    """Compares the service, as installed and with its traces sent somewhere, to the floor."""
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
    how = f"{service.rate('page'):.0f} / {floor.rate('raw'):.0f} a second"
    name = "the page, as installed, / its statements replayed to the driver"
    compared.append(Row(name, raw, "×", how, at_least=0.5))
    me = f"{service.rate('me'):.0f} a second"
    return [
        *compared,
        Row("`/me` by API key", service.cost("me"), "ms of CPU", me),
        Row("CPU until the first answer", service.first_answer, "s", at_most=3),
        Row("the same, traced", observed.first_answer, "s"),
        Row("memory after the load", service.memory(), "MiB", at_most=100),
        Row("the same, traced", observed.memory(), "MiB"),
    ]
