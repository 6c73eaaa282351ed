"""The text of failed tasks."""

from __future__ import annotations

import pytest
from ansible_collections.mtk.backend.plugins.plugin_utils import failure, summary


@pytest.mark.parametrize(
    ("result", "text"),
    [
        ({"msg": "no"}, "no"),
        ({"msg": ["a", "b"]}, "a\nb"),
        ({"msg": {"a": 1}}, '{"a": 1}'),
        ({"censored": "hidden"}, "hidden"),
        ({"msg": ""}, failure.NO_MESSAGE),
        ({}, failure.NO_MESSAGE),
        ({"reason": "include failed"}, "include failed"),
        ({"msg": "Assertion failed", "assertion": ["a", "b"]}, "Assertion failed: a\nb"),
        ({"msg": "my words", "assertion": "a"}, "my words"),
        ({"msg": "failed", "stderr": "why\n", "stdout": "", "rc": 1}, "failed\nstderr: why"),
        ({"msg": "MODULE FAILURE", "module_stdout": "x", "module_stderr": "y"}, None),
        ({"msg": "Task failed: 'x' is undefined"}, "'x' is undefined"),
        ({"msg": "Task failed: Finalization of task args for 'a.b.c' failed: no"}, "no"),
        (
            {"msg": "Task failed: Error while resolving value for 'tags': 'aurora_local' is undefined"},
            "The task of the role aurora that registers aurora_local did not run. Run without --start-at-task, and "
            "select a role with --tags.",
        ),
        (
            {"msg": "Task failed: Error while resolving value for 'content': 'mtk_elsewhere' is undefined"},
            "The task that registers mtk_elsewhere did not run. Run without --start-at-task.",
        ),
        (
            {"msg": "'mtk_preflight' is undefined"},
            "The task that registers mtk_preflight did not run. Run without --start-at-task.",
        ),
        ({"msg": "'mtk_tags' is undefined"}, "'mtk_tags' is undefined"),
        (
            {"msg": "Task failed: object of type 'HostVarsVars' has no attribute 'mtk_left'"},
            "The task that registers mtk_left did not run. Run without --start-at-task.",
        ),
    ],
)
def test_the_message_of_a_result(result, text):
    assert failure.message(result) == (text or "MODULE FAILURE\nmodule_stderr: y\nmodule_stdout: x")


def test_errors_of_ansible_itself_are_recognised():
    assert failure.is_ansible({"msg": "Task failed: x"})
    assert not failure.is_ansible({"msg": "x"}) and not failure.is_ansible({})


def test_one_line_is_wrapped_and_several_are_kept():
    assert failure.block("one two three", 12) == ["    one two", "    three"]
    assert failure.block("a-long-word-that-is-kept", 12) == ["    a-long-word-that-is-kept"]
    assert failure.block("one two three\n  four\n", 12) == ["    one two three", "      four"]
    assert failure.block("", 12) == []


def test_the_summary_omits_messages_that_were_shown():
    error = {"host": "us-east-1", "task": "Manage the key", "message": "no"}
    document = {"resources": [], "errors": [error], "mode": "plan", "changes": False, "complete": False}
    document |= {"environment": "", "counts": dict.fromkeys(("create", "update", "refuse", "delete", "none"), 0)}
    assert next(summary.lines(document, messages=False)) == "    x us-east-1, Manage the key"
    assert next(summary.lines(document)) == "    x us-east-1, Manage the key: no"
