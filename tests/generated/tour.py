# /// script
# requires-python = ">=3.13"
# dependencies = ["pexpect>=4.9,<5"]
# ///
"""Takes the README's tour word for word, as its reader would: `tour.py BINARY`.

What an `sh` block holds is typed line by line into a shell on a terminal, and the `text` block
after it is what the terminal must show then: these lines in this order, where `…` stands for
anything. A first line `# second terminal` says which terminal, `# first terminal, after Ctrl-C`
also what is pressed. A command that shows what it should may go on; one that ends must succeed.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pexpect

README = Path(__file__).resolve().parents[2] / "README.md"
HEADING = "## Five minutes"
PROMPT = r"tour:(\d+)> "
# A shell that reads a user's files sets the prompt there.
PROMPTING = {"PROMPT_COMMAND": "PS1='tour:$?> '", "TERM": "dumb"}
BASH = ["bash", "--noprofile", "--norc"]
# The first `up` on a machine downloads what the service needs.
PATIENCE = 600
# Returns, colours and links, which a terminal does not show as text.
UNSEEN = re.compile(r"\r|\x1b\[[0-9;]*m|\x1b\]8;.*?(?:\x07|\x1b\\)")
WHERE = re.compile(r"# (?P<terminal>first|second) terminal(?P<ctrl_c>, after Ctrl-C)?")


@dataclass
class Block:
    """What is typed into a terminal, and what it must show."""

    terminal: str
    after_ctrl_c: bool
    commands: list[str]
    shown: list[str] = field(default_factory=list)


def blocks(readme: str) -> list[Block]:
    """Returns what the tour has the reader do."""
    section = readme.split(f"\n{HEADING}\n")[1].split("\n## ", 1)[0]
    found: list[Block] = []
    for language, text in re.findall(r"^```(\w*)\n(.*?)^```$", section, re.MULTILINE | re.DOTALL):
        lines = text.splitlines()
        if language == "text":
            found[-1].shown = lines
            continue
        if language != "sh":
            raise SystemExit(f"error: the tour has a block of `{language}`")
        where = WHERE.fullmatch(lines[0])
        terminal, ctrl_c = (where["terminal"], bool(where["ctrl_c"])) if where else ("first", False)
        found.append(Block(terminal, ctrl_c, lines[1:] if where else lines))
    return found


class Terminal:
    """A shell that a reader types into."""

    def __init__(self, place: Path, environment: dict[str, str], shell: list[str] = BASH) -> None:
        """Opens a terminal in a directory."""
        self.said, self.code = "", 0
        self.busy = True
        self.shell = pexpect.spawn(
            shell[0],
            shell[1:],
            cwd=str(place),
            env=environment | PROMPTING,
            # Wide, so that nothing is wrapped where the README does not wrap it.
            dimensions=(50, 1000),
            encoding="utf-8",
        )
        self.wait()

    def read(self) -> None:
        """Takes in what is said in the next moment."""
        match self.shell.expect([PROMPT, "\n", pexpect.TIMEOUT], timeout=1):
            case 0:
                self.busy, self.code = False, int(self.shell.match[1])
                self.said += self.shell.before + "\n"
            case 1:
                self.said += self.shell.before + "\n"

    def wait(self) -> None:
        """Waits until the shell asks for the next command; the last one must have succeeded."""
        deadline = time.monotonic() + PATIENCE
        while self.busy:
            self.read()
            expect(time.monotonic() < deadline, f"this does not end:\n{self.said}")
        expect(self.code == 0, f"exit code {self.code}:\n{self.said}")

    def type(self, command: str) -> None:
        """Types a command once the one before has ended."""
        self.wait()
        self.shell.sendline(command)
        self.busy = True

    def press_ctrl_c(self) -> None:
        """Ends what runs, which must still run."""
        self.read()
        expect(self.busy, f"it ended before Ctrl-C:\n{self.said}")
        self.shell.sendintr()
        while self.busy:
            self.read()
        self.code = 0

    def shows(self, lines: list[str]) -> None:
        """Waits until these lines are shown."""
        deadline = time.monotonic() + PATIENCE
        while missing := first_missing(lines, self.said):
            expect(self.busy and time.monotonic() < deadline, f"no `{missing}` in:\n{self.said}")
            self.read()


def expect(condition: bool, what: str) -> None:
    """Stops with what was expected."""
    if not condition:
        raise SystemExit(f"error: {what}")


def first_missing(wanted: list[str], said: str) -> str | None:
    """Returns the first of the lines that was not said after the ones before it."""
    lines = iter(UNSEEN.sub("", said).split("\n"))
    for line in wanted:
        pattern = re.compile(re.escape(line).replace("…", ".*"))
        if not any(pattern.fullmatch(each) for each in lines):
            return line
    return None


@contextmanager
def terminals(binary: Path) -> Iterator[dict[str, Terminal]]:
    """Opens two terminals in an empty directory, for a user who has the tool and a name."""
    with tempfile.TemporaryDirectory(prefix="tour-") as directory:
        place, home, programs = (Path(directory) / name for name in ("work", "home", "programs"))
        for path in (place, home, programs):
            path.mkdir()
        (programs / "ddd-forge").symlink_to(binary)
        (home / ".gitconfig").write_text("[user]\nname = Jane Doe\nemail = jane@example.com\n")
        both = {name: Terminal(place, environment(home, programs)) for name in ("first", "second")}
        try:
            yield both
        except BaseException:
            # What the tour started must not outlive it.
            for terminal in both.values():
                terminal.shell.sendintr()
            down = ["uv", "run", "just", "down"]
            subprocess.run(down, cwd=place / "shop", capture_output=True, check=False)
            raise
        finally:
            for terminal in both.values():
                terminal.shell.close(force=True)


def environment(home: Path, programs: Path) -> dict[str, str]:
    """Returns the variables of such a user; what uv has downloaded is not downloaded again."""
    kept = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    for name, command in (("UV_CACHE_DIR", "cache"), ("UV_PYTHON_INSTALL_DIR", "python")):
        said = subprocess.run(["uv", command, "dir"], capture_output=True, text=True, check=True)
        kept[name] = said.stdout.strip()
    return kept | {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home),
        "PATH": f"{programs}:{os.environ['PATH']}",
    }


def check(binary: Path) -> None:
    """Takes the tour."""
    steps = blocks(README.read_text(encoding="utf-8"))
    expect(len({step.terminal for step in steps}) == 2, "the tour has two terminals")
    with terminals(binary) as both:
        for step in steps:
            started, terminal = time.monotonic(), both[step.terminal]
            if step.after_ctrl_c:
                terminal.press_ctrl_c()
            terminal.said = ""
            for command in step.commands:
                terminal.type(command)
            if step.shown:
                terminal.shows(step.shown)
            else:
                terminal.wait()
            seconds = time.monotonic() - started
            print(f"      {seconds:5.1f} s  {' && '.join(step.commands)}", flush=True)
        for terminal in both.values():
            terminal.wait()


if __name__ == "__main__":
    check(Path(sys.argv[1]).resolve())
