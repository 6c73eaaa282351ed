"""`make demo`: what it prints, that the printed commands work, and that it throws nothing away."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import local as local_command
import local_demo
import local_server
import pytest
from ansible_collections.mtk.backend.plugins.module_utils.aws._client import Aws
from ansible_collections.mtk.backend.plugins.module_utils.aws._locks import Locks
from ansible_collections.mtk.backend.plugins.module_utils.domain._locks import TABLE, Run
from local_tables import built as tables
from walk.checkout import copy_checkout

from .conftest import BIN, finish


def printed_commands(text):
    """Return the commands after `What to do next`, with their continued lines joined."""
    steps = text.replace(" \\\n", " ").splitlines()
    programs = (".venv/bin/", "AWS_ACCESS_KEY_ID=", "NO_PROXY=", "make ", "less ")
    return [" ".join(line.split()) for line in steps if line.startswith("  ") and line.strip().startswith(programs)]


@pytest.fixture
def here(aws, monkeypatch):
    """Let the functions of the demo use the local AWS of the test."""
    monkeypatch.setattr(local_server, "url", lambda: aws.url)
    monkeypatch.setattr(local_demo, "SHELL", {})
    return aws


@pytest.fixture
def checkout(tmp_path):
    return copy_checkout(tmp_path / "checkout")


@pytest.fixture
def shell(tmp_path):
    """Return the variables of a fresh shell: no credentials, no settings, an empty home."""
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8"}


@pytest.fixture
def outputs(here, built, tmp_path):
    """Return the outputs of dev, and let the account hold dev."""
    built("dev").play("playbooks/outputs.yml", "-e", f"outputs_json={tmp_path / 'outputs.json'}")
    return json.loads((tmp_path / "outputs.json").read_text())


@pytest.mark.timeout(900)
def test_the_end_of_a_demo_is_readable_and_its_aws_commands_work(outputs, checkout, shell, monkeypatch):
    commands = [c for c in printed_commands(local_demo.next_steps(outputs)) if " .venv/bin/aws " in c]
    assert [re.search(r"/aws (\S+)", c)[1] for c in commands] == ["ec2", "rds", "dynamodb", "dynamodb"]
    for command in commands:
        code, stdout, stderr = finish(["sh", "-c", command], cwd=checkout, env=shell)
        assert code == 0, f"{command}\n{stderr}"
        assert json.loads(stdout)

    text = "\n".join(tables(outputs))
    for expected in ("us-east-1\n", "10.0.0.0/16", "public: 10.0.0.0/21, 10.0.8.0/21", "s3, dynamodb", ".cluster-ro-"):
        assert expected in text
    assert "arn:aws:dynamodb:us-east-1:123456789012:table/dev_user_locations" in text and "{" not in text
    assert not [line for line in text.splitlines() if len(line) > 80 and len(line.split()) > 2], "only a name is longer"

    monkeypatch.setattr(local_demo, "SHELL", {"AWS_PROFILE": "mine", "http_proxy": "http://proxy:3128"})
    text = local_demo.next_steps({**outputs, "environment": "prod"})
    assert "unset AWS_PROFILE" in text
    assert all(c.startswith("NO_PROXY=127.0.0.1 ") for c in printed_commands(text) if "/bin/aws " in c)
    assert "-e destroy_allowed=true" in text, "the inventory of prod does not allow its deletion"
    assert not [line for line in text.splitlines() if len(line) > 80 and "'" not in line]


def test_taking_the_run_lock_is_counted_and_its_release_is_not(here, aws):
    assert local_demo.LOCKS == TABLE
    locks = Locks(Aws(aws.client, "us-east-1"), Run("a" * 12, "dev", "us-east-1", "", 1, "", "kim", "site.yml"))
    locks.create_table()
    serial = locks.take(locks.read("environment/dev"), "arn:aws:iam::123456789012:user/kim")
    assert serial and local_demo.changes(here.control.calls(mutating=True)) == 2, "the table, and the item"
    locks.release("environment/dev", serial)
    calls = here.control.calls(mutating=True)
    assert len(calls) == 3 and local_demo.changes(calls) == 2


def run(checkout: Path, shell: dict[str, str], *arguments: str, code: int = 0) -> str:
    command = [sys.executable, "scripts/local.py", *arguments]
    done = subprocess.run(command, cwd=checkout, env=shell, text=True, capture_output=True, check=False, timeout=900)
    assert done.returncode == code, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout + done.stderr


@pytest.fixture
def local(checkout, shell):
    """Return ``local("start")``, which runs scripts/local.py; the server is stopped at the end."""
    yield lambda *arguments, **options: run(checkout, {**shell, **options.pop("shell", {})}, *arguments, **options)
    run(checkout, shell, "stop")


def test_the_server_leaves_the_terminal_and_every_pipe(local, checkout):
    # subprocess.run returns only if no process holds the pipe of its output any more.
    assert "make stop" in local("start", shell={"http_proxy": "http://127.0.0.1:9", "AWS_PROFILE": "nothing"})
    pid = int((checkout / ".local-aws/pid").read_text())
    assert os.getsid(pid) == pid
    if Path("/proc/self/fd").exists():
        files = {number: str(Path(f"/proc/{pid}/fd/{number}").readlink()) for number in (0, 1, 2)}
        log = str(checkout / ".local-aws/server.log")
        assert files == {0: "/dev/null", 1: log, 2: log}
    assert "is already running" in local("start")
    (checkout / "requirements.txt").write_text("# another version\n")
    assert "started from an earlier version" in local("start")
    assert "What was built on it is gone" in local("stop")
    assert "is not running" in local("stop")


def test_the_settings_of_the_shell_do_not_reach_the_runs(monkeypatch):
    for name in ("AWS_PROFILE", "ANSIBLE_STDOUT_CALLBACK", "MTK_LOCAL_AWS_URL", "ANSIBLE_HOME"):
        monkeypatch.setenv(name, "mine")
    with monkeypatch.context() as shell:
        shell.setattr(os, "environ", dict(os.environ))
        local_command.forget_the_shell()
        left = {name for name, value in os.environ.items() if value == "mine"}
    assert left == {"ANSIBLE_HOME"}


def test_an_interrupted_start_leaves_no_server(tmp_path, monkeypatch):
    for name in ("URL", "TOKEN", "PID", "CODE", "LOG", "CALLS"):
        monkeypatch.setattr(local_server, name, tmp_path / name.lower())
    monkeypatch.setattr(local_server, "HOME", tmp_path)
    started = []

    def interrupt(server):
        started.append(server)
        raise KeyboardInterrupt

    monkeypatch.setattr(local_server, "_wait_for", interrupt)
    with pytest.raises(KeyboardInterrupt):
        local_server.start(0)
    assert started[0].wait(10) == -signal.SIGKILL


def test_the_place_of_the_checkout_is_part_of_the_version_of_the_server(tmp_path, monkeypatch):
    before = local_server.code()
    copy_checkout(tmp_path / "checkout")
    monkeypatch.setattr(local_server, "ROOT", tmp_path / "checkout")
    assert local_server.code() != before, "the server appends to the call log of the place where it was started"


@pytest.mark.timeout(900)
def test_a_demo_keeps_what_the_user_built_and_says_how_to_go_on(local, checkout, shell):
    local("start")
    url = (checkout / ".local-aws/url").read_text().strip()
    table = (
        f"AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=x {BIN}/aws --endpoint-url {url} --region us-west-2 dynamodb "
        "create-table --table-name mine --billing-mode PAY_PER_REQUEST --attribute-definitions "
        "AttributeName=a,AttributeType=S --key-schema AttributeName=a,KeyType=HASH"
    )
    assert finish(["sh", "-c", f"{table} --tags Key=mtk:environment,Value=qa"], cwd=checkout, env=shell)[0] == 0
    refused = local("demo", "--environment", "dev", code=1)
    assert "The local AWS holds qa." in refused and "make stop && make demo ENV=dev" in refused
    tables_now = table.partition("create-table")[0] + "list-tables --output text"
    assert "mine" in finish(["sh", "-c", tables_now], cwd=checkout, env=shell)[1]
    # docs/developing/local-aws.md names this way to empty the account.
    reset = 'curl -X POST -H "Authorization: Bearer $(cat .local-aws/url.token)" "$(cat .local-aws/url)/_local/reset"'
    assert finish(["sh", "-c", reset], cwd=checkout, env=shell)[0] == 0
    assert "mine" not in finish(["sh", "-c", tables_now], cwd=checkout, env=shell)[1]


def test_a_second_demo_at_the_same_time_is_refused(local, checkout, monkeypatch):
    monkeypatch.setattr(local_server, "HOME", checkout / ".local-aws")
    with local_server.alone("make demo ENV=prod"):
        refused = local("demo", "--environment", "dev", code=1)
    assert f"make demo ENV=prod (process {os.getpid()}) is running in this checkout" in refused


def test_files_that_cannot_be_written_are_reported(checkout, shell):
    (checkout / ".local-aws").write_text("a file in the place of the directory")
    text = run(checkout, shell, "start", code=1)
    assert "Make sure that you may write there" in text and "Traceback" not in text


def test_a_stale_number_of_a_process_kills_nobody(checkout, shell):
    (checkout / ".local-aws").mkdir()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        (checkout / ".local-aws/pid").write_text(f"{other.pid}\n")
        (checkout / ".local-aws/url").write_text("http://127.0.0.1:9\n")
        assert "is not running" in run(checkout, shell, "stop")
        assert other.poll() is None


@pytest.mark.walk
@pytest.mark.timeout(3000)
def test_the_whole_demo_and_every_command_that_it_prints(local, checkout, shell):
    text = local("demo", "--environment", "dev")
    headings = re.findall(r"^(.+)\n-{10,}$", text, re.M)
    assert [h.split(":")[0] for h in headings] == [
        "What this does",
        "1. Plan dev",
        "2. Apply dev",
        "3. Apply dev again",
        "4. What was built",
        "5. What to do next",
    ]
    assert "\x1b" not in text and "\r" not in text
    commands = printed_commands(text.partition("5. What to do next")[2])
    assert len([c for c in commands if c.startswith(".venv/bin/ansible-playbook")]) == 4
    for command in commands:
        if command.startswith("make "):
            continue  # `make stop` is run at the end of this test, and a demo of prod takes as long as all of it
        asked = " -e confirm_environment=dev" if "destroy.yml" in command else ""
        code, stdout, stderr = finish(["sh", "-c", command + asked], cwd=checkout, env=shell)
        assert code == 0, f"{command}\n{stdout[-3000:]}{stderr[-3000:]}"
    refused = local("demo", "--environment", "dev", code=1)
    assert "it was changed after the demo" in refused


@pytest.mark.walk
@pytest.mark.timeout(900)
def test_an_interrupted_demo_leaves_the_server_and_can_be_repeated(local, checkout, shell):
    code, text = interrupted(checkout, shell, "Manage the flow log role")  # the address plan exists
    assert code == 130
    assert "Interrupted. The local AWS is still running" in text and "To begin again: make demo ENV=dev" in text
    assert "Traceback" not in text
    code, text = interrupted(checkout, shell, "Check the settings")
    assert code == 130 and "The local AWS holds dev of an earlier demo" in text, text[-3000:]


def interrupted(checkout, shell, play):
    """Run a demo, press Ctrl-C during the apply when a play begins, and return its exit code and output."""
    command = [sys.executable, "scripts/local.py", "demo", "--environment", "dev"]
    text, applies = "", False
    with subprocess.Popen(
        command,
        cwd=checkout,
        env=shell,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # background jobs of a shell ignore it
    ) as demo:
        assert demo.stdout
        for line in demo.stdout:
            text += line
            applies = applies or line.startswith("2. Apply")
            if applies and play in line:
                os.killpg(demo.pid, signal.SIGINT)
                applies = False
        return demo.wait(120), text
