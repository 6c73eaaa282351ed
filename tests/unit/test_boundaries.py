"""The boundaries between the parts of the collection: permitted imports and contents."""

from __future__ import annotations

import ast
import re
import statistics
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "plugins/modules").glob("*.py"))
# They run on the controller and send no request.
ACTIONS = ("awx_objects", "check_run", "computed_values", "confirm_destroy", "private_file", "settings")
AWS_MODULES = [p for p in MODULES if p.stem not in ACTIONS]
UTILS = sorted((ROOT / "plugins/module_utils").glob("*/_[a-z]*.py"))
PLUGINS = sorted(p for p in (ROOT / "plugins").rglob("*.py") if p.stem != "__init__")
LAYERS = ("domain", "aws", "engine", "resources")  # a layer imports itself and the layers to its left
PURE = (
    "_plan.py",
    "_resource.py",
    "_reconcile.py",
    "_doubts.py",
    "_document.py",
    "_approval.py",
    "_lookup.py",
    "_tags.py",
    "_errors.py",
    "_account.py",
)
MODULE_UTILS = "ansible_collections.mtk.backend.plugins.module_utils."
YAML = [p for d in ("roles", "playbooks") for p in sorted((ROOT / d).rglob("*.yml"))] + [ROOT / "site.yml"]
GROUPS = ("primary", "secondary", "network", "database")


def imports(path: Path) -> set[str]:
    """Return the modules that a file imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


def used_files(path: Path) -> set[Path]:
    """Return the files of module_utils that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(MODULE_UTILS):
            parts = (node.module or "").removeprefix(MODULE_UTILS).split(".")
            names = [parts] if len(parts) > 1 else [[*parts, alias.name] for alias in node.names]
            found |= {ROOT.joinpath("plugins/module_utils", *name).with_suffix(".py") for name in names}
    return found


@pytest.mark.parametrize("path", UTILS, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_imports_go_down_only(path):
    layer = LAYERS.index(path.parent.name)
    higher = {used for used in used_files(path) if LAYERS.index(used.parent.name) > layer}
    assert not higher, f"{path.parent.name} lies below the layer of {higher}"


def test_imports_have_no_cycle():
    waiting = {path: used_files(path) for path in UTILS}
    while waiting:
        free = [path for path, used in waiting.items() if not used & waiting.keys()]
        assert free, f"these files import each other: {sorted(p.name for p in waiting)}"
        waiting = {path: used for path, used in waiting.items() if path not in free}


@pytest.mark.parametrize(
    "path", [p for p in UTILS if p.parent.name == "domain" or p.name in PURE], ids=lambda p: p.name
)
def test_pure_files_import_neither_ansible_nor_boto3(path):
    foreign = {n for n in imports(path) if n.split(".")[0] in ("ansible", "boto3", "botocore", "ansible_collections")}
    assert not {n for n in foreign if not n.startswith(MODULE_UTILS)}
    assert not {used.name for used in used_files(path)} & {"_client.py", "_cache.py", "_module.py"}


def self_assignments(tree: ast.AST) -> list[str]:
    """Return the attributes of ``self`` that are set outside of ``__init__``."""
    found = []
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef) and function.name != "__init__":
            for node in ast.walk(function):
                stored = isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del)
                if stored and isinstance(node.value, ast.Name) and node.value.id == "self":
                    found.append(f"{function.name}: self.{node.attr}")
                elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "setattr":
                    found += [f"{function.name}: setattr" for arg in node.args[:1] if getattr(arg, "id", "") == "self"]
    return found


@pytest.mark.parametrize(
    "path", [*MODULES, *(p for p in UTILS if p.name != "_tls.py")], ids=lambda p: f"{p.parent.name}/{p.name}"
)
def test_verbs_set_no_attributes(path):
    """A verb passes its findings on in ``have``. (_tls.py sets attributes of SSL contexts, not of resources.)"""
    assert self_assignments(ast.parse(path.read_text())) == []


def test_assignments_to_attributes_are_found():
    tree = ast.parse("class A:\n def __init__(self):\n  self.a = 1\n def read(self):\n  self.b, c = 1, 2")
    assert self_assignments(tree) == ["read: self.b"]


PURE_CALLS = {"frozenset", "tuple", "Path", "str", "dict", "Rule", "replace", "Plan", "TagApi", "compile", "getattr"}
PURE_CALLS |= {"Role", "object", "ec2", "TypeVar"}  # ec2() of _access_grants.py returns a tuple


def test_module_level_state_is_listed():
    """The architecture page lists every object that is made when a plugin is imported and may change later."""
    listed = (ROOT / "docs/developing/architecture.md").read_text()
    found = {}
    for path in PLUGINS:
        body = [
            node for node in ast.parse(path.read_text()).body if isinstance(node, ast.Assign | ast.AnnAssign | ast.Try)
        ]
        body += [inner for node in body if isinstance(node, ast.Try) for inner in node.body]
        for node in body:
            if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Call):
                called = node.value.func
                name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
                if name not in PURE_CALLS:
                    found[ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)] = path.name
    assert found
    assert not {name: file for name, file in found.items() if f"`{name}`" not in listed}
    assert not [p for p in PLUGINS if "\n    global " in p.read_text()]


