"""A program on a pseudo-terminal, and what its screen shows."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pexpect
import pyte

PATIENCE = 20


class Screen:
    """The screen of a running program: what a person would see of it."""

    def __init__(self, process: pexpect.spawn, columns: int, lines: int) -> None:
        """Watches `process` through a terminal of this size."""
        self.process = process
        self.screen = pyte.HistoryScreen(columns, lines, history=2000, ratio=1)
        self.stream = pyte.Stream(self.screen)

    def read(self, seconds: float = 0.05) -> bool:
        """Takes in what comes in the next moment; says whether more may come."""
        try:
            self.stream.feed(self.process.read_nonblocking(65536, seconds))
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        return True

    def text(self) -> str:
        """Returns the screen's lines, without the empty ones at its end."""
        return "\n".join(line.rstrip() for line in self.screen.display).rstrip()

    def wait_for(self, text: str) -> None:
        """Waits until the screen shows `text`."""
        deadline = time.monotonic() + PATIENCE
        while text not in self.text():
            more = self.read()
            if text in self.text():
                return
            if not more or time.monotonic() > deadline:
                raise SystemExit(f"error: the terminal does not show `{text}`:\n{self.text()}")

    def press(self, *keys: str) -> None:
        """Types these keys, one after the other."""
        for key in keys:
            self.process.send(key)

    def end(self) -> int:
        """Waits for the program's end and returns its exit code, as a shell would."""
        deadline = time.monotonic() + PATIENCE
        while self.read():
            if time.monotonic() > deadline:
                raise SystemExit(f"error: the program does not end:\n{self.text()}")
        self.process.wait()
        signal = self.process.signalstatus
        return self.process.exitstatus if signal is None else 128 + signal


@contextmanager
def on_terminal(
    program: Path, *arguments: str, cwd: Path, columns: int = 80, lines: int = 40, **variables: str
) -> Iterator[Screen]:
    """Runs a program on a terminal, in a home without settings."""
    home = {"HOME": str(cwd), "XDG_CONFIG_HOME": str(cwd), "GIT_CONFIG_NOSYSTEM": "1"}
    environment = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "LANG": "C.UTF-8"}
    process = pexpect.spawn(
        str(program),
        list(arguments),
        cwd=str(cwd),
        env=environment | home | variables,
        dimensions=(lines, columns),
        encoding="utf-8",
        timeout=PATIENCE,
    )
    try:
        yield Screen(process, columns, lines)
    finally:
        process.close(force=True)
