"""The rate of the generated tests, beside the same tests with tables made and dropped for each."""

import re
import time
from pathlib import Path

from measure import Row, interleaved, run

ROUNDS = 3

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


def rate(project: Path, environment: dict[str, str]) -> float:
    """Returns how many tests pass in a second, start-up apart."""
    pytest = [project / ".venv/bin/python", "-m", "pytest", "-q", "--no-header"]
    once = [*pytest, "-k", "test_unknown_parameter_is_refused", "tests/api/test_me.py"]
    started = time.perf_counter()
    run(once, cwd=project, env=environment)
    alone = time.perf_counter() - started
    started = time.perf_counter()
    said = run([*pytest, *TESTS], cwd=project, env=environment)
    taken = time.perf_counter() - started
    [count] = re.findall(r"(\d+) passed", said)
    return (int(count) - 1) / (taken - alone)


def measure(project: Path, environment: dict[str, str]) -> list[Row]:
    """Measures both ways in the same project."""
    conftest = project / "tests/conftest.py"
    text = conftest.read_text()

    def side(fixtures: str) -> float:
        conftest.write_text(text + fixtures)
        return rate(project, environment)

    # The first run compiles the tests and makes their database.
    side("")
    sides = {"rolled back": lambda _: side(""), "created": lambda _: side(CREATE_ALL)}
    rates = interleaved(sides, ROUNDS)
    conftest.write_text(text)
    rolled_back, created = rates["rolled back"], rates["created"]
    detail = f"{rolled_back:.0f} / {created:.0f} tests a second"
    name = "generated tests / create-all, drop-all for each"
    return [Row(name, rolled_back / created, "×", detail, at_least=5)]
