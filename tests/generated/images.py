"""Builds the images of a project and runs its Compose files, with the recipes that people use."""

import json
import os
import re
import shutil
import socket
import tarfile
import time
from pathlib import Path

import httpx
import service
import workers
import workflows
from engine import Engine, references

# What each image has in /app, and nothing else: no tests, no .git, no .env.
CONTENTS = {
    "api": {".venv", "alembic", "app"},
    "worker": {".venv", "app", "prefect.yaml"},
    "migrations": {".venv", "alembic", "alembic.ini", "app"},
}
# Parts of `app` that an image does not have.
ABSENT = {"api": set(), "worker": {"api"}, "migrations": {"api", "scripts", "workers"}}
# Millions of bytes that an image may add to its base: what was measured, and a tenth.
BUDGET = {"api": 165, "worker": 265, "migrations": 165}
# Containers whose programs are the project's own.
OWN = {"api", "prefect-worker", "migrations"}
PUBLISHED = {"api", "dbapp", "prefect-server"}
# Seconds in which a container ends that is told to.
GRACE = 10
PATIENCE = 120


def free_port() -> int:
    """Returns a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Checkout:
    """A working copy with its own `.env`, whose directory names what Compose makes."""

    def __init__(self, docker: Engine, project: Path, name: str) -> None:
        """Copies what people have in a working copy, secrets and history included."""
        self.docker, self.programs = docker, project / ".venv" / "bin"
        self.name = f"{name}-{os.getpid()}"
        self.path = project.parent / self.name
        unneeded = shutil.ignore_patterns(".venv", ".local", ".env", "__pycache__", ".*_cache")
        shutil.copytree(project, self.path, symlinks=True, ignore=unneeded)
        self.python("-m", "scripts.env_init")
        self.variables = service.variables(self.path / ".env")
        with (self.path / ".env.local").open("a") as local:
            local.write(f"SECRET_KEY={self.variables['SECRET_KEY']}\n")
        ports = {key: str(free_port()) for key in ("APP_DB_PORT", "API_PORT", "PREFECT_PORT")}
        text = (self.path / ".env").read_text()
        for key, port in ports.items():
            text = re.sub(rf"^{key}=.*$", f"{key}={port}", text, flags=re.MULTILINE)
        (self.path / ".env").write_text(text)
        self.ports = ports

    def python(self, *words: str) -> None:
        """Runs Python in the working copy."""
        self.docker.run(self.programs / "python", *words, cwd=self.path)

    def just(self, *words: str, check: bool = True, **variables: str) -> str:
        """Runs a recipe."""
        command = [self.programs / "just", "--yes", *words]
        return self.docker.run(*command, cwd=self.path, check=check, **variables).stdout

    def compose(self, *words: str) -> str:
        """Runs a Compose command on the application."""
        return self.docker.docker("compose", *words, cwd=self.path)

    def image(self, name: str) -> str:
        """Returns the name of an image that was built here."""
        return f"{self.name}-{name}"

    def containers(self) -> dict[str, dict]:
        """Returns what Docker knows of each container, by service."""
        mine = f"label=com.docker.compose.project={self.name}"
        found = self.docker.docker("ps", "--all", "--quiet", "--filter", mine).split()
        known = json.loads(self.docker.docker("inspect", *found)) if found else []
        return {it["Config"]["Labels"]["com.docker.compose.service"]: it for it in known}

    def client(self, port: str, path: str, **options: object) -> httpx.Client:
        """Returns a client for what is published at a port."""
        address = f"http://127.0.0.1:{self.ports[port]}{path}"
        return httpx.Client(base_url=address, timeout=30, **options)

    def remove(self) -> None:
        """Removes containers, volumes, images and files."""
        self.just("clean-docker", check=False)
        self.docker.run("docker", "image", "rm", *map(self.image, CONTENTS), check=False)
        shutil.rmtree(self.path)


def built(said: str) -> dict[str, bool]:
    """Returns the steps of a build that was shown plainly, and whether each came from the cache."""
    steps = dict(re.findall(r"^#(\d+) \[(.+)$", said, re.MULTILINE))
    cached = set(re.findall(r"^#(\d+) CACHED$", said, re.MULTILINE))
    return {text: number in cached for number, text in steps.items()}


def check_cache(checkout: Checkout) -> None:
    """Neither a change of the code nor a new version installs the dependencies again."""
    main = checkout.path / "app" / "api" / "main.py"
    main.write_text(f"{main.read_text()}\n# {time.time_ns()}\n")
    said = checkout.just("docker-build-api", BUILDKIT_PROGRESS="plain")
    steps = built(said)
    copied = [cached for step, cached in steps.items() if step.endswith("COPY app app")]
    service.expect(copied == [False], f"the change is in the image: {steps}")
    installed = [cached for step, cached in steps.items() if "uv sync" in step]
    service.expect(len(installed) > 1 and all(installed), f"a change installs anew: {steps}")
    arguments = ["--build-arg", "VERSION=1.2.3", "--build-arg", "REVISION=abc"]
    tag = checkout.image("api")
    words = ["build", "--progress", "plain", "--target", "api", "--tag", tag, *arguments, "."]
    steps = built(checkout.docker.docker(*words, cwd=checkout.path))
    locked = [cached for step, cached in steps.items() if "uv sync --locked" in step]
    service.expect(len(locked) > 0 and all(locked), f"a version installs anew: {steps}")
    version = "from importlib.metadata import version; print(version('shop'))"
    said = checkout.docker.docker("run", "--rm", tag, "python", "-c", version)
    service.expect(said == "1.2.3", f"the service presents itself as {said}")
    labels = json.loads(checkout.docker.docker("image", "inspect", tag))[0]["Config"]["Labels"]
    given = {name.rpartition(".")[2]: value for name, value in labels.items()}
    service.expect(given["version"] == "1.2.3" and given["revision"] == "abc", f"labels {labels}")


def check_lock(checkout: Checkout) -> None:
    """Without a lock file the build says what to do."""
    lock = checkout.path / "uv.lock"
    moved = lock.rename(checkout.path / "moved")
    said = checkout.just("docker-build-migrations", check=False)
    moved.rename(lock)
    service.expect("run `just install` and commit uv.lock" in said, f"without a lock: {said}")


def added(checkout: Checkout, image: str, base: str) -> dict[str, bytes]:
    """Returns the files that an image adds to its base, in whichever layer."""
    saved = checkout.path.with_suffix(".tar")
    checkout.docker.docker("image", "save", "--output", saved, image)
    below = json.loads(checkout.docker.docker("image", "inspect", base))[0]["RootFS"]["Layers"]
    files: dict[str, bytes] = {}
    with tarfile.open(saved) as archive:
        [manifest] = json.load(archive.extractfile("manifest.json"))
        for name in manifest["Layers"][len(below) :]:
            with tarfile.open(fileobj=archive.extractfile(name)) as layer:
                for member in layer:
                    content = layer.extractfile(member) if member.isfile() else None
                    files[member.name] = content.read() if content else b""
    saved.unlink()
    return files


def distributions(checkout: Checkout, *groups: str) -> set[str]:
    """Returns what the lock has for production, and these groups."""
    chosen = [word for group in groups for word in ("--group", group)]
    words = ["uv", "export", "--quiet", "--frozen", "--no-default-groups", "--no-hashes", *chosen]
    said = checkout.docker.run(*words, cwd=checkout.path).stdout
    return set(re.findall(r"^([\w.-]+)(?:\[.+?\])?==", said, re.MULTILINE))


def check_contents(checkout: Checkout, name: str, base: str) -> None:
    """An image holds what it runs, no tool, and no secret in any layer."""
    files = added(checkout, checkout.image(name), base)
    size = sum(map(len, files.values())) / 1e6
    print(f"      {name}: {size:.0f} MB on top of its base", flush=True)
    service.expect(size < BUDGET[name], f"`{name}` adds {size:.0f} MB, {BUDGET[name]} are allowed")
    places = {path.split("/")[1] for path in files if path.startswith("app/") and path != "app/"}
    service.expect(places == CONTENTS[name], f"`{name}` has {places} in /app")
    parts = {path.split("/")[2] for path in files if path.startswith("app/app/") and path[8:]}
    wanted = {path.name for path in (checkout.path / "app").iterdir()} - ABSENT[name]
    service.expect(parts - {"__pycache__"} == wanted, f"`{name}` has {parts} in app")
    found = {
        path.name.partition("-")[0].replace("_", "-").lower()
        for path in map(Path, files)
        if path.suffix == ".dist-info"
    }
    groups = ["worker"] if name == "worker" else []
    locked = distributions(checkout, *groups)
    extra = found - {it.replace(".", "-").lower() for it in locked} - {"shop"}
    service.expect(
        "uvicorn" in found and not extra, f"`{name}` has {extra}, which it does not need"
    )
    for key, value in checkout.variables.items():
        leaks = [
            path for path, content in files.items() if len(value) > 30 and value.encode() in content
        ]
        service.expect(not leaks, f"`{name}` has {key} in {leaks}")


def check_confined(name: str, container: dict) -> None:
    """A container has no rights, and is reached from this machine only."""
    host, health = container["HostConfig"], container["State"].get("Health")
    service.expect(host["ReadonlyRootfs"], f"`{name}` has a writable file system")
    service.expect(host["CapDrop"] == ["ALL"], f"`{name}` keeps capabilities")
    service.expect("no-new-privileges:true" in host["SecurityOpt"], f"`{name}` may get rights")
    addresses = {it["HostIp"] for its in (host["PortBindings"] or {}).values() for it in its}
    reached = {"127.0.0.1"} if name in PUBLISHED else set()
    service.expect(addresses == reached, f"`{name}` is published at {addresses}")
    service.expect(health is None or health["Status"] == "healthy", f"`{name}`: {health}")
    state = ("exited", 0) if name == "migrations" else ("running", 0)
    found = (container["State"]["Status"], container["State"]["ExitCode"])
    service.expect(found == state and not container["RestartCount"], f"`{name}` is {found}")
    user = "65532:65532"
    service.expect(name not in OWN or container["Config"]["User"] == user, f"`{name}` has a user")


def check_rights(checkout: Checkout) -> None:
    """What runs in the API's container can neither write nor do what root may."""
    status = checkout.compose("exec", "--no-TTY", "api", "cat", "/proc/1/status")
    found = dict(re.findall(r"^(\w+):\t(.*)$", status, re.MULTILINE))
    service.expect(set(found["Uid"].split()) == {"65532"}, f"the API runs as {found['Uid']}")
    service.expect(int(found["CapEff"], 16) == int(found["CapBnd"], 16) == 0, "no capabilities")
    service.expect(found["NoNewPrivs"] == "1", "no new privileges")
    write = ["docker", "compose", "exec", "--no-TTY", "api", "touch", "/app/app/written"]
    done = checkout.docker.run(*write, cwd=checkout.path, check=False)
    service.expect("Read-only file system" in done.stdout, f"writing said {done.stdout}")


