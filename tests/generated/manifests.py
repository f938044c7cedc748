"""The Kubernetes manifests of a project, and the Job of a flow run, by the schemas of Kubernetes.

`manifests.py PROJECT` checks one alone.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import service
import yaml

# Unknown members are errors too; the oldest version that the documentation names, and the newest.
VALIDATE = ["uvx", "--quiet", "--from", "kubernetes-validate>=1.37,<2", "kubernetes-validate"]
VERSIONS = ["1.30", "1.37"]
PLACE = Path("deploy/kubernetes")

# Prints the Job that the installed worker would make, without a cluster.
JOB = """
import asyncio, json
from uuid import uuid4
from prefect.client.schemas.objects import FlowRun
from prefect_kubernetes.worker import KubernetesWorkerJobConfiguration
from app.infrastructure.config import WorkerSettings, load_settings
from app.workers.kubernetes_job import job_template

async def main():
    template = job_template(load_settings(WorkerSettings))
    job = await KubernetesWorkerJobConfiguration.from_template_and_values(template, {})
    job.prepare_for_flow_run(FlowRun(flow_id=uuid4(), name="some-run"))
    print(json.dumps(job.job_manifest))

asyncio.run(main())
"""


def said(project: Path, *command: str | Path) -> str:
    """Runs a command in a project and returns what it said."""
    words = [str(word) for word in command]
    # No server is asked, but a client is made; without an address it would start one.
    environment = service.environment(ENV="dev", PREFECT_API_URL="http://127.0.0.1:9/api")
    result = subprocess.run(
        words, cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    service.expect(result.returncode == 0, f"`{words[0]}`: {result.stdout}{result.stderr}")
    return result.stdout


def validate(project: Path, *files: Path) -> None:
    """Stops where a file is not what Kubernetes accepts."""
    for version in VERSIONS:
        said(project, *VALIDATE, "--strict", "--kubernetes-version", version, *files)


def check_base(*projects: Path) -> None:
    """Validates the manifests of projects as they are in their files."""
    bases = [project / PLACE / "base" for project in projects]
    files = [path for base in bases for path in sorted(base.rglob("*.yaml"))]
    validate(projects[0], *(path for path in files if path.name != "kustomization.yaml"))


def put_together(project: Path) -> list[dict]:
    """Returns the objects that `kubectl apply --kustomize` would send, valid too."""
    rendered = project / ".local" / "production.yaml"
    rendered.write_text(said(project, "kubectl", "kustomize", PLACE / "production"))
    validate(project, rendered)
    return list(yaml.safe_load_all(rendered.read_text()))


def check_put_together(project: Path) -> None:
    """Checks what kustomize adds: namespace, versions, and the image of flow runs."""
    objects = put_together(project)
    [namespace] = [one["metadata"]["name"] for one in objects if one["kind"] == "Namespace"]
    others = [one["metadata"].get("namespace") for one in objects if one["kind"] != "Namespace"]
    service.expect(set(others) == {namespace}, f"namespaces are {others}")
    for binding in (one for one in objects if one["kind"] == "RoleBinding"):
        found = binding["subjects"][0]["namespace"]
        service.expect(found == namespace, f"the rights go to {found}")
    for pod in (one["spec"]["template"]["spec"] for one in objects if "template" in one.get("spec", {})):
        images = {one["image"] for one in pod["containers"] + pod.get("initContainers", [])}
        for container in pod.get("initContainers", []):
            images |= {one["value"] for one in container["env"] if one["name"] == "WORK_POOL_IMAGE"}
        service.expect(len(images) == 1, f"one pod has several images: {images}")
        service.expect(":" in next(iter(images)), f"the version is missing: {images}")


def check_job(project: Path) -> None:
    """Checks the Job of a flow run."""
    # Making one may log, before it.
    line = said(project, "uv", "run", "python", "-c", JOB).splitlines()[-1]
    job = yaml.safe_load(line)
    for name in ("parallelism", "completions"):
        # Prefect insists on them where Kubernetes does not know them, and leaves them out.
        job["spec"]["template"]["spec"].pop(name)
    # As the cluster names it.
    job["metadata"]["name"] = job["metadata"].pop("generateName") + "x2v9k"
    made = project / ".local" / "job.yaml"
    made.write_text(yaml.safe_dump(job))
    validate(project, made)


def check(project: Path) -> None:
    """Validates every manifest, what kustomize makes of them, and the Job of a flow run."""
    (project / ".local").mkdir(exist_ok=True)
    check_base(project)
    if (project / "app/workers").is_dir():
        check_job(project)
    if shutil.which("kubectl"):
        check_put_together(project)
    else:
        print("      kubectl is not on this machine: what kustomize puts together was not checked")


if __name__ == "__main__":
    check(Path(sys.argv[1]).resolve())
