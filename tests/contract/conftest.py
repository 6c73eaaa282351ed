"""Fail the run if a promised operation or parameter was used by no contract test."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from autoscaling_targets import client_scaling  # noqa: F401 - a fixture
from dynamodb_tables import client_here, client_there  # noqa: F401 - fixtures

SEEN = "local_aws_seen"
_DRY_RUN = 412  # the status of EC2 for a dry run that would have succeeded


@pytest.fixture(autouse=True, scope="session")
def _count(request: pytest.FixtureRequest) -> Iterator[None]:
    """Record each successful call with its parameters."""
    from emulator import app
    from emulator.requests import identify, parameters

    seen: dict[str, set[str]] = defaultdict(set)
    answer = app.LocalAws._aws

    def counting(self: Any, environ: dict[str, Any], body: bytes) -> Any:
        result = answer(self, environ, body)
        service, operation, _ = identify(environ, body)
        if service and (result[0][0] < 400 or result[0][0] == _DRY_RUN):
            seen[f"{service}:{operation}"] |= parameters(service, operation, environ, body)
        return result

    app.LocalAws._aws = counting  # type: ignore[method-assign]
    yield
    app.LocalAws._aws = answer  # type: ignore[method-assign]
    found = {name: sorted(given) for name, given in seen.items()}
    if hasattr(request.config, "workeroutput"):  # in a worker of xdist: pass the calls to the main process
        request.config.workeroutput[SEEN] = json.dumps(found)
    else:
        request.config.stash.setdefault(KEY, []).append(found)


KEY: pytest.StashKey[list[dict[str, list[str]]]] = pytest.StashKey()


class Tally:
    """Compares the promises with the recorded calls once all tests have passed."""

    def pytest_testnodedown(self, node: Any, error: object) -> None:
        node.config.stash.setdefault(KEY, []).append(json.loads(getattr(node, "workeroutput", {}).get(SEEN, "{}")))

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        config = session.config
        if exitstatus != 0 or hasattr(config, "workerinput") or not _whole(config):
            return
        unseen = list(_unproved(config.stash.get(KEY, [])))
        if unseen:
            session.exitstatus = 1
            config.stash[UNSEEN] = unseen

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        unseen = terminalreporter.config.stash.get(UNSEEN, [])
        if unseen:
            terminalreporter.section(
                "promised in tests/emulator/promises, but used by no contract test: write a test for each"
            )
            for row in unseen:
                terminalreporter.line(row)


UNSEEN: pytest.StashKey[list[str]] = pytest.StashKey()


def _whole(config: pytest.Config) -> bool:
    """Return whether the run includes all contract tests and not a selection."""
    here = Path(__file__).parent
    asked = [Path(argument.split("::")[0]).resolve() for argument in config.args if "::" not in argument]
    return here in asked and not config.option.keyword and "not chaos" in (config.option.markexpr or "not chaos")


def _unproved(counts: list[dict[str, list[str]]]) -> Iterator[str]:
    from emulator.promises import services

    seen: dict[str, set[str]] = defaultdict(set)
    for count in counts:
        for name, used in count.items():
            seen[name] |= set(used)
    for service, promised in services().items():
        for operation, given in promised.operations.items():
            name = f"{service}:{operation}"
            if name not in seen:
                yield name
            elif left := sorted(set(given.split()) - seen[name]):
                yield f"{name} {', '.join(left)}"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "keeps(*names): the rules of the local AWS that a test proves")
    config.pluginmanager.register(Tally(), "local-aws-tally")
