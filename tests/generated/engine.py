"""A Docker Engine for the tests, and the base images that a project names.

A daemon that runs here is used as it is, with images that it has or can pull. Root on Debian gets
an engine of its own below `target/`: a Debian root from the machine's mirror, in which `dockerd`
runs, and stand-ins for the base images, made of Debian's and PyPI's packages. They prove what a
project's own files do, not what is in the real bases.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import service

HOME = Path(__file__).resolve().parents[2] / "target" / "engine"
STANDINS = Path(__file__).resolve().parent / "standins"
SUITE = "trixie"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
PROGRAMS = "docker.io docker-cli docker-buildx docker-compose iptables mount"
BARE = "standin-debian"
LEFT_OUT = "images and Compose were not run"
# Mounts of its own, which vanish with it. A chroot is not enough: what enters a container's mounts
# later would meet the machine's root there.
START = """
set -e
mount --make-rprivate /
mount --bind "$1" "$1"
mount --rbind /dev "$1/dev"
mount --rbind /sys "$1/sys"
mount -t proc proc "$1/proc"
cd "$1"
pivot_root . mnt
umount --lazy /mnt
exec dockerd --bip 172.31.251.1/24
"""
# Which stage of the stand-ins' Dockerfile plays which image.
STAGES = {
    "python": "python",
    "ghcr.io/astral-sh/uv": "uv",
    "postgres": "postgres",
    "redis": "redis",
    "prefecthq/prefect": "prefect",
}


@dataclass
class Engine:
    """How a Docker client reaches a daemon."""

    variables: dict[str, str] = field(default_factory=dict)

    def environment(self, **more: str) -> dict[str, str]:
        """Returns this process's environment with the daemon in it."""
        return service.environment(**self.variables | more)

    def run(
        self, *command: str | Path, cwd: Path = HOME.parent, check: bool = True, **more: str
    ) -> subprocess.CompletedProcess[str]:
        """Runs a command that asks the daemon; shows what it said if it fails and must not."""
        done = subprocess.run(
            [str(word) for word in command],
            cwd=cwd,
            env=self.environment(**more),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if check and done.returncode != 0:
            words = " ".join(map(str, command))
            sys.exit(f"error: `{words}` failed in `{cwd}`:\n{done.stdout[-6000:]}")
        return done

    def docker(self, *words: str | Path, **options: Path) -> str:
        """Runs a Docker command and returns what it says."""
        return self.run("docker", *words, **options).stdout.strip()

    def answers(self) -> bool:
        """Tells whether there are a client and a daemon."""
        found = shutil.which("docker", path=self.environment()["PATH"])
        return bool(found) and self.run("docker", "version", check=False).returncode == 0

    def has(self, *words: str) -> bool:
        """Tells whether a command succeeds."""
        return self.run("docker", *words, check=False).returncode == 0


def references(project: Path) -> set[str]:
    """Returns the images from elsewhere that a project's files name."""
    files = [project / "Dockerfile", *project.glob("docker-compose*.yml")]
    text = "\n".join(path.read_text() for path in files)
    return set(re.findall(r"(?:^FROM|^ +image:) (\w[\w./-]*:[\w.-]+)", text, re.MULTILINE))


def repository(reference: str) -> str:
    """Returns a reference without its tag."""
    return reference.rpartition(":")[0]


def obtain(engine: Engine, reference: str) -> bool:
    """Finds an image at a daemon that is not ours, under this tag or another, or pulls it."""
    if engine.has("image", "inspect", reference):
        return True
    form = "{{.Repository}}:{{.Tag}}"
    others = engine.docker("image", "ls", "--format", form, repository(reference)).split()
    if others:
        return engine.has("tag", others[0], reference)
    return engine.has("pull", "--quiet", reference)


def make(engine: Engine, stage: str, tag: str, *arguments: str) -> None:
    """Builds a stage of the stand-ins."""
    words = ["build", "--quiet", "--target", stage, "--tag", tag]
    for argument in arguments:
        words += ["--build-arg", argument]
    engine.docker(*words, HOME / "context")


def imitate(engine: Engine, reference: str) -> None:
    """Makes the stand-in of an image, under the image's own name."""
    version = re.match(r"[\d.]*", reference.rpartition(":")[2])
    make(engine, STAGES[repository(reference)], reference, f"VERSION={version[0]}")


def can_start() -> bool:
    """Tells whether this machine can have an engine of its own."""
    return os.geteuid() == 0 and KEYRING.is_file() and shutil.which("apt-get") is not None


def mirror() -> str:
    """Returns where the machine has Debian from."""
    form = ["apt-get", "indextargets", "--format", "$(REPO_URI)"]
    said = subprocess.run(form, capture_output=True, text=True, check=True).stdout
    return next(line for line in said.splitlines() if "security" not in line)


def install(root: Path, bare: Path) -> None:
    """Makes a Debian root, keeps a copy of it as it is then, and installs Docker in it."""
    script = f"""
set -eu
export DEBIAN_FRONTEND=noninteractive
command -v mmdebstrap >/dev/null || {{
    apt-get update --quiet --quiet
    apt-get install --quiet --quiet --yes --no-install-recommends mmdebstrap
}}
mmdebstrap --quiet --variant=apt --include=ca-certificates \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' {SUITE} '{root}' '{mirror()}'
tar --directory '{root}' --create --file '{bare}' .
cp /etc/resolv.conf '{root}/etc/resolv.conf'
chroot '{root}' apt-get update --quiet --quiet
chroot '{root}' apt-get install --quiet --quiet --yes --no-install-recommends {PROGRAMS}
"""
    shutil.rmtree(root, ignore_errors=True)
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"error: no Docker Engine from Debian's packages:\n{done.stderr[-4000:]}")


