# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings of a host, as the user has set them: variables with their templates resolved."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from ansible.errors import AnsibleError, AnsibleValueOmittedError
from ansible.parsing.vault import EncryptedString
from ansible_collections.mtk.backend.plugins.module_utils.domain._awx_survey import answered
from ansible_collections.mtk.backend.plugins.module_utils.domain._names import named_tags, names
from ansible_collections.mtk.backend.plugins.module_utils.domain._setting import HIDDEN, MISSING, Fault, Role, Values
from ansible_collections.mtk.backend.plugins.module_utils.domain._settings_database import AURORA
from ansible_collections.mtk.backend.plugins.module_utils.domain._settings_network import NETWORK
from ansible_collections.mtk.backend.plugins.module_utils.domain._settings_run import RUN
from ansible_collections.mtk.backend.plugins.module_utils.domain._settings_table import TABLE

ROLES = {role.name: role for role in (NETWORK, AURORA, TABLE)}
# The defaults that do not depend on other values. Templates of a user may refer to them.
CONSTANTS = {s.name: s.default for role in (RUN, *ROLES.values()) for s in role.settings if not s.computed}
NAMES = tuple(setting.name for role in ROLES.values() for setting in role.settings)
ENABLE_CALLBACK = (
    "Set callbacks_enabled = mtk.backend.plan in section [defaults] of ansible.cfg, "
    "or ANSIBLE_CALLBACKS_ENABLED=mtk.backend.plan."
)
# Returns, for the variables of a host, the function that resolves a template with them.
Resolver = Callable[[Mapping[str, Any]], Callable[[Any], Any]]


def resolver(templar: Any) -> Resolver:
    """Return the resolver of a task, from its templar."""
    return lambda variables: templar.copy_with_new_env(available_variables=dict(variables)).template


class Settings:
    """The settings of one host.

    ``fresh`` says that no task has registered variables yet, and that none are those of a role. Answers of a survey
    take the place of settings.
    """

    def __init__(self, variables: Mapping[str, Any], resolve: Resolver, *, fresh: bool = False) -> None:
        variables = answered(variables, NAMES)
        self._fresh = fresh
        self._set = variables
        self._template = resolve({**CONSTANTS, **variables})
        self._omitted: set[str] = set()
        self.run, self.run_faults = self._check(RUN, {}, owner=True)

    def check(self, role: Role, *, owner: bool = True) -> tuple[Values, list[Fault]]:
        """Return the values of a role's settings by the names of the variables, and the faults."""
        host = {**self.run, "inventory_hostname": self._set.get("inventory_hostname")}
        values, faults = self._check(role, host, owner=owner)
        if values.get(f"{role.name}_environment") is None and not self._names_environment(role):
            remedy = "Set it in group_vars/all/environment.yml of the inventory."
            faults.append(Fault({"mtk_environment": MISSING}, "is not set", remedy))
        return values, [self._as_set(fault, f"{role.name}_environment") for fault in faults]

    def _as_set(self, fault: Fault, name: str) -> Fault:
        """Return a fault that names mtk_environment if the user has set that, and not the role's environment."""
        if name in self._set:
            return fault
        return replace(fault, values={"mtk_environment" if k == name else k: v for k, v in fault.values.items()})

    def _without_secrets(self, faults: list[Fault]) -> list[Fault]:
        """Return faults without values that come from a vault."""
        hidden = vaulted(self._set) if faults else set()
        return [each if each.names.isdisjoint(hidden) else _hidden(each) for each in faults]

    def _names_environment(self, role: Role) -> bool:
        return self.sets("mtk_environment") or self.sets(f"{role.name}_environment")

    def sets(self, name: str) -> bool:
        """Return whether the user has set a variable."""
        return name in self._set and name not in self._omitted

    def _check(self, role: Role, host: Mapping[str, Any], *, owner: bool) -> tuple[Values, list[Fault]]:
        given: dict[str, Any] = {}
        faults: list[Fault] = []
        for name, raw in self._set.items():
            if not name.startswith(f"{role.name}_") and name not in role.by_name:
                continue
            if name not in role.by_name:
                given[name] = raw
                continue
            try:
                given[name] = plain(self._template(raw))
            except AnsibleValueOmittedError:
                self._omitted.add(name)  # as in default(omit): the variable is not set
            except AnsibleError as error:
                words = str(error).split("\n", maxsplit=1)[0].rstrip(".")
                remedy = "Correct the expression, or define what it uses."
                faults.append(Fault({name: MISSING}, f"cannot be computed: {words}", remedy))
        if not self._fresh:  # a role and its tasks have set their own variables as well
            given = {name: value for name, value in given.items() if name not in role.internal}
        values, found = role.check(given, host, owner=owner)
        found = self._without_secrets(found)
        broken = {name for fault in faults for name in fault.names}
        return {k: v for k, v in values.items() if k not in broken}, [*faults, *found]


def _hidden(fault: Fault) -> Fault:
    return replace(fault, values={name: v if v is MISSING else HIDDEN for name, v in fault.values.items()})


def vaulted(variables: Mapping[str, Any]) -> set[str]:
    """Return the variables that a vault encrypts, and those whose templates use such a variable, also by way of others.

    The value of a template does not show that it contains one that was encrypted.
    """
    found: set[str] = set()
    while more := {n for n, raw in variables.items() if n not in found and _uses(raw, found)}:
        found |= more
    return found


def _uses(raw: Any, names: set[str]) -> bool:
    """Return whether a variable is encrypted, or its template mentions one of the names."""
    if isinstance(raw, Mapping):
        return any(_uses(each, names) for each in (*raw, *raw.values()))
    if isinstance(raw, list):
        return any(_uses(each, names) for each in raw)
    if isinstance(raw, EncryptedString):
        return True
    return isinstance(raw, str) and "{" in raw and not names.isdisjoint(re.findall(r"\w+", raw))


def plain(value: Any) -> Any:
    """Return a value without Ansible's tags and lazy containers."""
    if isinstance(value, Mapping):
        return {plain(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, str):
        return str(value)
    return value


def result(role: Role, values: Values) -> dict[str, Any]:
    """Return what a role's first task registers: the settings without the prefix, and the names and tags of resources.

    The tags of environment, stack and component are added to the tags of the user.
    """
    short = {name.removeprefix(f"{role.name}_"): value for name, value in values.items()}
    environment, region = short["environment"], short["region"]
    own = {"mtk:environment": environment, "mtk:stack": "mtk-backend", "mtk:component": role.name}
    tags = {**short["tags"], **own}
    return {
        **short,
        "tags": tags,
        "names": names(environment, region),
        "named_tags": named_tags(tags, environment, region),
    }


def message(faults: Iterable[Fault], context: str) -> str:
    """Return all faults as one message.

    >>> print(message([Fault({"aurora_port": 80}, "AWS allows 1150 to 65535", "Correct it.")], "Nothing was changed."))
    1 wrong setting. Nothing was changed.
      aurora_port is 80; AWS allows 1150 to 65535. Correct it.
    """
    lines = list(dict.fromkeys(str(fault) for fault in faults))
    head = f"{len(lines)} wrong setting{'s' if len(lines) > 1 else ''}. {context}"
    return "\n  ".join([head, *lines])
