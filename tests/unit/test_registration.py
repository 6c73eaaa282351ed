"""The tables in which a new resource needs a row. A failure names the file and the row to add.

docs/developing/new-resource.md walks through these tables in the same order.
"""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest
import yaml
from ansible_collections.mtk.backend.plugins.module_utils.aws import _prefetch
from integration.site import drifts, estate

ROOT = Path(__file__).parents[2]
MODULES = sorted(p.stem for p in (ROOT / "plugins/modules").glob("[a-z]*.py"))
# They run on the controller and send no request.
ACTIONS = ("awx_objects", "check_run", "computed_values", "confirm_destroy", "private_file", "settings")
AWS_MODULES = [name for name in MODULES if name not in ACTIONS]
READERS = [name for name in AWS_MODULES if name.endswith(("_info", "_preflight"))]  # modules that only read
RESOURCES = [name for name in AWS_MODULES if name not in READERS]
RUNTIME = yaml.safe_load((ROOT / "meta/runtime.yml").read_text())
ROLES = "".join(path.read_text() for path in sorted((ROOT / "roles").rglob("tasks/*.yml")))
USED_BY_ROLES = [name for name in RESOURCES if re.search(rf"^\s+mtk\.backend\.{name}:", ROLES, re.M)]
ACTION = (
    "from ansible_collections.mtk.backend.plugins.action import in_process\n",
    "class ActionModule(in_process.ActionModule):\n",
)


@pytest.mark.parametrize("name", AWS_MODULES)
def test_each_module_has_an_action(name):
    path = ROOT / f"plugins/action/{name}.py"
    remedy = f"add plugins/action/{name}.py: copy plugins/action/ec2_vpc.py and change the name in its docstring"
    assert path.exists() and all(line in path.read_text() for line in ACTION), remedy


@pytest.mark.parametrize("name", AWS_MODULES)
def test_each_module_is_in_the_action_group(name):
    assert name in RUNTIME["action_groups"]["aws"], f"add {name} to action_groups.aws in meta/runtime.yml"


def test_action_group_names_nothing_else():
    assert set(RUNTIME["action_groups"]) == {"aws"}
    listed = set(RUNTIME["action_groups"]["aws"]) - {"in_process"}
    assert not listed - set(AWS_MODULES), "remove these from meta/runtime.yml: there is no such module"
    redirected = set(RUNTIME["plugin_routing"]["modules"])
    assert set(RUNTIME["plugin_routing"]["action"]) == redirected, "each redirected module needs its action, too"
    assert not redirected & set(AWS_MODULES)


@pytest.mark.parametrize("name", MODULES)
def test_each_module_has_a_documented_reason(name):
    table = (ROOT / "docs/modules.md").read_text()
    assert f"mtk.backend.{name}" in table, f"add a row for mtk.backend.{name} to docs/modules.md with the reason for it"


@pytest.mark.parametrize("name", MODULES)
def test_each_module_is_in_the_changelog(name):
    files = [ROOT / "changelogs/changelog.yaml", *sorted((ROOT / "changelogs/fragments").glob("*.y*ml"))]
    remedy = f"add changelogs/fragments/{name}.yml with minor_changes: '{name} - new module ...'"
    assert any(re.search(rf"\b{name}\b", path.read_text()) for path in files), remedy


@pytest.mark.parametrize("name", AWS_MODULES)
def test_each_module_has_an_integration_test(name):
    path = ROOT / f"tests/integration/modules/test_{name}.py"
    assert path.exists(), f"add tests/integration/modules/test_{name}.py"
    text = path.read_text()
    needed = ("check=", "mutating()", "examples(") if name in READERS else ("four_beats(", "gone(", "examples(")
    missing = [word for word in needed if word not in text]
    assert not missing, f"tests/integration/modules/test_{name}.py does not use {', '.join(missing)}"


@pytest.mark.parametrize("name", USED_BY_ROLES)
def test_each_resource_is_prefetched(name):
    known = {*_prefetch.EC2, *_prefetch.EC2_OF_OWNER, *_prefetch.RDS, *_prefetch.OTHERS}
    assert name in known, f"add {name} to EC2, RDS or OTHERS in plugins/module_utils/aws/_prefetch.py"


@pytest.mark.parametrize("name", USED_BY_ROLES)
def test_each_resource_is_in_subjects(name):
    text = (ROOT / "tests/integration/site/subjects.py").read_text()
    assert f'"{name}"' in text, f"add the calls that change {name} to tests/integration/site/subjects.py"


@pytest.mark.parametrize("name", USED_BY_ROLES)
def test_each_resource_is_in_the_estate(name):
    assert name in estate.KINDS, f"add {name} to KINDS and its listing to tests/integration/site/estate.py"
    assert f'"{estate.KINDS[name]}"' in (ROOT / "tests/integration/site/estate.py").read_text().split("_GONE", 1)[1], (
        f"add the listing of {estate.KINDS[name]} to tests/integration/site/estate.py"
    )


NO_DRIFT = ("ec2_ipam_pool_allocation", "ec2_ipam_pool_cidr")  # AWS refuses to change them while their pool is in use


@pytest.mark.parametrize("name", [name for name in USED_BY_ROLES if name not in NO_DRIFT])
def test_each_resource_has_a_drift(name):
    kept = [words for words, (module, _) in drifts.KEPT.items() if module == name]
    assert kept, f"add {name} to KEPT in tests/integration/site/drifts.py"
    catalogue = "".join(path.read_text() for path in (ROOT / "tests/integration/site").glob("drifts_*.py"))
    assert any(f'"{words}"' in catalogue for words in kept), (
        f"add a drift of '{kept[0]}' to one of tests/integration/site/drifts_*.py"
    )


@pytest.mark.parametrize("name", USED_BY_ROLES)
def test_each_resource_is_destroyed(name):
    files = sorted((ROOT / "roles").glob("*/tasks/*.yml"))
    removed = [p for p in files if re.search(rf"mtk\.backend\.{name}:(?:\n .*)*?\n\s+state: absent", p.read_text())]
    assert removed, f"add a task with mtk.backend.{name} and state: absent to the destroy entry point of its role"


def keys(returned):
    """Return the names of all returned values, also of those in others."""
    inner = [key for doc in returned.values() for key in keys(doc.get("contains") or {})]
    return [*returned, *inner]


@pytest.mark.parametrize("name", AWS_MODULES)
def test_fields_of_the_result(name):
    """``ansible-doc`` answers which fields a result has."""
    module = importlib.import_module(f"ansible_collections.mtk.backend.plugins.modules.{name}")
    returned = yaml.safe_load(module.RETURN)
    missing = [key for key, entry in returned.items() if entry["type"] == "dict" and not entry.get("contains")]
    assert not missing, f"add contains to {', '.join(missing)} in RETURN of plugins/modules/{name}.py"
    assert name in READERS or "settled" in returned, f"add settled to RETURN of plugins/modules/{name}.py"


@pytest.mark.parametrize(
    "name", sorted(p.stem for p in (ROOT / "plugins/modules").glob("*.py") if p.stem != "__init__")
)
def test_templates_can_name_returned_values(name):
    """``report.items`` would be the method of the dictionary."""
    module = importlib.import_module(f"ansible_collections.mtk.backend.plugins.modules.{name}")
    returned = yaml.safe_load(getattr(module, "RETURN", "")) or {}
    unfit = [key for key in keys(returned) if not key.isidentifier() or hasattr(dict, key)]
    assert not unfit, f"rename {', '.join(unfit)} in RETURN of plugins/modules/{name}.py"
