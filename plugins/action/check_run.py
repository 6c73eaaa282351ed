# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks the inventory, all settings of all its hosts and the variables of a run, before the first request to AWS."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible.inventory.manager import InventoryManager
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.utils.vars import load_extra_vars
from ansible_collections.mtk.backend.plugins.module_utils.domain import (
    _awx_survey,
    _inventory,
    _outputs,
    _rules_identity,
    _settings_run,
)
from ansible_collections.mtk.backend.plugins.module_utils.domain._setting import MISSING, Fault, Values
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import CONSENTS
from ansible_collections.mtk.backend.plugins.plugin_utils import approved, files, settings
from ansible_collections.mtk.backend.plugins.plugin_utils.command import relative
from ansible_collections.mtk.backend.plugins.plugin_utils.record import RECORD

try:
    from botocore.loaders import create_loader
except ImportError:  # the first module that needs boto3 says what to install
    create_loader = None

# Variables that name a file to write, or a directory to write files in.
WRITTEN = (
    *("plan_out", "drift_json", "drift_markdown", "destroy_json", "destroy_text", "policies_dir"),
    *("outputs_json", "outputs_table", "outputs_terraform", "topology_html"),
)
MODULES = tuple(sorted(path.stem for path in (Path(__file__).parents[1] / "modules").glob("[a-z]*.py")))
PREFIXES = ("mtk", *settings.ROLES)
SETTINGS = tuple(s.name for role in (_settings_run.RUN, *settings.ROLES.values()) for s in role.settings)


OPTIONS = {
    "defer_decisions": {"type": "raw", "default": True},  # wrong values are reported with all other settings
    "purpose": {"type": "str", "default": "apply"},
    "removed_region": {"type": "str"},
}


