"""A bare FastAPI application that sends the same statements and answers the same JSON.

`/users` does so as one would write it by hand, with the models and the schema, and without a layer:
what the service does more than that is what it costs. `/raw` replays the captured statements to the
driver: no object is mapped, nothing is validated.
"""

import os
import pickle
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import jwt
from app.domains.base.schemas import PaginatedSchema
from app.domains.users.models import APIKey, User
from app.domains.users.schemas import UserCreate, UserRead
from fastapi import FastAPI, Header
from sqlalchemy import URL, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import contains_eager

app = FastAPI()
engine = create_async_engine(
    URL.create(
        "postgresql+asyncpg",
        username=os.environ["APP_DB_USER"],
        password=os.environ["APP_DB_PASSWORD"],
        host=os.environ["APP_DB_HOST"],
        port=int(os.environ["APP_DB_PORT"]),
        database=os.environ["APP_DB_NAME"],
    ),
    pool_size=10,
    max_overflow=5,
)
# What the service itself sent for one page, as `capture.py` saw it.
STATEMENTS: list[tuple[str, Any]] = pickle.loads(Path(os.environ["STATEMENTS"]).read_bytes())
KEYS = os.environ["KEYS"].split(",")
HASH, PUBLIC_KEY = os.environ["HASH"], os.environ["PUBLIC_KEY"]
sessions = async_sessionmaker(engine, expire_on_commit=False)

Caller = Annotated[str | None, Header()]


@app.get("/health")
async def health() -> dict[str, str]:
    """Says that it is there."""
    return {"status": "ok"}


async def sign_in(session: AsyncSession, authorization: str | None) -> None:
    """Looks for the caller: by a token that is verified, or by the one key there is."""
    if authorization is not None:
        token = authorization.removeprefix("Bearer ")
        subject = jwt.decode(token, PUBLIC_KEY, ["RS256"])["sub"]
        await session.scalar(select(User).where(User.clerk_id == subject))
        return
    usable = or_(APIKey.expires_at.is_(None), APIKey.expires_at > func.now())
    caller = (
        select(APIKey)
        .join(APIKey.user)
        .options(contains_eager(APIKey.user))
        .where(APIKey.revoked_at.is_(None), APIKey.key_hash.in_([HASH]), usable)
        .where(User.deactivated_at.is_(None))
    )
    await session.scalar(caller)


@app.get("/users", response_model=PaginatedSchema[UserRead])
async def users_list(limit: int, order_by: str, authorization: Caller = None) -> dict[str, Any]:
    """Answers a page."""
    async with sessions.begin() as session:
        await sign_in(session, authorization)
        count = select(func.count()).select_from(select(User.id).subquery()).scalar_subquery()
        page = select(User, count).order_by(getattr(User, order_by), User.id)
        rows = (await session.execute(page.limit(limit).offset(0))).all()
        return {"count": rows[0][1], "data": [row[0] for row in rows]}


@app.get("/users/{user_id}", response_model=UserRead)
async def users_read(user_id: UUID, authorization: Caller = None) -> User | None:
    """Answers one user."""
    async with sessions.begin() as session:
        await sign_in(session, authorization)
        return await session.scalar(select(User).where(User.id == user_id))


@app.post("/users", response_model=UserRead, status_code=201)
async def users_create(data: UserCreate, authorization: Caller = None) -> User:
    """Makes a user."""
    async with sessions.begin() as session:
        await sign_in(session, authorization)
        user = User(**data.model_dump(), created_by="bench", updated_by="bench")
        session.add(user)
        await session.flush()
        return user


@app.get("/raw")
async def raw() -> dict[str, Any]:
    """Answers the page."""
    async with engine.begin() as connection:
        caller, page = [
            await connection.exec_driver_sql(statement, parameters)
            for statement, parameters in STATEMENTS
        ]
        caller.one()
        rows = page.mappings().all()
        return {
            "count": [*rows[0].values()][-1],
            "data": [{key: row[key] for key in KEYS} for row in rows],
        }
