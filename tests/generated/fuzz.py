"""A service asked, by its own OpenAPI, for everything that can go wrong: `schemathesis`."""

import subprocess
from pathlib import Path

import domains
import httpx
import production
import service

SCHEMATHESIS = ["uvx", "--quiet", "--from", "schemathesis>=4.20,<5", "schemathesis"]

# Every type of field, the scopes that the project does not have yet, references.
DOMAINS = """
audit_entries what:string:readonly:default=nothing detail:json when:datetime:readonly:nullable kind:enum=a/b/c_d --scope admin --ops all
gauges text:text:search word:string=20:unique:search:filter size:int:min=-5:max=5 big:bigint:nullable ratio:float:nullable amount:decimal=8,3:nullable day:date:nullable at:datetime:nullable clock:time:nullable code:uuid:nullable mail:email:nullable:filter site:url:nullable:filter extra:json:default=empty tags:array=string:default=empty sizes:array=int:default=empty days:array=date:default=empty vip:bool order:ref=orders:nullable:rel token:string=64:secret:nullable parent:ref=self:nullable:ondelete=setnull --scope public --write owner --ops all
""".strip().splitlines()

CONFIGURATION = """
[checks]
# What fits the schema may still be refused: a reference to nothing, an expiry in the past.
positive_data_acceptance.enabled = false

# `/bulk` is no method's alone: GET asks for the row of that key, and is told that it is none.
[[operations]]
include-path-regex = "/bulk$"
checks.unsupported_method.enabled = false
checks.allow_header_conformance.enabled = false
"""
CANARY = "canary7f3a"
# A caller that revokes its own key learns nothing more.
REVOCATION = "api_keys_delete"


def ask(address: str, home: Path, key: str | None, *arguments: str) -> None:
    """Lets schemathesis ask in the name of whoever has the key."""
    (home / "schemathesis.toml").write_text(CONFIGURATION)
    command = [*SCHEMATHESIS, "run", f"{address}/openapi.json", "--seed", "1", "--warnings", "off"]
    command += ["--continue-on-failure", "--request-timeout", "30", *arguments]
    command += ["-H", f"X-API-Key: {key}"] if key else []
    done = subprocess.run(
        command, cwd=home, env=service.environment(), capture_output=True, text=True, check=False
    )
    service.expect(done.returncode == 0, f"schemathesis, {' '.join(arguments)}:\n{done.stdout}")
    [tested] = [line.strip() for line in done.stdout.splitlines() if " generated" in line]
    print(f"      {tested}", flush=True)


def send_canaries(address: str, key: str) -> None:
    """Sends what nobody should write down, in every part of a request."""
    person = f"{CANARY}@my-company.com"
    with httpx.Client(base_url=address) as client:
        for headers in (
            {"X-API-Key": f"ak_{CANARY}{'x' * 32}"},
            {"Authorization": f"Bearer {CANARY}.{CANARY}.{CANARY}"},
            {"Cookie": f"session={CANARY}"},
        ):
            answer = client.get("/api/v1/me", headers=headers)
            service.expect(answer.status_code == 401, f"a canary got {answer.text}")
        admin = {"X-API-Key": key}
        client.get("/api/v1/users", params={"email": person, "search": CANARY}, headers=admin)
        for _ in range(2):
            client.post("/api/v1/users", json={"email": person}, headers=admin)
        client.post("/api/v1/users", json={CANARY: CANARY, "email": CANARY}, headers=admin)
        client.post("/webhooks/clerk", content=CANARY, headers={"svix-signature": CANARY})


def check_log(project: Path, secrets: list[str]) -> None:
    """Whatever was asked, nothing unforeseen happened, and no secret was written down."""
    log = service.log_of(project, "production.log").read_text()
    service.expect("unexpected error" not in log, "nobody foresaw something: see production.log")
    service.expect(not any(secret in log for secret in secrets), "a secret is in the log")


def check(binary: Path, project: Path, *, everything: bool) -> None:
    """Asks as nobody, as a user and as an admin, of a project with domains of every kind."""
    for line in DOMAINS:
        domains.forge(binary, project, "add-domain", *line.split())
    some, many = ("60", "1000") if everything else ("5", "12")
    with production.database(project) as database:
        variables = production.settings(database, DOCS_URL="/docs")
        keys = production.keys(project, variables)
        with production.served(project, variables) as (address, _):
            home, spare = database.home, ["--exclude-operation-id", REVOCATION]
            ask(address, home, None, "--phases", "fuzzing", "--max-examples", some)
            for role, phases in (
                ("standard", "fuzzing,stateful"),
                ("admin", "coverage,fuzzing,stateful"),
            ):
                ask(address, home, keys[role], "--phases", phases, "--max-examples", many, *spare)
            revoke = ["--include-operation-id", REVOCATION, "--max-examples", many]
            ask(address, home, keys["admin"], *revoke)
            send_canaries(address, keys["admin"])
        own = [variables["APP_DB_PASSWORD"], variables["SECRET_KEY"]]
        check_log(project, [CANARY, *keys.values(), *own])
    domains.undo(binary, project, len(DOMAINS))