def first_admin(checkout: Checkout) -> httpx.Client:
    """Makes the first admin as the README says, and returns a client that has its key."""
    make = ["exec", "--no-TTY", "api", "generate-user", "--email", "you@example.com"]
    [key] = re.findall(r"\bak_\w+", checkout.compose(*make))
    return checkout.client("API_PORT", "/api/v1", headers={"X-API-Key": key})


def check_answers(client: httpx.Client, users: int) -> None:
    """The API answers whoever has a key, from a database of its own."""
    me = client.get("/me")
    service.expect(me.status_code == 200 and me.json()["role"] == "admin", f"/me: {me.text}")
    service.expect(client.get("/me", headers={"X-API-Key": ""}).status_code == 401, "no key")
    found = client.get("/users").json()["count"]
    service.expect(found == users, f"{found} users, not {users}")


def check_flow(checkout: Checkout) -> None:
    """The worker runs a flow that the server is asked for."""
    login = (checkout.variables["PREFECT_LOGIN_USER"], checkout.variables["PREFECT_LOGIN_PASSWORD"])
    with checkout.client("PREFECT_PORT", "/api") as stranger:
        answer = stranger.post("/flows/count")
        service.expect(answer.status_code == 401, f"Prefect lets strangers in: {answer.text}")
    with checkout.client("PREFECT_PORT", "/api", auth=login) as prefect:
        server = workers.Server(checkout.path, "", prefect)
        state = server.end(server.start("create-user-flow", {"email": "flow@example.com"}))
    service.expect(state["type"] == "COMPLETED", f"create-user-flow: {state}")


