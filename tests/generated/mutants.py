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
ARCHITECTURE = "tests/architecture"
MIGRATIONS = "tests/migrations"
# One of so many is made where not everything is asked for.
SAMPLED = 4
# A domain that the project was given.
ORDERS = "tests/orders"
TOKEN_TESTS = f"{INFRASTRUCTURE}/test_tokens.py"
KEY_SET_TESTS = f"{INFRASTRUCTURE}/test_jwks.py"
KEY_TESTS = f"{DOMAINS}/users/test_api_keys.py"
WEBHOOK_TESTS = f"{API}/test_webhooks.py"
CLERK_TESTS = f"{INFRASTRUCTURE}/test_clerk.py"


@dataclass(frozen=True)
class Mutant:
    """One protection taken out: in `path`, a pattern, `old` becomes `new`; `tests` must fail."""

    name: str
    path: str
    old: str
    new: str
    tests: str


REPOSITORY = "app/domains/base/repository.py"
SERVICE = "app/domains/base/service.py"
USERS = "app/domains/users/service.py"
USER_ROWS = "app/domains/users/repository.py"
KEYS = "app/domains/users/api_key_service.py"
KEY_ROWS = "app/domains/users/api_key_repository.py"
SECURITY = "app/infrastructure/security.py"
TOKENS = "app/infrastructure/tokens.py"
JWKS = "app/infrastructure/jwks.py"
WEBHOOKS = "app/infrastructure/webhooks.py"
CLERK = "app/infrastructure/adapters/clerk.py"
RETRIES = "app/api/retries.py"
RETRY_TESTS = f"{API}/test_retries.py"
ENV = "alembic/env.py"
MAIN = "app/api/main.py"
MIDDLEWARE = "app/infrastructure/middleware.py"
DATABASE = "app/infrastructure/database.py"
PUBLIC_WEB = "app/workers/public_web.py"
PAGES = "tests/workers/test_public_web.py"
DOCKERFILE = "Dockerfile"
IMAGE_TESTS = "tests/delivery/test_dockerfile.py"
COMPOSE = "docker-compose.yml"
COMPOSE_TESTS = "tests/delivery/test_compose.py"
RELEASE = ".github/workflows/release.yml"
IMAGES = ".github/workflows/build-images.yml"
WORKFLOW_TESTS = "tests/delivery/test_workflows.py"
DATABASE_TESTS = f"{INFRASTRUCTURE}/test_database.py"
SCHEMA_TESTS = f"{DOMAINS}/base/test_schemas.py"
LIST_TESTS = f"{DOMAINS}/base/test_lists.py"

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
        "pages and counts are of two moments",
        REPOSITORY,
        "rows = (await self.session.execute(page.add_columns(count))).all()",
        "total = await self.session.scalar(select(count))\n"
        "        rows = [(row, total) for row in await self.session.scalars(page)]",
        f"{DOMAINS}/base/test_lists.py",
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
        "a page may hold what may not be read",
        SERVICE,
        '            self._require_instance("read", row)\n        return rows',
        "            del row\n        return rows",
        f"{API}/test_access.py",
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
        "scopes of keys are not asked for",
        "app/api/dependencies.py",
        "if identity.key is not None and not allows(identity.key.scopes, needed):",
        "if False:",
        f"{API}/test_access.py",
    ),
    Mutant(
        "reading is enough to write",
        "app/api/dependencies.py",
        "{'read' if request.method in SAFE_METHODS else 'write'}",
        "read",
        f"{API}/test_access.py",
    ),
    Mutant(
        "a scope of one resource is one of all",
        "app/domains/users/key_scopes.py",
        'needed.rpartition(":")[2] in scopes',
        'any(scope.endswith(needed.rpartition(":")[2]) for scope in scopes)',
        f"{API}/test_access.py",
    ),
    Mutant(
        "a key makes another that may do more",
        KEYS,
        "if not self._covers(scopes) or not self._ends_in_time(expires_at):",
        "if False:",
        f"{API}/test_api_keys.py",
    ),
    Mutant(
        "a key makes another that lives longer",
        KEYS,
        "end is None or (expires_at is not None and expires_at <= end)",
        "True",
        f"{API}/test_api_keys.py",
    ),
    Mutant(
        "a key revokes another that may do more",
        KEYS,
        "if not self._covers(key.scopes):",
        "if False:",
        f"{API}/test_api_keys.py",
    ),
    Mutant(
        "nobody says what the key that makes another may do",
        "app/api/routes/api_keys.py",
        ", used=identity.key",
        "",
        f"{API}/test_api_keys.py",
    ),
    Mutant(
        "keys may be made without limit",
        "app/api/routes/api_keys.py",
        'responses=problems(400, 408, 409, 413),\n    dependencies=[Depends(limiter.limit("5/minute")), NoQuery],',
        "responses=problems(400, 409, 413),\n    dependencies=[NoQuery],",
        API,
    ),
    Mutant(
        "everybody passes for a proxy",
        "app/infrastructure/config_rules.py",
        "if network.prefixlen == 0:",
        "if False:",
        f"{INFRASTRUCTURE}/test_config.py",
    ),
    Mutant(
        "a short password will do",
        "app/infrastructure/config_rules.py",
        "if len(value.encode()) < MINIMUM_PASSWORD_BYTES:",
        "if False:",
        f"{INFRASTRUCTURE}/test_config.py",
    ),
    Mutant(
        "headers may come for ever",
        "app/infrastructure/bounded_http.py",
        "self._patience = self.loop.call_later(LATEST_HEAD, self._give_up, _TOO_LATE)",
        "self._patience = None",
        f"{INFRASTRUCTURE}/test_bounded_http.py",
    ),
    Mutant(
        "headers come too late only at first",
        "app/infrastructure/bounded_http.py",
        "        if self._patience is None:\n            self._wait()\n",
        "",
        f"{INFRASTRUCTURE}/test_bounded_http.py",
    ),
    Mutant(
        "bodies must come at once",
        "app/infrastructure/bounded_http.py",
        "        self._in_head = False\n        self._wait_no_longer()",
        "        self._in_head = False",
        f"{INFRASTRUCTURE}/test_bounded_http.py",
    ),
    Mutant(
        "readiness is asked without limit",
        "app/api/routes/health.py",
        '    await throttle.hit(REQUESTS, "ready", client_address(request))\n',
        "",
        f"{API}/test_health.py",
    ),
    Mutant(
        "webhooks may be forged without limit",
        "app/api/routes/webhooks.py",
        'await throttle.hit(FAILED_SIGN_INS, "refused-webhook", client_address(request))',
        "pass",
        WEBHOOK_TESTS,
    ),
    Mutant(
        "without its store nothing is limited",
        "app/api/throttle.py",
        "        await _hit(self._spare, rate, bucket, key)\n",
        "",
        f"{API}/test_throttle.py",
    ),
    Mutant(
        "refusals are not logged",
        "app/api/errors.py",
        'logger.warning("refused", extra={"code": code} | reason)',
        "pass",
        f"{API}/test_errors.py",
    ),
    Mutant(
        "logs and traces quote what the database quotes",
        "app/infrastructure/logging_config.py",
        'text = "" if quoting else f": {one}"',
        'text = f": {one}"',
        f"{INFRASTRUCTURE}/test_observability.py",
    ),
    Mutant(
        "the last traces are lost",
        MAIN,
        "        await asyncio.to_thread(flush_traces)\n",
        "",
        f"{API}/test_application.py",
    ),
    Mutant(
        "a configuration overwrites another one",
        USERS,
        "        refuse_stale(user, expected_version)\n",
        "",
        f"{API}/test_me.py",
    ),
    Mutant(
        "credentials may be guessed without limit",
        "app/api/dependencies.py",
        'await throttle.hit(FAILED_SIGN_INS, "failed-sign-in", client_address(request))',
        "pass",
        API,
    ),
    Mutant(
        "deadlocks are not repeated",
        RETRIES,
        "range(1, ATTEMPTS + 1)",
        "range(ATTEMPTS, ATTEMPTS + 1)",
        RETRY_TESTS,
    ),
    Mutant(
        "a repeated request counts again",
        RETRIES,
        'return getattr(request.state, "attempt", 1) > 1',
        "return False",
        RETRY_TESTS,
    ),
    Mutant(
        "a repeated request finds what it left",
        RETRIES,
        "                scope.clear()\n",
        "",
        RETRY_TESTS,
    ),
    Mutant(
        "whatever the database refuses is repeated",
        RETRIES,
        "if started or sqlstate not in REPEATABLE or attempt == ATTEMPTS:",
        "if started or attempt == ATTEMPTS:",
        RETRY_TESTS,
    ),
    Mutant(
        "a request is repeated although it is being answered",
        RETRIES,
        "if started or sqlstate not in REPEATABLE or attempt == ATTEMPTS:",
        "if sqlstate not in REPEATABLE or attempt == ATTEMPTS:",
        RETRY_TESTS,
    ),
    Mutant(
        "a repeated request has lost its body",
        RETRIES,
        "await self._app(scope, replay(received, receive_noting), send_noting_start)",
        "await self._app(scope, receive_noting, send_noting_start)",
        RETRY_TESTS,
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
        "a flow reads addresses that are not public",
        PUBLIC_WEB,
        "if not addresses or not all(map(is_public, addresses)):",
        "if not addresses:",
        PAGES,
    ),
    Mutant(
        "a flow reads hosts that are not allowed",
        PUBLIC_WEB,
        "if target.host not in self._allowed_hosts:",
        "if not target.host:",
        PAGES,
    ),
    Mutant(
        "a flow asks again who the host is once it was checked",
        PUBLIC_WEB,
        "target.copy_with(host=str(addresses[0])),",
        "target,",
        PAGES,
    ),
    Mutant(
        "what was refused is tried again",
        "app/workers/tasks/web.py",
        "return isinstance(await state.aresult(raise_on_failure=False), PageUnavailable)",
        "return isinstance(await state.aresult(raise_on_failure=False), Exception)",
        "tests/workers/test_web_tasks.py",
    ),
    Mutant(
        "whoever may not do something learns what is there",
        SERVICE,
        "instance = await self.get_by_id(id)\n        self._require_general(action)",
        "self._require_general(action)\n        instance = await self.get_by_id(id)",
        DOMAINS,
    ),
    Mutant(
        "tokens count before their time",
        TOKENS,
        'options={"require": list(REQUIRED_CLAIMS)},',
        'options={"require": list(REQUIRED_CLAIMS), "verify_nbf": False},',
        TOKEN_TESTS,
    ),
    Mutant(
        "tokens from the future count",
        TOKENS,
        'options={"require": list(REQUIRED_CLAIMS)},',
        'options={"require": list(REQUIRED_CLAIMS), "verify_iat": False},',
        TOKEN_TESTS,
    ),
    Mutant(
        "tokens for other services count",
        TOKENS,
        'options={"require": list(REQUIRED_CLAIMS)},',
        'options={"require": list(REQUIRED_CLAIMS), "verify_aud": False},',
        TOKEN_TESTS,
    ),
    Mutant(
        "tokens need no end",
        TOKENS,
        'REQUIRED_CLAIMS = ("exp", ',
        "REQUIRED_CLAIMS = (",
        TOKEN_TESTS,
    ),
    Mutant(
        "tokens need not say for whom they were made",
        TOKENS,
        '"iss", "azp")',
        '"iss")',
        TOKEN_TESTS,
    ),
    Mutant(
        "tokens count long after their end",
        TOKENS,
        "LEEWAY_SECONDS = 5",
        "LEEWAY_SECONDS = 60",
        TOKEN_TESTS,
    ),
    Mutant(
        "any algorithm is believed",
        TOKENS,
        "self._algorithms = list(algorithms)",
        'self._algorithms = [*algorithms, "none", "HS256", "RS512", "PS256"]',
        TOKEN_TESTS,
    ),
    Mutant(
        "unsigned tokens make us ask for keys",
        TOKENS,
        'known = header.get("alg") in self._algorithms and ',
        "known = ",
        TOKEN_TESTS,
    ),
    Mutant(
        "tokens bring their own keys",
        TOKENS,
        "not FORBIDDEN_HEADERS.isdisjoint(header)",
        "False",
        TOKEN_TESTS,
    ),
    Mutant(
        "half a sign-in is enough",
        TOKENS,
        'claims.get("sts", "active") != "active"',
        "False",
        TOKEN_TESTS,
    ),
    Mutant(
        "made-up key ids make us ask each time",
        JWKS,
        "return now >= self._next_fetch_at and (kid",
        "return bool(now) and (kid",
        KEY_SET_TESTS,
    ),
    Mutant(
        "all who wait for keys ask for them",
        JWKS,
        "            async with self._lock:\n                # Whoever held the lock before may have brought the answer.\n                if self._must_ask(kid):\n",
        "            if kid:\n                if self._must_ask(kid):\n",
        KEY_SET_TESTS,
    ),
    Mutant(
        "withdrawn keys count",
        JWKS,
        "self._keys, self._reachable, wait = keys,",
        "self._keys, self._reachable, wait = self._keys | keys,",
        KEY_SET_TESTS,
    ),
    Mutant(
        "keys are never asked for again",
        JWKS,
        "self._expires_at = self._clock() + self._ttl",
        'self._expires_at = float("inf")',
        KEY_SET_TESTS,
    ),
    Mutant(
        "an outage of the issuer signs everybody out",
        JWKS,
        "            self._reachable = False\n",
        "            self._reachable, self._keys = False, {}\n",
        KEY_SET_TESTS,
    ),
    Mutant(
        "an outage of the issuer is the caller's fault",
        JWKS,
        "if key is None and not self._reachable:",
        "if False:",
        KEY_SET_TESTS,
    ),
    Mutant(
        "keys are fetched from wherever the issuer points",
        JWKS,
        "follow_redirects=False",
        "follow_redirects=True",
        KEY_SET_TESTS,
    ),
    Mutant(
        "a slow issuer keeps callers waiting",
        JWKS,
        "async with asyncio.timeout(FETCH_TIMEOUT):",
        "async with asyncio.timeout(None):",
        KEY_SET_TESTS,
    ),
    Mutant(
        "key sets may be endless",
        JWKS,
        "if len(body) > MAXIMUM_DOCUMENT:",
        "if False:",
        KEY_SET_TESTS,
    ),
    Mutant(
        "weak keys count",
        JWKS,
        "MINIMUM_KEY_BITS = 2048",
        "MINIMUM_KEY_BITS = 512",
        KEY_SET_TESTS,
    ),
    Mutant(
        "who left signs in by token",
        SECURITY,
        "if user.deactivated_at is not None:",
        "if False:",
        f"{INFRASTRUCTURE}/test_token_sign_in.py",
    ),
    Mutant(
        "who is unknown here is let in as an error of ours",
        SECURITY,
        "except UserNotFoundException as error:",
        "except KeyError as error:",
        f"{INFRASTRUCTURE}/test_token_sign_in.py",
    ),
    Mutant(
        "impersonation leaves no trace",
        SECURITY,
        "if claims.actor is not None:",
        "if False:",
        f"{INFRASTRUCTURE}/test_token_sign_in.py",
    ),
    Mutant(
        "two credentials at once count",
        SECURITY,
        "if api_key and bearer_token:",
        "if False:",
        f"{API}/test_authentication.py",
    ),
    Mutant(
        "malformed keys cost a query",
        KEYS,
        "if not api_keys.is_well_formed(api_key):",
        "if False:",
        f"{INFRASTRUCTURE}/test_api_key_sign_in.py",
    ),
    Mutant(
        "the checksum of a key is not looked at",
        "app/domains/users/api_keys.py",
        "and hmac.compare_digest(checksum, _checksum(secret))",
        "and bool(checksum)",
        KEY_TESTS,
    ),
    Mutant(
        "keys are short",
        "app/domains/users/api_keys.py",
        "_SECRET_LENGTH = 32",
        "_SECRET_LENGTH = 16",
        KEY_TESTS,
    ),
    Mutant(
        "keys die with the pepper they were made under",
        KEYS,
        "for pepper in self._peppers]",
        "for pepper in self._peppers[:1]]",
        KEY_TESTS,
    ),
    Mutant(
        "keys stay under an old pepper",
        KEYS,
        "if key.pepper_id != current:",
        "if False:",
        KEY_TESTS,
    ),
    Mutant(
        "users have keys without number",
        KEYS,
        "if await self.repository.count_usable(user.id) >= MOST_KEYS:",
        "if False:",
        KEY_TESTS,
    ),
    Mutant(
        "who left is given keys",
        KEYS,
        "if owner.deactivated_at is not None:",
        "if False:",
        KEY_TESTS,
    ),
    Mutant(
        "keys are made while their user goes",
        USER_ROWS,
        "query = select(User).where(User.id == user_id).with_for_update(key_share=True)",
        "query = select(User).where(User.id == user_id)",
        f"{DOMAINS}/users/test_api_key_concurrency.py",
    ),
    Mutant(
        "keys are made for others",
        KEYS,
        "if not self._may_act_for(user.id):\n            raise PermissionDenied\n        if not self._covers(scopes)",
        "if not self._covers(scopes)",
        f"{DOMAINS}/users/test_api_key_rights.py",
    ),
    Mutant(
        "two admins remove each other",
        USER_ROWS,
        "self.session.scalars(query.with_for_update(key_share=True))",
        "self.session.scalars(query)",
        f"{DOMAINS}/users/test_concurrency.py",
    ),
    Mutant(
        "admins remove themselves",
        USERS,
        'not (action == "delete" and self._is_self(instance))',
        "True",
        f"{DOMAINS}/users/test_users.py",
    ),
    Mutant(
        "admins demote themselves",
        USERS,
        "            if self._is_self(instance):\n                raise PermissionDenied",
        "            if False:\n                raise PermissionDenied",
        f"{DOMAINS}/users/test_users.py",
    ),
    Mutant(
        "a first admin is made again and again",
        "app/scripts/generate_user.py",
        "if await users.has_admin():",
        "if False:",
        "tests/scripts/test_generate_user.py",
    ),
    Mutant(
        "two first admins are made at once",
        "app/scripts/generate_user.py",
        "await session.execute(select(func.pg_advisory_xact_lock(_LOCK)))",
        "await session.execute(select(func.pg_backend_pid()))",
        "tests/scripts/test_generate_user.py",
    ),
    Mutant(
        "webhooks may hold anything",
        "app/api/routes/webhooks.py",
        'if not isinstance(event_type, str) or not isinstance(event.get("data"), dict):',
        "if not isinstance(event_type, str):",
        WEBHOOK_TESTS,
    ),
    Mutant(
        "a webhook too deep to read is our fault",
        WEBHOOKS,
        "except (ValueError, RecursionError) as error:",
        "except ValueError as error:",
        f"{INFRASTRUCTURE}/test_webhooks.py",
    ),
    Mutant(
        "a signature that cannot be read is our fault",
        WEBHOOKS,
        "except (binascii.Error, ValueError):\n                continue",
        "except KeyError:\n                continue",
        f"{INFRASTRUCTURE}/test_webhooks.py",
    ),
    Mutant(
        "webhook secrets may be empty",
        "app/infrastructure/config_rules.py",
        "if len(key) < MINIMUM_WEBHOOK_KEY_BYTES or len(set(key)) < 8:",
        "if False:",
        f"{INFRASTRUCTURE}/test_config.py",
    ),
    Mutant(
        "simultaneous deliveries each have their effect",
        "app/domains/users/ledger_repository.py",
        "return added is not None",
        "return True",
        WEBHOOK_TESTS,
    ),
    Mutant(
        "old events overwrite new ones",
        CLERK,
        "return event_at < newest or (event_at == newest and not outranks_equal)",
        "return False",
        CLERK_TESTS,
    ),
    Mutant(
        "who was deleted comes back with a late event",
        CLERK,
        "            if identity.deleted_at is not None:\n                await",
        "            if False:\n                await",
        CLERK_TESTS,
    ),
    Mutant(
        "events of one user cross each other",
        "app/domains/users/ledger_repository.py",
        "fresh = query.with_for_update().execution_options",
        "fresh = query.execution_options",
        f"{DOMAINS}/users/test_ledger.py",
    ),
    Mutant(
        "addresses need no proof",
        CLERK,
        "return email if verified and isinstance(email, str) else None",
        "return email if isinstance(email, str) else None",
        CLERK_TESTS,
    ),
    Mutant(
        "an address that is taken has the event sent for days",
        CLERK,
        "except (ConflictError, IntegrityError):",
        "except ConflictError:",
        CLERK_TESTS,
    ),
    Mutant(
        "users see the ledger",
        "app/domains/base/authorization.py",
        "        return query.where(false())",
        "        return query",
        f"{DOMAINS}/users/test_ledger.py",
    ),
    Mutant(
        "users do what is the system's",
        SERVICE,
        "        if not self._is_system_operation():\n            raise SystemOperationRequired",
        "        if False:\n            raise SystemOperationRequired",
        DOMAINS,
    ),
    Mutant(
        "users run what is the system's",
        REPOSITORY,
        "        if not self._is_system_operation():\n            raise SystemOperationRequired",
        "        if False:\n            raise SystemOperationRequired",
        DOMAINS,
    ),
    Mutant(
        "a route comes without a policy",
        "app/api/routes/me.py",
        '@router.get("", response_model=MeRead)',
        '@router.get("", response_model=MeRead)\n@router.get("/again", response_model=MeRead)',
        f"{API}/test_access.py",
    ),
    Mutant(
        "what is another's is told from what is not there",
        SERVICE,
        '        if not self._check_instance_permissions("read", instance):\n            raise self.not_found_exception',
        '        if not self._check_instance_permissions("read", instance):\n            raise PermissionDenied',
        DOMAINS,
    ),
    Mutant(
        "what a caller may not read can be referred to",
        SERVICE,
        "{row.id for row in rows if self._may_read(row)}",
        "{row.id for row in rows}",
        f"{ORDERS}/test_service.py",
    ),
    Mutant(
        "many rows are changed at once by whoever may not",
        SERVICE,
        "            self._require_instance(action, row)\n        return [rows",
        "            pass\n        return [rows",
        DOMAINS,
    ),
    Mutant(
        "rows are put where their maker does not see them",
        REPOSITORY,
        "if await self.session.scalar(fresh) is None:",
        "if await self.session.scalar(fresh) is False:",
        DOMAINS,
    ),
    Mutant(
        "bodies may hold what nobody knows",
        "app/domains/base/schemas.py",
        'ConfigDict(extra="forbid")',
        'ConfigDict(extra="ignore")',
        f"{DOMAINS}/base/test_schemas.py",
    ),
    Mutant(
        "null stands where a value must be",
        "app/domains/base/schemas.py",
        '        raise ValueError("must not be null")',
        "        return value",
        f"{DOMAINS}/base/test_schemas.py",
    ),
    Mutant(
        "a change that was overtaken undoes the other",
        "app/domains/base/models.py",
        '{"version_id_col": version}',
        "{}",
        f"{DOMAINS}/base/test_service.py",
    ),
    Mutant(
        "changes to many rows undo others",
        REPOSITORY,
        "return [tuple_(self.model.id, self.model.version).in_(seen)]",
        "return [tuple_(self.model.id, self.model.version).in_(seen) | (self.model.id is not None)]",
        f"{DOMAINS}/base/test_bulk_repository.py",
    ),
    Mutant(
        "changes to many rows are not counted",
        REPOSITORY,
        'return data | {"version": self.model.version + 1}',
        "return data",
        f"{DOMAINS}/base/test_bulk_repository.py",
    ),
    Mutant(
        "what is taken is our fault",
        "app/api/database_errors.py",
        "if state.startswith(INTEGRITY):",
        "if False:",
        f"{API}/test_unit_of_work.py",
    ),
    Mutant(
        "relationships load row by row",
        "app/domains/users/models.py",
        'relationship(lazy="raise")',
        'relationship(lazy="select")',
        ARCHITECTURE,
    ),
    Mutant(
        "a domain knows the web framework",
        "app/domains/orders/exceptions.py",
        "from app.domains.base.exceptions import EntityNotFoundException",
        "from fastapi import Request\n\nfrom app.domains.base.exceptions import EntityNotFoundException",
        ARCHITECTURE,
    ),
    Mutant(
        "a repository runs what it has not narrowed",
        USER_ROWS,
        "        query = self._build_single_query().where(_has_email(email))",
        "        query = select(User).where(_has_email(email))",
        ARCHITECTURE,
    ),
    Mutant(
        "a library with known holes is allowed",
        "pyproject.toml",
        '"pyjwt[crypto]>=2.15,<3"',
        '"pyjwt[crypto]>=2.8,<3"',
        f"{ARCHITECTURE}/test_dependencies.py",
    ),
    Mutant(
        "migrations run into one another",
        ENV,
        "while not await connection.scalar(select(func.pg_try_advisory_lock(ADVISORY_LOCK))):",
        "while await connection.scalar(select(func.pg_backend_pid())) == ADVISORY_LOCK:",
        MIGRATIONS,
    ),
    Mutant(
        "migrations wait for locks in the way of the service",
        ENV,
        "LIMITS = (\"SET lock_timeout = '5s'\", ",
        "LIMITS = (",
        MIGRATIONS,
    ),
    Mutant(
        "a migration locks a table while it reads every row",
        "alembic/versions/*_create_orders.py",
        '    op.create_index("ix_orders_owner_id", "orders", ["owner_id"])',
        '    op.create_index("ix_orders_owner_id", "orders", ["owner_id"])\n'
        '    op.create_index("ix_users_role", "users", ["role"])',
        f"{MIGRATIONS}/test_lint.py",
    ),
    Mutant(
        "a migration that failed half way stays there",
        "alembic/versions/*_add_priority_to_orders.py",
        "        if_not_exists=True,\n    )\n    with",
        "    )\n    with",
        f"{MIGRATIONS}/test_migrations.py",
    ),
    Mutant(
        "migrations hold their locks until the last is done",
        ENV,
        "context.configure(\n        connection=connection, target_metadata=Base.metadata, transaction_per_migration=True\n    )",
        "context.configure(connection=connection, target_metadata=Base.metadata)",
        f"{MIGRATIONS}/test_migrations.py",
    ),
    Mutant(
        "the service starts without a database",
        MAIN,
        "    await wait_for_database(database.async_engine, settings.DB_START_TIMEOUT)\n",
        "",
        "tests/api/test_startup.py",
    ),
    Mutant(
        "the absence of a database is waited for in silence",
        "app/api/startup.py",
        'logger.warning("waiting for the database", extra={"where": where, "reason": reason})',
        "pass",
        "tests/api/test_startup.py",
    ),
    Mutant(
        "readiness stays on until the end",
        "app/api/routes/health.py",
        "if shutdown.begun:",
        "if False:",
        "tests/api/test_shutdown.py",
    ),
    Mutant(
        "the server stops as soon as it is told to",
        "app/api/shutdown.py",
        "loop.call_soon_threadsafe(loop.call_later, seconds, stop, number, frame)",
        "stop(number, frame)",
        "tests/api/test_shutdown.py",
    ),
    Mutant(
        "clients keep the connection to a server that stops",
        "app/api/shutdown.py",
        "if self._shutdown.begun and",
        "if False and",
        "tests/api/test_shutdown.py",
    ),
    Mutant(
        "requests take as long as they like",
        MAIN,
        "        Middleware(DeadlineMiddleware, seconds=settings.REQUEST_TIMEOUT),\n",
        "",
        "tests/api/test_deadline.py",
    ),
    Mutant(
        "users ask without limit",
        "app/api/dependencies.py",
        'await throttle.hit(REQUESTS, "requests", str(identity.user.id))',
        "pass",
        "tests/api/test_authentication.py",
    ),
    Mutant(
        "any proxy is believed",
        MAIN,
        "trusted_hosts=list(settings.TRUSTED_PROXIES)",
        'trusted_hosts="*"',
        "tests/api/test_application.py",
    ),
    Mutant(
        "bodies have any size",
        MAIN,
        "        Middleware(BodyLimitMiddleware, limit=settings.MAX_BODY_SIZE),\n",
        "",
        "tests/api/test_application.py",
    ),
    Mutant(
        "bodies are measured by what they say of themselves",
        MIDDLEWARE,
        "            if size > self._limit:\n",
        "            if False:\n",
        "tests/infrastructure/test_middleware.py",
    ),
    Mutant(
        "any host is served",
        MAIN,
        "allowed_hosts=hosts",
        'allowed_hosts=["*"]',
        "tests/api/test_application.py",
    ),
    Mutant(
        "pages that begin after a row lose those of the same moment",
        REPOSITORY,
        "and_(created == moment, self.model.id > key)",
        "and_(created == moment, self.model.id < key)",
        f"{DOMAINS}/base/test_lists.py",
    ),
    Mutant(
        "pages begin after what others own",
        REPOSITORY,
        "seen = self._apply_user_scope(select(created))",
        "seen = select(created)",
        f"{DOMAINS}/base/test_lists.py",
    ),
    Mutant(
        "pages begin after a row in an order in which it may move",
        REPOSITORY,
        'if name != "created_at":',
        "if False:",
        f"{DOMAINS}/base/test_lists.py",
    ),
    Mutant(
        "a connection that Redis closed is an outage",
        "app/api/throttle.py",
        "Retry(NoBackoff(), 1, (RedisConnectionError,))",
        "Retry(NoBackoff(), 0, (RedisConnectionError,))",
        f"{API}/test_throttle.py",
    ),
    Mutant(
        "a host is ours if it begins like one of ours",
        "app/api/hosts_and_origins.py",
        "match = _HOST.fullmatch(host)",
        "match = _HOST.match(host)",
        f"{API}/test_application.py",
    ),
    Mutant(
        "no host has to be named in production",
        "app/infrastructure/config_fields.py",
        "    if not values and _is_strict(info):",
        "    if False:",
        f"{INFRASTRUCTURE}/test_config.py",
    ),
    Mutant(
        "what Starlette refuses is text",
        "app/api/hosts_and_origins.py",
        "if response.status_code < 400:",
        "if True:",
        f"{API}/test_application.py",
    ),
    Mutant(
        "a cache may give to a page what it kept for another caller",
        "app/api/hosts_and_origins.py",
        'message["headers"] = [*message["headers"], (b"vary", b"Origin")]',
        "pass",
        f"{API}/test_application.py",
    ),
    Mutant(
        "any origin may call",
        MAIN,
        "allow_origins=settings.CORS_ORIGINS",
        'allow_origins=["*"]',
        "tests/api/test_application.py",
    ),
    Mutant(
        "browsers are told nothing",
        MIDDLEWARE,
        "*(one for one in defaults if one[0] not in present)",
        "",
        "tests/infrastructure/test_middleware.py",
    ),
    Mutant(
        "statements run without end",
        DATABASE,
        '                "statement_timeout": _milliseconds(limits.DB_STATEMENT_TIMEOUT),\n',
        "",
        "tests/infrastructure/test_database.py",
    ),
    Mutant(
        "locks are waited for without end",
        DATABASE,
        '                "lock_timeout": _milliseconds(limits.DB_LOCK_TIMEOUT),\n',
        "",
        "tests/infrastructure/test_database.py",
    ),
    Mutant(
        "forgotten transactions stay open",
        DATABASE,
        '                "idle_in_transaction_session_timeout": _milliseconds(IDLE_IN_TRANSACTION_TIMEOUT),\n',
        "",
        "tests/infrastructure/test_database.py",
    ),
    Mutant(
        "headers have no end",
        "app/infrastructure/bounded_http.py",
        "            if self._head_size > LONGEST_HEAD:\n",
        "            if self._head_size > 1000 * LONGEST_HEAD:\n",
        "tests/infrastructure/test_bounded_http.py",
    ),
    Mutant(
        "dead connections are used",
        DATABASE,
        "    replace_dead_connections(engine)\n",
        "",
        "tests/infrastructure/test_database.py",
    ),
    Mutant(
        "an outage is told as a bug",
        "app/api/database_errors.py",
        '    "55P03",  # lock timeout\n',
        "",
        "tests/api/test_outage.py",
    ),
    Mutant(
        "a full pool is told as a bug",
        "app/api/errors.py",
        "PoolTimeoutError | PostgresError",
        "PostgresError",
        "tests/api/test_outage.py",
    ),
    Mutant(
        "unexpected errors tell what they are",
        "app/api/errors.py",
        '"Something went wrong on our side")',
        "str(error))",
        "tests/api/test_errors.py",
    ),
    Mutant(
        "credentials are logged",
        "app/infrastructure/logging_config.py",
        "record.msg, record.args = redact(record.getMessage()), None",
        "record.msg, record.args = record.getMessage(), None",
        "tests/infrastructure/test_logging_config.py",
    ),
    Mutant(
        "fields with secret names are logged",
        "app/infrastructure/logging_config.py",
        "if _SECRET_NAME.search(name):",
        "if False:",
        "tests/infrastructure/test_logging_config.py",
    ),
    Mutant(
        "short secrets will do",
        "app/infrastructure/config_rules.py",
        "if len(value.encode()) < MINIMUM_SECRET_BYTES:",
        "if False:",
        "tests/infrastructure/test_config.py",
    ),
    Mutant(
        "placeholders will do",
        "app/infrastructure/config_rules.py",
        "if named or _PLACEHOLDER.search(value):",
        "if named:",
        "tests/infrastructure/test_config.py",
    ),
    Mutant(
        "one secret does two jobs",
        "app/infrastructure/config_rules.py",
        "if len(set(present)) != len(present):",
        "if False:",
        "tests/infrastructure/test_config.py",
    ),
    Mutant(
        "the documentation is always served",
        "app/infrastructure/config_fields.py",
        "if value is None and not _is_strict(info):",
        "if value is None:",
        "tests/infrastructure/test_config.py",
    ),
    Mutant(
        "pages have any size",
        "app/domains/base/filters.py",
        "default=10, ge=1, le=LARGEST_PAGE",
        "default=10, ge=1",
        "tests/domains/base/test_schemas.py",
    ),
    Mutant(
        "pages lie anywhere",
        "app/domains/base/filters.py",
        "ge=0, le=LARGEST_OFFSET",
        "ge=0",
        "tests/domains/base/test_schemas.py",
    ),
    Mutant(
        "numbers pass for dates",
        "app/domains/base/fields.py",
        "if isinstance(value, int | float) or (isinstance(value, str) and not form.match(value)):",
        "if isinstance(value, str) and not form.match(value):",
        "tests/domains/base/test_fields.py",
    ),
    Mutant(
        "anything passes for true or false",
        "app/domains/base/fields.py",
        "TrueOrFalse = Annotated[bool, BeforeValidator(_true_or_false)]",
        "TrueOrFalse = bool",
        "tests/domains/base/test_fields.py",
    ),
    Mutant(
        "a refused connection is told as a bug",
        "app/api/errors.py",
        "PoolTimeoutError | PostgresError",
        "PoolTimeoutError",
        "tests/api/test_outage.py",
    ),
    Mutant(
        "traces quote what a statement was refused for",
        "app/infrastructure/observability.py",
        '    event.listen(engine.sync_engine, "handle_error", _end_without_values)\n',
        "",
        "tests/infrastructure/test_observability.py",
    ),
    Mutant(
        "every request waits for a store that has failed",
        "app/api/throttle.py",
        "                self._rests_until = time.monotonic() + STORE_REST\n",
        "",
        "tests/api/test_throttle.py",
    ),
    Mutant(
        "the API's container runs as root",
        DOCKERFILE,
        "USER 65532:65532\nEXPOSE",
        "EXPOSE",
        IMAGE_TESTS,
    ),
    Mutant(
        "the API's image has what installs packages",
        DOCKERFILE,
        "COPY --from=environment /app/.venv .venv\n# Readiness",
        "COPY --from=environment /app/.venv .venv\nCOPY --from=uv /uv /usr/local/bin/\n# Readiness",
        IMAGE_TESTS,
    ),
    Mutant(
        "images have developers' packages",
        DOCKERFILE,
        "    UV_NO_DEFAULT_GROUPS=1 \\\n",
        "",
        IMAGE_TESTS,
    ),
    Mutant(
        "each version installs all packages again",
        DOCKERFILE,
        "FROM base AS dependencies\n",
        "FROM base AS dependencies\nARG VERSION\n",
        IMAGE_TESTS,
    ),
    Mutant(
        "the worker's image has the routes",
        DOCKERFILE,
        "FROM source AS worker-source\nRUN rm -r app/api\n",
        "FROM source AS worker-source\n",
        IMAGE_TESTS,
    ),
    Mutant(
        "any answer is healthy",
        DOCKERFILE,
        "status // 100 != 2",
        "status // 100 == 0",
        IMAGE_TESTS,
    ),
    Mutant(
        "everything goes into an image",
        ".dockerignore",
        "\n*\n",
        "\n",
        IMAGE_TESTS,
    ),
    Mutant(
        "secrets go into an image",
        ".dockerignore",
        "!app\n",
        "!app\n!.env\n",
        IMAGE_TESTS,
    ),
    Mutant(
        "containers may write to their file system",
        COMPOSE,
        "  read_only: true\n",
        "",
        COMPOSE_TESTS,
    ),
    Mutant(
        "containers keep root's capabilities",
        COMPOSE,
        "  cap_drop: [ALL]\n",
        "",
        COMPOSE_TESTS,
    ),
    Mutant(
        "containers may get new rights",
        COMPOSE,
        '  security_opt: ["no-new-privileges:true"]\n',
        "",
        COMPOSE_TESTS,
    ),
    Mutant(
        "the API is published to the network",
        COMPOSE,
        "127.0.0.1:${API_PORT",
        "${API_PORT",
        COMPOSE_TESTS,
    ),
    Mutant(
        "two checkouts share containers and data",
        COMPOSE,
        "x-hardened:",
        "name: shop\n\nx-hardened:",
        COMPOSE_TESTS,
    ),
    Mutant(
        "two checkouts share images",
        COMPOSE,
        "${API_IMAGE:-${COMPOSE_PROJECT_NAME}-",
        "${API_IMAGE:-shop-",
        COMPOSE_TESTS,
    ),
    Mutant(
        "migrations do not wait for the database",
        COMPOSE,
        "condition: service_healthy",
        "condition: service_started",
        COMPOSE_TESTS,
    ),
    Mutant(
        "the Prefect services have to be killed",
        "docker-compose.prefect.yml",
        "    stop_signal: SIGINT\n",
        "",
        COMPOSE_TESTS,
    ),
    Mutant(
        "the pool has any size",
        DATABASE,
        "        pool_size=settings.DB_POOL_SIZE,\n",
        "",
        DATABASE_TESTS,
    ),
    Mutant(
        "the pool overflows as it likes",
        DATABASE,
        "        max_overflow=settings.DB_MAX_OVERFLOW,\n",
        "",
        DATABASE_TESTS,
    ),
    Mutant(
        "a full pool is waited for as long as the library likes",
        DATABASE,
        "        pool_timeout=settings.DB_POOL_TIMEOUT,\n",
        "",
        DATABASE_TESTS,
    ),
    Mutant(
        "connections are kept for ever",
        DATABASE,
        "        pool_recycle=RECYCLE_AFTER,\n",
        "",
        DATABASE_TESTS,
    ),
    Mutant(
        "a server that says nothing is waited for",
        DATABASE,
        '            "timeout": CONNECT_TIMEOUT,\n',
        "",
        DATABASE_TESTS,
    ),
    Mutant(
        "only the server stops a statement",
        DATABASE,
        '            "command_timeout": limits.DB_STATEMENT_TIMEOUT + 0.5,\n',
        "",
        DATABASE_TESTS,
    ),
    Mutant(
        "who gives up interrupts the commit",
        DATABASE,
        "async with _session_factory().begin() as session:",
        "async with _session_factory()() as session, session.begin():",
        DATABASE_TESTS,
    ),
    Mutant(
        "errors of the database quote what was stored",
        DATABASE,
        "        hide_parameters=not limits.DB_ECHO,\n",
        "",
        DATABASE_TESTS,
    ),
    Mutant(
        "a middleware comes between the server and the request",
        MIDDLEWARE,
        "from starlette.types import ASGIApp, Message, Receive, Scope, Send\n",
        "from starlette.middleware.base import BaseHTTPMiddleware\n"
        "from starlette.types import ASGIApp, Message, Receive, Scope, Send\n",
        f"{ARCHITECTURE}/test_layers.py",
    ),
    Mutant(
        "a route has a session of its own",
        "app/api/routes/me.py",
        "from app.api.problems import problems\n",
        "from app.api.problems import problems\nfrom app.infrastructure.database import get_session\n",
        f"{ARCHITECTURE}/test_layers.py",
    ),
    Mutant(
        "readiness waits for the database's own limits",
        "app/api/readiness.py",
        "asyncio.timeout(TIMEOUT)",
        "asyncio.timeout(None)",
        f"{API}/test_health.py",
    ),
    Mutant(
        "a route ignores what it does not know",
        "app/api/routes/users.py",
        "responses=problems(404, 409),\n    dependencies=[NoQuery],\n",
        "responses=problems(404, 409),\n",
        f"{API}/test_access.py",
    ),
    Mutant(
        "an outage is told as a token of nobody",
        SECURITY,
        "except UserNotFoundException as error:",
        "except Exception as error:",
        f"{API}/test_outage.py",
    ),
    Mutant(
        "who says nothing about the environment is in development",
        "app/infrastructure/config.py",
        "ENV: Environment = Environment.PRODUCTION",
        "ENV: Environment = Environment.DEV",
        f"{INFRASTRUCTURE}/test_config.py",
    ),
    Mutant(
        "keys are asked for without number",
        "app/domains/base/filters.py",
        "id__in: Annotated[list[UUID], Field(max_length=LARGEST_PAGE)]",
        "id__in: list[UUID]",
        SCHEMA_TESTS,
    ),
    Mutant(
        "pages repeat and skip rows",
        REPOSITORY,
        'column.desc() if requested[0] == "-" else column, self.model.id)',
        'column.desc() if requested[0] == "-" else column)',
        LIST_TESTS,
    ),
    Mutant(
        "who searches writes patterns",
        REPOSITORY,
        "column.icontains(search, autoescape=True)",
        "column.icontains(search)",
        LIST_TESTS,
    ),
    Mutant(
        "text hides something",
        "app/domains/base/schemas.py",
        'raise ValueError("must not hold control or invisible characters")',
        "return value",
        SCHEMA_TESTS,
    ),
    Mutant(
        "browsers may come back without TLS",
        MAIN,
        "hsts=not settings.ENV.is_local",
        "hsts=False",
        f"{API}/test_application.py",
    ),
    Mutant(
        "browsers are not told of TLS",
        MIDDLEWARE,
        "        if hsts:\n",
        "        if False:\n",
        f"{INFRASTRUCTURE}/test_middleware.py",
    ),
    Mutant(
        "who is refused does not learn how to sign in",
        "app/api/errors.py",
        'headers = {"WWW-Authenticate": f"Bearer{reason}"}',
        'headers = {"X-Reason": reason}',
        f"{API}/test_access.py",
    ),
    Mutant(
        "tokens have any size",
        TOKENS,
        "MAXIMUM_TOKEN = 8 * 1024",
        "MAXIMUM_TOKEN = 8 * 1024 * 1024",
        TOKEN_TESTS,
    ),
    Mutant(
        "tokens need not say when they were made",
        TOKENS,
        '("exp", "iat", "nbf",',
        '("exp", "nbf",',
        TOKEN_TESTS,
    ),
    Mutant(
        "tokens need not say when they begin",
        TOKENS,
        '("exp", "iat", "nbf",',
        '("exp", "iat",',
        TOKEN_TESTS,
    ),
    Mutant(
        "nobody learns of failed sign-ins",
        SECURITY,
        'logger.warning(\n                    "authentication failed"',
        'logger.debug(\n                    "authentication failed"',
        f"{INFRASTRUCTURE}/test_api_key_sign_in.py",
    ),
    Mutant(
        "migrations run without end",
        ENV,
        "\"SET statement_timeout = '5min'\"",
        "",
        MIGRATIONS,
    ),
    Mutant(
        "the API stops when the last request likes",
        DOCKERFILE,
        ', "--timeout-graceful-shutdown", "30"',
        "",
        IMAGE_TESTS,
    ),
    Mutant(
        "the server itself believes proxies",
        DOCKERFILE,
        ', "--no-proxy-headers"',
        "",
        IMAGE_TESTS,
    ),
    Mutant(
        "the API says which server it is",
        DOCKERFILE,
        ', "--no-server-header"',
        "",
        IMAGE_TESTS,
    ),
    Mutant(
        "the server logs whole URLs",
        DOCKERFILE,
        ', "--no-access-log"',
        "",
        IMAGE_TESTS,
    ),
    Mutant(
        "containers are in development unless told otherwise",
        COMPOSE,
        "ENV: ${ENV:-production}",
        "ENV: ${ENV:-dev}",
        COMPOSE_TESTS,
    ),
    Mutant(
        "images do not say how they were made",
        IMAGES,
        "provenance: mode=max",
        "provenance: mode=min",
        WORKFLOW_TESTS,
    ),
    Mutant(
        "images do not say of what they were made",
        IMAGES,
        "sbom: true",
        "sbom: false",
        WORKFLOW_TESTS,
    ),
    Mutant(
        "nobody signs how images were made",
        IMAGES,
        "if: github.event.repository.visibility == 'public'",
        "if: false",
        WORKFLOW_TESTS,
    ),
    Mutant(
        "workflows run whatever a tag names",
        RELEASE,
        "actions/checkout@",
        "actions/checkout@v7 # ",
        WORKFLOW_TESTS,
    ),
    Mutant(
        "workflows have every right",
        RELEASE,
        "permissions: {}\n",
        "",
        WORKFLOW_TESTS,
    ),
    Mutant(
        "the checkout keeps its credentials",
        RELEASE,
        "          persist-credentials: false\n",
        "",
        WORKFLOW_TESTS,
    ),
    Mutant(
        "releases are made of what a cache held",
        RELEASE,
        "enable-cache: false",
        "enable-cache: true",
        WORKFLOW_TESTS,
    ),
    Mutant(
        "updates come on their first day",
        ".github/dependabot.yml",
        "    cooldown:\n      default-days: 7\n    commit-message:\n      prefix: ci\n",
        "    commit-message:\n      prefix: ci\n",
        WORKFLOW_TESTS,
    ),
]


