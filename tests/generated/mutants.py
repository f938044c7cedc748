"""Takes the protections out of a generated project, one at a time: its own tests must notice.

A mutant that survives is a test that is missing.
"""

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

DOMAINS = "tests/domains"
INFRASTRUCTURE = "tests/infrastructure"
API = "tests/api"
# A domain that the project was given.
ORDERS = "tests/orders"


@dataclass(frozen=True)
class Mutant:
    """One protection taken out: in `path`, `old` becomes `new`; `tests` must fail."""

    name: str
    path: str
    old: str
    new: str
    tests: str


REPOSITORY = "app/domains/base/repository.py"
SERVICE = "app/domains/base/service.py"
USERS = "app/domains/users/service.py"
KEY_ROWS = "app/domains/users/api_key_repository.py"
TOKENS = "app/infrastructure/tokens.py"
WEBHOOKS = "app/infrastructure/webhooks.py"

MUTANTS = [
    Mutant(
        "lists are not scoped",
        REPOSITORY,
        "def _build_list_query(self) -> Select:\n        return self._apply_user_scope(select(self.model))",
        "def _build_list_query(self) -> Select:\n        return select(self.model)",
        DOMAINS,
    ),
    Mutant(
        "reads are not scoped",
        REPOSITORY,
        "def _build_single_query(self) -> Select:\n        return self._apply_user_scope(select(self.model))",
        "def _build_single_query(self) -> Select:\n        return select(self.model)",
        DOMAINS,
    ),
    Mutant(
        "updates are not scoped",
        REPOSITORY,
        "        await self._lock_in_scope(instance)\n        for name",
        "        for name",
        DOMAINS,
    ),
    Mutant(
        "deletions are not scoped",
        REPOSITORY,
        "        await self._lock_in_scope(instance)\n        await self.session.delete",
        "        await self.session.delete",
        DOMAINS,
    ),
    Mutant(
        "locks and bulk statements are not scoped",
        REPOSITORY,
        "query = self._scoped_ids().where(self.model.id.in_(keys))",
        "query = select(self.model.id).where(self.model.id.in_(keys))",
        DOMAINS,
    ),
    Mutant(
        "any column may be ordered by",
        REPOSITORY,
        "if order_by and name not in self.ordering_fields:",
        "if order_by and not hasattr(self.model, name):",
        DOMAINS,
    ),
    Mutant(
        "every action is allowed",
        SERVICE,
        "        if not self._check_general_permissions(action):\n",
        "        if False:\n",
        DOMAINS,
    ),
    Mutant(
        "every row may be written",
        SERVICE,
        "        if not self._check_instance_permissions(action, instance):\n            raise PermissionDenied",
        "        if False:\n            raise PermissionDenied",
        DOMAINS,
    ),
    Mutant(
        "a service for nobody is one for the system",
        SERVICE,
        "        if authorization_context is None:\n            raise TypeError",
        "        if False:\n            raise TypeError",
        DOMAINS,
    ),
    Mutant(
        "versions are not compared",
        SERVICE,
        'expected is not None and expected != getattr(instance, "version", None)',
        "False",
        DOMAINS,
    ),
    Mutant(
        "users see every user",
        "app/domains/users/authorization.py",
        "return query.where(User.id == UUID(context.user_id))",
        "return query",
        DOMAINS,
    ),
    Mutant(
        "users see every key",
        "app/domains/users/authorization.py",
        "return query.where(APIKey.user_id == UUID(context.user_id))",
        "return query",
        DOMAINS,
    ),
    Mutant(
        "the last admin may go",
        USERS,
        "        if not set(admins) - {user.id}:",
        "        if False:",
        DOMAINS,
    ),
    Mutant(
        "keys are stored in clear",
        "app/domains/users/api_keys.py",
        "return hmac.new(pepper.encode(), api_key.encode(), hashlib.sha256).hexdigest()",
        "return api_key",
        DOMAINS,
    ),
    Mutant(
        "revoked keys count",
        KEY_ROWS,
        "return super()._build_single_query().where(APIKey.revoked_at.is_(None))",
        "return super()._build_single_query()",
        DOMAINS,
    ),
    Mutant(
        "expired keys count",
        KEY_ROWS,
        "return or_(APIKey.expires_at.is_(None), APIKey.expires_at > func.now())",
        "return or_(APIKey.id == APIKey.id)",
        DOMAINS,
    ),
    Mutant(
        "keys of who left count",
        KEY_ROWS,
        ".where(APIKey.key_hash.in_(hashes), _is_unexpired(), User.deactivated_at.is_(None))",
        ".where(APIKey.key_hash.in_(hashes), _is_unexpired())",
        DOMAINS,
    ),
    Mutant(
        "any issuer is believed",
        TOKENS,
        "                issuer=self._issuer,\n",
        "",
        INFRASTRUCTURE,
    ),
    Mutant(
        "any party is believed",
        TOKENS,
        "if not isinstance(party, str) or party not in self._parties:",
        "if False:",
        INFRASTRUCTURE,
    ),
    Mutant(
        "signatures of tokens are not checked",
        TOKENS,
        'options={"require": list(REQUIRED_CLAIMS)},',
        'options={"require": list(REQUIRED_CLAIMS), "verify_signature": False},',
        INFRASTRUCTURE,
    ),
    Mutant(
        "tokens never expire",
        TOKENS,
        'options={"require": list(REQUIRED_CLAIMS)},',
        'options={"require": list(REQUIRED_CLAIMS), "verify_exp": False},',
        INFRASTRUCTURE,
    ),
    Mutant(
        "any webhook is signed",
        WEBHOOKS,
        "    return any(matches)",
        "    return True",
        INFRASTRUCTURE,
    ),
    Mutant(
        "old webhooks are taken",
        WEBHOOKS,
        "return digits and abs(time.time() - int(timestamp)) <= TOLERANCE_SECONDS",
        "return digits",
        INFRASTRUCTURE,
    ),
    Mutant(
        "nothing is committed",
        "app/infrastructure/database.py",
        "async with _session_factory().begin() as session:",
        "async with _session_factory()() as session:",
        API,
    ),
    Mutant(
        "the commit comes after the response",
        "app/api/dependencies.py",
        'Depends(get_session, scope="function")',
        "Depends(get_session)",
        API,
    ),
    Mutant(
        "anybody passes for an admin",
        "app/api/dependencies.py",
        "if user.role != RoleEnum.ADMIN:",
        "if False:",
        API,
    ),
    Mutant(
        "keys may be made without limit",
        "app/api/routes/api_keys.py",
        'responses=problems(400, 409, 413),\n    dependencies=[Depends(limiter.limit("5/minute")), NoQuery],',
        "responses=problems(400, 409, 413),\n    dependencies=[NoQuery],",
        API,
    ),
    Mutant(
        "credentials may be guessed without limit",
        "app/api/dependencies.py",
        'await throttle.hit(FAILED_SIGN_INS, "failed-sign-in", client_address(request))',
        "pass",
        API,
    ),
    Mutant(
        "a webhook has its effect twice",
        "app/api/routes/webhooks.py",
        'if await deliveries.record("clerk", delivery.id, delivery.event_type):',
        'if await deliveries.record("clerk", delivery.id, delivery.event_type) or delivery:',
        API,
    ),
    Mutant(
        "the scope of an added domain shows every row",
        "app/domains/orders/authorization.py",
        "query.where(Order.owner_id == UUID(context.user_id))",
        "query.where(Order.owner_id.is_not(None), UUID(context.user_id) is not None)",
        ORDERS,
    ),
    Mutant(
        "the service of an added domain lets everyone change every row",
        "app/domains/orders/service.py",
        "return allowed and (anyone or self._owns(instance))",
        "return allowed or anyone",
        ORDERS,
    ),
    Mutant(
        "somebody makes rows in another's name",
        "app/domains/base/ownership.py",
        "if not (self._is_system_operation() or self._is_admin()):",
        "if self._is_system_operation() and self._is_admin():",
        ORDERS,
    ),
    Mutant(
        "references to what is another's are taken",
        SERVICE,
        "await self._require_visible(field, service, named)",
        "await self._require_visible(field, service, set() & named)",
        ORDERS,
    ),
    Mutant(
        "a filter of an added domain narrows nothing",
        "app/domains/orders/repository.py",
        '        "total__from",\n',
        "",
        ORDERS,
    ),
    Mutant(
        "a limit of an added domain is not kept",
        "app/domains/orders/schemas.py",
        "Field(max_digits=10, decimal_places=2, ge=0)",
        "Field(max_digits=10, decimal_places=2)",
        ORDERS,
    ),
    Mutant(
        "whoever may not do something learns what is there",
        SERVICE,
        "instance = await self.get_by_id(id)\n        self._require_general(action)",
        "self._require_general(action)\n        instance = await self.get_by_id(id)",
        DOMAINS,
    ),
]


