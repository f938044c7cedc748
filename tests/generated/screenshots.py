# /// script
# requires-python = ">=3.13"
# dependencies = ["pexpect>=4.9,<5", "pyte>=0.8.2,<1", "rich==14.2.0"]
# ///
"""Takes the README's pictures of the terminal: `screenshots.py BINARY [--check]`.

Each is a real run on a pseudo-terminal, in the colours that were printed there. What differs from
machine to machine is given: an author, the programs that `doctor` asks. `--check` writes nothing
and fails where a picture is not what the binary prints now.
"""

import io
import re
import socket
import sys
import tempfile
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from pyte.graphics import FG_BG_256
from pyte.screens import Char
from rich.console import Console
from rich.style import Style
from rich.text import Text

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "terminal"))

from screen import Screen, on_terminal  # noqa: E402

COLUMNS, ENTER = 100, "\r"
AUTHOR = "[user]\n\tname = Ann Author\n\temail = ann@example.com\n"
PROGRAMS = {
    "uv": "case $1 in --version) echo 'uv 0.13.9';; *) echo /usr/bin/python3.13;; esac",
    "git": "echo 'git version 2.47.3'",
    "initdb": "",
}
# Times differ from run to run, directories from machine to machine.
SAME = [
    (r"\b\d+ ms\b", "12 ms"),
    (r"\S*/programs\b", "/usr/lib/postgresql/17/bin"),
    (r"`\S*/shop`", "`/home/ann/shop`"),
]
# As rich draws it, without its web font: a picture asks no other server.
FORMAT = """\
<svg xmlns="http://www.w3.org/2000/svg" class="rich-terminal" viewBox="0 0 {width} {height}">
<style>
.{unique_id}-matrix {{
  font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: {char_height}px;
  line-height: {line_height}px;
}}
.{unique_id}-title {{ font-family: sans-serif; font-size: 18px; font-weight: bold }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def command(words: Iterable[str]) -> Text:
    """Returns the line that a user types."""
    return Text.assemble(("$ ", "bright_black"), (" ".join(["ddd-forge", *words]), "bold"))


def lines(screen: Screen) -> list[Text]:
    """Returns what the screen shows, in its colours, with nothing that differs from run to run."""
    whole = screen.screen
    history = [*whole.history.top, *(whole.buffer[number] for number in range(whole.lines))]
    shown = [line(cells) for cells in history]
    while shown and not shown[-1].plain:
        shown.pop()
    return shown


def line(cells: dict) -> Text:
    """Returns one line of a screen."""
    text = Text()
    for style, cluster in groupby((cells[column] for column in range(COLUMNS)), looks):
        text.append("".join(cell.data for cell in cluster), style)
    text.rstrip()
    return same(text)


def looks(cell: Char) -> Style:
    """Returns how a cell of the screen looks."""
    return Style(color=colour(cell.fg), bold=cell.bold, reverse=cell.reverse)


def colour(name: str) -> str | None:
    """Returns rich's name of one of pyte's colours."""
    if name in FG_BG_256[:16]:
        return f"color({FG_BG_256.index(name)})"
    if re.fullmatch("[0-9a-f]{6}", name):
        return f"#{name}"
    named = {"default": None, "brown": "yellow"}.get(name, name)
    return named and re.sub("^bright(?=[a-z])", "bright_", named)


def same(text: Text) -> Text:
    """Replaces what differs from run to run; the replacement takes the style of what was there."""
    for pattern, replacement in SAME:
        while (found := re.search(pattern, text.plain)) and found[0] != replacement:
            before, old, after = text.divide(found.span())
            text = before + Text(replacement, old.get_style_at_offset(console(), 0)) + after
    return text


def console() -> Console:
    """Returns a console that remembers what is printed."""
    return Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)


def picture(name: str, shown: list[Text]) -> str:
    """Returns the lines as a picture."""
    recorder = console()
    for each in shown:
        recorder.print(each, no_wrap=True, crop=False, highlight=False)
    return recorder.export_svg(title="ddd-forge", code_format=FORMAT, unique_id=name)


def wizard(binary: Path, place: Path) -> list[Text]:
    """Answers some questions and takes the default of the others, up to the last one."""
    words = ["new", "shop"]
    with on_terminal(binary, *words, cwd=place, columns=COLUMNS, lines=60) as screen:
        for question, answer in [
            ("What is it?", "Sells books"),
            ("Where is it published?", "acme/shop"),
            ("How do callers sign in?", ""),
            ("What runs work outside of requests?", ""),
            ("Where do traces go?", ""),
            ("Which licence?", ""),
        ]:
            screen.wait_for(question)
            screen.press(answer, ENTER)
        screen.wait_for("Create it?")
        return [command(words), *lines(screen)]


def run(binary: Path, place: Path, words: list[str], **variables: str) -> list[Text]:
    """Runs a command to its end."""
    size = {"columns": COLUMNS, "lines": 400}
    with on_terminal(binary, *words, cwd=place, **size, **variables) as screen:
        screen.end()
        return [command(words), *lines(screen)]


def dry_run(binary: Path, place: Path) -> list[Text]:
    """Shows the beginning and the end of a plan."""
    shown = run(binary, place, ["new", "shop", "--dry-run", "--yes"])
    return [*shown[:14], Text(" " * 14 + "⋮"), *shown[-6:]]


def errors(binary: Path, place: Path) -> list[Text]:
    """Shows what becomes of three mistakes."""
    (place / "full").mkdir()
    (place / "full" / "notes.txt").touch()
    shown: list[Text] = []
    for words in (
        ["new", "2shop"],
        ["new", "shop", "--repository", "acme", "--yes"],
        ["new", "full"],
    ):
        shown += [*run(binary, place, words), Text("")]
    return shown[:-1]


def doctor(binary: Path, place: Path) -> list[Text]:
    """Looks at a machine of stand-ins, from within a project."""
    run(binary, place, ["new", "shop", "--yes", "--no-git"])
    programs = place / "programs"
    programs.mkdir()
    for name, does in PROGRAMS.items():
        (programs / name).write_text(f"#!/bin/sh\n{does}\n")
        (programs / name).chmod(0o755)
    return run(binary, place / "shop", ["doctor"], PATH=str(programs))


def taken(*ports: int) -> bool:
    """Tells whether another program listens on one of the ports that `doctor` looks at."""
    for port in ports:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                print(f"   port {port} is taken: no picture of `doctor`", flush=True)
                return True
    return False


def main() -> None:
    """Takes every picture in a place of its own."""
    binary, check = Path(sys.argv[1]).resolve(), "--check" in sys.argv
    stale = []
    for take in (wizard, dry_run, errors, doctor):
        if take is doctor and taken(8000, 4200):
            continue
        with tempfile.TemporaryDirectory() as place:
            (Path(place) / ".gitconfig").write_text(AUTHOR)
            name = take.__name__.replace("_", "-")
            new = picture(name, take(binary, Path(place)))
        path = ROOT / "docs" / f"{name}.svg"
        if check and (not path.exists() or path.read_text(encoding="utf-8") != new):
            stale.append(path.name)
        elif not check:
            path.write_text(new, encoding="utf-8", newline="\n")
    if stale:
        raise SystemExit(f"error: not what is printed now: {', '.join(stale)}; run `tests/renew`")
    print(f"   the pictures in docs/ are {'fresh' if check else 'taken'}", flush=True)


if __name__ == "__main__":
    main()
