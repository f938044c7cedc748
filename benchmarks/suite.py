"""The rate of the generated tests, beside the same tests with tables made and dropped for each."""

import os
from pathlib import Path
from xml.etree import ElementTree

from measure import Row, interleaved, run

ROUNDS = 7

# Tests that use the database, of every layer.
TESTS = ["tests/domains/base", "tests/domains/users/test_users.py", "tests/api/test_me.py"]

CREATE_ALL = '''

@pytest_asyncio.fixture
async def connection(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """The way it is often done: every test gets new tables."""
    from app.domains.base.models import Base
    from tests.support.models import SupportBase

    async with engine.begin() as connection:
        await connection.run_sync(SupportBase.metadata.drop_all)
        await connection.run_sync(Base.metadata.drop_all)
        await connection.run_sync(Base.metadata.create_all)
        await connection.run_sync(SupportBase.metadata.create_all)
    async with engine.connect() as connection:
        transaction = await connection.begin()
        database.async_session.configure(bind=connection, join_transaction_mode="create_savepoint")
        yield connection
        database.async_session.configure(bind=engine, join_transaction_mode="conditional_savepoint")
        await transaction.rollback()
'''


def spent(project: Path, environment: dict[str, str], tests: str) -> list[float]:
    """Runs some tests and returns how long each took, its fixtures included.

    The first also makes what all share, and the last takes it down: neither is counted.
    """
    report = project / "report.xml"
    pytest = [project / ".venv/bin/python", "-m", "pytest", "-q", "--no-header"]
    run([*pytest, f"--junitxml={report}", tests], cwd=project, env=environment)
    cases = ElementTree.parse(report).iter("testcase")
    return [float(case.attrib["time"]) for case in cases][1:-1]


def measure(project: Path, environment: dict[str, str]) -> list[Row]:
    """Measures both ways in the same project, in slices, so that no mood lasts for one way only."""
    conftest = project / "tests/conftest.py"
    text = conftest.read_text()

    def side(fixtures: str, tests: str) -> float:
        conftest.write_text(text + fixtures)
        os.sync()
        return sum(spent(project, environment, tests))

    # The first run compiles the tests and makes their database.
    count = sum(len(spent(project, environment, tests)) for tests in TESTS)
    sides = {
        f"{way} {tests}": lambda _, fixtures=fixtures, tests=tests: side(fixtures, tests)
        for tests in TESTS
        for way, fixtures in (("rolled back", ""), ("created", CREATE_ALL))
    }
    costs = interleaved(sides, ROUNDS)
    conftest.write_text(text)
    rolled_back, created = (
        count / sum(costs[f"{way} {tests}"] for tests in TESTS)
        for way in ("rolled back", "created")
    )
    detail = f"{rolled_back:.0f} / {created:.0f} tests a second"
    name = "generated tests / create-all, drop-all for each"
    return [Row(name, rolled_back / created, "×", detail, at_least=5)]
