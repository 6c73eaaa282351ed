# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parameter groups of clusters and of instances: one resource behind calls with different names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._aurora import batches, parameter_text
from ansible_collections.mtk.backend.plugins.module_utils.resources._rds import RdsResource

OPTIONS: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "family": {"type": "str"},
    "description": {"type": "str"},
    "parameters": {"type": "dict"},
}


class ParameterGroup(RdsResource):
    """A parameter group. ``scope`` is the prefix of ``parameter_group`` in the names of RDS's API."""

    scope = ""
    identity = ("name",)
    managed = ("family", "description", "parameters")
    immutable = frozenset({"family", "description"})
    needed = ("family",)
    retry_codes = ("InvalidDBParameterGroupState",)  # RDS frees a group minutes after its last cluster is deleted

    def __init__(self, aws: Any, params: Mapping[str, Any]) -> None:
        super().__init__(aws, params)
        self.noun = f"{self.scope}parameter_group"
        self.me = {f"{self.noun}_name": self.params["name"]}

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
            "tags": self.read_tags(arn),
        }

    def desired(self, have: Mapping[str, Any] | None) -> dict[str, Any]:
        want = super().desired(have)
        if "parameters" in want:  # the complete set: a parameter that is not given is reset
            want["parameters"] = self._wanted()
        return want

    def create(self, want: Mapping[str, Any]) -> None:
        self.aws.call(  # the parameters follow as an update
            "rds",
            f"create_{self.noun}",
            db_parameter_group_family=want["family"],
            description=want.get("description") or self.params["name"],
            tags=want.get("tags"),
            **self.me,
        )

    def update(self, have: Mapping[str, Any], changes: Mapping[str, Any]) -> None:
        self.retag(have, changes)
        if "parameters" in changes:
            present, wanted = have["parameters"], changes["parameters"]
            self._send("modify", {n: v for n, v in wanted.items() if present.get(n) != v})
            self._send("reset", {n: None for n in present if n not in wanted})

    def delete(self, have: Mapping[str, Any]) -> None:
        self.aws.call("rds", f"delete_{self.noun}", **self.me)

    def _wanted(self) -> dict[str, str]:
        return {name: parameter_text(value) for name, value in (self.params["parameters"] or {}).items()}

    def _described(self, **filters: Any) -> list[dict[str, Any]]:
        operation = f"describe_{self.scope}parameters"
        return list(self.aws.pages("rds", operation, "parameters", **self.me, **filters))

    def _parameters(self) -> dict[str, Any]:
        """Return the set parameters, and the wanted ones that equal the default: RDS does not list these as set."""
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
            self.aws.call("rds", f"{verb}_{self.noun}", parameters=batch, **self.me)
