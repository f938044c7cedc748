"""Seeds the service's database and writes down the statements of one page; run in its project."""

import asyncio
import json
import pickle
import sys
from pathlib import Path
from typing import Any

from httpx import ASGITransport, AsyncClient
from sqlalchemy import event

from app.api.main import app
from app.domains.users.factory import UserFactory
from app.domains.users.schemas import RoleEnum
from app.domains.users.service import APIKeyService
from app.infrastructure import database
from app.infrastructure.config import settings

PAGE = "/api/v1/users?limit=10&order_by=email"


async def main(out: Path) -> None:
    """Makes an admin with a key and a hundred users, and asks for one page twice."""
    async with database.async_session.begin() as session:
        admin = UserFactory.build(email="bench@example.com", role=RoleEnum.ADMIN)
        session.add_all([admin, *UserFactory.build_batch(100)])
        await session.flush()
        keys = APIKeyService.for_system(session, peppers=settings.API_KEY_PEPPERS)
        key = (await keys.generate_api_key(admin)).api_key
    headers = {"X-API-Key": key}
    statements: list[tuple[str, Any]] = []

    def note(_c: object, _k: object, statement: str, parameters: object, *_: object) -> None:
        statements.append((statement, parameters))

    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://localhost") as client:
        # The first use of a key is noted, once a minute.
        (await client.get(PAGE, headers=headers)).raise_for_status()
        event.listen(database.async_engine.sync_engine, "before_cursor_execute", note)
        answer = (await client.get(PAGE, headers=headers)).raise_for_status().json()
    (out / "statements").write_bytes(pickle.dumps(statements))
    found = {
        "key": key,
        "keys": list(answer["data"][0]),
        "hash": statements[0][1][0],
        "id": answer["data"][0]["id"],
        "clerk_id": admin.clerk_id,
    }
    (out / "page.json").write_text(json.dumps(found))


asyncio.run(main(Path(sys.argv[1])))
