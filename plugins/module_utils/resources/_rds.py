# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The base of the modules of RDS: names in lower case, tags, versions, pending changes, events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.aws._tags import write_tags
from ansible_collections.mtk.backend.plugins.module_utils.domain import _aurora
from ansible_collections.mtk.backend.plugins.module_utils.domain._database_states import unprotecting
from ansible_collections.mtk.backend.plugins.module_utils.domain._limits import TagRules
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import OWNER_TAG, UNKNOWN, Refused
from ansible_collections.mtk.backend.plugins.module_utils.engine._resource import Resource, lifting

Fields = Mapping[str, Any]

# Options that clusters and global clusters share.
ENGINE: dict[str, Any] = {
    "engine_version": {"type": "str"},
    "allow_major_version_upgrade": {"type": "bool", "default": False},
    "engine_lifecycle_support": {
        "type": "str",
        "choices": ["open-source-rds-extended-support", "open-source-rds-extended-support-disabled"],
    },
    "database_name": {"type": "str"},
    "storage_encrypted": {"type": "bool"},
    "deletion_protection": {"type": "bool"},
}
INSIGHTS: dict[str, Any] = {
    "enable_performance_insights": {"type": "bool"},
    "performance_insights_retention_period": {"type": "int"},
    "performance_insights_kms_key_id": {"type": "str"},
    "database_insights_mode": {"type": "str", "choices": ["standard", "advanced"]},
}
MONITORING_INTERVAL: dict[str, Any] = {"type": "int", "choices": [0, 1, 5, 10, 15, 30, 60]}
SERVERLESS_V2: dict[str, Any] = {
    "min_capacity": {"type": "float"},
    "max_capacity": {"type": "float"},
    "seconds_until_auto_pause": {"type": "int"},
}
# Options that name a group: the module that manages it, and the beginning of its operation and fields.
_GROUPS = {
    "db_subnet_group_name": ("rds_subnet_group", "db_subnet_group"),
    "db_cluster_parameter_group_name": ("rds_cluster_param_group", "db_cluster_parameter_group"),
    "db_parameter_group_name": ("rds_instance_param_group", "db_parameter_group"),
}


class RdsResource(Resource):
    """A resource of RDS. The first computed field is its ARN; RDS keeps names in lower case."""

    name_tag = False
    tag_rules = TagRules(common=True, reserved=("aws:", "rds:"))
    lowered: Sequence[str] = ()  # options, beside the identity, that RDS keeps in lower case
    unordered: Sequence[str] = ()  # lists whose order has no meaning

    def __init__(self, aws: Any, params: Fields) -> None:
        lower = {name: params[name].lower() for name in (*self.identity, *self.lowered) if params.get(name)}
        lists = {name: sorted(params[name]) for name in self.unordered if params.get(name)}
        super().__init__(aws, {**params, **lower, **lists})

    def is_me(self, sibling: Fields) -> bool:
        (name,) = self.identity
        return bool(sibling[name] == self.params[name])

    def is_unfinished(self, have: Fields, sent: Set[str]) -> bool:
        """Return whether RDS still applies a change of this run. Changes of others wait for the maintenance window."""
        modified = sent & (set(self.managed) - {"enable_http_endpoint"})  # a call without pending values
        pending = self.params.get("apply_immediately") and modified and have.get("pending_modified_values")
        return bool(pending or ("vpc_security_group_ids" in sent and _aurora.is_regrouping(have)))

    def is_ours(self, described: Fields) -> bool:
        """Return whether a described resource has the owner's tag."""
        return self.owner is not None and (described.get("tags") or {}).get(OWNER_TAG) == self.owner

    def tagged(self) -> list[dict[str, Any]]:
        """List what has the owner's tag in the region. The request is the one that the modules of a run share."""
        if self.owner is None:
            return []
        filters = [{"key": OWNER_TAG, "values": [self.owner]}]
        operation, key = "get_resources", "resource_tag_mapping_list"
        listed = self.aws.found(
            ["AccessDeniedException", "AccessDenied"],  # credentials that may not list: what is tagged stays unknown
            lambda: self.aws.pages("resourcegroupstaggingapi", operation, key, tag_filters=filters),
        )
        return listed or []

    def without_foreign_groups(self, want: Fields, have: Fields | None) -> dict[str, Any]:
        """Return the wanted fields; the name of a group that belongs to somebody else becomes ``(known after apply)``.

        The group that the resource uses already is kept. A plan names every group.
        """
        new = [name for name in _GROUPS if want.get(name) and want[name] != (have or {}).get(name)]
        free = self.owner is None or self.params.get("check_mode")
        return {**want, **{name: UNKNOWN for name in new if not free and self._is_foreign_group(name, want[name])}}

    def _is_foreign_group(self, option: str, name: str) -> bool:
        """Return whether a group exists and does not belong to the owner. AWS's default groups are everybody's."""
        module, group = _GROUPS[option]
        if name.startswith("default") or f"{module}:{name}" in (self.params.get("adopt") or ()):
            return False
        listed = self.aws.pages("rds", f"describe_{group}s", f"{group}s")
        arns = [found[f"{group}_arn"] for found in listed if found[f"{group}_name"] == name]
        return any(not self.is_ours({"tags": self.read_tags(arn)}) for arn in arns)

    def read_tags(self, arn: str) -> dict[str, str]:
        """Return the tags of a resource that RDS describes without them."""
        found: dict[str, str] = self.aws.tags(
            arn,
            self.params["tags"],
            lambda: self.aws.call("rds", "list_tags_for_resource", resource_name=arn).get("tags") or {},
        )
        return found

    def retag(self, have: Fields, changes: Fields) -> dict[str, Any]:
        """Change the tags, if they differ. Return the other changes."""
        if "tags" in changes:
            write_tags(self.aws, "rds", have[self.computed[0]], have["tags"], changes["tags"])
        return {name: value for name, value in changes.items() if name != "tags"}

    def version_to_keep(self, wanted: str, running: str) -> str:
        """Return the engine version to ask for. Raise Refused for a downgrade and for a major upgrade not allowed."""
        try:
            return _aurora.version_to_keep(wanted, running, self.params["allow_major_version_upgrade"])
        except ValueError as error:
            raise Refused(f"{self}: {error}") from error

    def last_event(self, source_type: str, have: Fields) -> str:
        """Return the last event of the last day, in RDS's words, or an empty text."""
        source = {"source_type": source_type, "source_identifier": have[self.identity[0]], "duration": 1440}
        events = self.aws.found(["AccessDenied"], lambda: self.aws.pages("rds", "describe_events", "events", **source))
        return str(events[-1].get("message", "")) if events else ""

    def protection(self, have: Fields) -> list[str]:
        """Return a sentence if the resource is protected from deletion and the task does not lift the protection."""
        if not have.get("deletion_protection") or self.params["deletion_protection"] is False:
            return []
        command = unprotecting(self.aws.region, self.identity[0], have[self.identity[0]])
        way = f"set deletion_protection: false, or lift the protection first: {command}"
        return [lifting(f"{self} is protected from deletion.", way)]
