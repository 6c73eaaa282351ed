"""Modules in the process of the tests, with Ansible's argument validation and JSON."""

from __future__ import annotations

import importlib
import io
import json
import os
from collections.abc import Callable
from contextlib import redirect_stdout
from typing import Any
from unittest.mock import patch

import pytest
import yaml
from ansible.module_utils.testing import patch_module_args
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import Context

from ..conftest import FAULT

MODULES = "ansible_collections.mtk.backend.plugins.modules"
Run = Callable[..., dict[str, Any]]


class ModuleFailed(Exception):
    """The result of ``fail_json``."""


def documentation(name: str) -> dict[str, Any]:
    """Return the parsed DOCUMENTATION, EXAMPLES and RETURN of a module."""
    module = importlib.import_module(f"{MODULES}.{name}")
    return {part: yaml.safe_load(getattr(module, part)) for part in ("DOCUMENTATION", "EXAMPLES", "RETURN")}


def examples(name: str) -> list[dict[str, Any]]:
    """Return the arguments of the tasks with the module in its EXAMPLES, in their order."""
    tasks = documentation(name)["EXAMPLES"]
    return [task[f"mtk.backend.{name}"] for task in tasks if f"mtk.backend.{name}" in task]


@pytest.fixture
def worker() -> dict[str, Context]:
    """Return the context that Ansible's worker passes to modules; a test may replace it."""
    return {"context": Context()}


@pytest.fixture
def run(aws: Any, worker: dict[str, Context], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return ``run("logs_log_group", log_group_name="x")``, which returns the result or raises ModuleFailed."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "emulator-secret-key")

    # A client that waits for an answer waits for a second only.
    impatient = {"aws_config": {"read_timeout": 1}} if FAULT == "silent" else {}

    def run_module(name: str, /, *, check: bool = False, **params: Any) -> dict[str, Any]:
        params = {"region": "us-east-1", **impatient, **params}
        args = {
            **params,
            "_ansible_check_mode": check,
            "_ansible_module_name": f"mtk.backend.{name}",
            "_ansible_diff": True,
            "_ansible_remote_tmp": "/tmp",
        }
        out = io.StringIO()
        # The environment is part of the cache's key, and pytest changes this variable between a fixture and a test.
        own = patch.dict(os.environ, {"PYTEST_CURRENT_TEST": ""})
        with patch_module_args(args), redirect_stdout(out), own, pytest.raises(SystemExit):
            importlib.import_module(f"{MODULES}.{name}").main(worker["context"])
        result: dict[str, Any] = json.loads(out.getvalue().strip().splitlines()[-1])
        if result.get("failed"):
            raise ModuleFailed(result["msg"])
        return result

    return run_module


@pytest.fixture
def four_beats(aws: Any, run: Run) -> Run:
    """Return ``four_beats(name, **params)``: check, apply, apply, check; it returns the result of the first apply.

    Check mode and the second apply make no mutating call, the second apply changes nothing, the prediction has the
    keys of the result, and the documented sample matches a real result.
    """

    def beats(name: str, /, **params: Any) -> dict[str, Any]:
        before = len(aws.mutating())
        planned = run(name, check=True, **params)
        assert planned["changed"], "check mode on an account without the resource must plan its creation"
        assert len(aws.mutating()) == before, aws.mutating()[before:]
        applied = run(name, **params)
        assert applied["changed"]
        assert planned["diff"]["after"].keys() <= applied["diff"]["after"].keys()
        after = len(aws.mutating())
        assert after > before
        again = run(name, **params)
        assert not again["changed"], again["diff"]
        assert not run(name, check=True, **params)["changed"]
        assert len(aws.mutating()) == after, aws.mutating()[after:]
        returned = documentation(name)["RETURN"]
        for key, doc in returned.items():
            if doc["type"] == "dict":
                assert doc["sample"].keys() <= applied[key].keys(), "RETURN's sample shows fields that are not returned"
                assert set(doc["sample"]) <= set(doc["contains"]), "RETURN's sample shows undocumented fields"
        return applied

    return beats


@pytest.fixture
def gone(aws: Any, run: Run) -> Callable[..., None]:
    """Return ``gone(name, **params)``: absent in check mode, absent, and absent again without a mutating call."""

    def beats(name: str, /, **params: Any) -> None:
        before = len(aws.mutating())
        assert run(name, check=True, **{**params, "state": "absent"})["changed"]
        assert len(aws.mutating()) == before
        assert run(name, **{**params, "state": "absent"})["changed"]
        after = len(aws.mutating())
        assert after > before
        assert not run(name, **{**params, "state": "absent"})["changed"]
        assert len(aws.mutating()) == after

    return beats
