"""Tasks of other collections: a plan writes nothing, and shows, approves and reports what they would change."""

from __future__ import annotations

import json
import shutil
import stat
from pathlib import Path

import jsonschema
import pytest
import yaml

from .conftest import BIN, ROOT, finish
from .test_plan import SCHEMA

pytestmark = pytest.mark.timeout(900)

NO_CHECK_MODE = """
from ansible.module_utils.basic import AnsibleModule

module = AnsibleModule({"name": {}, "path": {}})
open(module.params["path"], "a").write("x")
module.exit_json(changed=True)
"""
PROFILE = "amazon.aws.iam_instance_profile"
GROUP = {"mtk.backend.logs_log_group": {"log_group_name": "/mtk/x"}}


def profile(name="mine", **options):
    return {"name": "Keep the profile", PROFILE: {"name": name, "prefix": "/mtk/", **options}}


class Project:
    """A project with plays of its own: each directory has a role and playbooks that import a site."""

    def __init__(self, aws, path: Path) -> None:
        self.aws, self.path = aws, path
        (path / "library").mkdir()
        (path / "library/no_check_mode.py").write_text(NO_CHECK_MODE)
        (path / "hosts.yml").write_text(yaml.safe_dump({"all": {"hosts": {"us-east-1": {}}}}))
        defaults = {"expected_account_id": "123456789012", "mtk_environment": "dev", "ansible_connection": "local"}
        (path / "group_vars").mkdir()
        interpreter = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}
        (path / "group_vars/all.yml").write_text(yaml.safe_dump({**defaults, **interpreter}))
        planned = {"name": "Plan", "import_playbook": "site.yml", "vars": {"mtk_check_mode": True}}
        (path / "plan.yml").write_text(yaml.safe_dump([planned]))

    def site(self, *tasks, **keywords) -> None:
        """Write a site of one play."""
        regional = {
            f"group/{name}.aws": {"region": "{{ inventory_hostname }}"} for name in ("mtk.backend", "amazon.aws")
        }
        play = {"hosts": "all", "gather_facts": False, "module_defaults": regional, "tasks": list(tasks), **keywords}
        (self.path / "site.yml").write_text(yaml.safe_dump([play]))

    def role(self, name: str, **files) -> None:
        """Write a role; ``files`` are lists of tasks or handlers by directory, or the metadata."""
        for directory, content in files.items():
            path = self.path / "roles" / name / directory / "main.yml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(yaml.safe_dump(content))

    def play(self, playbook="site.yml", *arguments, expect=0, **environ):
        """Run a playbook; return the output, the mutating calls and the plan."""
        before = len(self.aws.mutating())
        out = self.path / "out.json"
        out.unlink(missing_ok=True)
        command = [str(BIN / "ansible-playbook"), "-i", "hosts.yml", playbook, "-e", f"plan_out={out}", *arguments]
        keys = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "emulator-secret-key"}
        shell = {
            "PATH": f"{BIN}:/usr/bin:/bin",
            "HOME": str(self.path),
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
            "ANSIBLE_NOCOLOR": "1",
            "AWS_ENDPOINT_URL": self.aws.url,
            **keys,
            **environ,
        }
        code, stdout, stderr = finish(command, cwd=self.path, env=shell)
        assert code == expect, stdout + stderr
        plan = json.loads(out.read_text()) if out.exists() else {"resources": []}
        if out.exists():
            jsonschema.validate(plan, SCHEMA)
        entries = {(e["resource"], e["name"]): e for e in plan["resources"]}
        return " ".join((stdout + stderr).split()), self.aws.mutating()[before:], entries


@pytest.fixture
def project(aws, tmp_path):
    return Project(aws, tmp_path)


