"""What a shell waits for when it completes the name of a domain."""

from collections.abc import Callable
from pathlib import Path

from measure import BINARY, Row, interleaved, milliseconds, seconds

ROUNDS = 21


def side(command: list[str | Path]) -> Callable[[int], float]:
    """Makes a side that runs a command which writes nothing."""
    return lambda _: seconds(command)


def completion_row(project: Path) -> Row:
    """Measures it beside a walk of the whole tree."""
    words: list[str | Path] = ["ddd-forge", "--project", project, "remove-domain", ""]
    question: list[str | Path] = [BINARY, "__complete", str(len(words) - 1), "--", *words]
    costs = interleaved({"ours": side(question), "find": side(["find", project])}, ROUNDS)
    ours, walk = costs["ours"], costs["find"]
    detail = f"{ours / walk:.2f} of `find`, {milliseconds(walk)}"
    return Row("completion at 1,000 domains", ours * 1000, "ms", detail, at_most=20)