class ActionModule(ActionBase):
    """The action of M(mtk.backend.check_run)."""

    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        options = self.validate_argument_spec(OPTIONS)[1]
        inventory = _inventory.Inventory(task_vars["groups"], _known_regions(), self._environments(task_vars))
        faults = [*self._run_faults(task_vars, options["purpose"]), *inventory.faults()]
        if options["purpose"] == "destroy":
            faults += _inventory.left_out(inventory.hosts("all"), task_vars["ansible_play_hosts_all"])
            faults += self._other_environment(task_vars)
        if options["removed_region"] is not None:
            faults += [*inventory.removed(options["removed_region"]), *_limited(task_vars)]
        values: dict[str, Values] = {}
        if inventory.hosts("all") and inventory.hosts("primary"):
            found, values = self._check_hosts(inventory, task_vars)
            faults += [fault for fault in found if not inventory.repeats(fault)]
        if faults:
            return {**result, "failed": True, "msg": settings.message(faults, "Nothing was changed.")}
        tags = [task_vars.get(name) or [] for name in ("ansible_run_tags", "ansible_skip_tags")]
        roles = _inventory.selected_roles(settings.ROLES, *tags)
        primary = inventory.hosts("primary")
        asked = {host: _inventory.asked(found, roles, owner=host in primary) for host, found in values.items()}
        plan = approved.given(task_vars, self._task, self._templar.template)
        notes = approved.notes(plan) if plan else []
        run = {
            "run_notes": notes,
            "defers_decisions": boolean(options["defer_decisions"]),
            "run_purpose": options["purpose"],
        }
        removed = values[primary[0]].get("dynamodb_global_remove_replica_regions", [])
        outputs = {host: _outputs_of(host, inventory, values, roles) for host in values}
        answer = {"home_region": primary[0], "asked": asked, "outputs": outputs, **run}
        answer["removed_replica_regions"] = removed
        answer["parameters"] = _outputs.names(_outputs.roles_of(name for each in outputs.values() for name in each))
        return {**result, "changed": False, **answer}

    def _other_environment(self, variables: Mapping[str, Any]) -> Iterator[Fault]:
        """Return the fault of a deletion whose environment is not that of its inventory, but of the command line."""
        given, own = load_extra_vars(self._loader).get("mtk_environment"), self._environments(variables).values()
        if given is not None and own and given not in own:
            rule = f"the inventory is that of {', '.join(sorted(set(own)))}, with other settings"
            yield Fault({"-e mtk_environment": given}, rule, "Use the inventory of the environment to delete.")

    def _run_faults(self, variables: Mapping[str, Any], purpose: str) -> Iterator[Fault]:
        """Return the faults of ansible.cfg and of the command line."""
        if not RECORD.collects:
            yield Fault(
                {"The callback mtk.backend.plan": MISSING},
                "is not enabled, so the run would have no summary, no plan_out and no drift. The playbooks of this "
                "collection enable it; your own playbook does not",
                settings.ENABLE_CALLBACK,
            )
        known = _settings_run.TAGS
        yield from _inventory.run_tags(variables.get("ansible_run_tags") or [], "--tags", known)
        yield from _inventory.run_tags(variables.get("ansible_skip_tags") or [], "--skip-tags", known)
        given = load_extra_vars(self._loader)
        # A long name differs little from that of its answer, which the next line judges.
        yield from _settings_run.unknown_extra_variables(given, (*PREFIXES, "survey"), SETTINGS)
        yield from _awx_survey.unknown_answers(given, settings.NAMES)
        for name in WRITTEN:
            if variables.get(name):
                yield from _unwritable(name, self._templar.template(variables[name]))
        if "plan_out" in variables and "plan_out" not in given:
            rule = "it is only read as an extra variable"
            yield Fault({"plan_out": str(variables["plan_out"])}, rule, "Give it with -e, or set MTK_PLAN_OUT.")
        if "purge_data" in variables and "purge_data" not in given:
            rule = "it is only read as an extra variable, so that no inventory gives up data"
            yield Fault({"purge_data": str(variables["purge_data"])}, rule, "Give it with -e.")
        if "mtk_check_mode" in given and _is_false(variables["mtk_check_mode"]):
            rule = "site.yml applies without it, and plan.yml and drift.yml never write"
            yield Fault({"-e mtk_check_mode": variables["mtk_check_mode"]}, rule, "Leave it out.")
        yield from self._of_playbooks(variables, given)
        for name in CONSENTS:
            if name in variables:
                value = self._templar.template(variables[name])
                yield from _settings_run.consent_faults(name, value, MODULES)
        plan = approved.given(variables, self._task, self._templar.template)
        if plan:
            yield from approved.faults(plan, purpose, writes=not self._task.check_mode)

    def _of_playbooks(self, variables: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[Fault]:
        """Return the faults of variables that only the playbooks set. An inventory must not set the purpose."""
        own = self._task.get_play().vars
        for name in _settings_run.OF_PLAYBOOKS:
            if name in given:
                yield Fault({f"-e {name}": given[name]}, "only the playbooks set it", "Leave it out.")
        if "mtk_purpose" not in given and variables.get("mtk_purpose") == "destroy" != own.get("mtk_purpose"):
            rule = "only the playbooks set it"
            yield Fault({"mtk_purpose": "destroy"}, rule, "Remove it from the inventory.")

    def _check_hosts(
        self, inventory: _inventory.Inventory, variables: Mapping[str, Any]
    ) -> tuple[list[Fault], dict[str, Values]]:
        """Return the faults of the settings of all hosts, each once, and the settings of each host."""
        hosts = {host: self._settings(host, variables) for host in inventory.hosts("all")}
        environments, together = {}, {}
        faults: dict[str, dict[str, list[Fault]]] = {"run": {}}
        for host, found in hosts.items():
            environments[host] = found.run.get("mtk_environment")
            faults["run"][host] = list(found.run_faults)
            if not found.sets("expected_account_id"):
                remedy = "Set it to the account of the environment in group_vars/all/environment.yml, in quotes."
                faults["run"][host].append(Fault({"expected_account_id": MISSING}, "is not set", remedy))
            values = {}
            for role in settings.ROLES.values():
                if host in _hosts_of(role.name, inventory):
                    owner = host in inventory.hosts("primary")
                    checked, wrong = found.check(role, owner=owner)
                    faults.setdefault(role.name, {})[host] = wrong
                    values.update(checked)
            together[host] = values
            faults.setdefault("inventory", {})[host] = [
                *_inventory.own_names(values, settings.ROLES, environments[host], host),
                *_together(host, values, inventory),
                *_rules_identity.boundaries(values, found.run.get("expected_account_id"), host),
            ]
        found_environments = {host: name for host, name in environments.items() if name}
        listed = [
            *_inventory.environments(found_environments),
            *_inventory.same(together),
            *(fault for by_host in faults.values() for fault in _inventory.merged(by_host)),
        ]
        return listed, together

    def _settings(self, host: str, variables: Mapping[str, Any]) -> settings.Settings:
        """Return the settings of a host. What a play sets is not in the variables of other hosts, and is added."""
        own = variables["hostvars"].raw_get(variables["inventory_hostname"])
        of_play = {
            name: value
            for name, value in variables.items()
            if (name.startswith(PREFIXES) or name in SETTINGS) and own.get(name, MISSING) is not value
        }
        given = {**variables["hostvars"].raw_get(host), **of_play}
        return settings.Settings(given, settings.resolver(self._templar), fresh=not RECORD.entries)

    def _environments(self, variables: Mapping[str, Any]) -> dict[str, str]:
        """Return mtk_environment by inventory source, of the sources that set it."""
        found = {}
        sources = variables.get("ansible_inventory_sources") or []
        for source in sources:
            if len(sources) > 1 and (inside := self._inside(source)):
                found[relative(source)] = inside
            if not Path(source).exists():
                continue  # a list of hosts
            directory = Path(source) if Path(source).is_dir() else Path(source).parent
            for path in sorted([*directory.glob("group_vars/all/**/*"), *directory.glob("group_vars/all.*")]):
                if path.is_file() and path.suffix in (".yml", ".yaml", ".json", ""):
                    content = self._read(path)
                    if isinstance(content, Mapping) and content.get("mtk_environment"):
                        found[relative(source)] = str(content["mtk_environment"])
        return found

    def _inside(self, source: str) -> str:
        """Return mtk_environment as an inventory file or script itself sets it; empty if it does not."""
        manager = InventoryManager(self._loader, [source])
        members = [*manager.groups.values(), *manager.hosts.values()]
        given = (member.get_vars().get("mtk_environment") for member in members)
        return next((str(name) for name in given if name), "")

    def _read(self, path: Path) -> Any:
        try:
            return self._loader.load_from_file(str(path))
        except AnsibleError:
            return None  # Ansible itself has reported a file that it cannot read


def _hosts_of(role: str, inventory: _inventory.Inventory) -> list[str]:
    """Return the hosts whose settings of a role are used."""
    primary = inventory.hosts("primary")
    return {
        "ipam_vpc": [*primary, *inventory.hosts("network")],
        "aurora": inventory.hosts("database"),
        "dynamodb_global": inventory.hosts("all"),
    }[role]


def _outputs_of(
    host: str, inventory: _inventory.Inventory, values: Mapping[str, Values], roles: list[str]
) -> list[str]:
    """Return the names of the outputs that the settings ask for, of a host and of the environment as a whole."""
    groups = {"ipam_vpc": "network", "aurora": "database", "dynamodb_global": "all"}
    own = [role for role in roles if host in inventory.hosts(groups[role])]
    primary = inventory.hosts("primary")[0]
    shared: list[str] = []
    for role in roles:  # the primary region may have no network or no database
        members = sorted(inventory.hosts(groups[role]), key=lambda name: name != primary)
        shared += _outputs.wanted(_outputs.SHARED, values[members[0]], [role]) if members else []
    return [*shared, *_outputs.wanted(_outputs.REGIONAL, values[host], own)]


def _together(host: str, values: Mapping[str, Any], inventory: _inventory.Inventory) -> Iterator[Fault]:
    """Return the faults of settings of several roles."""
    if host in inventory.hosts("database"):
        yield from _inventory.network_and_database(dict(values))
    if host in inventory.hosts("network"):
        yield from _inventory.vpc_in_pool(dict(values))
    if host in inventory.hosts("primary"):
        yield from inventory.lists(dict(values), host)


def _limited(variables: Mapping[str, Any]) -> Iterator[Fault]:
    """Return the fault of a removal with --limit, which would leave out the removed region."""
    if variables.get("ansible_limit"):
        rule = "leaves out the region that is removed, which is no host of the inventory"
        yield Fault({"--limit": MISSING}, rule, "Leave it out.")


def _is_false(value: Any) -> bool:
    return not boolean(value, strict=False)


def _unwritable(name: str, value: Any) -> Iterator[Fault]:
    if not isinstance(value, str):
        yield Fault({name: value}, "it must be a path as text", "Write it as a text.")
        return
    path = files.resolved(value)
    if name.endswith("_dir"):
        yield from _no_directory(name, value)
        return
    special = path.exists() and not path.is_file()  # such as a pipe, which is not replaced
    if path.is_dir():
        yield Fault({name: value}, "it is a directory", "Name a file.")
    elif not path.parent.is_dir():
        yield Fault({name: value}, f"there is no directory {path.parent}", "Create it, or name another file.")
    elif not os.access(path if special else path.parent, os.W_OK):
        yield Fault({name: value}, "the file cannot be written", "Correct the permissions, or name another file.")


def _no_directory(name: str, value: str) -> Iterator[Fault]:
    path = files.resolved(value)
    if not path.is_dir():
        yield Fault({name: value}, "it is not a directory", "Create it, or name a directory.")
    elif not os.access(path, os.W_OK):
        yield Fault(
            {name: value}, "files cannot be written there", "Correct the permissions, or name another directory."
        )


def _known_regions() -> frozenset[str]:
    """Return the regions that botocore knows, of all partitions."""
    if create_loader is None:
        return frozenset()
    data = create_loader().load_data("endpoints")
    return frozenset(region for partition in data["partitions"] for region in partition["regions"])
