"""Fail the run if no contract test used a promised operation or parameter, or if a documented field is missing."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from autoscaling_targets import client_scaling  # noqa: F401 - a fixture
from dynamodb_tables import client_here, client_there  # noqa: F401 - fixtures

Counts = dict[str, dict[str, list[str]]]

SEEN = "local_aws_seen"
_DRY_RUN = 412  # the status of EC2 for a dry run that would have succeeded


@pytest.fixture(autouse=True, scope="session")
def _count(request: pytest.FixtureRequest) -> Iterator[None]:
    """Record each successful call with its parameters and the fields of its answer."""
    import shapes
    from emulator import app
    from emulator.promises import is_promised
    from emulator.requests import identify, parameters

    seen: dict[str, set[str]] = defaultdict(set)
    fields: dict[str, set[str]] = defaultdict(set)
    answer = app.LocalAws._aws

    def counting(self: Any, environ: dict[str, Any], body: bytes) -> Any:
        result = answer(self, environ, body)
        service, operation, _ = identify(environ, body)
        if service and (result[0][0] < 400 or result[0][0] == _DRY_RUN):
            seen[f"{service}:{operation}"] |= parameters(service, operation, environ, body)
        if is_promised(service, operation) and result[0][0] < 400:
            fields[f"{service}:{operation}"] |= shapes.answered(service, operation, environ, result[0])
        return result

    app.LocalAws._aws = counting  # type: ignore[method-assign]
    yield
    app.LocalAws._aws = answer  # type: ignore[method-assign]
    found = {
        kind: {name: sorted(values) for name, values in counted.items()}
        for kind, counted in (("parameters", seen), ("fields", fields))
    }
    if hasattr(request.config, "workeroutput"):  # in a worker of xdist: pass the calls to the main process
        request.config.workeroutput[SEEN] = json.dumps(found)
    else:
        request.config.stash.setdefault(KEY, []).append(found)


KEY: pytest.StashKey[list[Counts]] = pytest.StashKey()


class Tally:
    """Compares the promises and the documented fields with the recorded calls once all tests have passed."""

    def pytest_testnodedown(self, node: Any, error: object) -> None:
        node.config.stash.setdefault(KEY, []).append(json.loads(getattr(node, "workeroutput", {}).get(SEEN, "{}")))

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        from shapes import differences

        config = session.config
        if exitstatus != 0 or hasattr(config, "workerinput") or not _whole(config):
            return
        counts = config.stash.get(KEY, [])
        config.stash[FAULTS] = {
            "promised in tests/emulator/promises, but used by no contract test: write a test for each": list(
                _unproved(_together(counts, "parameters"))
            ),
            "fields that botocore documents, against tests/contract/documented_shapes.yml": list(
                differences(_together(counts, "fields"))
            ),
        }
        if any(config.stash[FAULTS].values()):
            session.exitstatus = 1

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        for title, rows in terminalreporter.config.stash.get(FAULTS, {}).items():
            if rows:
                terminalreporter.section(title)
            for row in rows:
                terminalreporter.line(row)


FAULTS: pytest.StashKey[dict[str, list[str]]] = pytest.StashKey()


def _whole(config: pytest.Config) -> bool:
    """Return whether the run includes all contract tests and not a selection."""
    here = Path(__file__).parent
    asked = [Path(argument.split("::")[0]).resolve() for argument in config.args if "::" not in argument]
    return here in asked and not config.option.keyword and "not chaos" in (config.option.markexpr or "not chaos")


def _together(counts: list[Counts], kind: str) -> dict[str, set[str]]:
    """Return what all processes of the run recorded, by operation."""
    found: dict[str, set[str]] = defaultdict(set)
    for count in counts:
        for name, values in count.get(kind, {}).items():
            found[name] |= set(values)
    return found


def _unproved(seen: dict[str, set[str]]) -> Iterator[str]:
    from emulator.promises import services

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
