# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The members of a global cluster that stand in the way of a deletion: AWS deletes the writer after all others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.resources._rds import RdsResource

Member = Mapping[str, Any]  # as domain/_aurora.py returns it


def names(members: Iterable[Member]) -> str:
    """Return the members as text: their names and regions."""
    return ", ".join(f"{member['db_cluster_identifier']} in {member['region']}" for member in members)


def is_ours(resource: RdsResource, member: Member) -> bool:
    """Return whether a member has the owner's tag, or does not exist any more."""
    found = _described(resource, member)
    return found is None or resource.is_ours(found)


def staying(resource: RdsResource, members: Iterable[Member]) -> list[Member]:
    """Return the members that exist, and that neither AWS nor the plan of this run is deleting.

    AWS lists a member for a while after its deletion.
    """
    return [member for member in members if not _goes(resource, member) and _exists(resource, member)]


def ways_on(global_cluster: str, members: Iterable[Member]) -> str:
    """Return what a user can do about members that this run does not delete."""
    commands = [
        f"aws rds remove-from-global-cluster --region {member['region']} --global-cluster-identifier {global_cluster} "
        f"--db-cluster-identifier {member['db_cluster_arn']}"
        for member in sorted(members, key=lambda member: bool(member["is_writer"]))  # AWS lets the writer leave last
    ]
    return (
        "Delete what is no longer needed. Or let it go on as a cluster of its own, outside of the global cluster: "
        f"{' && '.join(commands)}"
    )


def _goes(resource: RdsResource, member: Member) -> bool:
    """Return whether the plan deletes a member before the resource.

    A plan that is not collected does not know that. It expects it of clusters with our tag.
    """
    if not resource.params.get("check_mode"):
        return False
    if resource.params.get("collects"):
        return (member["region"], member["db_cluster_identifier"]) in (resource.params.get("going") or ())
    return resource.owner is None or is_ours(resource, member)


def _exists(resource: RdsResource, member: Member) -> bool:
    found = _described(resource, member)
    return found is not None and found["status"] != "deleting"


def _described(resource: RdsResource, member: Member) -> dict[str, Any] | None:
    listed = resource.aws.pages("rds", "describe_db_clusters", "db_clusters", member["region"])
    return next((found for found in listed if found["db_cluster_arn"] == member["db_cluster_arn"]), None)
