"""Starts a generated service as its README says, and asks it for answers."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

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


def environment() -> dict[str, str]:
    """This process's environment without the virtual environment it runs in."""
    return {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}


@contextmanager
def running(project: Path, *command: str, log: str) -> Iterator[subprocess.Popen[bytes]]:
    """Runs a server of the project; ends it and everything it started."""
    with (project / log).open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=project,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    except BaseException:
        print((project / log).read_text()[-4000:])
        raise
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


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


def check_answers(project: Path) -> None:
    """Asks for health, with a key, without one, and as Clerk."""
    key = next(v for v in variables(project / ".env.local").values() if v.startswith("ak_"))
    secret = variables(project / ".env")["CLERK_WEBHOOK_SECRET"]
    with httpx.Client(base_url=ADDRESS) as client:
        expect(client.get("/api/v1/health/live").status_code == 200, "liveness")
        expect(client.get("/api/v1/me").status_code == 401, "no credentials are refused")
        me = client.get("/api/v1/me", headers={"X-API-Key": key})
        expect(me.status_code == 200 and me.json()["role"] == "admin", f"`/me` said {me.text}")

        body, sent, now = created("user_1", "new@example.com"), "msg_1", datetime.now(UTC)
        signature = Webhook(secret).sign(sent, now, body.decode())
        headers = {
            "svix-id": sent,
            "svix-timestamp": str(round(now.timestamp())),
            "svix-signature": signature,
            "content-type": "application/json",
        }
        post = "/webhooks/clerk"
        expect(client.post(post, content=body, headers=headers).json() == {"status": "ok"}, "webhook")
        forged = headers | {"svix-signature": "v1," + "A" * 43 + "="}
        expect(client.post(post, content=body, headers=forged).status_code == 400, "forged webhook")
        users = client.get("/api/v1/users?clerk_id=user_1", headers={"X-API-Key": key}).json()
        expect(users["count"] == 1, f"the webhook's user is there: {users}")
        expect(users["data"][0]["email"] == "new@example.com", f"with its address: {users}")


def check(project: Path) -> None:
    """Runs `just up` twice, as on the first day and on the next, and then `just down`."""
    for _ in range(2):
        with running(project, "uv", "run", "just", "up", log="up.log") as process:
            wait_for(f"{ADDRESS}/api/v1/health/ready", process)
            check_answers(project)
    subprocess.run(["uv", "run", "just", "down"], cwd=project, env=environment(), check=True)
