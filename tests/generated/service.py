"""Starts a generated service as its README says, and asks it for answers."""

import base64
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import httpx
from svix.webhooks import Webhook

ADDRESS = "http://127.0.0.1:8000"
PATIENCE = 180


def expect(condition: bool, what: str) -> None:
    """Stops with what was expected; `assert` would vanish under `-O`."""
    if not condition:
        sys.exit(f"error: {what}")


def variables(path: Path) -> dict[str, str]:
    """Reads the assignments of an environment file."""
    lines = path.read_text().splitlines()
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {name: value.strip("'\"") for name, value in pairs}


def environment(**more: str) -> dict[str, str]:
    """This process's environment and more, without the virtual environment it runs in.

    uv would otherwise take that for the project's.
    """
    inherited = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    return inherited | more


def log_of(project: Path, name: str) -> Path:
    """Returns where the log of a server lies: where the project's git does not look."""
    return project / ".local" / name


@contextmanager
def running(
    project: Path, *command: str, log: str, **variables: str
) -> Iterator[subprocess.Popen[bytes]]:
    """Runs a server of the project; ends it and everything it started."""
    process = subprocess.Popen(
        command,
        cwd=project,
        env=environment(**variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    path = log_of(project, log)
    path.parent.mkdir(exist_ok=True)
    copying = Thread(target=copy, args=(process, path), daemon=True)
    copying.start()
    try:
        yield process
    except BaseException:
        print(path.read_text()[-4000:])
        raise
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        # The launcher may be gone before the server, which would answer the next one's requests;
        # the output ends with the last who could write to it.
        copying.join(30)
        if copying.is_alive():
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def copy(process: subprocess.Popen[bytes], log: Path) -> None:
    """Writes what a process and its children say into a file, as it comes, until all have ended."""
    with log.open("wb", buffering=0) as output:
        while said := os.read(process.stdout.fileno(), 65536):
            output.write(said)


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    """Waits until `address` answers 200."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        expect(process.poll() is None, f"the server ended with {process.returncode}")
        try:
            if httpx.get(address).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    sys.exit(f"error: `{address}` does not answer")


def created(clerk_id: str, email: str) -> bytes:
    """What Clerk sends when someone signed up and verified an address."""
    now = round(time.time() * 1000)
    address = {"id": "idn_1", "email_address": email, "verification": {"status": "verified"}}
    data = {
        "id": clerk_id,
        "object": "user",
        "primary_email_address_id": "idn_1",
        "email_addresses": [address],
        "created_at": now,
        "updated_at": now,
    }
    return json.dumps({"type": "user.created", "object": "event", "data": data}).encode()


def check_answers(project: Path, ways: list[str], secret: str) -> None:
    """Asks for health, with a key, without one, and as Clerk, who signs with the secret."""
    with httpx.Client(base_url=ADDRESS) as client:
        expect(client.get("/api/v1/health/live").status_code == 200, "liveness")
        expect(client.get("/api/v1/me").status_code == 401, "no credentials are refused")
        if "api-key" in ways:
            key = next(v for v in variables(project / ".env.local").values() if v.startswith("ak_"))
            client.headers["X-API-Key"] = key
            me = client.get("/api/v1/me")
            expect(me.status_code == 200 and me.json()["role"] == "admin", f"`/me` said {me.text}")
        if "clerk" in ways:
            check_webhook(client, secret)
        if len(ways) > 1:
            users = client.get("/api/v1/users?clerk_id=user_1").json()
            expect(users["count"] == 1, f"the webhook's user is there: {users}")
            expect(users["data"][0]["email"] == "new@example.com", f"with its address: {users}")


def check_printed_curl(project: Path) -> None:
    """Runs the command that `just up` printed, word for word."""
    lines = log_of(project, "up.log").read_text().splitlines()
    [command] = [line.removeprefix("Try").strip() for line in lines if line.startswith("Try")]
    quiet = command.replace("curl ", "curl --silent --show-error --fail ", 1)
    done = subprocess.run(["sh", "-c", quiet], cwd=project, capture_output=True, check=False)
    expect(done.returncode == 0, f"`{command}` failed: {done.stderr.decode()}")
    expect(json.loads(done.stdout)["role"] == "admin", f"`{command}` said {done.stdout.decode()}")


def check_webhook(client: httpx.Client, secret: str) -> None:
    """Tells of a new user as Clerk does, and as somebody else."""
    body, sent, now = created("user_1", "new@example.com"), "msg_1", datetime.now(UTC)
    headers = {
        "svix-id": sent,
        "svix-timestamp": str(int(now.timestamp())),
        "svix-signature": Webhook(secret).sign(sent, now, body.decode()),
        "content-type": "application/json",
    }
    answer = client.post("/webhooks/clerk", content=body, headers=headers)
    expect(answer.json() == {"status": "ok"}, f"the webhook said {answer.text}")
    forged = headers | {"svix-signature": "v1," + "A" * 43 + "="}
    answer = client.post("/webhooks/clerk", content=body, headers=forged)
    expect(answer.status_code == 400, f"a forged webhook got {answer.text}")


def check(project: Path, ways: list[str]) -> None:
    """Runs `just up` twice, as on the first day and on the next; callers sign in by these ways."""
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
    settings = {"CLERK_WEBHOOK_SECRET": secret} if "clerk" in ways else {}
    for _ in range(2):
        with running(project, "uv", "run", "just", "up", log="up.log", **settings) as process:
            wait_for(f"{ADDRESS}/api/v1/health/ready", process)
            check_answers(project, ways, secret)
            if "api-key" in ways:
                check_printed_curl(project)
