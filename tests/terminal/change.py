# /// script
# requires-python = ">=3.13"
# dependencies = ["pexpect>=4.9,<5", "pyte>=0.8.2,<1"]
# ///
"""Answers what is asked before a living project changes: `change.py BINARY`."""

import gzip
import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from screen import Screen, on_terminal

CTRL_C = "\x03"
RECORD = ".ddd-forge/undo/0001.json.gz"
FOUND, KEPT = "new\n", "old\n"


def expect(condition: bool, what: str) -> None:
    """Stops with what was expected."""
    if not condition:
        raise SystemExit(f"error: {what}")


def project(binary: Path, place: Path) -> Path:
    """Makes a project with a run to take back: one that wrote `notes.txt`."""
    command = [str(binary), "new", "shop", "--no-git", "--yes", "--quiet"]
    subprocess.run(command, cwd=place, check=True)
    shop = place / "shop"
    (shop / "notes.txt").write_text(FOUND)
    digest = hashlib.sha256(FOUND.encode()).hexdigest()
    before = {"text": KEPT, "executable": False, "mode": None}
    run = {
        "format": 1,
        "command": "ddd-forge test",
        "time": "2026-11-23 13:31:05 UTC",
        "files": {"notes.txt": {"before": before, "after": {"sha256": digest, "mode": None}}},
        "made": [],
        "removed": {},
    }
    (shop / RECORD).parent.mkdir()
    (shop / RECORD).write_bytes(gzip.compress(json.dumps(run).encode()))
    return shop


def asked(screen: Screen) -> str:
    """Waits for the question, and returns what stands before it."""
    screen.wait_for("? Do it? (y)es, (n)o, show (d)iff ›")
    return screen.text()


def a_diff_is_shown_on_request_and_yes_makes_the_change(binary: Path, shop: Path) -> None:
    """The plan, its diff when asked for, and then the change, counted and not listed again."""
    with on_terminal(binary, "undo", cwd=shop) as screen:
        expect("would update  notes.txt (as it was)" in asked(screen), "the plan is shown")
        screen.press("x", "d")
        screen.wait_for("+old")
        expect("✔ Do it? · show diff" in asked(screen), f"the answer is kept:\n{screen.text()}")
        expect((shop / "notes.txt").read_text() == FOUND, "nothing is written before the answer")
        screen.press("y")
        expect(screen.end() == 0, f"it failed:\n{screen.text()}")
        shown = screen.text()
    expect("✔ Do it? · yes" in shown and "1 updated in" in shown, f"it is summed up:\n{shown}")
    expect((shop / "notes.txt").read_text() == KEPT, "the change is made")
    expect(not (shop / RECORD).exists(), "the run is forgotten")


def no_and_ctrl_c_change_nothing(binary: Path, shop: Path) -> None:
    """Both leave the project as it is, and the cursor where it can be seen."""
    for key in ("n", CTRL_C):
        with on_terminal(binary, "undo", cwd=shop) as screen:
            asked(screen)
            screen.press(key)
            expect(screen.end() == 130, f"{key!r} ends with 130:\n{screen.text()}")
            expect(not screen.screen.cursor.hidden, "the cursor is there")
        expect((shop / "notes.txt").read_text() == FOUND, "nothing is written")
        expect((shop / RECORD).exists(), "the run can still be taken back")


def yes_and_a_dry_run_ask_nothing(binary: Path, shop: Path) -> None:
    """`--yes` is for scripts on a terminal; a dry run has nothing to agree to."""
    for flag in ("--dry-run", "--yes"):
        with on_terminal(binary, "undo", flag, cwd=shop) as screen:
            expect(screen.end() == 0, f"it failed:\n{screen.text()}")
            expect("Do it?" not in screen.text(), f"it asked:\n{screen.text()}")
    expect((shop / "notes.txt").read_text() == KEPT, "the change is made")


def what_another_run_changed_meanwhile_is_not_overwritten(binary: Path, shop: Path) -> None:
    """The plan may rest on what is no longer so, even where no file of it was changed."""
    with on_terminal(binary, "add-domain", "orders", "total:int", cwd=shop) as screen:
        asked(screen)
        subprocess.run([str(binary), "undo", "--yes", "--quiet"], cwd=shop, check=True)
        screen.press("y")
        expect(screen.end() == 4, f"it is refused:\n{screen.text()}")
        shown = screen.text()
    expect("another run of `ddd-forge` changed the project" in shown, f"it says why:\n{shown}")
    expect(not (shop / "app/domains/orders").exists(), "nothing is written")
    expect(not (shop / RECORD).exists(), "nothing is recorded")
    expect((shop / "notes.txt").read_text() == KEPT, "what the other did stays")


def main() -> None:
    """Runs every check in a project of its own."""
    binary = Path(sys.argv[1]).resolve()
    for check in (
        a_diff_is_shown_on_request_and_yes_makes_the_change,
        no_and_ctrl_c_change_nothing,
        yes_and_a_dry_run_ask_nothing,
        what_another_run_changed_meanwhile_is_not_overwritten,
    ):
        with tempfile.TemporaryDirectory() as place:
            check(binary, project(binary, Path(place)))
        print(f"   {check.__name__.replace('_', ' ')}", flush=True)


if __name__ == "__main__":
    main()