def test_a_plan_writes_nothing_wherever_a_task_is(project, tmp_path):
    written = tmp_path / "written"
    tasks = [
        profile(),
        {"name": "Write", "ansible.builtin.shell": f"echo x >> {written}"},
        {"no_check_mode": {"name": "a", "path": str(written)}},
        {"ansible.builtin.copy": {"content": "x", "dest": str(written), "mode": "0600"}},
    ]
    project.role("imported", tasks=[{"block": tasks[:2]}], meta={"dependencies": ["needed"]})
    project.role("included", tasks=[{"block": [{"ansible.builtin.include_tasks": "more.yml"}]}])
    (tmp_path / "roles/included/tasks/more.yml").write_text(yaml.safe_dump(tasks[:2]))
    project.role("needed", tasks=tasks[:2])
    project.role("listed", tasks=tasks[:2], handlers=[{**tasks[1], "name": "Handle a role", "listen": "Handle"}])
    project.site(
        GROUP,
        {"block": [{"block": tasks}], "rescue": tasks[:2]},
        {"ansible.builtin.import_role": {"name": "imported"}},
        {"ansible.builtin.include_role": {"name": "included"}},
        {**tasks[1], "loop": [1, 2]},
        {**tasks[0], "loop": [1, 2], "check_mode": "{{ omit }}"},
        {"ansible.builtin.debug": {"msg": "notify"}, "changed_when": True, "notify": "Handle"},
        roles=["listed"],
        pre_tasks=tasks[:2],
        handlers=[{**task, "name": f"Handle {n}", "listen": "Handle"} for n, task in enumerate(tasks[:2])],
    )
    text, mutating, entries = project.play("plan.yml")
    assert mutating == []
    assert not written.exists()
    assert text.count("RUNNING HANDLER") == 3
    actions = {key: entry["action"] for key, entry in entries.items()}
    assert actions == {
        ("logs_log_group", "/mtk/x"): "create",
        (PROFILE, "mine"): "update",
        ("no_check_mode", "a"): "unknown",
        ("ansible.builtin.copy", str(written)): "update",
        **{("ansible.builtin.shell", name): "unknown" for name in ("Write", "Write (1)", "Write (2)")},
        **{("ansible.builtin.shell", f"Handle {name}"): "unknown" for name in ("1", "a role")},
    }
    assert "? ansible.builtin.shell" in text and "that cannot be planned" in text


def test_a_task_that_sets_mtk_check_mode_writes_nothing(project, tmp_path):
    """Neither does one after it, also with an approved plan or with the need of one, which a plan leaves alone."""
    written = tmp_path / "written"
    write = {"ansible.builtin.copy": {"content": "x", "dest": str(written), "mode": "0600"}}
    project.site(
        {**write, "vars": {"mtk_check_mode": True}},
        {"ansible.builtin.set_fact": {"mtk_check_mode": True}},
        GROUP,
        profile(),
        {"ansible.builtin.command": f"touch {written}", "loop": [1]},
    )
    for options in ((), ("-e", "plan_required=true")):
        assert project.play("site.yml", *options)[1] == [] and not written.exists()


def test_a_task_with_check_mode_false_runs_and_is_reported(project, tmp_path):
    project.site(GROUP, {**profile(), "check_mode": False}, {"ansible.builtin.command": "true", "check_mode": False})
    text, mutating, entries = project.play("plan.yml")
    assert mutating == ["iam:CreateInstanceProfile"]
    assert "The task has check_mode: false, so it ran: the change is made." in entries[PROFILE, "mine"]["notes"]
    assert "The task has check_mode: false, so it ran" in text
    assert entries["ansible.builtin.command", "ansible.builtin.command"]["action"] == "update"


def test_an_apply_shows_what_tasks_changed_and_no_secret(project):
    secret = "what-nobody-may-read"
    hidden = {"name": "Hide", "ansible.builtin.command": f"echo {secret}", "no_log": True}
    asks = {**profile("asked"), "check_mode": True}
    project.site(GROUP, profile(), hidden, {**hidden, "loop": [secret], "name": "Hide items"}, asks)
    text, mutating, entries = project.play("site.yml", "-v")
    assert "iam:CreateInstanceProfile" in mutating and secret not in text
    assert {key: e["action"] for key, e in entries.items()} == {
        ("logs_log_group", "/mtk/x"): "create",
        (PROFILE, "mine"): "update",
        ("ansible.builtin.command", "Hide"): "update",
        ("ansible.builtin.command", "Hide items"): "update",
    }
    assert entries["ansible.builtin.command", "Hide"]["notes"] == ["no_log hides the details."]
    assert secret not in json.dumps(list(entries.values()))
    assert "Apply of dev: 1 created, 3 changed" in text
    assert project.play("site.yml")[1] == [], "the second apply changes nothing"


