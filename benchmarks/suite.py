"""The rate of the generated tests, beside the same tests with tables made and dropped for each."""

import re
import time
from pathlib import Path

from measure import Row, run

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
    pytest = [project / ".venv/bin/python", "-m", "pytest", "-q", "--no-header", *TESTS]
    said = run(pytest, cwd=project, env=environment)
    [count] = re.findall(r"(\d+) passed", said)
    once = [*pytest[:5], "-k", "test_unknown_parameter_is_refused", "tests/api/test_me.py"]
    started = time.perf_counter()
    run(once, cwd=project, env=environment)
    alone = time.perf_counter() - started
    started = time.perf_counter()
    run(pytest, cwd=project, env=environment)
    return (int(count) - 1) / (time.perf_counter() - started - alone)


def measure(project: Path, environment: dict[str, str]) -> list[Row]:
    """Measures both ways in the same project."""
    rolled_back = rate(project, environment)
    conftest = project / "tests/conftest.py"
    text = conftest.read_text()
    conftest.write_text(text + CREATE_ALL)
    created = rate(project, environment)
    conftest.write_text(text)
    detail = f"{rolled_back:.0f} / {created:.0f} tests a second"
    name = "generated tests / create-all, drop-all for each"
    return [Row(name, rolled_back / created, "×", detail, at_least=5)]
