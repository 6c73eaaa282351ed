"""The files that follow from the descriptions of the settings are up to date."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
import yaml
from ansible_collections.mtk.backend.plugins.module_utils.domain._rules_database import FORCED_PARAMETERS
from ansible_collections.mtk.backend.plugins.module_utils.domain._settings_run import RUN
from ansible_collections.mtk.backend.plugins.plugin_utils.settings import ROLES

ROOT = Path(__file__).parents[2]
SPEC = importlib.util.spec_from_file_location("scripts_settings", ROOT / "scripts/settings.py")
assert SPEC and SPEC.loader
SCRIPT = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(SCRIPT)
FILES = dict(SCRIPT.files())


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_file_is_up_to_date(path):
    assert path.read_text() == FILES[path], "run: make docs"


@pytest.mark.parametrize("role", ROLES)
def test_defaults_are_those_of_the_description(role):
    defaults = yaml.safe_load((ROOT / f"roles/{role}/defaults/main.yml").read_text())
    constants = {setting.name: setting.default for setting in ROLES[role].settings if not setting.computed}
    assert defaults == constants, f"correct roles/{role}/defaults/main.yml or the description"


@pytest.mark.parametrize("role", ROLES)
def test_settings_belong_to_entry_points(role):
    specs = yaml.safe_load((ROOT / f"roles/{role}/meta/argument_specs.yml").read_text())["argument_specs"]
    tasks = {path.stem for path in (ROOT / f"roles/{role}/tasks").glob("*.yml")}
    assert set(specs) <= tasks
    for setting in ROLES[role].settings:
        assert setting.name.startswith(f"{role}_") and setting.description
        assert set(setting.entry_points) <= set(specs), setting.name


@pytest.mark.parametrize("role", [*ROLES.values(), RUN], ids=lambda role: role.name)
def test_every_setting_says_what_it_allows(role):
    """A number, a text or a structure without any limit is a setting that nobody has thought about."""
    free = [s.name for s in role.settings if s.type != "bool" and not s.allowed]
    assert free == {"aurora": ["aurora_network_subnets"], "mtk": ["mtk_aws_environment"]}.get(role.name, [])


def test_the_role_forces_the_parameters_that_the_check_knows():
    forced = yaml.safe_load((ROOT / "roles/aurora/vars/main.yml").read_text())["aurora_forced_parameters"]
    assert {name: str(value) for name, value in forced.items()} == FORCED_PARAMETERS


def first_task(path: Path) -> str:
    """Return the module of the first task of a file, also if the file imports another one first."""
    (task, *_) = yaml.safe_load(path.read_text())
    imported = task.get("ansible.builtin.import_tasks")
    return first_task(path.parent / imported) if imported else next(key for key in task if "." in key)


@pytest.mark.parametrize("role", ROLES)
def test_each_entry_point_checks_the_settings_first(role):
    specs = yaml.safe_load((ROOT / f"roles/{role}/meta/argument_specs.yml").read_text())["argument_specs"]
    others = {name for name in specs if first_task(ROOT / f"roles/{role}/tasks/{name}.yml") != "mtk.backend.settings"}
    assert not others, "add the task 'Check the settings'"
