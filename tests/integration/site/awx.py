"""Jobs as AWX runs them: ansible-runner in a clean environment, with the files and variables that AWX writes for a job.

The forms are those of awx/main/tasks/jobs.py, awx/main/models and awx/main/utils/safe_yaml.py of AWX 24.6. There is no
container here: the private data directory has the layout of /runner, and the project is a clone that must stay as it
is.
"""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from .conftest import BIN, ROOT, finish

COLOURS = re.compile(r"\x1b\[[0-9;]*m")
KEYS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "emulator-secret-key"}  # of the credential of the job
PREFIXES = ("awx", "tower")  # AWX sets each of its variables twice
SETTINGS = {  # AWX's own settings whose names begin with ANSIBLE_
    "ANSIBLE_HOST_KEY_CHECKING": "False",
    "ANSIBLE_PARAMIKO_RECORD_HOST_KEYS": "False",
    "ANSIBLE_FORCE_COLOR": "True",
    "ANSIBLE_INVENTORY_UNPARSED_FAILED": "True",
}
DEFAULT_PATHS = ["~/.ansible/collections", "/usr/share/ansible/collections"]
TOLD = "collections_path = "  # the line of ansible.cfg that AWX reads itself


class _Unsafe(yaml.SafeDumper):
    """Marks every text, so that Ansible does not take it for a template."""

    def represent_data(self, data: Any) -> yaml.Node:
        return self.represent_scalar("!unsafe", data) if isinstance(data, str) else super().represent_data(data)


def extravars(given: Mapping[str, Any], trusted: Mapping[str, Any]) -> str:
    """Return the file env/extravars. Only the variables of the job template itself may contain templates."""
    dumpers = {name: yaml.SafeDumper if name in trusted else _Unsafe for name in given}
    return "".join(yaml.dump({name: value}, Dumper=dumpers[name]) for name, value in given.items())


