"""What a deletion needs before it begins, whatever the user says."""

from __future__ import annotations

import pytest
from ansible_collections.mtk.backend.plugins.action import confirm_destroy
from ansible_collections.mtk.backend.plugins.module_utils.engine import _document

DELETE = {
    "region": "us-east-1",
    "resource": "ec2_vpc",
    "name": "v",
    "action": "delete",
    "before": {"vpc_id": "v-1"},
    "after": {},
}


def document(*entries, errors=()):
    return _document.document("dev", "plan", entries, list(errors), purpose="destroy")


@pytest.fixture(autouse=True)
def command_line(monkeypatch):
    """Return the options of the command line, which a test may change."""
    given = {"args": ["playbooks/destroy.yml"], "inventory": ["inventories/dev"]}
    monkeypatch.setattr(confirm_destroy.context, "CLIARGS", given)
    return given


def test_a_complete_plan_without_decisions_may_be_carried_out():
    assert confirm_destroy._problem(document(DELETE), False) == ""


@pytest.mark.parametrize(
    ("entries", "errors", "forbidden", "says"),
    [
        ([DELETE], [{"host": "a", "task": "b", "message": "c"}], False, "the plan is incomplete"),
        ([DELETE, {**DELETE, "name": "w", "action": "refuse"}], [], False, "1 thing stands in the way"),
        ([{**DELETE, "action": "refuse"}], [], True, "2 things stand in the way"),
        ([DELETE], [], True, "1 thing stands in the way"),
    ],
)
def test_a_plan_with_an_obstacle_is_not_carried_out(entries, errors, forbidden, says):
    assert says in confirm_destroy._problem(document(*entries, errors=errors), forbidden)


def test_a_part_of_a_plan_is_not_carried_out(command_line):
    command_line["start_at_task"] = "Delete the VPC"
    assert "--start-at-task" in confirm_destroy._problem(document(DELETE), False)


def test_the_protected_environment_is_an_entry_of_the_plan():
    assert confirm_destroy._forbidden({"allowed": True, "environment": "prod"}) == {}
    entry = confirm_destroy._forbidden({"allowed": False, "environment": "prod"})
    assert (entry["resource"], entry["name"], entry["action"]) == ("environment", "prod", "refuse")
    assert "destroy_allowed: true in inventories/prod/" in entry["reason"]


def test_a_job_of_awx_is_not_asked(monkeypatch):
    """ansible-runner gives its runs a terminal, at which nobody would answer."""
    monkeypatch.setattr(confirm_destroy, "is_job", lambda: True)
    monkeypatch.setattr(confirm_destroy, "Display", None)
    assert confirm_destroy._ask("environment", "dev") == ""
