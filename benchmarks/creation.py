"""What it costs to create a project, beside copying it and beside other generators."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from measure import (
    BINARY,
    WORK,
    Row,
    interleaved,
    milliseconds,
    peak_memory,
    run,
    seconds,
    settled_seconds,
)

ROUNDS = 41
PEERS = {
    "cookiecutter": ["uvx", "--quiet", "--from", "cookiecutter>=2.6", "cookiecutter"],
    "copier": ["uvx", "--quiet", "--from", "copier>=9.10", "copier"],
}


def bare_program(tree: Path) -> Path:
    """Compiles a program that holds the files of `tree` and writes them, and does nothing else."""
    files = sorted(path for path in tree.rglob("*") if path.is_file())
    names = [path.relative_to(tree).as_posix() for path in files]
    folders = sorted({str(Path(name).parent) for name in names} - {"."})
    lines = ["use std::{env, fs, path::Path};", "fn main() {"]
    lines += ["    let root = env::args().nth(1).unwrap();", "    let root = Path::new(&root);"]
    lines += ["    fs::create_dir(root).unwrap();"]
    lines += [
        f"    fs::create_dir_all(root.join({json.dumps(name)})).unwrap();" for name in folders
    ]
    for name, path in zip(names, files, strict=True):
        embedded = f"include_bytes!({json.dumps(str(path))})"
        lines.append(f"    fs::write(root.join({json.dumps(name)}), {embedded}).unwrap();")
    source, program = WORK / "bare.rs", WORK / "bare"
    source.write_text("\n".join([*lines, "}", ""]))
    run(["rustc", "-O", "-o", program, source])
    return program


def peer_templates(tree: Path, place: Path) -> dict[str, list[str]]:
    """Makes a template of the tree for each peer that can be had; returns the commands."""
    cookiecutter, copier = place / "cookiecutter", place / "copier"
    shutil.copytree(tree, cookiecutter / "{{cookiecutter.name}}")
    copy = {"name": "shop", "_copy_without_render": ["*"]}
    (cookiecutter / "cookiecutter.json").write_text(json.dumps(copy))
    shutil.copytree(tree, copier)
    (copier / "copier.yml").write_text("name: {type: str, default: shop}\n")
    return {
        "cookiecutter": [*PEERS["cookiecutter"], "--no-input", str(cookiecutter), "--output-dir"],
        "copier": [*PEERS["copier"], "copy", "--quiet", "--defaults", str(copier)],
    }


def into(out: Path, side: str, *command: str | Path) -> Callable[[int], float]:
    """Makes a side that writes into a directory of its own each time."""
    return lambda number: settled_seconds([*command, out / f"{side}-{number}"])


def measure(*, peers: bool) -> list[Row]:
    """Measures creation, start-up, memory and size."""
    tree, out = WORK / "tree", WORK / "out"
    run([BINARY, "new", "shop", tree, "--yes", "--no-git", "--quiet"])
    out.mkdir()
    new = [BINARY, "new", "shop", "--yes", "--no-git", "--quiet"]
    sides = {
        "new": into(out, "new", *new),
        "cp": into(out, "cp", "cp", "-r", tree),
        "bare": into(out, "bare", bare_program(tree)),
    }
    costs = interleaved(sides, ROUNDS)
    start = {"true": lambda _: seconds(["/bin/true"]), "version": lambda _: seconds([BINARY, "-V"])}
    starts = interleaved(start, 100)
    files = sum(path.is_file() for path in tree.rglob("*"))
    made, copied, written = costs["new"], costs["cp"], costs["bare"]
    started, nothing = starts["version"], starts["true"]
    rows = [
        Row(
            "`new`, durable, / `cp -r`",
            made / copied,
            "×",
            f"{files} files: {milliseconds(made)} / {milliseconds(copied)}",
            at_most=2.5,
        ),
        Row(
            "`new` / a bare program writing the same bytes",
            made / written,
            "×",
            f"{milliseconds(made)} / {milliseconds(written)}",
        ),
        Row(
            "`--version` / `/bin/true`",
            started / nothing,
            "×",
            f"{milliseconds(started)} / {milliseconds(nothing)}",
            at_most=2,
        ),
        Row("size of the binary", BINARY.stat().st_size / 2**20, "MiB", at_most=5),
    ]
    memory = peak_memory([*new, out / "memory"])
    if memory is not None:
        rows.append(Row("memory of `new`", memory, "MiB", "peak resident", at_most=8))
    if peers:
        rows += peer_rows(tree, WORK / "peers", "`new`", made)
    return rows


def peer_rows(tree: Path, place: Path, ours: str, made: float) -> list[Row]:
    """Measures the other generators on the same files; their first run installs them."""
    rows = []
    for name, command in peer_templates(tree, place).items():
        side = into(place, name, *command)
        side(-1)
        taken = interleaved({name: side}, 5)[name]
        ratio, detail = taken / made, f"{milliseconds(taken)} / {milliseconds(made)}"
        rows.append(Row(f"{name}, the same files, / {ours}", ratio, "×", detail))
    return rows
