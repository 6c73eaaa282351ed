# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Clusters and instances that are stopped, have failed, or belong to somebody else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._database_states import (
    RESTING,
    Failure,
    start_command,
)
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import Observation, Refused
from ansible_collections.mtk.backend.plugins.module_utils.engine._reconcile import consent
from ansible_collections.mtk.backend.plugins.module_utils.resources._rds import RdsResource

Fields = Mapping[str, Any]


class DatabaseResource(RdsResource):
    """A cluster or an instance. A stopped one is as it should be as long as nothing has to change on it."""

    failures: Mapping[str, Failure] = {}
    ready = frozenset({"available", "storage-optimization", "stopped"})
    source_type = ""  # the kind of its events

    def consent(self, variable: str) -> str:
        """Return the argument with which a user consents for this resource."""
        return consent(variable, f"{self.resource}:{self.label}")

    def start_command(self, have: Fields) -> str:
        """Return the command that starts the cluster."""
        return start_command(self.aws.region, have["db_cluster_identifier"])

    def reason(self, have: Fields) -> str:
        """Return what RDS means by the state of a failed resource, and its last event."""
        failure = self.failures.get(str(have[self.status_field]))
        meaning = failure.meaning if failure else super().reason(have)
        event = self.last_event(self.source_type, have)
        return f"{meaning}; its last event: {event.rstrip('.')}" if event else meaning

    def refuse_changes(self, have: Fields, want: Fields) -> None:
        """Raise Refused if a stopped resource would change, of which AWS changes only the tags."""
        changed = sorted(name for name, value in want.items() if name != "tags" and value != have.get(name))
        if have[self.status_field] in RESTING and changed:
            raise Refused(
                f"{self} is {have[self.status_field]}, and {', '.join(changed)} would change. AWS changes neither a "
                f"stopped cluster nor its instances. Start the cluster and run again: {self.start_command(have)}"
            )

    def rest(self, have: Fields) -> list[str]:
        """Return a sentence if the cluster is stopped: AWS deletes neither it nor its instances."""
        if have[self.status_field] not in RESTING:
            return []
        return [
            f"{self} is {have[self.status_field]}. AWS deletes neither a stopped cluster nor its instances. Start "
            f"the cluster and run again: {self.start_command(have)}"
        ]

    def is_expendable(self, have: Fields) -> bool:
        """Return whether a failed resource may be replaced without asking. Raise Refused if that does not help."""
        self._refuse_incurable(have)
        return False

    def _refuse_incurable(self, have: Fields) -> None:
        """Raise Refused for a failure that a replacement does not repair, with what repairs it."""
        state = str(have[self.status_field])
        failure = self.failures.get(state)
        if failure and failure.cure:
            raise Refused(
                f"{self} is '{state}': {self.reason(have)}. {failure.cure.format(start=self.start_command(have))}"
            )

    def at_rest(self, have: Fields) -> list[Observation]:
        """Return an observation if the cluster is stopped."""
        state = have.get(self.status_field)
        if state not in RESTING:
            return []
        reason = f"the cluster was stopped; AWS starts it after seven days, or run: {self.start_command(have)}"
        return [Observation(self.status_field, "available", state, "aws", reason)]

    def cluster(self, name: str | None) -> dict[str, Any]:
        """Return a described cluster of the region; an empty mapping if it does not exist."""
        listed = self.aws.pages("rds", "describe_db_clusters", "db_clusters")
        return next((found for found in listed if found["db_cluster_identifier"] == name), {})

    def refuse_missing_cluster(self, name: str | None, cluster: Fields) -> None:
        """Raise Refused if the cluster of a new instance does not exist. In a plan it may be created before."""
        if name and not cluster and not self.params.get("check_mode"):
            raise Refused(
                f"{self} does not exist, and neither does rds_cluster {name}, which would get it. Create the cluster "
                "first. If the plan marks the cluster with !, decide about it first."
            )