def server(project: Path) -> dict[str, str]:
    """Returns the variables of the project's own database server, so that no mutant starts one."""
    show = "import json, os; print(json.dumps({n: v for n, v in os.environ.items() if 'APP_DB' in n}))"
    command = ["-m", "scripts.dev_database", "exec", "--", "python", "-c", show]
    python = project / ".venv/bin/python"
    result = subprocess.run([python, *command], cwd=project, capture_output=True, check=True)
    return json.loads(result.stdout)


def survives(
    project: Path, mutant: Mutant, copy: Path, database: dict[str, str]
) -> str | None:
    """Returns what is wrong: the mutant passed the tests, or could not be made."""
    shutil.rmtree(copy, ignore_errors=True)
    skipped = shutil.ignore_patterns(".venv", ".local", ".git", ".env", ".env.local", "__pycache__", "*.log")
    shutil.copytree(project, copy, ignore=skipped)
    target = copy / mutant.path
    text = target.read_text()
    if text.count(mutant.old) != 1:
        return f"{mutant.name}: its text stands {text.count(mutant.old)} times in {mutant.path}"
    target.write_text(text.replace(mutant.old, mutant.new))
    # The project's own environment, but the mutant's code: the working directory comes first.
    command = [project / ".venv/bin/python", "-m", "pytest", "-x", "-q", "--no-header", mutant.tests]
    environment = os.environ | database
    environment |= {"PYTHONPATH": str(copy), "APP_DB_TEST_NAME": copy.name}
    result = subprocess.run(
        command,
        cwd=copy,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    # 1 means that tests failed; anything else would be an accident.
    if result.returncode == 1 and " failed" in result.stdout:
        return None
    return f"{mutant.name}: exit {result.returncode}\n{result.stdout[-1500:]}{result.stderr[-500:]}"


def check(project: Path) -> None:
    """Makes every mutant and stops when one survives."""
    place = project.parent / "mutants"
    database = server(project)

    def run(numbered: tuple[int, Mutant]) -> str | None:
        number, mutant = numbered
        return survives(project, mutant, place / f"mutant_{number}", database)

    with ThreadPoolExecutor(2) as pool:
        survivors = [problem for problem in pool.map(run, enumerate(MUTANTS)) if problem]
    shutil.rmtree(place, ignore_errors=True)
    if survivors:
        sys.exit("error: survived\n" + "\n".join(survivors))
    print(f"      {len(MUTANTS)} mutants, each caught")