def test_a_run_without_modules_of_the_collection_has_no_summary(project):
    project.site({"ansible.builtin.command": "true"})
    text, _, entries = project.play("site.yml")
    assert "Apply" not in text and entries == {}


def approve(project):
    """Write a plan and keep it as the approved one; return the option for it."""
    project.play("plan.yml")
    shutil.copy(project.path / "out.json", project.path / "approved.json")
    return "-e", f"plan_file={project.path / 'approved.json'}"


def test_an_unplanned_task_is_refused_before_it_writes(project, tmp_path):
    written = tmp_path / "written"
    file = {"ansible.builtin.copy": {"content": "x", "dest": str(written), "mode": "0600"}}
    project.site(GROUP)
    approved = approve(project)
    for task, words in (
        (profile(), f"{PROFILE} mine in us-east-1 differs from the approved plan"),
        (file, f"ansible.builtin.copy {written} in us-east-1 differs from the approved plan"),
        ({"no_check_mode": {"name": "a", "path": str(written)}}, "The module has no check mode"),
        (
            {"name": "Write", "ansible.builtin.command": f"touch {written}"},
            "The plan says no such task; now the action is unknown",
        ),
        ({**profile(), "loop": [1]}, "The task was not run. Make and approve a new plan."),
        (
            {"name": "W", "ansible.builtin.command": f"touch {written}", "check_mode": False},
            "The plan says no such task",
        ),
    ):
        project.site(task)
        text, mutating, _ = project.play("site.yml", *approved, expect=2)
        assert words in text
        assert mutating == [] and not written.exists()


def test_planned_tasks_are_run(project, tmp_path):
    written = tmp_path / "written"
    template = {"ansible.builtin.template": {"src": "in.j2", "dest": str(tmp_path / "out"), "mode": "0600"}}
    (tmp_path / "in.j2").write_text("{{ 1 + 1 }}")
    command = {"name": "Write", "ansible.builtin.command": f"touch {written}"}
    silent = {"name": "Look", "ansible.builtin.command": "true", "changed_when": False, "check_mode": False}
    project.site(GROUP, profile(), template, command, silent)
    approved = approve(project)
    _, mutating, entries = project.play("site.yml", *approved)
    assert "iam:CreateInstanceProfile" in mutating
    assert written.exists() and (tmp_path / "out").read_text() == "2"
    assert entries[PROFILE, "mine"]["action"] == "update"
    (tmp_path / "out").write_text("3")
    project.site(GROUP, profile(), template)
    again = approve(project)
    (tmp_path / "in.j2").write_text("{{ 2 + 2 }}")
    assert project.play("site.yml", *again)[1] == []


def test_what_check_mode_does_not_show_fails_afterwards(project, tmp_path):
    """A module may be wrong about its check mode: the run says so."""
    wrong = NO_CHECK_MODE.replace("{}})", "{}}, supports_check_mode=True)")
    wrong = wrong.replace("changed=True", "changed=not module.check_mode")
    (tmp_path / "library/wrong.py").write_text(wrong)
    project.site(GROUP)
    approved = approve(project)
    project.site({"wrong": {"name": "a", "path": str(tmp_path / "written")}})
    text, _, _ = project.play("site.yml", *approved, expect=2)
    assert "Its check mode did not show this change, so the change is made." in text


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_plans_are_for_their_owner_only(project):
    project.site(GROUP)
    (project.path / "old.json").write_text("old")
    (project.path / "old.json").chmod(0o644)
    (project.path / "out.json").symlink_to(project.path / "old.json")
    project.play("plan.yml", "-e", f"plan_out={project.path / 'old.json'}")
    assert mode(project.path / "old.json") == 0o600


