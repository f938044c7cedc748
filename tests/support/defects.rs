//! A project with domains and flows, and the defects that can be planted in it.

#![allow(dead_code)]

use std::fs;

use crate::support::{Place, Run};

/// A project in `shop` with two domains and a flow that were added.
pub fn project() -> Place {
    let place = fresh(&[]);
    forge(&place, "add-domain orders number:string=20:unique user:ref=users").exits(0);
    forge(&place, "add-domain notes text:text --ops list,create").exits(0);
    forge(&place, "add-flow nightly-report --cron @daily").exits(0);
    forge(&place, "add-flow count --domain orders").exits(0);
    place
}

pub fn fresh(flags: &[&str]) -> Place {
    let place = Place::new();
    place.run(&[&["new", "shop", "--no-git", "--author", "A"], flags].concat()).exits(0);
    place
}

pub fn forge(place: &Place, words: &str) -> Run {
    let words: Vec<_> = words.split(' ').collect();
    place.run(&[&words[..], &["--project", "shop"]].concat())
}

/// A way to break a file: what is put in the place of what, at the end of it, or instead of it.
pub enum Edit {
    Change(&'static str, &'static str),
    Append(&'static str),
    Write(&'static str),
    Remove,
}
use Edit::{Append, Change, Remove, Write};

pub fn edit(place: &Place, path: &str, edit: &Edit) {
    let full = format!("shop/{path}");
    match edit {
        Change(from, to) => {
            let text = place.read(&full);
            assert!(text.contains(from), "{path} has no {from:?}");
            place.write(&full, &text.replacen(from, to, 1));
        }
        Append(text) => place.write(&full, &(place.read(&full) + text)),
        Write(text) => place.write(&full, text),
        Remove if place.path(&full).is_dir() => fs::remove_dir_all(place.path(&full)).unwrap(),
        Remove => fs::remove_file(place.path(&full)).unwrap(),
    }
}

pub const SERVICE: &str = "app/domains/orders/service.py";
pub const ROUTER: &str = "app/api/router.py";
pub const SERVER: &str = "app/scripts/serve_flows.py";
const MIGRATION: &str = "alembic/versions/0002_more.py";
const MODEL: &str = "from app.domains.base.models import Base\n\n\nclass Row(Base):\n    __tablename__ = \"rows\"\n";

/// Planted defects: a name, the rule that finds it, the file, how it is broken.
pub const DEFECTS: &[(&str, &str, &str, Edit)] = &[
    ("a domain imports the web", "layers", SERVICE, Append("import fastapi\n")),
    (
        "a domain imports settings",
        "layers",
        "app/domains/orders/schemas.py",
        Append("from app.infrastructure.config import settings\n"),
    ),
    (
        "a domain imports delivery inside a function",
        "layers",
        SERVICE,
        Append("def f():\n    from app.api import main\n"),
    ),
    (
        "a domain imports delivery for types",
        "layers",
        SERVICE,
        Append("if TYPE_CHECKING:\n    from starlette.requests import Request as R\n"),
    ),
    (
        "a domain imports Prefect under another name",
        "layers",
        SERVICE,
        Append("import prefect.runtime as p\n"),
    ),
    (
        "a domain imports Logfire by a text",
        "layers",
        SERVICE,
        Append("importlib.import_module('logfire')\n"),
    ),
    (
        "a domain reaches into another",
        "layers",
        SERVICE,
        Append("from app.domains.users.repository import UserRepository\n"),
    ),
    ("a domain reaches relatively", "layers", SERVICE, Append("from ..notes import repository\n")),
    (
        "the base knows a domain",
        "layers",
        "app/domains/base/service.py",
        Append("from app.domains.users.service import UserService\n"),
    ),
    (
        "a service has a factory",
        "layers",
        SERVICE,
        Append("from app.domains.orders.factory import OrderFactory\n"),
    ),
    (
        "infrastructure imports delivery",
        "layers",
        "app/infrastructure/database.py",
        Append("from app.workers import flows\n"),
    ),
    ("the API imports Prefect", "layers", "app/api/main.py", Append("from prefect import flow\n")),
    (
        "workers import the API",
        "layers",
        "app/workers/tasks/users.py",
        Append("def f():\n    import app.api.dependencies\n"),
    ),
    (
        "the service imports tests",
        "layers",
        "app/api/etag.py",
        Append("from tests.support import bodies\n"),
    ),
    (
        "a new module breaks the rules",
        "layers",
        "app/domains/orders/extra.py",
        Write("from fastapi import status\n"),
    ),
    (
        "a route commits",
        "commits",
        "app/api/routes/orders.py",
        Append("async def f(session):\n    await session.commit()\n"),
    ),
    (
        "a service takes back",
        "commits",
        SERVICE,
        Append("    async def f(self):\n        await (self\n            .session.rollback())\n"),
    ),
    (
        "a service runs a statement",
        "statements",
        SERVICE,
        Append("    async def g(self):\n        await self.session.execute(1)\n"),
    ),
    ("a model in the API", "models", "app/api/rows.py", Write(MODEL)),
    (
        "a model beside the domains",
        "models",
        "app/models.py",
        Write("import app.domains.base.models as m\n\nclass Row(m.Base): ...\n"),
    ),
    ("a router that is not listed", "routers", ROUTER, Change("    orders_router,\n", "")),
    (
        "a router that is only imported",
        "routers",
        "app/api/routes/extra.py",
        Write("from fastapi import APIRouter\n\nrouter: APIRouter = APIRouter()\n"),
    ),
    ("a router further in", "routers", "app/api/routes/v2/things.py", Write("router = make()\n")),
    ("a router that is gone", "routers", "app/api/routes/notes.py", Remove),
    (
        "a flow that is not deployed",
        "flows",
        "prefect.yaml",
        Change("nightly_report.py:nightly_report_flow", "create_user.py:create_user_flow"),
    ),
    (
        "a flow whose deployment is gone",
        "flows",
        "prefect.yaml",
        Change("flows/count.py:count_flow", "flows/create_user.py:create_user_flow"),
    ),
    ("a flow that is not served", "flows", SERVER, Change("    count_flow,\n", "")),
    (
        "a flow of somebody's",
        "flows",
        "app/workers/flows/mine.py",
        Write("from prefect import flow\n\n\n@flow\nasync def mine() -> None: ...\n"),
    ),
    ("a flow that is gone", "flows", "app/workers/flows/web_scrapper.py", Remove),
    (
        "a deployment of no function",
        "flows",
        "prefect.yaml",
        Change("create_user.py:create_user_flow", "create_user.py:create_users_flow"),
    ),
    (
        "two deployments of one name",
        "flows",
        "prefect.yaml",
        Append("\n  - name: count-flow\n    entrypoint: app/workers/flows/count.py:count_flow\n"),
    ),
    ("deployments that are no YAML", "flows", "prefect.yaml", Append("  - [\n")),
    (
        "two heads",
        "migrations",
        MIGRATION,
        Write("revision = \"0002\"\ndown_revision = \"0001\"\n"),
    ),
    (
        "a migration that follows nothing known",
        "migrations",
        MIGRATION,
        Write("revision = \"0002\"\ndown_revision = (\"0001\", \"gone\")\n"),
    ),
    (
        "a migration that does not say what it follows",
        "migrations",
        MIGRATION,
        Write("revision = \"0002\"\ndown_revision = before()\n"),
    ),
    (
        "two migrations of one revision",
        "migrations",
        MIGRATION,
        Write("revision = \"0001\"\ndown_revision = None\n"),
    ),
    ("a domain that is gone", "records", "app/domains/notes", Remove),
    ("a record that is no TOML", "records", ".ddd-forge/domains/orders.toml", Append("=\n")),
    (
        "a record without a scope",
        "records",
        ".ddd-forge/domains/orders.toml",
        Change("scope = \"owner\"", "scope = \"all\""),
    ),
    ("a record whose text is gone", "records", ".ddd-forge/flows/count.base.json.gz", Remove),
    ("the project's record", "records", ".ddd-forge/project.toml", Remove),
    (
        "a placeholder",
        "placeholders",
        "docs/setup.md",
        Write("See https://github.com/OWNER/REPOSITORY.\n"),
    ),
    (
        "a placeholder of the sample",
        "placeholders",
        "docker-compose.yml",
        Append("# SECRET_KEY: change-me-secret-key\n"),
    ),
    (
        "a key",
        "placeholders",
        "app/infrastructure/config.py",
        Append("KEY = \"sk_test_0123456789abcdef\"\n"),
    ),
    (
        "a conflict",
        "conflicts",
        ROUTER,
        Append("<<<<<<< HEAD\na = 1\n=======\na = 2\n>>>>>>> other\n"),
    ),
    (
        "a conflict in prose",
        "conflicts",
        "CHANGELOG.md",
        Append("<<<<<<< HEAD\na\n=======\nb\n>>>>>>> other\n"),
    ),
    ("no Python", "syntax", "app/api/etag.py", Append("def (\n")),
];
