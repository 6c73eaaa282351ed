# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parameter groups of clusters and of instances: the same resource behind calls of different names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils._aurora import (
    batches,
    change_tags,
    parameter_text,
    read_tags,
)
from ansible_collections.mtk.backend.plugins.module_utils._reconcile import Resource

OPTIONS: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "family": {"type": "str"},
    "description": {"type": "str"},
    "parameters": {"type": "dict"},
}


class ParameterGroup(Resource):
    """A parameter group; ``scope`` is what stands before ``parameter_group`` in the names of RDS's API."""

    scope = ""
    identity = ("name",)
    managed = ("family", "description", "parameters")
    immutable = frozenset({"family", "description"})
    needed = ("family",)
    name_tag = False
    retry_codes = ("InvalidDBParameterGroupState",)  # in use for minutes after the last user has gone

    def __init__(self, aws: Any, params: Mapping[str, Any]) -> None:
        super().__init__(aws, {**params, "name": params["name"].lower()})
        self.noun = f"{self.scope}parameter_group"
        self.named_so = {f"{self.noun}_name": self.params["name"]}

    def siblings(self) -> list[dict[str, Any]]:
        return list(self.aws.pages("rds", f"describe_{self.noun}s", f"{self.noun}s"))

    def is_me(self, sibling: Mapping[str, Any]) -> bool:
        return bool(sibling[f"{self.noun}_name"] == self.params["name"])

    def describe(self, sibling: dict[str, Any]) -> dict[str, Any]:
        arn = sibling[f"{self.noun}_arn"]
        return {
            f"{self.noun}_arn": arn,
            "name": sibling[f"{self.noun}_name"],
            "family": sibling["db_parameter_group_family"],
            "description": sibling["description"],
            "parameters": self._parameters(),
            "tags": read_tags(self.aws, arn, self.params["tags"]),
        }

    def desired(self, have: Mapping[str, Any] | None) -> dict[str, Any]:
        want = super().desired(have)
        if "parameters" in want:  # all of them, so nothing is laid over what is set
            want["parameters"] = self._wanted()
        return want

    def create(self, want: Mapping[str, Any]) -> None:
        self.aws.call(  # its parameters follow as an update
            "rds",
            f"create_{self.noun}",
            db_parameter_group_family=want["family"],
            description=want.get("description") or self.params["name"],
            tags=want.get("tags"),
            **self.named_so,
        )

    def update(self, have: Mapping[str, Any], changes: Mapping[str, Any]) -> None:
        if "tags" in changes:
            change_tags(self.aws, have[f"{self.noun}_arn"], have["tags"], changes["tags"])
        if "parameters" in changes:
            present, wanted = have["parameters"], changes["parameters"]
            self._send("modify", {n: v for n, v in wanted.items() if present.get(n) != v})
            self._send("reset", {n: None for n in present if n not in wanted})

    def delete(self, have: Mapping[str, Any]) -> None:
        self.aws.call("rds", f"delete_{self.noun}", **self.named_so)

    def _wanted(self) -> dict[str, str]:
        return {name: parameter_text(value) for name, value in (self.params["parameters"] or {}).items()}

    def _described(self, **filters: Any) -> list[dict[str, Any]]:
        operation = f"describe_{self.scope}parameters"
        return list(self.aws.pages("rds", operation, "parameters", **self.named_so, **filters))

    def _parameters(self) -> dict[str, Any]:
        """What was set, and of what is wanted also what the engine has by itself: such a value is not kept as set."""
        found = {p["parameter_name"]: p.get("parameter_value") for p in self._described(source="user")}
        wanted = self._wanted()
        if wanted.keys() <= found.keys():
            return found
        default = {p["parameter_name"]: p.get("parameter_value") for p in self._described()}
        return {**{name: default[name] for name in wanted if wanted[name] == default.get(name)}, **found}

    def _send(self, verb: str, values: Mapping[str, str | None]) -> None:
        if not values:
            return
        dynamic = {p["parameter_name"] for p in self._described() if p.get("apply_type") == "dynamic"}
        parameters = [
            {
                "parameter_name": name,
                "parameter_value": value,
                "apply_method": "immediate" if name in dynamic else "pending-reboot",
            }
            for name, value in sorted(values.items())
        ]
        for batch in batches(parameters):
            self.aws.call("rds", f"{verb}_{self.noun}", parameters=batch, **self.named_so)
