"""The walls of the house, and that nothing is left out of the tests."""

from __future__ import annotations

import ast
import re
import statistics
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "plugins/modules").glob("*.py"))
AWS_MODULES = [p for p in MODULES if p.stem != "locals"]  # which is an action, and asks nobody
UTILS = sorted((ROOT / "plugins/module_utils").glob("_*.py"))
# What talks to AWS for several modules; everything else is pure.
ADAPTERS = ("_boto.py", "_memory.py", "_tls.py", "_module.py", "_lookup.py", "_ec2.py", "_ipam.py", "_iam.py")
PURE = [p for p in UTILS if p.name not in ADAPTERS]
YAML = [p for d in ("roles", "playbooks") for p in sorted((ROOT / d).rglob("*.yml"))] + [ROOT / "site.yml"]
GROUPS = ("primary", "secondary", "network", "database")


def imports(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


def tasks(path: Path) -> list[dict]:
    """All tasks of a file of tasks or plays, blocks opened."""
    found, stack = [], list(yaml.safe_load(path.read_text()) or [])
    while stack:
        task = stack.pop()
        if isinstance(task, dict):
            found.append(task)
            for part in ("tasks", "pre_tasks", "post_tasks", "block", "rescue", "always"):
                stack += task.get(part) or []
    return found


@pytest.mark.parametrize("path", PURE, ids=lambda p: p.name)
def test_pure_files_know_neither_ansible_nor_aws(path):
    ours = "ansible_collections.mtk.backend.plugins.module_utils._"
    foreign = {n for n in imports(path) if n.split(".")[0] in ("ansible", "boto3", "botocore", "ansible_collections")}
    assert {n for n in foreign if not n.startswith(ours)} == set()
    assert not {f"_{n.removeprefix(ours)}.py" for n in foreign} & set(ADAPTERS)


def test_one_shim_over_amazon_aws():
    users = [p.name for p in (ROOT / "plugins").rglob("*.py") if any("amazon.aws" in n for n in imports(p))]
    assert users == ["_boto.py"]


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.stem)
def test_modules_are_thin(path):
    text = path.read_text()
    code = text.split('RETURN = r"""', 1)[1].split('"""', 1)[1]
    for word in ("check_mode", "sleep(", "waiter", "boto3.", "exit_json", "fail_json"):
        assert word not in code, f"{word} is the engine's business"


def test_modules_are_small():
    code = [p.read_text().split('RETURN = r"""', 1)[1].split('"""', 1)[1] for p in MODULES]
    assert statistics.median(len(c.splitlines()) for c in code) < 130, "see docs/decisions/0004"


@pytest.mark.parametrize("where", ["plugins", "roles"])
def test_the_product_does_not_know_the_local_aws(where):
    files = [p for p in (ROOT / where).rglob("*") if p.suffix in (".py", ".yml", ".j2")]
    assert files
    for path in files:
        # The shim hands on the endpoint that a user may give to any AWS module.
        words = r"emulator|moto\b" if path.name == "_boto.py" else r"emulator|endpoint_url|moto\b"
        assert not re.search(words, path.read_text(), re.I), path


@pytest.mark.parametrize("path", YAML, ids=lambda p: str(p.relative_to(ROOT)))
def test_yaml_is_wiring(path):
    text = path.read_text()
    for word in ("set_fact", "ansible_check_mode", "ignore_errors"):
        assert word not in text
    if "roles" in path.parts:
        used = re.findall(r"\bgroups\[|\bgroups\.|\bgroup_names\b", text)
        assert not used, "a role does not know which groups an inventory has"


def ends_its_role(path):
    """Whether a file of tasks, or one that it imports, has ``meta: end_role``."""
    tasks = yaml.safe_load(path.read_text()) or []
    imported = [path.parent / t["ansible.builtin.import_tasks"] for t in tasks if "ansible.builtin.import_tasks" in t]
    return any(t.get("ansible.builtin.meta") == "end_role" for t in tasks) or any(map(ends_its_role, imported))


def test_nothing_comes_after_what_may_end_a_role():
    files = sorted((ROOT / "roles").glob("*/tasks/*.yml"))
    assert any(map(ends_its_role, files))
    for path in files:
        for task in (yaml.safe_load(path.read_text()) or [])[:-1]:
            name = task.get("ansible.builtin.import_tasks")
            assert not name or not ends_its_role(path.parent / name), f"{path}: what follows {name} may never run"


def test_every_play_has_what_its_tasks_need():
    """The region comes from the play: each play that runs roles has them."""
    for path in (ROOT / "playbooks").rglob("*.yml"):
        for play in yaml.safe_load(path.read_text()):
            asks_aws = "import_role" in str(play.get("tasks")) and "'validate'" not in str(play["tasks"])
            if asks_aws:
                defaults = play["module_defaults"]
                assert defaults == {"group/mtk.backend.aws": {"region": "{{ inventory_hostname }}"}}, path


def test_every_module_is_in_the_action_group_and_in_the_table():
    runtime = yaml.safe_load((ROOT / "meta/runtime.yml").read_text())
    names = {p.stem for p in AWS_MODULES}
    assert set(runtime["action_groups"]) == {"aws"}
    assert runtime["action_groups"]["aws"] == sorted(names | {"in_process"})
    theirs = set(runtime["plugin_routing"]["modules"])  # modules of amazon.aws under names of ours
    assert set(runtime["plugin_routing"]["action"]) == theirs, "each of them runs in-process"
    assert not names & theirs
    table = (ROOT / "docs/modules.md").read_text()
    assert not {n for n in names if f"mtk.backend.{n}" not in table}


@pytest.mark.parametrize("path", AWS_MODULES, ids=lambda p: p.stem)
def test_every_module_runs_in_process(path):
    action = ROOT / "plugins/action" / path.name
    assert imports(action) == {"__future__", "ansible_collections.mtk.backend.plugins.action"}
    assert "class ActionModule(in_process.ActionModule):" in action.read_text()


@pytest.mark.parametrize("path", AWS_MODULES, ids=lambda p: p.stem)
def test_every_module_passes_the_four_beats(path):
    test = ROOT / f"tests/integration/modules/test_{path.stem}.py"
    assert test.exists(), f"{path.stem} has no test"
    text = test.read_text()
    if path.stem.endswith("_info"):
        assert "check=" in text and "mutating()" in text and "examples(" in text
        return
    assert "four_beats(" in text and "gone(" in text and "examples(" in text


def test_roles_use_what_runs_in_process():
    """A task of amazon.aws that is not routed costs a second of CPU: use its name in this collection."""
    for path in YAML:
        assert not re.findall(r"^\s+amazon\.aws\.\w+:", path.read_text(), re.M), path


def test_every_role_task_has_a_full_name():
    for path in (ROOT / "roles").rglob("tasks/*.yml"):
        for task in tasks(path):
            actions = [k for k in task if "." in k]
            assert actions or "block" in task, f"{path}: {task.get('name')}"
            assert task.get("name"), path