MANIFESTS = "deploy/kubernetes/base"
PODS = "tests/delivery/test_kubernetes_pods.py"
JOBS = "tests/workers/test_kubernetes_job.py"

# For a project that is deployed to Kubernetes, with workers.
KUBERNETES = [
    Mutant(
        "the API may run as root",
        f"{MANIFESTS}/api/deployment.yaml",
        "runAsNonRoot: true",
        "runAsNonRoot: false",
        PODS,
    ),
    Mutant(
        "a pod with rights is let into the namespace",
        f"{MANIFESTS}/namespace.yaml",
        "enforce: restricted",
        "enforce: privileged",
        PODS,
    ),
    Mutant(
        "other pods reach the worker",
        f"{MANIFESTS}/network-closed.yaml",
        "podSelector: {}",
        "podSelector: {matchLabels: {app.kubernetes.io/name: migrations}}",
        "tests/delivery/test_kubernetes_api.py",
    ),
    Mutant(
        "the worker may read every secret",
        f"{MANIFESTS}/worker/role.yaml",
        "resources: [pods/log]",
        "resources: [pods/log, secrets]",
        JOBS,
    ),
    Mutant(
        "Jobs repeat the credentials of the Prefect server",
        f"{MANIFESTS}/worker/deployment.yaml",
        "WORKER_API_AUTH_STRING_SECRET_NAME",
        "WORKER_API_KEY_SECRET_NAME",
        JOBS,
    ),
    Mutant(
        "flow runs may talk to the cluster",
        "app/workers/kubernetes_job.py",
        '"automountServiceAccountToken": False',
        '"automountServiceAccountToken": True',
        JOBS,
    ),
    Mutant(
        "flow runs may write to the file system of their image",
        "app/workers/kubernetes_job.py",
        '"readOnlyRootFilesystem": True',
        '"readOnlyRootFilesystem": False',
        JOBS,
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
    """Returns what is wrong: the mutant passed the tests, or something else happened."""
    shutil.rmtree(copy, ignore_errors=True)
    skipped = shutil.ignore_patterns(".venv", ".local", ".git", ".env", ".env.local", "__pycache__", "*.log")
    shutil.copytree(project, copy, ignore=skipped)
    [target] = copy.glob(mutant.path)
    target.write_text(target.read_text().replace(mutant.old, mutant.new))
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


def check_texts(project: Path, mutants: list[Mutant]) -> None:
    """Stops where what a mutant replaces is not there any more, or not only once."""
    for mutant in mutants:
        [target] = project.glob(mutant.path)
        times = target.read_text().count(mutant.old)
        if times != 1:
            sys.exit(f"error: {mutant.name}: its text stands {times} times in {mutant.path}")


def check(project: Path, mutants: list[Mutant] = MUTANTS, *, everything: bool) -> None:
    """Makes every mutant, or one of four, and stops when one survives."""
    check_texts(project, mutants)
    chosen = mutants if everything else mutants[::SAMPLED]
    place = project.parent / "mutants"
    database = server(project)

    def run(numbered: tuple[int, Mutant]) -> str | None:
        number, mutant = numbered
        return survives(project, mutant, place / f"mutant_{number}", database)

    with ThreadPoolExecutor(2) as pool:
        survivors = [problem for problem in pool.map(run, enumerate(chosen)) if problem]
    shutil.rmtree(place, ignore_errors=True)
    if survivors:
        sys.exit("error: survived\n" + "\n".join(survivors))
    print(f"      {len(chosen)} of {len(mutants)} mutants, each caught")
