"""The stdout callback mtk.backend.console shows each error once, and playbooks find the collection from anywhere."""

from __future__ import annotations

import json

import pytest
import yaml

from .conftest import BIN, ROOT, finish

LINES = (  # a line has 120 characters with its indent
    "retention_in_days is 8; CloudWatch Logs takes 1, 3, 5, 7 and other numbers of days that the reference of AWS",
    "recommends. Use 7.",
)
LONG = " ".join(LINES)
TASKS = {
    "message": {"ansible.builtin.fail": {"msg": LONG}},
    "lines": {"ansible.builtin.fail": {"msg": "first line\n  second: line that is kept as it is " + "and long " * 15}},
    "list": {"ansible.builtin.assert": {"that": "1 == 2", "fail_msg": ["first", "second"], "quiet": True}},
    "assertion": {"ansible.builtin.assert": {"that": "1 == 2", "quiet": True}},
    "command": {"ansible.builtin.command": "ls /does/not/exist", "changed_when": False},
    "items": {
        "ansible.builtin.fail": {"msg": "no {{ item }}"},
        "loop": ["a", "b"],
        "loop_control": {"label": "<{{ item }}>"},
    },
    "arguments": {
        "ansible.builtin.validate_argument_spec": {
            "argument_spec": {"days": {"type": "int", "required": True, "description": "a-part-of-the-spec"}},
            "provided_arguments": {"hours": 1},
        }
    },
    "filter": {"ansible.builtin.debug": {"msg": "{{ 'nonsense' | mtk.backend.resource_name('dev') }}"}},
    "undefined": {"ansible.builtin.debug": {"msg": "{{ broken }}"}},
    "secret": {"ansible.builtin.fail": {"msg": "what-nobody-may-read"}, "no_log": True},
    "module": {"mtk.backend.logs_log_group": {"region": "us-east-1", "log_group_name": "/x", "profile": "no"}},
    "warning": {"ansible.builtin.fail": {"msg": "failed"}, "when": "{{ 1 == 1 }}"},
}


@pytest.fixture
def play(site, tmp_path):
    """Return a function that runs one task on hosts, and returns the output of the task and of the summary."""

    def run(task, *arguments, hosts="one", **extra):
        keywords = {"hosts": "all", "gather_facts": False, "connection": "local"}
        variables = {"ansible_python_interpreter": "{{ ansible_playbook_python }}", "broken": "{{ nothing.here }}"}
        book = tmp_path / "play.yml"
        book.write_text(yaml.safe_dump([{**keywords, "vars": variables, "tasks": [{"name": "Try", **TASKS[task]}]}]))
        command = [str(BIN / "ansible-playbook"), "-i", f"{hosts},", *arguments, str(book)]
        environ = {**site("dev").environ(), "AWS_CONFIG_FILE": str(tmp_path / "none"), **extra}
        code, stdout, stderr = finish(command, cwd=ROOT, env=environ)
        assert code == 2, stdout + stderr
        shown, _, summary = (stdout + stderr).partition("\nPLAY RECAP")
        return shown.partition("TASK [Try] ")[2].partition("\n")[2].rstrip(), summary

    return run


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        ("message", f"fatal: [one]: FAILED!\n    {LINES[0]}\n    {LINES[1]}"),
        (
            "lines",
            f"fatal: [one]: FAILED!\n    first line\n      second: line that is kept as it is {'and long ' * 15}",
        ),
        ("list", "fatal: [one]: FAILED!\n    first\n    second"),
        ("assertion", "fatal: [one]: FAILED!\n    Assertion failed: 1 == 2"),
        ("items", "failed: [one] (item=<a>): FAILED!\n    no a\nfailed: [one] (item=<b>): FAILED!\n    no b"),
        (
            "arguments",
            "fatal: [one]: FAILED!\n    Validation of arguments failed:\n    missing required arguments: days\n"
            "    hours. Supported parameters include: days.",
        ),
        ("secret", "fatal: [one]: FAILED!\n    the output has been hidden due to the fact that"),
    ],
    ids=lambda value: value if value in TASKS else "",
)
def test_an_error_is_its_message(play, task, expected):
    shown, summary = play(task)
    assert shown.startswith(expected.rstrip())
    assert "    x one, Try\n" in summary, "the summary names the task"


def test_the_output_of_a_command_is_shown(play):
    shown, _ = play("command")
    assert shown.startswith("fatal: [one]: FAILED!\n    non-zero return code\n    stderr: ls: ")


@pytest.mark.parametrize(
    ("task", "words"),
    [
        ("filter", "resource_name: there is no naming rule for 'nonsense'; known types:"),
        ("undefined", "'nothing' is undefined"),
        ("module", "The AWS profile 'no' does not exist."),
    ],
)
def test_an_error_is_shown_once_in_the_whole_output(play, task, words):
    shown, summary = play(task)
    assert " ".join(f"{shown} {summary}".split()).count(words) == 1
    assert ("\n    Origin: " in shown) == (task != "module"), "the place of an error in YAML is shown"
    assert "Traceback" not in shown


def test_a_message_of_several_hosts_is_shown_once(play):
    shown, summary = play("message", hosts="one,two,three")
    assert shown.count("retention_in_days") == 1
    assert shown.count("]: FAILED! The same as [") == 2
    assert summary.count(", Try\n") == 3


def test_verbose_output_holds_the_result_but_no_argument_spec(play):
    shown, _ = play("arguments", "-v")
    assert '    => {"argument_errors": [' in shown and "a-part-of-the-spec" not in shown
    assert "Origin: " not in shown
    assert "Origin: " in play("message", "-vvv")[0]


def test_options_of_the_default_callback_are_honoured(play):
    yaml_result = play("message", "-v", ANSIBLE_CALLBACK_RESULT_FORMAT="yaml", ANSIBLE_CALLBACK_FORMAT_PRETTY="true")[0]
    assert "    msg: " in yaml_result and '"msg"' not in yaml_result
    assert play("message", ANSIBLE_SHOW_TASK_PATH_ON_FAILURE="true")[0].startswith("task path: ")


def test_warnings_are_shown(play):
    shown, summary = play("warning")
    assert "[WARNING]: " in shown + summary


def test_other_stdout_callbacks_find_the_messages_in_the_summary(play):
    _, summary = play("message", ANSIBLE_STDOUT_CALLBACK="ansible.builtin.default")
    assert "    x one, Try: retention_in_days is 8" in summary


def test_the_plan_file_holds_the_messages(play, tmp_path):
    play("message", "-e", f"plan_out={tmp_path}/plan.json")
    (error,) = json.loads((tmp_path / "plan.json").read_text())["errors"]
    assert error == {"host": "one", "task": "Try", "message": LONG}


@pytest.mark.parametrize("playbook", ["plan", "drift", "destroy"])
def test_playbooks_find_the_collection_from_any_directory(site, tmp_path, playbook):
    """Ansible looks for ``collections`` and callbacks beside the playbook; ansible.cfg is not read from elsewhere."""
    extra = ("-e", "confirm_environment=no") if playbook == "destroy" else ("--tags", "none")
    path = str(ROOT / f"playbooks/{playbook}.yml")
    played = site("dev").play(path, *extra, cwd=tmp_path, expect=2)
    assert "could not resolve" not in played.text and played.mutating == []
    assert ("Plan of the deletion of dev:" if playbook == "destroy" else "Plan of dev:") in played.text
