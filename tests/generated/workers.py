"""A real Prefect server: a project's flows deployed to it, picked up by a worker, run."""

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from difflib import unified_diff
from pathlib import Path
from subprocess import Popen
from typing import Any

import httpx
import service

PORT = 4299
API = f"http://127.0.0.1:{PORT}/api"
# When the server saw something last is no part of what it was told.
PASSING = {"created", "updated", "last_polled", "status", "current_version_id", "version_id"}
# The first attempt, and the retries of the task that reads pages.
ATTEMPTS = 4
VARIABLES = {
    "PREFECT_API_URL": API,
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    # Whoever runs flows asks for work more often than it would have to elsewhere.
    "PREFECT_WORKER_QUERY_SECONDS": "1",
    "PREFECT_RUNNER_POLL_FREQUENCY": "1",
}

Answer = Any


class Server:
    """A server for one project: what it says when asked, and programs that talk to it."""

    def __init__(self, project: Path, home: str, client: httpx.Client) -> None:
        self.project, self._home, self._client = project, home, client

    def running(self, *command: str, log: str) -> AbstractContextManager[Popen]:
        """Runs a program of the project that talks to the server."""
        words = ["uv", "run", *command]
        return service.running(self.project, *words, log=log, PREFECT_HOME=self._home, **VARIABLES)

    def ask(self, method: str, path: str, sent: object = None) -> Answer:
        """Asks, and again where the server is not ready, or too busy and says so."""
        deadline = time.monotonic() + service.PATIENCE
        while True:
            answer = self._client.request(method, path, json=sent)
            if answer.is_success:
                return answer.json()
            known = answer.status_code in {404, 503} and time.monotonic() < deadline
            service.expect(known, f"{method} {path}: {answer.status_code} {answer.text}")
            time.sleep(0.5)

    def every(self, what: str, **sent: object) -> list[dict[str, Answer]]:
        """Returns all there is of a kind."""
        return self.ask("POST", f"/{what}/filter", sent)

    def kept(self) -> list[str]:
        """Returns everything that `init-prefect` tells the server, with the ids it was given."""
        pools = {pool["name"]: pool for pool in self.every("work_pools")}
        queues = {name: self.ask("POST", f"/work_pools/{name}/queues/filter", {}) for name in pools}
        blocks = self.every("block_documents", include_secrets=True)
        deployments = self.every("deployments")
        for schedule in (each for one in deployments for each in one["schedules"]):
            # Prefect makes the schedules of a deployment anew, the same again.
            del schedule["id"]
        kept = lasting([pools, queues, blocks, deployments])
        return json.dumps(kept, indent=1, sort_keys=True).splitlines()

    def deployment(self, name: str) -> dict[str, Answer]:
        """Returns a deployment, once it is there."""
        return self.ask("GET", f"/deployments/name/{name}/{name}")

    def planned(self, name: str) -> list[str]:
        """Returns when runs of a deployment will start, once its schedule has been seen to."""
        chosen = {"id": {"any_": [self.deployment(name)["id"]]}}
        deadline = time.monotonic() + service.PATIENCE
        while time.monotonic() < deadline:
            if runs := self.every("flow_runs", deployments=chosen):
                return [run["expected_start_time"] for run in runs]
            time.sleep(0.5)
        sys.exit(f"error: no run of `{name}` is planned")

    def start(self, name: str, parameters: dict[str, object]) -> str:
        """Asks for a run of a deployment and returns its id."""
        path = f"/deployments/{self.deployment(name)['id']}/create_flow_run"
        return self.ask("POST", path, {"parameters": parameters})["id"]

    def end(self, run: str) -> dict[str, Answer]:
        """Returns the state in which a run ends."""
        deadline = time.monotonic() + service.PATIENCE
        while time.monotonic() < deadline:
            state = self.ask("GET", f"/flow_runs/{run}")["state"]
            if state["type"] in {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}:
                return state
            time.sleep(0.5)
        sys.exit(f"error: the run {run} does not end")

    def attempts(self, run: str) -> list[int]:
        """Returns how often each task of a run was tried."""
        tasks = self.every("task_runs", flow_runs={"id": {"any_": [run]}})
        return [task["run_count"] for task in tasks]


