"""Run flows."""

import asyncio

from prefect import aserve

from app.workers import prefect_server
from app.workers.flows import (
    create_user,
    web_scrapper,
)

FLOWS = (create_user.create_user_flow, web_scrapper.web_scrapper_flow)


def main() -> None:
    """Run the program."""
    asyncio.run(aserve(*FLOWS))
