"""Run flows."""

import asyncio

from prefect import aserve

from app.workers import prefect_server
from app.workers.flows.create_user import create_user_flow
from app.workers.flows.nightly_report import nightly_report_flow
from app.workers.flows.web_scrapper import web_scrapper_flow

FLOWS = (create_user_flow, nightly_report_flow)


def main() -> None:
    """Run the program."""
    asyncio.run(aserve(*FLOWS))