def client(root: Path) -> Engine:
    """Puts the root's Docker client into a directory for the path."""
    for link, target in (
        (HOME / "bin" / "docker", root / "usr/bin/docker"),
        (HOME / "config" / "cli-plugins", root / "usr/libexec/docker/cli-plugins"),
    ):
        link.parent.mkdir(exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(target)
    return Engine(
        {
            "DOCKER_HOST": f"unix://{root}/run/docker.sock",
            "DOCKER_CONFIG": str(HOME / "config"),
            "PATH": f"{HOME / 'bin'}:{os.environ['PATH']}",
        }
    )


def prepare(engine: Engine, bare: Path) -> None:
    """Brings in place what the stand-ins are made of."""
    shutil.copytree(STANDINS, HOME / "context", dirs_exist_ok=True)
    shutil.copy(CERTIFICATES, HOME / "context" / "certificates.crt")
    shutil.copy(shutil.which("uv") or "uv", HOME / "context" / "uv")
    if not engine.has("image", "inspect", BARE):
        engine.docker("import", bare, BARE)


@contextmanager
def own() -> Iterator[Engine]:
    """Runs an engine below `target/`, and ends it."""
    root, bare = HOME / "root", HOME / "bare.tar"
    if not (root / "usr/sbin/dockerd").exists():
        HOME.mkdir(parents=True, exist_ok=True)
        install(root, bare)
    engine = client(root)
    command = ["unshare", "--mount", "sh", "-c", START, "sh", str(root)]
    with (HOME / "log").open("wb") as log:
        daemon = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    try:
        deadline = time.monotonic() + 60
        while not (root / "run/docker.sock").exists() or not engine.answers():
            if daemon.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"error: `dockerd` does not start:\n{(HOME / 'log').read_text()[-4000:]}")
            time.sleep(0.2)
        prepare(engine, bare)
        yield engine
    finally:
        daemon.terminate()
        daemon.wait(60)
        subprocess.run(["ip", "link", "delete", "docker0"], capture_output=True, check=False)


@contextmanager
def running(project: Path) -> Iterator[Engine | None]:
    """Gives an engine that has what the project's files name, or says why there is none."""
    wanted = sorted(references(project))
    here = Engine({"DOCKER_HOST": os.environ.get("DOCKER_HOST_HERE", "")})
    if here.answers():
        missing = [reference for reference in wanted if not obtain(here, reference)]
        if missing:
            print(f"   the Docker daemon cannot pull {', '.join(missing)}: {LEFT_OUT}", flush=True)
        yield None if missing else here
    elif can_start():
        with own() as engine:
            for reference in wanted:
                imitate(engine, reference)
            yield engine
    else:
        print(
            f"   no Docker daemon answers, and only root on Debian gets one: {LEFT_OUT}", flush=True
        )
        yield None
