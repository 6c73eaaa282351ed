"""Playbooks as users run them: ansible-playbook in its own process, against the local AWS of the test."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
BIN = Path(sys.executable).parent
REGIONS = ("us-east-1", "us-west-2", "eu-west-1")
RUN_SECONDS = 900  # for one playbook: the largest takes a minute or two on an idle machine
READS = re.compile(r"(plan|drift|topology)\b|--check")  # the playbooks and the option that never write
RECAP = re.compile(r"^(\S+)\s+: ok=(\d+)\s+changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)", re.M)


@dataclass(frozen=True)
class Played:
    """The exit code, the output and the mutating calls of a run."""

    code: int
    text: str
    mutating: list[str] = field(repr=False)

    @property
    def changed(self) -> int:
        return sum(int(row[2]) for row in RECAP.findall(self.text))

    @property
    def failed(self) -> int:
        return sum(int(row[3]) + int(row[4]) for row in RECAP.findall(self.text))


def finish(command: list[str], *, cwd: Path, env: dict[str, str]) -> tuple[int, str, str]:
    """Run a command; return its exit code, stdout and stderr."""
    with subprocess.Popen(
        command, cwd=cwd, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            stdout, stderr = process.communicate(timeout=RUN_SECONDS)
        except subprocess.TimeoutExpired:
            process.terminate()  # on this signal Ansible ends its workers, which are in other process groups
            try:
                stdout, stderr = process.communicate(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
            pytest.fail(f"{' '.join(command)} ran for more than {RUN_SECONDS} s:\n{(stdout + stderr)[-8000:]}")
    assert "Callback dispatch" not in stdout + stderr, (
        f"a callback raised an error, which Ansible shows as a warning:\n{stderr}"
    )
    return process.returncode, stdout, stderr


class Site:
    """Runs playbooks for one environment."""

    def __init__(self, aws: Any, environment: str) -> None:
        self.aws = aws
        self.environment = environment

    def command(self, playbook: str, *arguments: str, root: Path = ROOT) -> list[str]:
        inventories = [str(root / "inventories" / name) for name in (self.environment, "local")]
        return [str(BIN / "ansible-playbook"), playbook, "-i", inventories[0], "-i", inventories[1], *arguments]

    def environ(self, root: Path = ROOT, **extra: str) -> dict[str, str]:
        """Return the environment variables of a user's shell, with the URL of the local AWS."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "ANSIBLE_", "PYTHONDONTWRITE"))}
        return {
            **kept,
            "MTK_LOCAL_AWS_URL": self.aws.url,
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "ANSIBLE_NOCOLOR": "1",
            **extra,
        }

    def start(self, playbook: str, *arguments: str, **extra: str) -> subprocess.Popen[str]:
        """Start a run in a process group of its own, so that the whole group can be killed.

        ``extra`` are environment variables.
        """
        return subprocess.Popen(
            self.command(playbook, *arguments),
            cwd=ROOT,
            env=self.environ(**extra),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def play(
        self, playbook: str = "site.yml", *arguments: str, cwd: Path = ROOT, expect: int = 0, **extra: str
    ) -> Played:
        """Run a playbook; ``extra`` are environment variables."""
        before, locks, environ = len(self.aws.mutating()), len(self.aws.locking()), self.environ(**extra)
        code, stdout, stderr = finish(self.command(playbook, *arguments), cwd=cwd, env=environ)
        played = Played(code, stdout + stderr, self.aws.mutating()[before:])
        assert played.code == expect, played.text[-8000:]
        if not played.mutating and (code == 0 or READS.search(f"{playbook} {arguments}")):
            assert self.aws.locking()[locks:] == [], "a run that changes nothing takes no lock"
        return played

    def destroy(self, *arguments: str, expect: int = 0) -> Played:
        """Delete the environment. ``prod`` is protected, so its consent is given here."""
        allowed = ("-e", "destroy_allowed=true") if self.environment == "prod" else ()
        confirmed = ("-e", f"confirm_environment={self.environment}")
        return self.play("playbooks/destroy.yml", *allowed, *confirmed, *arguments, expect=expect)


@pytest.fixture(scope="session")
def _built(_local_aws: Any) -> Callable[[str], str]:
    """Return ``_built("dev")``, which applies dev at its first call and returns the name of the saved state."""
    states: set[str] = set()

    def state(environment: str) -> str:
        if environment not in states:
            Site(_local_aws, environment).play()
            _local_aws.control.save(environment)
            states.add(environment)
        return environment

    return state


@pytest.fixture
def built(aws: Any, _built: Callable[[str], str]) -> Callable[[str], Site]:
    """Return ``built("qa")``, which loads an account in which qa was applied."""

    def load(environment: str) -> Site:
        aws.control.load(_built(environment))
        aws.control.ask("DELETE", "calls")
        return Site(aws, environment)

    return load


@pytest.fixture
def site(aws: Any) -> Callable[[str], Site]:
    """Return ``site``: ``site("prod").play()`` applies prod on an empty account."""
    return lambda environment: Site(aws, environment)
