# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks the variables of playbooks/awx.yml and returns what it makes in AWX. Sends no request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible.inventory.manager import InventoryManager
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.parsing.vault import is_encrypted_file
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import module_loader
from ansible.vars.manager import VariableManager
from ansible_collections.mtk.backend.plugins.module_utils.domain import _awx, _awx_survey, _settings_awx
from ansible_collections.mtk.backend.plugins.module_utils.domain._setting import HIDDEN, MISSING, Fault, Values
from ansible_collections.mtk.backend.plugins.plugin_utils import files, settings

SETTINGS = {setting.name: setting for role in settings.ROLES.values() for setting in role.settings}
NEEDED = "awx.awx.job_template"


class ActionModule(ActionBase):
    """The action of M(mtk.backend.awx_objects)."""

    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        self.validate_argument_spec({})
        given, faults = self._given(task_vars)
        values, found = _settings_awx.check(given, SETTINGS)
        faults += [fault for fault in found if not fault.names & _names(faults)]
        directory = files.resolved(values.get("awx_directory", "."))
        inventories: dict[str, Values] = {}
        for name, given in values.get("awx_environments", {}).items():
            path = given.get("inventory") or f"inventories/{name}"
            wrong = list(_file_faults(name, path, directory))
            inventories[name] = {} if wrong else self._inventory(directory / path)
            faults += wrong or _inventory_faults(name, path, inventories[name])
        if faults:
            return {**result, "failed": True, "msg": settings.message(faults, "Nothing was changed in AWX.")}
        if not module_loader.find_plugin_with_context(NEEDED).resolved:
            return {**result, "failed": True, "msg": _MISSING}
        return {**result, "changed": False, **_awx.objects(values, SETTINGS, inventories)}

    def _given(self, variables: Mapping[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
        """Return the variables of the user with their templates resolved, and the faults of templates."""
        given: dict[str, Any] = {}
        faults = []
        for name in (name for name in variables if name.startswith(_settings_awx.PREFIX)):
            try:
                given[name] = settings.plain(self._templar.template(variables[name]))
            except AnsibleError as error:
                words = str(error).split("\n", maxsplit=1)[0].rstrip(".")
                remedy = "Correct the expression, or give the file with what it uses, such as -e @vault.yml."
                faults.append(Fault({name: MISSING}, f"cannot be computed: {words}", remedy))
        return given, faults

    def _inventory(self, path: Path) -> Values:
        """Return the variables of an inventory, by name. A variable without one value in all regions is VARIES.

        A value from a vault is hidden: the questions of the surveys show values to everybody who may read a template.
        """
        manager = InventoryManager(self._loader, [str(path)])
        variables = VariableManager(self._loader, manager)
        hosts = [variables.get_vars(host=host, include_hostvars=False) for host in manager.get_hosts()]
        hidden = [settings.vaulted(given) for given in hosts]
        found = {}
        for name in ("mtk_environment", "destroy_allowed", *SETTINGS):
            values = [self._value(given, name, secret) for given, secret in zip(hosts, hidden, strict=True)]
            if any(value is not MISSING for value in values):
                found[name] = values[0] if all(value == values[0] for value in values) else _awx_survey.VARIES
        return found

    def _value(self, variables: Mapping[str, Any], name: str, hidden: set[str]) -> Any:
        if name not in variables:
            return MISSING
        if name in hidden:
            return HIDDEN
        try:
            templar = self._templar.copy_with_new_env(available_variables=dict(variables))
            value = settings.plain(templar.template(variables[name]))
        except AnsibleError:  # what it depends on is known in a run only
            return _awx_survey.VARIES
        return boolean(value, strict=False) if name == "destroy_allowed" else value


def _names(faults: Iterable[Fault]) -> frozenset[str]:
    return frozenset(name for fault in faults for name in fault.names)


def _file_faults(name: str, path: str, directory: Path) -> Iterator[Fault]:
    """Return why the files of an inventory cannot be read, here or by AWX."""
    variable, top = f"awx_environments.{name}.inventory", directory / path
    if not top.exists():
        remedy = "Correct the path, which begins at the top of the project, or give it in awx_directory."
        yield Fault({variable: path}, f"there is no such file or directory in {directory}", remedy)
        return
    beside = top if top.is_dir() else top.parent
    variables = (each for part in ("group_vars", "host_vars") for each in (beside / part).rglob("*"))
    listed = {*(top.iterdir() if top.is_dir() else [top]), *variables}
    for file in sorted(each for each in listed if each.is_file() and _is_encrypted(each)):
        rule = (
            f"{file.relative_to(directory)} is encrypted as a whole, and AWX reads inventories without vault passwords"
        )
        remedy = "Encrypt its values one by one, with ansible-vault encrypt_string."
        yield Fault({variable: path}, rule, remedy)


def _is_encrypted(path: Path) -> bool:
    with path.open("rb") as file:
        return bool(is_encrypted_file(file))


def _inventory_faults(name: str, path: str, found: Values) -> list[Fault]:
    if found.get("mtk_environment") != name:
        rule = f"the inventory is that of the environment {found.get('mtk_environment', '(none)')}"
        return [Fault({f"awx_environments.{name}.inventory": path}, rule, f"Name the inventory of {name}.")]
    return []


_MISSING = (
    "Nothing was changed in AWX: the collection awx.awx is not installed. Install it with "
    "'ansible-galaxy collection install awx.awx' and run the same command again."
)
