# /// script
# requires-python = ">=3.13"
# dependencies = ["jsonschema>=4.25,<5"]
# ///
"""Holds what `--json` prints against the published schema: `reports.py BINARY`."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from jsonschema import Draft202012Validator

SCHEMA = Path(__file__).resolve().parents[2] / "docs" / "report.schema.json"

# What is run one after the other in one place, with the exit code it ends with.
RUNS = [
    (["new", "shop", "--dry-run"], 0),
    (["new", "shop", "--no-git"], 0),
    (["new", "shop", "--no-git"], 4),
    (["new", "shop", "--no-git", "--force"], 0),
    (["new", "2shop"], 2),
    (["new", "shop", "elsewhere", "--license", "none"], 2),
    (["new", "shop", "nowhere", "--description", "a\u202eb"], 2),
    (["new"], 2),
    (["doctor", "--project", "nowhere"], 4),
    (["undo", "--project", "shop"], 0),
    (["add-domain", "orders", "name", "--project", "shop"], 0),
    (["add-field", "orders", "total:decimal", "--project", "shop"], 2),
    (["add-field", "orders", "total:decimal:default=0", "--project", "shop"], 0),
    (["drop-field", "orders", "name", "--project", "shop"], 0),
    (["drop-field", "orders", "name", "--project", "shop"], 2),
    (["graph", "--project", "shop"], 0),
    (["list", "--project", "shop"], 0),
    (["list", "--routes", "--project", "shop"], 0),
    (["list", "orders", "--project", "shop"], 0),
    (["list", "nosuch", "--project", "shop"], 2),
    (["undo", "--project", "shop", "--list"], 0),
    (["undo"], 4),
    (["status", "--project", "shop"], 0),
    (["status", "--project", "shop", "nothing"], 4),
    (["check", "--project", "shop"], 0),
    (["check", "--project", "shop", "--fix"], 0),
    (["check"], 4),
    # What it finds is the machine's affair.
    (["doctor"], None),
    (["nothing"], 2),
]


def main() -> None:
    """Runs the commands and checks each report."""
    binary = Path(sys.argv[1]).resolve()
    schema = json.loads(SCHEMA.read_text())
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    with tempfile.TemporaryDirectory() as place:
        for arguments, code in RUNS:
            command = [str(binary), *arguments, "--json"]
            run = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
            said = f"`{' '.join(arguments)}` ended with {run.returncode}: {run.stdout}{run.stderr}"
            if code is not None and run.returncode != code or run.stderr or not run.stdout.endswith("}\n"):
                raise SystemExit(f"error: {said}")
            report = json.loads(run.stdout)
            for error in validator.iter_errors(report):
                raise SystemExit(f"error: {error.message} in {error.json_path}: {said}")
            if report["ok"] != (run.returncode == 0) or report["ok"] and "error" in report:
                raise SystemExit(f"error: `ok`, `error` and the exit code disagree: {said}")
    print(f"   {len(RUNS)} reports")


if __name__ == "__main__":
    main()
