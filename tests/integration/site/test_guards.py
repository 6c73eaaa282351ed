"""The account is checked wherever a run begins, and tasks with other credentials share no answers."""

from __future__ import annotations

import json

import pytest
import yaml

from .conftest import BIN, ROOT, finish

WRONG = ("-e", "expected_account_id=999999999999")
REFUSAL = "belong to account 123456789012, and expected_account_id is 999999999999"
# The first task of a role reads the settings; the checks of the run are before it.
START = "mtk.backend.dynamodb_global : Check the settings"
CHANGE = ("-e", "dynamodb_global_point_in_time_recovery_days=9")


@pytest.mark.parametrize(
    ("part", "in_process"),
    [
        (("--start-at-task", START), "true"),
        (("--start-at-task", START), "false"),
        (("--start-at-task", "Manage the table"), "true"),
        (("--start-at-task", "Manage the table"), "false"),
    ],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_the_account_is_checked_wherever_a_run_begins(built, part, in_process):
    refused = built("dev").play("site.yml", *WRONG, *CHANGE, *part, expect=2, MTK_IN_PROCESS=in_process)
    assert REFUSAL in " ".join(refused.text.split())
    assert refused.mutating == []


def test_a_start_inside_a_role_uses_checked_settings(built):
    dev, part = built("dev"), ("--start-at-task", "Manage the table", "--tags", "dynamodb_global")
    wrong = dev.play("site.yml", "-e", "dynamodb_global_point_in_time_recovery_days=36", *part, expect=2)
    text = " ".join(wrong.text.split())
    assert "dynamodb_global_point_in_time_recovery_days is 36; AWS allows 1 to 35 days" in text and wrong.mutating == []
    assert dev.play("site.yml", *CHANGE, *part).mutating == ["dynamodb:UpdateContinuousBackups"]


def test_a_start_inside_a_role_says_which_task_is_missing(built):
    refused = built("dev").play("site.yml", "--start-at-task", "Manage the NAT gateways", expect=2)
    text = " ".join(refused.text.split())
    assert "The task of the role ipam_vpc that registers ipam_vpc_local did not run" in text
    assert refused.mutating == []


@pytest.mark.parametrize("part", [(), ("--tags", "dynamodb_global")], ids=["all", "dynamodb_global"])
def test_the_checks_cannot_be_skipped(built, part):
    """Ansible itself ends with a traceback at the end of a role without the tasks that it tags with always."""
    refused = built("dev").play("site.yml", *CHANGE, *part, "--skip-tags", "always", expect=2)
    assert "--skip-tags always skips the checks of a run" in refused.text and "Traceback" not in refused.text
    assert refused.mutating == []


@pytest.mark.parametrize("part", [(), ("--start-at-task", START)], ids=["all", "start-at-task"])
def test_an_extra_variable_does_not_make_a_plan_write(built, part):
    dev = built("dev")
    planned = dev.play("playbooks/plan.yml", *CHANGE, "-e", "mtk_check_mode=false", *part, expect=2)
    assert planned.mutating == []


def test_a_plan_refuses_another_account(built):
    refused = built("dev").play("playbooks/plan.yml", *WRONG, *CHANGE, "--start-at-task", START, expect=2)
    assert REFUSAL in " ".join(refused.text.split())
    assert refused.mutating == []


PLAY = {
    "hosts": "all",
    "gather_facts": False,
    "connection": "local",
    "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
    "module_defaults": {"group/mtk.backend.aws": {"region": "us-east-1"}},
    "tasks": [{"mtk.backend.aws_caller_info": {}}],
}


@pytest.mark.parametrize("differs", ["AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE", "AWS_PROFILE", "nothing"])
def test_hosts_with_other_credentials_share_no_answers(aws, site, tmp_path, differs):
    """The hosts have credentials files, configuration files or profiles of their own, with different access keys."""
    hosts = {}
    for name, number in (("one", 1), ("two", 1 if differs == "nothing" else 2)):
        section = f"aws_access_key_id = AKIA{number}\naws_secret_access_key = secret-of-the-test\n"
        (tmp_path / f"credentials{number}").write_text(f"[default]\n{section}")
        both = "".join(f"[profile p{n}]\n{section.replace(f'AKIA{number}', f'AKIA{n}')}" for n in (1, 2))
        (tmp_path / "config").write_text(both)
        value = {"AWS_PROFILE": f"p{number}"}.get(differs, str(tmp_path / f"credentials{number}"))
        environment = {
            "AWS_ENDPOINT_URL": aws.url,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
            "AWS_CONFIG_FILE": str(tmp_path / "config"),
            "AWS_SHARED_CREDENTIALS_FILE" if differs == "nothing" else differs: value,
        }
        hosts[name] = {"mtk_aws_environment": environment}
    (tmp_path / "hosts.yml").write_text(yaml.safe_dump({"all": {"hosts": hosts}}))
    (tmp_path / "play.yml").write_text(yaml.safe_dump([PLAY]))
    command = [str(BIN / "ansible-playbook"), "-i", str(tmp_path / "hosts.yml"), str(tmp_path / "play.yml")]
    code, stdout, stderr = finish(command, cwd=ROOT, env=site("dev").environ(ANSIBLE_STDOUT_CALLBACK="json"))
    assert code == 0, stdout + stderr
    assert json.loads(stdout[stdout.index("{") :])["plays"]
    calls = [call["operation"] for call in aws.control.calls()]
    assert calls == ["GetCallerIdentity"] * (1 if differs == "nothing" else 2)
