"""The routes that the tool reads from a project's files, beside those that its application has."""

import json
import subprocess
from pathlib import Path

import service

ASK = """
import json
from fastapi.routing import iter_route_contexts
from app.api.dependencies import get_current_admin_user, get_current_user
from app.api.main import app

def calls(dependant):
    yield dependant.call
    for each in dependant.dependencies:
        yield from calls(each)

rows = []
for route in iter_route_contexts(app.routes):
    # Without dependencies are the routes of the documentation, which is no part of the service.
    if not hasattr(route, "dependant"):
        continue
    called = set(calls(route.dependant))
    access = "signed_in" if get_current_user in called else "public"
    if get_current_admin_user in called:
        access = "admins"
    rows += [[method, route.path, access] for method in route.methods]
print(json.dumps(sorted(rows)))
"""
# A route of one's own, one for admins, one for nobody in particular, and one on another router.
OWN = '''

@router.api_route(
    "/{name}/seal", methods=["PUT", "DELETE"], dependencies=[Depends(get_current_admin_user)]
)
async def seal(name: str) -> str:
    """Seal."""
    return name


@router.get("/open/{name}", include_in_schema=False)
async def open_to_all(name: str) -> str:
    """Greet."""
    return name
'''
IMPORT = "from app.api.dependencies import CurrentAuthContext"


def running(project: Path) -> list[list[str]]:
    """Returns method, path and access of every route, as the application says when it is imported."""
    words = ["uv", "run", "python", "-m", "scripts.dev_database", "exec", "--", "python", "-c", ASK]
    result = subprocess.run(
        words, cwd=project, env=service.environment(), capture_output=True, text=True, check=False
    )
    service.expect(result.returncode == 0, f"the application is imported: {result.stderr[-3000:]}")
    return json.loads(result.stdout.splitlines()[-1])


def read(binary: Path, project: Path) -> list[list[str]]:
    """Returns the same, as the tool reads it from the files."""
    words = [binary, "list", "--routes", "--json", "--project", project]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    report = json.loads(said)
    service.expect(report["warnings"] == [], f"every route can be read: {report['warnings']}")
    # Who signs a webhook is no caller that has signed in.
    door = {"signature": "public"}
    routes = report["project"]["routes"]
    rows = [[r["method"], r["path"], door.get(r["access"], r["access"])] for r in routes]
    return sorted(rows)


def check(binary: Path, project: Path) -> None:
    """Compares both, as the project is and with routes of one's own."""
    service.expect(read(binary, project) == running(project), "the routes are those that run")
    path = project / "app/api/routes/orders.py"
    text = path.read_text()
    service.expect(IMPORT in text, "the module imports its dependencies")
    edited = text.replace(IMPORT, f"{IMPORT}, get_current_admin_user", 1)
    path.write_text(edited + OWN)
    try:
        found, expected = read(binary, project), running(project)
    finally:
        path.write_text(text)
    service.expect(found == expected, f"with routes of one's own: {found} and {expected}")
    service.expect(["PUT", "/api/v1/orders/{name}/seal", "admins"] in found, "they are there")