def script(export: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the inventory script of a job prints, after an import of ``ansible-inventory --list --export``."""
    groups = {name: dict(group) for name, group in export.items() if name not in ("_meta", "all")}
    children = export["all"]["children"] + [child for group in groups.values() for child in group.get("children", [])]
    named = [name for name in dict.fromkeys([*children, *groups]) if name != "ungrouped"]
    hosts = sorted({host for group in groups.values() for host in group.get("hosts", [])})
    hostvars = {name: dict(export["_meta"]["hostvars"].get(name, {})) for name in hosts}
    for number, variables in enumerate(hostvars.values(), 1):
        for prefix in ("host", "tower"):
            variables |= {f"remote_{prefix}_enabled": "true", f"remote_{prefix}_id": number}
    whole = {"vars": export["all"].get("vars", {}), "hosts": [], "children": named}
    return {"all": whole, **{k: v for k, v in groups.items() if v}, "_meta": {"hostvars": hostvars}}


def meta(job: int, template: str, environment: str, *, workflow: bool) -> dict[str, Any]:
    """Return the extra variables that AWX adds to those of the job."""
    found: dict[str, Any] = {
        **{"job_id": job, "job_launch_type": "workflow" if workflow else "manual"},
        **{"user_id": 1, "user_name": "kim", "user_email": "kim@example.org"},
        **{"user_first_name": "Kim", "user_last_name": "Lee"},
        **{"inventory_id": 2, "inventory_name": f"mtk {environment}"},
        **{"project_revision": "0" * 40, "project_scm_branch": "main"},
        **{"job_template_id": 9, "job_template_name": template, "execution_node": "awx-1"},
    }
    if workflow:
        found |= {"workflow_job_id": 99, "workflow_job_name": "release", "workflow_job_launch_type": "manual"}
    return {f"{prefix}_{name}": value for name, value in found.items() for prefix in PREFIXES}


@dataclass(frozen=True)
class Job:
    """A job that has ended."""

    code: int
    text: str  # the output that AWX shows, from the events, without colours
    words: str = field(repr=False)  # the same in one line
    mutating: list[str] = field(repr=False)
    artifacts: dict[str, Any] = field(repr=False)
    events: list[dict[str, Any]] = field(repr=False)


class Awx:
    """Launches the jobs of one environment. ``project`` is the clone of the repository."""

    def __init__(self, aws: Any, environment: str, project: Path, directory: Path) -> None:
        self.aws, self.environment, self.project, self._directory = aws, environment, project, directory
        self._jobs = 0
        self._hosts = script(self._export())

    def _export(self) -> dict[str, Any]:
        """Run the import of the inventory source as AWX does, and return what AWX reads."""
        source, output = self.project / "inventories" / self.environment, self._directory / "output.json"
        command = [str(BIN / "ansible-inventory"), "--list", "--export", "-i", str(source), "--output", str(output)]
        code, stdout, stderr = finish(
            [*command, "--playbook-dir", str(source)], cwd=self.project, env={"PATH": f"{BIN}:/usr/bin:/bin"}
        )
        assert code == 0, stdout + stderr
        return dict(json.loads(output.read_text()))

    def groups(self) -> dict[str, list[str]]:
        """Return the hosts of each group that the inventory script names."""
        named = {name: self._hosts.get(name, {}).get("hosts", []) for name in self._hosts["all"]["children"]}
        return {name: list(hosts) for name, hosts in named.items()}

    def inventory(self, path: Path) -> Path:
        """Write the inventory script of a job."""
        path.write_text(f"#! /usr/bin/env python3\n# -*- coding: utf-8 -*-\nprint({json.dumps(self._hosts)!r})\n")
        path.chmod(stat.S_IRWXU)
        return path

    def launch(
        self,
        playbook: str,
        template: str,
        *,
        template_vars: Mapping[str, Any] | None = None,
        artifacts: Mapping[str, Any] | None = None,
        check: bool = False,
        home: bool = True,
        expect: int = 0,
        **task_env: str,
    ) -> Job:
        """Run one job. ``artifacts`` are those of the earlier jobs of its workflow, None outside of a workflow.

        ``task_env`` are variables of the setting AWX_TASK_ENV.
        """
        self._jobs += 1
        job, private = self._jobs, self._directory / f"awx_{self._jobs}"
        for part in ("env", "inventory", "cp", "home"):
            (private / part).mkdir(parents=True)
        (private / "project").symlink_to(self.project)
        trusted = {"expected_account_id": "123456789012", **(template_vars or {})}
        given = {**trusted, **(artifacts or {})}
        given |= meta(job, template, self.environment, workflow=artifacts is not None)
        (private / "env/extravars").write_text(extravars(given, trusted))
        (private / "env/cmdline").write_text("--check -u root" if check else "-u root")
        (private / "env/settings").write_text(json.dumps({"suppress_ansible_output": True}))
        (private / "env/envvars").write_text(json.dumps(self._environment(job, private, home=home) | task_env))
        hosts = self.inventory(private / "inventory/hosts")
        before = len(self.aws.mutating())
        command = [str(BIN / "ansible-runner"), "run", str(private), "-p", playbook, "--ident", str(job), "-q"]
        command += ["--inventory", str(hosts)]
        code, stdout, stderr = finish(command, cwd=self._directory, env={"PATH": f"{BIN}:/usr/bin:/bin"})
        events = sorted(_events(private / f"artifacts/{job}/job_events"), key=lambda event: int(event["counter"]))
        text = COLOURS.sub("", "\n".join(event["stdout"] for event in events if event["stdout"])).replace("\r", "")
        assert code == expect, stdout + stderr + text[-8000:]
        kept = [event["event_data"].get("artifact_data") for event in events if event["event"] == "playbook_on_stats"]
        ended = Job(code, text, " ".join(text.split()), self.aws.mutating()[before:], (kept or [{}])[0] or {}, events)
        assert KEYS["AWS_SECRET_ACCESS_KEY"] not in json.dumps(events)
        return ended

    def _environment(self, job: int, private: Path, *, home: bool) -> dict[str, str]:
        """Return env/envvars: what AWX sets for every job, its credential, and the way to the local AWS."""
        config = (self.project / "ansible.cfg").read_text()
        (own,) = [line.removeprefix(TOLD) for line in config.splitlines() if line.startswith(TOLD)]
        needed = [own] if set(own.split(":")) - set(DEFAULT_PATHS) else []
        paths = [str(private / "requirements_collections"), *needed, *DEFAULT_PATHS]
        return {
            **SETTINGS,
            "AWX_PRIVATE_DATA_DIR": str(private),
            "JOB_ID": str(job),
            "INVENTORY_ID": "2",
            "PROJECT_REVISION": "0" * 40,
            "ANSIBLE_RETRY_FILES_ENABLED": "False",
            "MAX_EVENT_RES": "700000",
            "AWX_HOST": "https://awx.example.org",
            "ANSIBLE_SSH_CONTROL_PATH_DIR": str(private / "cp"),
            "ANSIBLE_COLLECTIONS_PATHS": os.pathsep.join([paths[0], *DEFAULT_PATHS]),
            "ANSIBLE_COLLECTIONS_PATH": os.pathsep.join(paths),
            "ANSIBLE_ROLES_PATH": f"{private}/requirements_roles:~/.ansible/roles:/usr/share/ansible/roles",
            **KEYS,
            "AWS_ENDPOINT_URL": self.aws.url,  # of the setting AWX_TASK_ENV
            "AWS_EC2_METADATA_DISABLED": "true",
            **({"HOME": str(private / "home")} if home else {}),
        }


def _events(directory: Path) -> Iterator[dict[str, Any]]:
    for path in directory.glob("*.json"):
        yield json.loads(path.read_text())


def clone(target: Path) -> Path:
    """Clone the committed files, as AWX does, and take away the right to write."""
    subprocess.run(["git", "clone", "-q", str(ROOT), str(target)], check=True, timeout=60)
    for path in target.rglob("*"):
        if ".git" not in path.parts and not path.is_symlink():
            path.chmod(path.stat().st_mode & ~0o222)
    return target


def content(project: Path) -> dict[str, tuple[int, int]]:
    """Return size and time of all files of a project. The user root may write in spite of the missing right.

    Python keeps its byte code beside the sources if it can, and does without it otherwise.
    """
    files = [path for path in project.rglob("*") if not {".git", "__pycache__"} & set(path.parts)]
    return {str(path): (path.lstat().st_size, path.lstat().st_mtime_ns) for path in files if not path.is_dir()}