def wait_for_health(checkout: Checkout, status: str) -> None:
    """Waits until the API's health check says so."""
    deadline = time.monotonic() + PATIENCE
    while (found := checkout.containers()["api"]["State"]["Health"])["Status"] != status:
        service.expect(time.monotonic() < deadline, f"the API does not get {status}: {found}")
        time.sleep(0.5)


def check_stop(checkout: Checkout) -> None:
    """Every container ends by itself, soon after it is told to."""
    for name, container in checkout.containers().items():
        if container["State"]["Status"] != "running":
            continue
        started = time.monotonic()
        checkout.docker.docker("stop", "--time", str(GRACE * 2), container["Id"])
        seconds = time.monotonic() - started
        code = checkout.containers()[name]["State"]["ExitCode"]
        service.expect(seconds < GRACE, f"`{name}` took {seconds:.1f} s to end")
        ended = {0} if name in OWN else {0, 130, 143}
        service.expect(code in ended, f"`{name}` ended with {code}")


def lint(projects: list[Path]) -> None:
    """Checks every Dockerfile and every Compose file with the tools that people have for them."""

    def distinct(pattern: str) -> list[Path]:
        files = (path for project in projects for path in sorted(project.glob(pattern)))
        return list({path.read_bytes(): path for path in files}.values())

    dockerfiles, composes = distinct("Dockerfile"), distinct("docker-compose*.yml")
    service.expect(len(composes) > len(dockerfiles) > 1, f"{dockerfiles}, {composes}")
    silent = [path for path in dockerfiles if "hadolint ignore" in path.read_text()]
    service.expect(not silent, f"{silent} tell hadolint to say nothing")
    workflows.clean("hadolint", *dockerfiles)
    workflows.clean("check-jsonschema", "--builtin-schema", "vendor.compose-spec", *composes)