def lasting(value: Answer) -> Answer:
    """Returns what the server was told, without what it adds by itself."""
    match value:
        case dict():
            return {name: lasting(one) for name, one in value.items() if name not in PASSING}
        case list():
            return [lasting(one) for one in value]
        case _:
            return value


@contextmanager
def server(project: Path) -> Iterator[Server]:
    """Runs the server of the project's environment, which knows nothing yet."""
    with tempfile.TemporaryDirectory() as home, httpx.Client(base_url=API, timeout=30) as client:
        prefect = Server(project, home, client)
        start = ("prefect", "server", "start", "--port", str(PORT))
        with prefect.running(*start, log="prefect.log") as process:
            service.wait_for(f"{API}/health", process)
            yield prefect


def prepare(prefect: Server, *arguments: str) -> None:
    """Runs `just init-prefect` to its end."""
    with prefect.running("just", "init-prefect", *arguments, log="init.log") as process:
        code = process.wait(service.PATIENCE)
        service.expect(code == 0, f"`just init-prefect` ended with {code}")


def check_prepared(prefect: Server) -> None:
    """Prepares the server twice; the second time changes nothing of what it was told."""
    prepare(prefect)
    first = prefect.kept()
    prepare(prefect)
    again = prefect.kept()
    changed = [line for line in unified_diff(first, again, n=1) if "password" not in line]
    service.expect(not changed, "`init-prefect` again changed\n" + "\n".join(changed))


def read(prefect: Server, host: str) -> str:
    """Asks for a run that reads a page of the host, and returns its id."""
    page = {"url": f"http://{host}/", "allowed_hosts": [host]}
    return prefect.start("web-scrapper-flow", page)


def check_failure(prefect: Server, run: str, reason: str, attempts: int) -> None:
    """Expects that the run ends failed, with the reason, after so many attempts."""
    state = prefect.end(run)
    service.expect(state["type"] == "FAILED", f"{reason}, and yet: {state}")
    service.expect(reason in state["message"], f"another reason than {reason}: {state}")
    tried = prefect.attempts(run)
    service.expect(tried == [attempts], f"{reason}: attempts were {tried}, not {attempts}")


def check_success(prefect: Server, run: str) -> None:
    """Expects that the run does what it is for."""
    state = prefect.end(run)
    service.expect(state["type"] == "COMPLETED", f"the run {run} ended {state}")


def check_worker(prefect: Server, *more: str) -> None:
    """Starts a worker on the pool, as the README says; it runs what was deployed, and `more`."""
    pool = prefect.deployment("create-user-flow")["work_pool_name"]
    start = ("prefect", "worker", "start", "--type", "process", "--pool", pool)
    with prefect.running(*start, log="worker.log"):
        # What may pass is tried again, within bounds; the others run meanwhile.
        unreachable = read(prefect, "nowhere.invalid")
        # Nothing outside can be reached from everywhere; what is inside must be refused, at once.
        inside = read(prefect, "127.0.0.1")
        # One of the two finds the user that the other made.
        users = [prefect.start("create-user-flow", {"email": "flow@example.com"}) for _ in range(2)]
        for run in [*users, *(prefect.start(name, {}) for name in more)]:
            check_success(prefect, run)
        check_failure(prefect, inside, "127.0.0.1 is not on the public internet", 1)
        check_failure(prefect, unreachable, "nowhere.invalid has no address", ATTEMPTS)


def check_served(prefect: Server) -> None:
    """Serves the flows as in development; the server's runs are picked up there."""
    with prefect.running("just", "serve-flows", log="flows.log"):
        check_success(prefect, prefect.start("create-user-flow", {"email": "flow@example.com"}))
