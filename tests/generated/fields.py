"""Fields added to domains that people have made their own and that have rows, and dropped again."""

import subprocess
import tomllib
from pathlib import Path

import domains
import service

EDITS = Path(__file__).resolve().parents[1] / "edits" / "domain.toml"

# Two domains whose files are edited, and ten of the others.
EDITED = """
customers name:string=80
orders number:string=20:unique:search total:decimal=10,2:min=0:default=0 status:enum=draft,paid:default=draft customer:ref=customers note:text:nullable --ops all
""".strip().splitlines()
OTHERS = ["order_items", "categories", "products", "reviews", "audit_entries", "news"]
OTHERS += ["APIGrant", "empty_things", "type_things", "wishes"]

# Every type and modifier, of what is required with what the rows that are there get.
EVERY = """
text_required:string=30:search text_given:string:default=open note:text:nullable:search code:string=12:unique
size:int:min=1:max=99 rank:int:default=3:index big:bigint:nullable total:decimal=10,2:min=0:default=0
ratio:float:nullable:max=0.5 vip:bool day:date:default=today seen:datetime:default=now clock:time:nullable
key:uuid:nullable:unique extra:json:default=empty mail:email:nullable:unique=global site:url:nullable:filter
kind:enum=a,b_c:default=a mood:enum=good,bad:nullable:immutable tags:array=string:default=empty
days:array=date:nullable author:ref=users:nullable:rel parent:ref=self:nullable:ondelete=setnull:rel
buyer:ref=customers hash:string=64:secret:nullable state:string:readonly:nullable
""".split()
FILLED = ["text_required=none yet", "code=sql:substr(id::text, 1, 12)", "size=7"]
FILLED += ["buyer=sql:(SELECT id FROM customers LIMIT 1)"]
MORE = [
    "due_at:datetime:nullable",
    "priority:int:min=0:default=0",
    "channel:enum=web,shop:default=web",
]
MORE += ["buyer:ref=users:nullable:rel", "label_text:string=40:nullable:search"]

# What pytest runs of the tests of all: those of the domains that change, and of the project.
CHANGED = ["tests/empty_things", "tests/orders", "tests/api/test_access.py", "tests/migrations"]
CHANGED += ["tests/architecture", "-k", "orders or empty_things or migrations or architecture"]

# Two rows of the domains that change, in a database that is in use.
ROWS = """
INSERT INTO users (id, email) SELECT gen_random_uuid(), 'jane@example.com';
INSERT INTO customers (id, name, owner_id)
SELECT gen_random_uuid(), 'Ann', id FROM users;
INSERT INTO orders (id, number, customer_id, owner_id)
SELECT gen_random_uuid(), number, customers.id, owner_id
FROM customers, (VALUES ('A1'), ('A2')) AS numbers (number);
INSERT INTO empty_things (id, owner_id)
SELECT gen_random_uuid(), users.id FROM users, generate_series(1, 2);
"""
RUN = """
import asyncio, sys
from sqlalchemy import text
from app.infrastructure.config import DatabaseSettings, load_settings
from sqlalchemy.ext.asyncio import create_async_engine

async def main():
    engine = create_async_engine(load_settings(DatabaseSettings).database_url)
    async with engine.begin() as connection:
        for statement in sys.argv[1].split(";"):
            if statement.strip():
                await connection.execute(text(statement))

asyncio.run(main())
"""


def edits() -> list[dict[str, str]]:
    """Returns what people do to the files of `orders`, as far as it goes together."""
    every = tomllib.loads(EDITS.read_text())["edit"]
    return [edit for edit in every if not edit.get("alone")]


def add(binary: Path, project: Path) -> None:
    """Adds the domains, and edits the files of one."""
    lines = [line for line in domains.DOMAINS if line.split()[0] in OTHERS]
    for line in [*EDITED, *lines]:
        domains.forge(binary, project, "add-domain", *line.split())
    for edit in edits():
        path = project / edit["file"]
        text = path.read_text()
        if "from" in edit:
            service.expect(edit["from"] in text, f"the edit `{edit['name']}` finds its place")
            text = text.replace(edit["from"], edit["to"], 1)
        path.write_text(text + edit.get("append", ""))


def database(project: Path, *command: str) -> None:
    """Runs a command with the project's database at hand."""
    words = ["uv", "run", "python", "-m", "scripts.dev_database", "exec", "--", *command]
    result = subprocess.run(
        words, cwd=project, env=service.environment(), capture_output=True, text=True, check=False
    )
    said = result.stdout + result.stderr
    service.expect(result.returncode == 0, f"`{' '.join(command)[:80]}` failed: {said[-3000:]}")


def put_rows(project: Path) -> None:
    """Migrates the database, and puts rows into it."""
    database(project, "alembic", "upgrade", "head")
    database(project, "python", "-c", RUN, ROWS)


def migrate(project: Path) -> None:
    """Migrates with rows present: up, back over what is new, and up again; nothing may differ."""
    database(project, "alembic", "upgrade", "head")
    database(project, "alembic", "check")
    database(project, "alembic", "downgrade", "-1")
    database(project, "alembic", "upgrade", "head")
    database(project, "alembic", "check")


def change(binary: Path, project: Path) -> int:
    """Adds fields of every type, and to what was edited; returns how many runs that were."""
    fills = [word for fill in FILLED for word in ("--fill", fill)]
    refused = domains.forge(binary, project, "add-field", "empty_things", *EVERY, code=2)
    service.expect("--fill" in refused, f"a required field needs a value: {refused}")
    domains.forge(binary, project, "add-field", "empty_things", *EVERY, *fills)
    migrate(project)
    domains.forge(binary, project, "add-field", "orders", *MORE)
    migrate(project)
    words = ["kind:enum=+d", "mood:enum=+so_so,+unknown"]
    domains.forge(binary, project, "add-field", "empty_things", *words)
    migrate(project)
    domains.forge(binary, project, "add-field", "orders", "status:enum=+refunded")
    migrate(project)
    return 4


def drop(binary: Path, project: Path) -> int:
    """Drops what was added, and more; returns how many runs that were."""
    names = [word.split(":")[0] for word in EVERY]
    domains.forge(binary, project, "drop-field", "empty_things", *names)
    migrate(project)
    domains.forge(binary, project, "drop-field", "orders", "total", "channel", "buyer")
    migrate(project)
    return 2
