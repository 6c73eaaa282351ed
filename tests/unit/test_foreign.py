"""Entries of tasks of other collections."""

from __future__ import annotations

import json

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import Refused
from ansible_collections.mtk.backend.plugins.module_utils.engine import _approval, _document
from ansible_collections.mtk.backend.plugins.plugin_utils import foreign

TOPIC = "community.aws.sns_topic"


def entry(result=None, ran=False, **task):
    fields = {"args": {"name": "alarms"}, "name": "Keep the topic", "check_mode": True, **task}
    return foreign.entry(TOPIC, fields, {"changed": True, **(result or {})}, "us-east-1", ran=ran)


@pytest.mark.parametrize(
    ("action", "resolved", "module"),
    [
        ("amazon.aws.s3_bucket", "amazon.aws.s3_bucket", "amazon.aws.s3_bucket"),
        ("command", "ansible.builtin.command", "ansible.builtin.command"),
        ("mtk.backend.ec2_vpc", "mtk.backend.ec2_vpc", ""),
        ("mtk.backend.ec2_vpc", None, ""),
        ("set_fact", "ansible.builtin.set_fact", ""),
        ("ansible.legacy.debug", None, ""),
        ("community.general.set_fact", None, "community.general.set_fact"),
    ],
)
def test_the_module_of_a_task(action, resolved, module):
    assert foreign.module_of(action, resolved) == module


@pytest.mark.parametrize(
    ("args", "result", "name"),
    [
        ({"name": "alarms"}, {}, "alarms"),
        ({"state": "present", "function_name": "f"}, {}, "f"),
        ({"dest": "/tmp/x", "src": "y"}, {}, "/tmp/x"),
        ({"_ansible_module_name": "command", "_raw_params": "rm x"}, {}, "Keep the topic"),
        ({}, {"ansible_loop_var": "item", "item": "a"}, "Keep the topic (a)"),
        ({}, {"ansible_loop_var": "item", "item": {"password": "p"}}, "Keep the topic"),
        ({"name": "a\nb"}, {}, "Keep the topic"),
    ],
)
def test_the_name_of_an_entry(args, result, name):
    assert entry(result, args=args)["name"] == name


def test_the_region_is_the_option_or_the_host():
    assert entry()["region"] == "us-east-1"
    assert entry(args={"region": "eu-west-1"})["region"] == "eu-west-1"


@pytest.mark.parametrize(
    ("diff", "lines"),
    [
        ({"before": {"path": "/"}, "after": {"path": "/x/"}}, ['path: "/" -> "/x/"']),
        ({"before": {"path": "/"}, "after": {}}, ['path: "/" -> null']),
        ({"before": "a\nb\n", "after": "a\nc\n"}, ['content: - "b"', 'content: + "c"']),
        ([{"before": "", "after": "a\n", "after_header": "/tmp/x"}, {}], ['/tmp/x: + "a"']),
        ({"prepared": "+ new"}, ['content: + "+ new"']),
        (None, []),
        ({"before": {}, "after": {}}, []),
        ("text", []),
    ],
)
def test_the_differences_are_those_of_the_diff(diff, lines):
    found = entry({"diff": diff})
    assert [_document.words(d) for d in _document.differences(found)] == lines
    assert ("notes" in found) == (lines == [])


def test_a_task_with_no_log_shows_no_details():
    found = entry({"diff": {"before": {"p": "a"}, "after": {"p": "b"}}}, no_log=True)
    assert (found["name"], found["before"], found["after"]) == ("Keep the topic", {}, {})
    assert found["notes"] == [foreign.HIDDEN]


@pytest.mark.parametrize(
    ("result", "task", "action"),
    [
        ({"skipped": True, "changed": False, "msg": "no check mode"}, {}, "unknown"),
        ({"skipped": True, "changed": False, "msg": "no check mode"}, {"check_mode": False}, None),
        ({"skipped": True, "false_condition": "x", "skip_reason": "Conditional result was False"}, {}, None),
        ({"skipped": True, "skipped_reason": "No items in the list"}, {}, None),
        ({"skipped": True, "censored": "hidden"}, {"no_log": True, "when": []}, "unknown"),
        ({"skipped": True, "censored": "hidden"}, {"no_log": True, "when": ["x"]}, None),
        ({"changed": False}, {}, None),
        ({"changed": True}, {}, "update"),
    ],
)
def test_what_is_in_the_plan(result, task, action):
    assert (entry(result, **task) or {}).get("action") == action


def test_a_task_that_runs_in_a_plan_is_in_it():
    assert entry({"changed": False}, ran=True, check_mode=False)["action"] == "none"


CHANGE = {"diff": {"before": {"path": "/"}, "after": {"path": "/x/"}}}
OTHER = {"diff": {"before": {"path": "/"}, "after": {"path": "/y/"}}}
SKIPPED = {"skipped": True, "changed": False}


@pytest.mark.parametrize(
    ("planned", "actual", "message"),
    [
        (CHANGE, CHANGE, ""),
        (CHANGE, {}, ""),  # the details are known from check mode only
        ({}, CHANGE, ""),  # approved without details
        (SKIPPED, SKIPPED, ""),
        (SKIPPED, CHANGE, ""),
        (CHANGE, OTHER, 'The plan says update; now the action is update. path: "/" -> "/y/"'),
        (CHANGE, SKIPPED, "The plan says update; now the action is unknown. The module has no check mode"),
        (None, CHANGE, "The plan says no such task; now the action is update"),
    ],
)
def test_what_an_approved_plan_permits(tmp_path, planned, actual, message):
    path = tmp_path / "plan.json"
    entries = [] if planned is None else [entry(planned)]
    path.write_text(json.dumps(_document.document("dev", "plan", entries, [])))
    approved = _approval.Approved(str(path))
    if not message:
        approved.check_task(entry(actual), "Not run.")
        return
    with pytest.raises(Refused) as refused:
        approved.check_task(entry(actual), "Not run.")
    assert message in str(refused.value) and str(refused.value).endswith(" Not run.")
