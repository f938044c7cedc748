# /// script
# requires-python = ">=3.13"
# dependencies = ["pexpect>=4.9,<5", "pyte>=0.8.2,<1"]
# ///
"""Answers the wizard of `new` on a real pseudo-terminal: `wizard.py BINARY`."""

import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from screen import Screen, on_terminal

# Longer than a line of the terminal has room for beside its question.
DESCRIPTION = "It sells 'books', and what else people read"
ENTER, DOWN, CTRL_C = "\r", "\x1b[B", "\x03"


def expect(condition: bool, what: str) -> None:
    """Stops with what was expected."""
    if not condition:
        raise SystemExit(f"error: {what}")


def tree(root: Path) -> dict[str, bytes]:
    """Returns every file of a project but git's."""
    files = (path for path in root.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {str(path.relative_to(root)): path.read_bytes() for path in files}


def command(screen: Screen) -> list[str]:
    """Returns the words of the equivalent command as the screen shows it, wrapped."""
    lines = screen.text().split("The same without questions:")[1].split("? Create it?")[0]
    # The terminal wraps at its width, in the middle of words.
    joined = "".join(line.ljust(80) if len(line) == 79 else line for line in lines.split("\n"))
    return shlex.split(joined)


def answers_make_the_project_they_say(binary: Path, place: Path) -> None:
    """Six questions, a summary, the equivalent command, and the project it stands for."""
    with on_terminal(binary, "new", "shop", cwd=place) as screen:
        for question, keys in [
            ("What is it?", [DESCRIPTION, ENTER]),
            ("Where is it published?", ["acme/shop", ENTER]),
            ("How do callers sign in?", [DOWN, DOWN, ENTER]),
            ("What runs work outside of requests?", [DOWN, ENTER]),
            ("Where do traces go?", [DOWN, ENTER]),
            ("Which licence?", [DOWN, ENTER]),
        ]:
            screen.wait_for(question)
            expect(not (place / "shop").exists(), "nothing is written before the last answer")
            screen.press(*keys)
        screen.wait_for("Create it?")
        shown = screen.text()
        for name, answer in [
            ("description", DESCRIPTION),
            ("repository", "acme/shop"),
            ("auth", "api-key"),
        ]:
            fact = f"  {name:<14} {answer}\n"
            expect(fact in shown, f"the summary lacks `{fact}`:\n{shown}")
        expect(shown.count("✔") == 6, f"six questions:\n{shown}")
        expect(shown.count("What is it?") == 1, f"each shown once:\n{shown}")
        words = command(screen)
        screen.press("y")
        expect(screen.end() == 0, f"the wizard failed:\n{screen.text()}")
    expect(words[:3] == ["ddd-forge", "new", "shop"], f"the equivalent command is {words}")
    asked = tree(place / "shop")
    expect(b"clerk" not in asked["pyproject.toml"], "the answers were followed")

    elsewhere = place / "elsewhere"
    elsewhere.mkdir()
    run = [str(binary), *words[1:], "--author", author(asked)]
    subprocess.run(run, cwd=elsewhere, check=True, capture_output=True)
    expect(tree(elsewhere / "shop") == asked, "the equivalent command makes the same project")


def author(files: dict[str, bytes]) -> str:
    """Returns the author whom git knew; the equivalent command asks git again."""
    line = next(x for x in files["ddd-forge.toml"].decode().splitlines() if x.startswith("author"))
    return line.split("=", 1)[1].strip().strip("\"'")


def a_wrong_answer_is_told_and_asked_again(binary: Path, place: Path) -> None:
    """What cannot be used is said at once, and the question stays."""
    with on_terminal(binary, "new", "second", cwd=place) as screen:
        screen.wait_for("What is it?")
        screen.press(ENTER)
        screen.wait_for("Where is it published?")
        screen.press("no repository", ENTER)
        screen.wait_for("is not OWNER/NAME")
        screen.press(CTRL_C)
        expect(screen.end() == 130, "Ctrl-C ends with 130")
    expect(not (place / "second").exists(), "Ctrl-C writes nothing")


def a_wrong_flag_is_refused_before_a_question(binary: Path, place: Path) -> None:
    """Nobody answers six questions to be told that the command line was wrong."""
    with on_terminal(binary, "new", "fifth", "--repository", "acme", cwd=place) as screen:
        expect(screen.end() == 2, f"a wrong flag ends with 2:\n{screen.text()}")
        expect("What is it?" not in screen.text(), f"it asked:\n{screen.text()}")


def ctrl_c_in_a_list_gives_the_cursor_back(binary: Path, place: Path) -> None:
    """A list hides the cursor while one moves in it, and is redrawn in place."""
    given = ["--description", "x", "--repository", "a/b", "--auth", "clerk"]
    with on_terminal(binary, "new", "listed", *given, cwd=place) as screen:
        screen.wait_for("What runs work outside of requests?")
        for _ in range(3):
            screen.press(DOWN)
            screen.read(0.2)
        shown = screen.text()
        expect(shown.count("What runs work") == 1, f"the question is shown once:\n{shown}")
        expect(screen.screen.cursor.hidden, "the cursor is hidden in a list")
        screen.press(CTRL_C)
        expect(screen.end() == 130, "Ctrl-C ends with 130")
        expect(not screen.screen.cursor.hidden, "the cursor is back")
    expect(not (place / "listed").exists(), "Ctrl-C writes nothing")


def no_writes_nothing(binary: Path, place: Path) -> None:
    """A no to the last question leaves the disk as it was; what was given is not asked."""
    given = ["--description", "x", "--repository", "a/b", "--auth", "clerk", "--workers", "none"]
    given += ["--observability", "none", "--license", "mit"]
    with on_terminal(binary, "new", "third", *given, cwd=place) as screen:
        screen.wait_for("Create it?")
        expect("✔" not in screen.text(), f"what was given is not asked:\n{screen.text()}")
        screen.press("n")
        expect(screen.end() == 130, "no ends with 130")
    expect(not (place / "third").exists(), "no writes nothing")


def yes_asks_nothing(binary: Path, place: Path) -> None:
    """`--yes` is for scripts on a terminal."""
    with on_terminal(binary, "new", "fourth", "--yes", cwd=place, lines=300) as screen:
        expect(screen.end() == 0 and "?" not in screen.text(), f"it asked:\n{screen.text()}")
        expect("create  pyproject.toml" in screen.text(), "it tells what it made")


def colours_are_for_terminals_that_show_them(binary: Path, place: Path) -> None:
    """Colours on a terminal unless it is told otherwise, and on a pipe only by force."""
    for name, variables, coloured in [
        ("plain", {}, True),
        ("no", {"NO_COLOR": "1"}, False),
        ("dumb", {"TERM": "dumb"}, False),
    ]:
        with on_terminal(binary, "new", name, "--yes", cwd=place, lines=300, **variables) as screen:
            screen.end()
            cells = [cell for line in screen.screen.buffer.values() for cell in line.values()]
            found = any(cell.fg != "default" or cell.bold for cell in cells)
            expect(found == coloured, f"colours with {variables}: {found}")
            expect("\x1b" not in screen.text(), "no raw escape is shown")
    run = [str(binary), "new", "pipe", "--yes", "--no-git"]
    for variables, coloured in [({"CLICOLOR_FORCE": "1"}, True), ({}, False)]:
        said = subprocess.run(run, cwd=place, env=variables, capture_output=True, check=False)
        expect((b"\x1b[" in said.stderr) == coloured, f"colours on a pipe with {variables}")


def main() -> None:
    """Runs every check in a place of its own."""
    binary = Path(sys.argv[1]).resolve()
    for check in (
        answers_make_the_project_they_say,
        a_wrong_answer_is_told_and_asked_again,
        a_wrong_flag_is_refused_before_a_question,
        ctrl_c_in_a_list_gives_the_cursor_back,
        no_writes_nothing,
        yes_asks_nothing,
        colours_are_for_terminals_that_show_them,
    ):
        with tempfile.TemporaryDirectory() as place:
            check(binary, Path(place))
        print(f"   {check.__name__.replace('_', ' ')}", flush=True)


if __name__ == "__main__":
    main()
