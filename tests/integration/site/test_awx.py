"""playbooks/awx.yml on a stand-in for the API of AWX: what it creates, what a second run sends, what it refuses."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import ansible_collections
import pytest
import yaml
from awx.server import TOKEN, running

from .awx import extravars
from .conftest import BIN, ROOT, Played, finish

AWS_KEY, SLACK_TOKEN = "secret-of-aws-5e1f", "xoxb-secret-of-slack-77aa"
GIVEN = {
    "awx_organization": "Platform",
    "awx_project_url": "https://git.example.com/mtk/backend.git",
    "awx_execution_environment_image": "registry.example.com/mtk/backend:0.1.0",
    "awx_environments": {"dev": {"credential": {"access_key": "AKIADEV", "secret_key": AWS_KEY}}},
    "awx_notification": {"type": "slack", "configuration": {"token": SLACK_TOKEN, "channels": ["#ops"]}},
}
AMAZON = next(path for each in ansible_collections.__path__ if (path := Path(each) / "amazon").exists())
TEMPLATES = [f"mtk dev {kind}" for kind in ("apply", "apply-approved", "destroy", "drift", "plan", "verify")]
WORKFLOW = "mtk dev plan, approve, apply"
LATER = "DTSTART:20260101T040000Z RRULE:FREQ=DAILY;INTERVAL=1"


@pytest.fixture
def awx():
    with running(ROOT) as server:
        yield server


@pytest.fixture
def play(awx, tmp_path):
    """Run the playbook. The package ansible has awx.awx up to version 13; tests on later versions cannot."""
    if not any((Path(each) / "awx/awx").exists() for each in ansible_collections.__path__):
        pytest.skip("awx.awx is not installed: ansible-galaxy collection install awx.awx")

    def run(*arguments, playbook="playbooks/awx.yml", given=GIVEN, expect=0, **environment):
        variables = tmp_path / "awx.yml"
        variables.write_text(yaml.safe_dump(given))
        env = {
            **os.environ,
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
            "ANSIBLE_PIPELINING": "true",
            "CONTROLLER_HOST": awx.url,
            "CONTROLLER_OAUTH_TOKEN": TOKEN,
            **environment,
        }
        command = [str(BIN / "ansible-playbook"), playbook, "-e", f"@{variables}", *arguments]
        code, stdout, stderr = finish(command, cwd=ROOT, env=env)
        assert code == expect, (stdout + stderr)[-6000:]
        assert not [secret for secret in (AWS_KEY, SLACK_TOKEN, TOKEN) if secret in stdout + stderr]
        return Played(code, stdout + stderr, [])

    return run


def writes(awx, since=0):
    """Return the requests that were meant to change something, without ids."""
    return [(method, path.split("/")[3], body) for method, path, body in awx.writes()[since:]]


@pytest.mark.timeout(900)
def test_the_first_run_creates_everything_and_the_second_changes_what_differs(awx, play):
    first = play("-vvv")  # at this verbosity, Ansible shows the arguments and the results of all modules
    store = awx.store
    assert store.names("organizations") == ["Default", "Platform"]
    assert store.names("projects") == store.names("execution_environments") == ["mtk"]
    assert store.names("credentials") == ["mtk dev AWS"]
    assert store.names("job_templates") == TEMPLATES
    assert store.names("schedules") == ["mtk dev drift"]
    assert first.changed > 0
    stored = list(store.secrets.values())
    assert {"password": AWS_KEY} in stored and {"token": SLACK_TOKEN} in stored
    _check_objects(store)
    _check_workflow(store)

    seen = len(awx.writes())
    store.create("inventories", {"name": "mtk qa", "organization": 1, "description": _description("qa")})
    second = play(given={**GIVEN, "awx_drift_rrule": LATER})
    (change,) = writes(awx, seen)
    assert change[:2] == ("PATCH", "schedules") and change[2]["rrule"] == LATER
    assert second.changed == 1
    assert "which this file does not ask for: inventory mtk qa." in " ".join(second.text.split())
    assert "mtk qa" in store.names("inventories"), "it was left as it is"


def _description(environment):
    return f"Made by playbooks/awx.yml of mtk.backend. mtk {environment}: the regions, from the project."


def _check_objects(store):
    project = store.named("projects", "mtk")
    assert project["scm_update_on_launch"] and project["scm_url"] == GIVEN["awx_project_url"]
    source = store.named("inventory_sources", "mtk dev")
    assert (source["source"], source["source_path"]) == ("scm", "inventories/dev")
    assert source["overwrite"] and source["overwrite_vars"] and source["update_on_launch"]
    for name in TEMPLATES:
        template = store.named("job_templates", name)
        assert not template["allow_simultaneous"] and template["job_slice_count"] == 1
        assert store.related_names(template, "credentials") == ["mtk dev AWS"]
        reports = store.related_names(template, "notification_templates_error")
        assert reports == (["mtk slack"] if name == "mtk dev drift" else [])
        asks = template["survey_enabled"]
        assert asks == bool(store.survey(template)) == (name in ("mtk dev plan", "mtk dev apply", "mtk dev destroy"))
    count = store.survey(store.named("job_templates", "mtk dev plan"))["spec"][0]
    assert count["variable"] == "survey_aurora_instance_count"
    assert count["question_description"].endswith("Allowed: 0 to 16. Inventory: 1.")


def _check_workflow(store):
    workflow = store.named("workflow_job_templates", WORKFLOW)
    assert store.related_names(workflow, "notification_templates_approvals") == ["mtk slack"]
    nodes = {name: store.named("workflow_job_template_nodes", name) for name in ("plan", "approve", "apply", "verify")}
    follow = {name: store.related_names(node, "success_nodes") for name, node in nodes.items()}
    assert follow == {"plan": ["approve"], "approve": ["apply"], "apply": ["verify"], "verify": []}
    assert "workflow_approval_templates" in nodes["approve"]["related"]["unified_job_template"]
    assert store.names("workflow_approval_templates") == ["Approve the plan of mtk dev"]


@pytest.mark.timeout(300)
def test_check_mode_on_an_empty_awx_creates_nothing_and_ends_at_the_first_reference(awx, play):
    ended = play("--check", playbook="mtk.backend.awx", expect=2)  # the name in an installed collection
    assert awx.writes() == []
    assert "returned 0 items, expected 1" in ended.text


@pytest.mark.timeout(300)
def test_wrong_variables_are_refused_before_the_first_request(awx, play):
    wrong = {
        "awx_project_url": "backend",
        "awx_forks": 0,
        "awx_notification": {"type": "slack", "configuration": {"token": "{{ vault_token }}", "channels": ["#ops"]}},
        "awx_environments": {
            "dev": {"credential": "AWS", "inventory": "inventories/qa"},
            "staging": {"credential": "x"},
        },
    }
    text = " ".join(play(given=wrong, expect=2).text.split())
    assert "5 wrong settings. Nothing was changed in AWX." in text
    assert "awx_environments.dev.inventory is 'inventories/qa'; the inventory is that of the environment qa." in text
    assert "awx_environments.staging.inventory is 'inventories/staging'; there is no such file or directory in" in text
    assert (
        "awx_notification cannot be computed: 'vault_token' is undefined. Correct the expression, or give the" in text
    )
    assert awx.requests == []


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", ["inventories", "execution_environments"])
def test_objects_of_another_organization_are_left_alone(awx, play, kind):
    """AWX would give the execution environment to the other organization, and find two inventories of one name."""
    other = awx.store.create("organizations", {"name": "Other"})["id"]
    more = {"image": "x"} if kind == "execution_environments" else {}
    name = "mtk" if more else "mtk dev"
    awx.store.create(kind, {"name": name, "organization": other, **more})
    text = " ".join(play(expect=2).text.split())
    assert f"organization Other has {name}, and AWX tells" in text and "Set awx_name to another word" in text
    assert awx.writes() == []


@pytest.mark.timeout(300)
def test_a_wrong_token_and_a_missing_collection_are_named(awx, play, tmp_path):
    for environment in ({"CONTROLLER_OAUTH_TOKEN": "wrong"}, {"CONTROLLER_HOST": "http://127.0.0.1:1"}):
        text = " ".join(play(expect=2, **environment).text.split())
        assert "HTTP 401" in text or "Connection refused" in text
        assert "Set both and run the same command again." in text
    assert {method for method, _, _ in awx.requests} == {"GET"}
    before = len(awx.requests)
    (tmp_path / "ansible_collections").mkdir()
    (tmp_path / "ansible_collections/amazon").symlink_to(AMAZON)
    without = {
        "ANSIBLE_COLLECTIONS_SCAN_SYS_PATH": "false",
        "ANSIBLE_COLLECTIONS_PATH": f"{ROOT}/collections:{tmp_path}",
    }
    missing = play(expect=2, **without)
    text = " ".join(missing.text.split())
    assert "Nothing was changed in AWX: the collection awx.awx is not installed." in text
    assert "ansible-galaxy collection install awx.awx" in text
    assert len(awx.requests) == before


@pytest.mark.timeout(300)
def test_answers_of_a_survey_are_the_settings_of_a_run(site, tmp_path):
    """As AWX passes them: numbers, texts, and the empty text of a question without an answer.

    Ansible reads a text of AWX as YAML does, so 16.10 would be a number. A long name is not taken for a misspelt one.
    """
    answers = {"survey_aurora_instance_count": 2, "survey_aurora_global": "(inventory)", "survey_aurora_port": ""}
    answers |= {"survey_aurora_serverless_v2_max_capacity": 8.0, "survey_aurora_engine_version": '"16.6"'}
    (tmp_path / "answers").write_text(extravars(answers, {}))
    (tmp_path / "wrong").write_text(extravars({"survey_aurora_engine_version": "16.10"}, {}))
    out = tmp_path / "plan.json"
    planned = site("dev").play("playbooks/plan.yml", "-e", f"@{tmp_path}/answers", "-e", f"plan_out={out}").text
    (cluster,) = [
        each["after"] for each in json.loads(out.read_text())["resources"] if each["resource"] == "rds_cluster"
    ]
    assert cluster["engine_version"] == "16.6"
    assert cluster["serverless_v2_scaling_configuration"]["max_capacity"] == 8
    unquoted = site("dev").play("playbooks/plan.yml", "-e", f"@{tmp_path}/wrong", expect=2).text
    assert "YAML has read it as a number, and what was written may be lost. Put the value in quotes" in unquoted
    assert "rds_instance 2: dev-us-east-1-us-east-1b-aurora-instance, dev-us-east-1-us" in " ".join(planned.split())
    refused = site("dev").play("playbooks/plan.yml", "-e", "survey_aurora_prot=5432", expect=2).text
    assert "survey_aurora_prot is the answer to no setting of a role. Did you mean survey_aurora_port?" in refused


@pytest.mark.timeout(300)
def test_questions_do_not_show_what_a_vault_hides(site, tmp_path):
    """Everybody who may read a template sees its survey."""
    (tmp_path / "password").write_text("p")
    vault = ("--vault-password-file", str(tmp_path / "password"))

    def run(*command):
        code, stdout, stderr = finish(
            [str(BIN / command[0]), *command[1:], *vault], cwd=ROOT, env=site("dev").environ()
        )
        assert code == 0, stdout + stderr
        return stdout

    shutil.copytree(ROOT / "inventories/dev", tmp_path / "inventories/dev")
    hidden = run("ansible-vault", "encrypt_string", "hiddenuser", "--name", "aurora_master_username")
    hidden += run("ansible-vault", "encrypt_string", "hiddenname", "--name", "vault_name")
    more = (
        'between: "{{ vault_name }}"\naurora_database_name: "{{ between }}"\naurora_tags: {"{{ vault_name }}x": "1"}\n'
    )
    (tmp_path / "inventories/dev/group_vars/all/more.yml").write_text(f"{hidden}\n{more}")
    asked = ["aurora_master_username", "aurora_database_name", "aurora_tags", "aurora_port"]
    given = {"awx_project_url": "https://git.example.com/mtk.git", "awx_environments": {"dev": {"credential": "AWS"}}}
    given |= {"awx_directory": str(tmp_path), "awx_surveys": {"plan": asked}}
    made = run("ansible", "localhost", "-m", "mtk.backend.awx_objects", "-e", json.dumps(given))
    assert made.count("Inventory: (hidden).") == 3 and "Default: 5432." in made
    assert "hiddenuser" not in made and "hiddenname" not in made


@pytest.mark.timeout(300)
def test_questions_say_that_regions_differ_and_an_encrypted_file_is_refused(site, tmp_path):
    shutil.copytree(ROOT / "inventories/prod", tmp_path / "inventories/prod")
    (tmp_path / "inventories/prod/host_vars").mkdir()
    (tmp_path / "inventories/prod/host_vars/us-west-2.yml").write_text("aurora_instance_count: 3\n")
    (tmp_path / "inventories/prod/group_vars/all/more.yml").write_text('aurora_port: "{{ of_the_run }}"\n')
    given = {"awx_project_url": "https://git.example.com/mtk.git", "awx_environments": {"prod": {"credential": "AWS"}}}
    given |= {"awx_directory": str(tmp_path), "awx_surveys": {"plan": ["aurora_instance_count", "aurora_port"]}}
    command = [str(BIN / "ansible"), "localhost", "-m", "mtk.backend.awx_objects", "-e", json.dumps(given)]
    made = finish(command, cwd=ROOT, env=site("prod").environ())[1]
    assert made.count("Inventory: (not the same in all regions, or known in a run only).") == 2

    whole = tmp_path / "inventories/prod/group_vars/all/vault.yml"
    whole.write_text("$ANSIBLE_VAULT;1.1;AES256\n6162\n")
    code, stdout, _ = finish(command, cwd=ROOT, env=site("prod").environ())
    assert code == 2
    assert "inventories/prod/group_vars/all/vault.yml is encrypted as a whole, and AWX reads inventories with" in stdout
    assert "Encrypt its values one by one, with ansible-vault encrypt_string." in stdout


@pytest.mark.awx
@pytest.mark.timeout(1800)
def test_two_environments_and_check_mode(awx, play):
    store = awx.store
    given = {
        **GIVEN,
        "awx_environments": {**GIVEN["awx_environments"], "prod": {"credential": "AWS of prod", "drift_rrule": ""}},
        "awx_notification": {"type": "webhook", "configuration": {"url": "https://hooks.example.com/x"}},
    }
    store.create("credentials", {"name": "AWS of prod", "organization": 1, "credential_type": 3, "inputs": {}})
    play(given=given)
    names = store.names("job_templates")
    assert [name for name in names if "prod" in name] == [
        name.replace("dev", "prod") for name in TEMPLATES if "destroy" not in name
    ]
    assert store.names("schedules") == ["mtk dev drift"]

    seen = len(awx.writes())
    assert play(given=given).changed == 0
    assert play("--check", given=given).changed == 0
    other = play(
        "--check", given={**given, "awx_execution_environment_image": "registry.example.com/mtk/backend:0.2.0"}
    )
    assert other.changed == 1
    assert writes(awx, seen) == []

    rotated = play(given={**given, "awx_update_secrets": True})
    assert rotated.changed == 1 and [each[:2] for each in writes(awx, seen)] == [("PATCH", "credentials")]
