"""Runs programs and says what they cost; prints rows beside their targets."""

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WORKS = ROOT / "target" / "benchmarks"
# Another one for each run: what an interrupted run left is not removed before anything is timed.
WORK = WORKS / str(os.getpid())
BINARY = ROOT / "target" / "release" / "ddd-forge"


@dataclass(frozen=True)
class Row:
    """One line of the table: a measured number, and what it should be."""

    name: str
    value: float
    unit: str
    detail: str = ""
    at_most: float | None = None
    at_least: float | None = None

    def __str__(self) -> str:
        """Lays the row out for a Markdown table."""
        target, met = "–", ""
        if self.at_most is not None:
            target, met = f"≤ {self.at_most:g}", "ok" if self.value <= self.at_most else "missed"
        if self.at_least is not None:
            target, met = f"≥ {self.at_least:g}", "ok" if self.value >= self.at_least else "missed"
        value = f"{self.value:.2f} {self.unit}".strip()
        return f"| {self.name} | {value} | {target} | {met} | {self.detail} |"


def run(
    command: Sequence[str | Path], *, cwd: Path | None = None, env: dict[str, str] | None = None
) -> str:
    """Runs a command that must succeed, and returns what it said on stdout."""
    words = [str(word) for word in command]
    done = subprocess.run(words, check=False, capture_output=True, text=True, cwd=cwd, env=env)
    if done.returncode:
        ended = f"ended with {done.returncode}"
        raise SystemExit(f"error: `{' '.join(words)}` {ended}:\n{done.stdout}{done.stderr}")
    return done.stdout


def seconds(command: Sequence[str | Path]) -> float:
    """Runs a command once, without output, and returns how long it took."""
    words = [str(word) for word in command]
    with Path(os.devnull).open("w") as nothing:
        started = time.perf_counter()
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=nothing, stderr=nothing)
        status = process.wait()
        taken = time.perf_counter() - started
    if status:
        raise SystemExit(f"error: `{' '.join(words)}` ended with {status}")
    return taken


def settled_seconds(command: Sequence[str | Path]) -> float:
    """Times a command that writes, once what others wrote is on the disk, on nobody's time.

    Not for one that only starts: a processor that has waited for the disk starts it slowly.
    """
    os.sync()
    return seconds(command)


def peak_memory(command: Sequence[str | Path]) -> float | None:
    """Runs a command once and returns its peak resident memory in MiB, where GNU time is installed.

    The system counts the memory of whoever starts a program as the program's own, and Python's
    is more than what is measured.
    """
    if not Path("/usr/bin/time").is_file():
        return None
    words = ["/usr/bin/time", "--format", "%M", *(str(word) for word in command)]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    return int(done.stderr.split()[-1]) / 1024


def interleaved(sides: Mapping[str, Callable[[int], float]], rounds: int) -> dict[str, float]:
    """Runs every side in turn, so that each meets the machine in the same moods; gives medians.

    Every other round is in reverse, so that none is always the one after the slowest.
    """
    found: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(rounds):
        for name in reversed(sides) if number % 2 else sides:
            found[name].append(sides[name](number))
    return {name: statistics.median(numbers) for name, numbers in found.items()}


def milliseconds(seconds: float) -> str:
    """Says how long something took."""
    return f"{seconds * 1000:.1f} ms"