def check(docker: Engine, project: Path) -> None:
    """Builds, starts, asks, starts a second checkout beside the first, stops and removes."""
    base = next(it for it in references(project) if it.startswith("python:"))
    first, second = (Checkout(docker, project, name) for name in ("first", "second"))
    try:
        # Since Buildx 0.15.
        if "--check" in docker.docker("build", "--help"):
            docker.docker("build", "--check", ".", cwd=first.path)
        check_lock(first)
        first.just("docker-build-all")
        for name in CONTENTS:
            check_contents(first, name, base)
        check_cache(first)
        first.just("docker-up")
        containers = first.containers()
        service.expect(containers.keys() > OWN | PUBLISHED, f"only {containers.keys()} run")
        for name, container in containers.items():
            check_confined(name, container)
        check_rights(first)
        check_flow(first)
        admin = first_admin(first)
        check_answers(admin, 2)
        # The health check of the first goes bad while the second starts.
        first.compose("stop", "dbapp")
        second.just("docker-up-app")
        check_answers(first_admin(second), 1)
        wait_for_health(first, "unhealthy")
        first.compose("start", "dbapp")
        wait_for_health(first, "healthy")
        check_answers(admin, 2)
        check_stop(first)
    finally:
        for checkout in (first, second):
            checkout.remove()
    left = docker.docker("volume", "ls", "--quiet", "--filter", f"name={os.getpid()}")
    service.expect(not left, f"`clean-docker` leaves {left}")
