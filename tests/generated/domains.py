"""Domains added to a generated project, removed and taken back, as a team would over months."""

import hashlib
import random
import subprocess
from pathlib import Path

import service

# Every type, modifier, scope and set of operations; a chain, a diamond and a self-reference.
DOMAINS = """
customers name:string=80:search email:email:unique=global website:url:nullable:filter vip:bool born:date:nullable --ops all
orders number:string=20:unique total:decimal=10,2:min=0:default=0 customer:ref=customers status:enum=draft,paid,void:default=draft note:text:nullable:search paid_at:datetime:nullable tags:array=string --ops all
order_items order:ref=orders:ondelete=cascade:rel sku:string=2:unique quantity:int:min=1:max=999 price:decimal=12,4:immutable discount:float:min=0:max=0.5:default=0 --ops all
categories name:string:unique parent:ref=self:nullable:ondelete=setnull:rel position:int:default=0:index --scope public
products name:str=120:search:filter category:fk=categories owner_note:text:secret:nullable released:date:default=today available_from:time:nullable token:varchar:length=64:secret attributes:jsonb:default=empty flags:array=bool codes:list=integer rank:long:default=-5 --scope public --write owner --ops all
reviews product:ref author:ref=users:unique stars:int:min=1:max=5 body:text:min=3:max=500 url:url website:url:unique mail:email:search at:timestamp:default=now day:date:unique moment:datetime:unique clock:time:unique key:uuid:unique count:bigint:unique ratio:float:unique amount:numeric=6.3:unique small:int:unique:min=-20:max=-5
audit_entries what:string:readonly:default=nothing detail:json when:datetime:readonly:nullable kind:enum=a/b/c_d --scope admin --ops all
news title headline:string:nullable:unique --scope public --write any --ops all
APIGrant user:ref=users:rel label:string=30:min=2 hash:string=64:secret:unique:immutable expires_at:datetime:nullable --write admin --ops all
shipments order:ref=orders order_item:ref=order_items:nullable carrier:enum=dhl,ups:nullable weight:decimal=3,3 cost:decimal=5,0 dates:array=date times:array=time ids:array=uuid moments:array=datetime amounts:array=decimal floats:array=float mails:array=email urls:array=url bigs:array=bigint
empty_things --ops all
type_things date:date time:time text:text datetime:datetime type:string size:int name:string value:float state:bool:nullable
glances name:string --ops read
lists name:string --ops list --scope public --table all_lists
wishes name:string note:text:search --ops create
uploads name:string:unique --ops bulk-create,bulk-delete --scope admin
drafts name:string:nullable --ops list,update --singular draft --route rough-drafts
quiet_domains name:string:unique other:ref=orders:nullable --no-api
untested_domains name:string --no-tests
""".strip().splitlines()
LONG = [f"{'l' * 34}-items", f"{'f' * 39}:int", "--table", "longs"]
# Each of these comes before what it refers to.
REMOVED = ["shipments", "order-items", "quiet_domains", "orders", "reviews", "categories"]
KEPT_BY_OTHERS = "categories"
SCALARS = ["string", "string=1", "int", "bigint", "decimal", "decimal=3,3", "float", "bool", "date"]
SCALARS += ["datetime", "time", "uuid", "email", "url"]
OTHERS = ["text", "json", "enum=a,b", "enum=x,y_z,w", "ref=users", "ref=self"]
# What makes sense of most types; the tool refuses what does not.
MODIFIERS = {
    **dict.fromkeys(["string", "email", "url"], ["unique", "search", "filter", "index"]),
    **dict.fromkeys(["int", "bigint", "decimal", "float"], ["unique", "min=0", "index"]),
    **dict.fromkeys(["date", "datetime", "time", "uuid"], ["unique", "index"]),
    "text": ["search", "filter", "min=2"],
    "ref": ["unique", "rel", "ondelete=restrict"],
}


def forge(binary: Path, project: Path, *words: str, code: int = 0) -> str:
    """Runs the tool on a project; returns what it told people."""
    command = [binary, "--project", project, *words, "--yes"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    service.expect(result.returncode == code, f"`{' '.join(words)}`: {result.stderr}")
    return result.stderr


def add(binary: Path, project: Path, count: int | None = None) -> None:
    """Adds the first domains of the list, or all."""
    for line in DOMAINS[:count]:
        forge(binary, project, "add-domain", *line.split())
    if count is None:
        forge(binary, project, "add-domain", *LONG)


def whole(binary: Path, project: Path) -> None:
    """Finds no defect, and every generated file as it was written."""
    forge(binary, project, "check")
    forge(binary, project, "status", "--exit-code")


def remove(binary: Path, project: Path) -> None:
    """Removes what nobody refers to any more, and is refused what somebody does."""
    said = forge(binary, project, "remove-domain", KEPT_BY_OTHERS, code=4)
    service.expect("`products`" in said, f"the refusal names who refers: {said}")
    forge(binary, project, "remove-domain", "products", code=4)
    for name in REMOVED[:-1]:
        forge(binary, project, "remove-domain", name)
    forge(binary, project, "remove-domain", "products")
    forge(binary, project, "remove-domain", REMOVED[-1])
    whole(binary, project)


def undo(binary: Path, project: Path, count: int) -> None:
    """Takes the last runs back, the newest first."""
    for _ in range(count):
        forge(binary, project, "undo")


def tree(project: Path) -> dict[str, tuple[int, str]]:
    """Returns mode and hash of every file that is not a tool's own litter."""
    litter = {".venv", ".local", ".ruff_cache", ".pytest_cache", "__pycache__", "undo"}
    files = {}
    for path in project.rglob("*"):
        name = path.relative_to(project)
        own = name.name in {"uv.lock", ".env", ".env.local", ".coverage"}
        if path.is_file() and not own and not litter & {*name.parts}:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            files[str(name)] = (path.stat().st_mode, digest)
    return files


def random_lists(binary: Path, project: Path, count: int) -> int:
    """Adds domains of pseudo-random fields; returns how many the tool took for valid."""
    # Always the same ones, so that a failure can be looked at.
    chance, taken = random.Random(4), 0
    scopes = [["--scope", scope] for scope in ("owner", "public", "admin")]
    for number in range(count):
        length = chance.choice([3, 8, 20, 40])
        name = "".join(chance.choices("abcdefgh", k=length - 3))
        fields = [field(chance, index) for index in range(chance.randrange(9))]
        words = [f"{name}x{number % 7}", *fields, *chance.choice(scopes), "--no-migration"]
        words += ["--ops", chance.choice(["all", "list", "create,read", "bulk-update,delete"])]
        command = [binary, "--project", project, "add-domain", *words, "--yes", "--quiet"]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        service.expect(result.returncode in {0, 2, 4}, f"{words}: {result.stderr}")
        taken += result.returncode == 0
    return taken


def field(chance: random.Random, index: int) -> str:
    """Makes a word that may or may not be a field."""
    name = f"{'abcdefgh'[index]}{'long_name_' * chance.randrange(4)}x"[:40].rstrip("_")
    kind = chance.choice([*SCALARS, *OTHERS, f"array={chance.choice(SCALARS).split('=')[0]}"])
    modifiers = ["nullable", "immutable", "secret", *MODIFIERS.get(kind.split("=")[0], [])]
    chosen = chance.sample(modifiers, chance.choice([0, 0, 0, 1, 1, 2]))
    if kind == "ref=self" and "nullable" not in chosen:
        chosen.append("nullable")
    return ":".join([name, kind, *chosen])