def tasks(path: Path) -> list[dict]:
    """Return all tasks of a file of tasks or plays, with those in blocks."""
    found, stack = [], list(yaml.safe_load(path.read_text()) or [])
    while stack:
        task = stack.pop()
        if isinstance(task, dict):
            found.append(task)
            for part in ("tasks", "pre_tasks", "post_tasks", "block", "rescue", "always"):
                stack += task.get(part) or []
    return found


def test_only_the_client_imports_amazon_aws():
    users = [p.name for p in (ROOT / "plugins").rglob("*.py") if any("amazon.aws" in n for n in imports(p))]
    assert users == ["_client.py"]


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.stem)
def test_modules_are_thin(path):
    text = path.read_text()
    code = text.split('RETURN = r"""', 1)[1].split('"""', 1)[1]
    for word in ("check_mode", "sleep(", "waiter", "boto3.", "exit_json", "fail_json"):
        assert word not in code, f"{word} belongs in the engine"


def test_modules_are_small():
    code = [p.read_text().split('RETURN = r"""', 1)[1].split('"""', 1)[1] for p in MODULES]
    assert statistics.median(len(c.splitlines()) for c in code) < 130, "see docs/decisions/0004"


@pytest.mark.parametrize("directory", ["plugins", "roles"])
def test_plugins_and_roles_do_not_mention_the_local_aws(directory):
    files = [p for p in (ROOT / directory).rglob("*") if p.suffix in (".py", ".yml", ".j2")]
    assert files
    for path in files:
        # A user may give an endpoint to any AWS module: _client.py passes it on, _errors.py names it if it is dead.
        endpoint = "" if path.name in ("_client.py", "_errors.py", "connection.py") else "|endpoint_url"
        words = rf"emulator{endpoint}|moto\b"
        assert not re.search(words, path.read_text(), re.I), path


@pytest.mark.parametrize("path", YAML, ids=lambda p: str(p.relative_to(ROOT)))
def test_yaml_has_no_logic(path):
    text = path.read_text()
    for word in ("set_fact", "ansible_check_mode", "ignore_errors"):
        assert word not in text
    if "roles" in path.parts:
        used = re.findall(r"\bgroups\[|\bgroups\.|\bgroup_names\b", text)
        assert not used, "a role does not know which groups an inventory has"


def ends_its_role(path):
    """Return whether a file of tasks, or a file that it imports, has ``meta: end_role``."""
    tasks = yaml.safe_load(path.read_text()) or []
    imported = [path.parent / t["ansible.builtin.import_tasks"] for t in tasks if "ansible.builtin.import_tasks" in t]
    return any(t.get("ansible.builtin.meta") == "end_role" for t in tasks) or any(map(ends_its_role, imported))


def test_no_task_follows_an_import_that_may_end_the_role():
    files = sorted((ROOT / "roles").glob("*/tasks/*.yml"))
    assert any(map(ends_its_role, files))
    for path in files:
        for task in (yaml.safe_load(path.read_text()) or [])[:-1]:
            name = task.get("ansible.builtin.import_tasks")
            assert not name or not ends_its_role(path.parent / name), f"{path}: tasks after {name} may never run"


def test_plays_with_roles_set_the_region():
    """Each play that runs roles passes its host, a region, to all modules."""
    for path in (ROOT / "playbooks").rglob("*.yml"):
        for play in yaml.safe_load(path.read_text()):
            runs_roles = "import_role" in str(play.get("tasks")) and "'validate'" not in str(play["tasks"])
            if runs_roles:
                defaults = play["module_defaults"]
                assert defaults == {"group/mtk.backend.aws": {"region": "{{ inventory_hostname }}"}}, path


def test_plays_are_local():
    """A host is a region, and a foreign inventory need not say that nothing connects to it."""
    for path in sorted((ROOT / "playbooks").rglob("*.yml")):
        for play in yaml.safe_load(path.read_text()):
            assert play.get("connection") == "local" or "hosts" not in play, f"add connection: local to {path}"


def test_tasks_use_modules_that_run_in_process():
    """A module of amazon.aws costs a second of CPU per task; under its name in this collection it runs in process."""
    for path in YAML:
        assert not re.findall(r"^\s+amazon\.aws\.\w+:", path.read_text(), re.M), path


def test_every_role_task_has_a_full_name():
    for path in (ROOT / "roles").rglob("tasks/*.yml"):
        for task in tasks(path):
            actions = [k for k in task if "." in k]
            assert actions or "block" in task, f"{path}: {task.get('name')}"
            assert task.get("name"), path
