"""A bare FastAPI application that sends the same statements and answers the same JSON."""

import os
import pickle
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from sqlalchemy import URL
from sqlalchemy.ext.asyncio import create_async_engine

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


@app.get("/health")
async def health() -> dict[str, str]:
    """Says that it is there."""
    return {"status": "ok"}


@app.get("/users")
async def users() -> dict[str, Any]:
    """Answers the page."""
    async with engine.begin() as connection:
        caller, count, page = [
            await connection.exec_driver_sql(statement, parameters)
            for statement, parameters in STATEMENTS
        ]
        caller.one()
        rows = page.mappings().all()
        return {
            "count": count.scalar_one(),
            "data": [{key: row[key] for key in KEYS} for row in rows],
        }