@pytest.fixture
def redirected(tmp_path):
    """Return the path of collections in which a module of amazon.aws has a name of this collection."""
    backend = tmp_path / "collections/ansible_collections/mtk/backend"
    backend.mkdir(parents=True)
    for path in ROOT.iterdir():
        if path.name in ("plugins", "galaxy.yml", "playbooks", "roles"):
            (backend / path.name).symlink_to(path)
    runtime = yaml.safe_load((ROOT / "meta/runtime.yml").read_text())
    runtime["plugin_routing"]["action"]["iam_instance_profile"] = {"redirect": "mtk.backend.in_process"}
    runtime["plugin_routing"]["modules"]["iam_instance_profile"] = {"redirect": PROFILE}
    runtime["action_groups"]["aws"].append("iam_instance_profile")
    (backend / "meta").mkdir()
    (backend / "meta/runtime.yml").write_text(yaml.safe_dump(runtime))
    return {"ANSIBLE_COLLECTIONS_PATH": str(tmp_path / "collections")}


OURS = {"name": "Keep the profile", "mtk.backend.iam_instance_profile": {"name": "mine"}}
NETS = {"mtk.backend.ec2_vpc": {"name": "v", "cidr_block": "10.0.0.0/16"}}


def test_a_redirected_module_is_planned_approved_and_voids_the_cache(project, redirected, aws):
    project.site(NETS, OURS, NETS)
    _, mutating, entries = project.play("plan.yml", **redirected)
    assert mutating == [] and entries[PROFILE, "mine"]["action"] == "update"
    shutil.copy(project.path / "out.json", project.path / "approved.json")
    approved = ("-e", f"plan_file={project.path / 'approved.json'}")
    assert "iam:CreateInstanceProfile" in project.play("site.yml", *approved, **redirected)[1]
    assert project.play("site.yml", *approved, **redirected)[1] == []

    def listings():
        before = len(aws.control.calls())
        project.play("site.yml", **redirected)
        return [call["operation"] for call in aws.control.calls(before)].count("DescribeVpcs")

    assert listings() == 1, "the second task is answered from the cache"
    aws.client("iam").delete_instance_profile(InstanceProfileName="mine")
    assert listings() == 2, "the profile is created again, which voids the cache"

    aws.client("iam").delete_instance_profile(InstanceProfileName="mine")
    aws.control.fault("iam:CreateInstanceProfile", "error", code="AccessDenied", times=9)
    project.site(NETS, {**OURS, "ignore_errors": True}, NETS)
    assert listings() == 2, "a failed task may have changed something"

    project.site({**OURS, "mtk.backend.iam_instance_profile": {"name": "other"}})
    text, mutating, _ = project.play("site.yml", *approved, expect=2, **redirected)
    assert mutating == [] and f"{PROFILE} other in us-east-1 differs from the approved plan" in text


def test_a_redirected_module_refuses_another_account(project, redirected):
    project.site(OURS)
    text, mutating, _ = project.play("site.yml", "-e", "expected_account_id=999999999999", expect=2, **redirected)
    assert mutating == []
    assert "The credentials belong to account 123456789012, and expected_account_id is 999999999999" in text


def test_drift_names_what_tasks_of_other_collections_would_change(project, tmp_path):
    report = {
        "hosts": "all",
        "gather_facts": False,
        "vars": {"mtk_check_mode": True, "drift": "{{ lookup('mtk.backend.drift') }}"},
        "tasks": [
            {"mtk.backend.private_file": {"path": f"{tmp_path}/drift.{kind}", "content": f"{{{{ drift.{content} }}}}"}}
            for kind, content in (("json", "report | to_nice_json"), ("md", "markdown"))
        ],
    }
    imported = {"name": "Plan", "import_playbook": "site.yml", "vars": {"mtk_check_mode": True}}
    (tmp_path / "drift.yml").write_text(yaml.safe_dump([imported, report]))
    command = {"name": "Write", "ansible.builtin.command": "touch nothing"}
    project.site(GROUP, profile(), profile("mine", path="/other/"), command)
    (tmp_path / "drift.json").write_text("old")
    (tmp_path / "drift.json").chmod(0o666)
    assert project.play("drift.yml")[1] == []
    items = json.loads((tmp_path / "drift.json").read_text())["items"]
    assert {(item["owner"], item["resource"], item["name"]) for item in items} == {
        ("gone", "logs_log_group", "/mtk/x"),
        ("ours", PROFILE, "mine"),
        ("unknown", "ansible.builtin.command", "Write"),
    }
    assert mode(tmp_path / "drift.json") == mode(tmp_path / "drift.md") == 0o600
    assert "The module has no check mode" in (tmp_path / "drift.md").read_text()
