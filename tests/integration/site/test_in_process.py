"""Modules give the same results in Ansible's worker as in a process of their own."""

from __future__ import annotations

import json
import os

import pytest
import yaml

from .conftest import BIN, ROOT, finish


@pytest.fixture
def tasks(aws, site, tmp_path):
    """Return a function that runs tasks on localhost and returns their results and the output."""

    def run(*tasks, **keywords):
        play = {
            "hosts": "localhost",
            "connection": "local",
            "gather_facts": False,
            "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
            "environment": {
                "AWS_ENDPOINT_URL": aws.url,
                "AWS_ACCESS_KEY_ID": "local",
                "AWS_SECRET_ACCESS_KEY": "emulator-secret-key",
            },
            "module_defaults": {f"group/{name}.aws": {"region": "us-east-1"} for name in ("mtk.backend", "amazon.aws")},
            "tasks": [{"ignore_errors": True, "register": f"r{n}", **task, **keywords} for n, task in enumerate(tasks)],
        }
        book = tmp_path / "play.yml"
        book.write_text(yaml.safe_dump([play]))
        environ = {
            **site("dev").environ(),
            "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
            # Ansible writes async results below $HOME, but reads them below the home directory of the password file.
            "ANSIBLE_ASYNC_DIR": str(tmp_path / "async"),
            "ANSIBLE_INJECT_INVOCATION": "true",  # ansible-core 2.21 omits the invocation by default
        }
        command = [str(BIN / "ansible-playbook"), "-i", "localhost,", "-vvv", str(book)]
        _, stdout, _ = finish(command, cwd=ROOT, env=environ)
        shown = json.loads(stdout[stdout.index("{") :])
        return [task["hosts"]["localhost"] for play in shown["plays"] for task in play["tasks"]], stdout

    return run


IN_PROCESS = os.environ.get("MTK_IN_PROCESS") != "false"
GROUP = {"log_group_name": "/mtk/x", "retention_in_days": 30, "tags": {"a": "1"}}


def test_both_ways_give_the_same_result(aws, tasks):
    (here,), _ = tasks({"mtk.backend.logs_log_group": GROUP})
    aws.control.reset()
    (there,), _ = tasks({"mtk.backend.logs_log_group": GROUP, "async": 60, "poll": 1})
    for result in (here, there):
        assert result["changed"]
        result["log_group"].pop("creation_time")
    assert here["log_group"] == there["log_group"]
    assert here["diff"] == there["diff"]
    assert here["invocation"]["module_args"] == there["invocation"]["module_args"]


def test_a_task_outside_of_an_environment_takes_no_run_lock(aws, tasks):
    (made,), _ = tasks({"mtk.backend.logs_log_group": GROUP})
    assert made["changed"] and aws.locking() == []


def test_wrong_options_are_reported_and_secrets_are_not(tasks):
    (typo, secret), text = tasks(
        {"mtk.backend.logs_log_group": {**GROUP, "retention_in_dayss": 1}},
        {"mtk.backend.logs_log_group": {**GROUP, "access_key": "x", "secret_key": "what-nobody-may-read"}},
    )
    assert "Unsupported parameters" in typo["msg"] and "retention_in_dayss" in typo["msg"]
    assert secret["invocation"]["module_args"]["secret_key"] == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
    assert "what-nobody-may-read" not in text


def test_modules_of_amazon_aws_run_under_our_names(tasks):
    (caller, zones), _ = tasks({"mtk.backend.aws_caller_info": {}}, {"mtk.backend.aws_az_info": {}})
    assert caller["account"] == "123456789012"
    assert {z["region_name"] for z in zones["availability_zones"]} == {"us-east-1"}  # the group's default applies


def test_check_mode_changes_nothing(aws, tasks):
    (planned,), _ = tasks({"mtk.backend.logs_log_group": GROUP}, check_mode=True)
    assert planned["changed"]
    assert aws.mutating() == []


@pytest.mark.parametrize("way", [{}, {"async": 60, "poll": 1}], ids=["in-process", "process"])
def test_the_variable_mtk_check_mode_prevents_writes(aws, tasks, way):
    (planned,), _ = tasks({"mtk.backend.logs_log_group": GROUP, **way}, vars={"mtk_check_mode": True})
    assert planned["changed"]
    assert aws.mutating() == []


def test_locals_are_computed_once_and_checked(tasks):
    (names, shown, wrong), _ = tasks(
        {"mtk.backend.computed_values": {"values": {"names": "{{ 'prod' | mtk.backend.names('us-east-1') }}"}}},
        {"ansible.builtin.debug": {"msg": "{{ r0.names.vpc }}"}},
        {"mtk.backend.computed_values": {"names": {}}},
        check_mode=True,
    )
    assert not names["changed"] and names["names"]["aurora_cluster"] == "prod-us-east-1-aurora-cluster"
    assert shown["msg"] == "prod_us-east-1_vpc"
    assert wrong["failed"] and "values" in wrong["msg"]


def test_changes_by_modules_of_other_collections_are_seen(aws, tasks):
    ours = {"mtk.backend.ec2_vpc": {"name": "dev_vpc", "cidr_block": "10.0.0.0/16", "tags": {"a": "1"}}}
    (made,), _ = tasks(ours)
    before = len(aws.control.calls())
    (first, second), _ = tasks(ours, ours)
    asked = [call["operation"] for call in aws.control.calls(before)]
    assert (first["changed"], second["changed"]) == (False, False)
    # The second task reuses the answers of the first, unless each task is a process of its own.
    assert asked.count("DescribeVpcs") == (1 if IN_PROCESS else 2)
    theirs = {"amazon.aws.ec2_tag": {"resource": made["vpc"]["vpc_id"], "tags": {"a": "2"}}}
    (_, changed, third), _ = tasks(ours, theirs, ours)
    assert changed["changed"], changed.get("msg")
    assert third["changed"] and third["diff"]["before"]["tags"]["a"] == "2"
