#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: rds_global_cluster
version_added: 0.1.0
short_description: Manage an Aurora global cluster
description:
  - Manage a global cluster that is created empty or from an existing cluster. M(mtk.backend.rds_cluster) manages its
    members.
  - An upgrade of the version upgrades all members. AWS cannot change O(engine_lifecycle_support) later.
  - A global cluster has no region. Run the task in one region only.
author: MTK Backend contributors (@mtk)
options:
  global_cluster_identifier:
    description: >-
      The name, which identifies the global cluster. 1 to 63 letters, digits and single hyphens, with a letter first and
      no hyphen at the end. AWS stores it in lower case.
    type: str
    required: true
  source_db_cluster_identifier:
    description:
      - The name or the ARN of the cluster that becomes the first member. Engine, version, database and encryption are
        those of this cluster.
      - Used only to create the global cluster.
    type: str
  dissolve:
    description:
      - With O(state=absent), whether to take the last member, the writer, out of the global cluster first. That cluster
        stays, with its data.
      - It needs the consent O(remove) with the name of the global cluster. Without the consent, a global cluster with
        members is left alone. Other members are refused.
    type: bool
    default: false
  engine:
    description: >-
      The engine of a global cluster that is created empty. If not given, it is V(aurora-postgresql). AWS cannot change
      it later.
    type: str
extends_documentation_fragment:
  - mtk.backend.resource
  - mtk.backend.resource.tags
  - mtk.backend.rds.cluster
  - mtk.backend.connection
"""

EXAMPLES = r"""
- name: Create an empty global cluster
  mtk.backend.rds_global_cluster:
    region: us-east-1
    global_cluster_identifier: prod-aurora-global-cluster
    engine: aurora-postgresql
    engine_version: "16"
    storage_encrypted: true
    deletion_protection: true
    tags:
      mtk:environment: prod

- name: Remove the protected global cluster
  mtk.backend.rds_global_cluster:
    region: us-east-1
    global_cluster_identifier: prod-aurora-global-cluster
    deletion_protection: false
    state: absent
"""

RETURN = r"""
global_cluster:
  description: The global cluster; empty if it does not exist.
  returned: success
  type: dict
  contains:
    global_cluster_identifier: {description: The name of the global cluster., type: str}
    global_cluster_arn: {description: The ARN of the global cluster., type: str}
    global_cluster_resource_id: {description: The id that never changes., type: str}
    status: {description: "The status, for example V(creating) or V(available).", type: str}
    endpoint: {description: The DNS name of the writer., type: str}
    engine: {description: The engine., type: str}
    engine_version: {description: The full version., type: str}
    engine_lifecycle_support: {description: The lifecycle support., type: str}
    database_name: {description: The name of the first database., type: str, returned: if it has one}
    storage_encrypted: {description: Whether a KMS key encrypts the storage of the members., type: bool}
    deletion_protection: {description: Whether AWS refuses to delete the global cluster., type: bool}
    members:
      description: The members.
      type: list
      elements: dict
      contains:
        db_cluster_identifier: {description: The name of the cluster., type: str}
        db_cluster_arn: {description: The ARN of the cluster., type: str}
        region: {description: The region of the cluster., type: str}
        is_writer: {description: Whether the cluster is the writer., type: bool}
    writer_region: {description: "The region of the writer; null without members.", type: str}
    tags: {description: The tags., type: dict}
  sample:
    deletion_protection: true
    engine: aurora-postgresql
    engine_version: "16.11"
    global_cluster_arn: arn:aws:rds::123456789012:global-cluster:prod-aurora-global-cluster
    global_cluster_identifier: prod-aurora-global-cluster
    members: []
    status: available
    storage_encrypted: true
    tags: {"mtk:environment": prod}
    writer_region: null
settled:
  description:
    - Whether nothing is left to do and AWS is not at work on the resource.
    - False in check mode if something would change, and with O(wait=false) while AWS is still at work.
  returned: success
  type: bool
  sample: true
"""

from ansible_collections.mtk.backend.plugins.module_utils.domain import _aurora, _aurora_limits
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import UNKNOWN, NotYet, Observation, Refused
from ansible_collections.mtk.backend.plugins.module_utils.engine._doubts import is_news
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import run
from ansible_collections.mtk.backend.plugins.module_utils.resources import _members
from ansible_collections.mtk.backend.plugins.module_utils.resources._rds import ENGINE, RdsResource

OPTIONS = {
    "global_cluster_identifier": {"type": "str", "required": True},
    "source_db_cluster_identifier": {"type": "str"},
    "engine": {"type": "str"},
    "dissolve": {"type": "bool", "default": False},
    **ENGINE,
}
GIVEN_BY_SOURCE = ("engine", "engine_version", "database_name", "storage_encrypted", "engine_lifecycle_support")


class GlobalCluster(RdsResource):
    """An Aurora global cluster."""

    kind = "global_cluster"
    identity = ("global_cluster_identifier",)
    managed = (*GIVEN_BY_SOURCE, "deletion_protection")
    immutable = frozenset({"engine", "database_name", "storage_encrypted", "engine_lifecycle_support"})
    computed = ("global_cluster_arn", "global_cluster_resource_id")
    limits = {"global_cluster_identifier": _aurora_limits.name()}
    status_field = "status"
    region = "global"
    retry_codes = (
        "GlobalClusterAlreadyExistsFault",
        "InvalidDBClusterStateFault",
        "InvalidGlobalClusterStateFault",  # AWS answers 'is not empty' for minutes after the last member has left
    )

    def conflicts(self):
        return _aurora_limits.engine_faults(self.params)

    def siblings(self):
        return self.aws.pages("rds", "describe_global_clusters", "global_clusters")

    def describe(self, sibling):
        members = _aurora.members_of(sibling)
        writer = _aurora.writer_of(sibling) or {}
        kept = self.params["state"] == "present" and self.owner
        foreign = [member for member in members if not _members.is_ours(self, member)] if kept else []
        have = {**sibling, "tags": sibling.get("tags") or {}, "members": members, "writer_region": writer.get("region")}
        return {**have, "_foreign_members": foreign}

    def desired(self, have):
        want = super().desired(have)
        if have is None and self._given("source_db_cluster_identifier"):
            return {name: value for name, value in want.items() if name not in GIVEN_BY_SOURCE}
        if have is None:
            return {"engine": "aurora-postgresql", **want}
        if "engine_version" in want:
            want["engine_version"] = self.version_to_keep(want["engine_version"], have["engine_version"])
        return want

    @property
    def _dissolves(self):
        return self.params["dissolve"] and self.consents("remove")

    def kept(self, have):
        dissolved = not self.params["dissolve"] or self._dissolves
        names = ", ".join(member["db_cluster_identifier"] for member in have["members"])
        return "" if dissolved or not names else f"{names} is a member of it, and the run has no consent to dissolve it"

    def create(self, want):
        source = self.params["source_db_cluster_identifier"]
        self.aws.call(
            "rds",
            "create_global_cluster",
            global_cluster_identifier=self.params["global_cluster_identifier"],
            source_db_cluster_identifier=self._source_arn(source) if source else None,
            **want,
        )

    def update(self, have, changes):
        changes = self.retag(have, changes)
        if changes:
            major = self.params["allow_major_version_upgrade"] if "engine_version" in changes else None
            self._modify(allow_major_version_upgrade=major or None, **changes)

    def delete(self, have):
        if self._dissolves and have["members"]:
            self._take_out(have["members"][0]["db_cluster_arn"])
            raise NotYet("the last member leaves the global cluster")
        if have.get("deletion_protection"):
            return self._modify(deletion_protection=False)
        name = self.params["global_cluster_identifier"]
        return self.aws.call("rds", "delete_global_cluster", global_cluster_identifier=name)

    def _take_out(self, member):
        group = {"global_cluster_identifier": self.params["global_cluster_identifier"], "db_cluster_identifier": member}
        try:
            self.aws.call("rds", "remove_from_global_cluster", **group)
        except Exception as error:
            if not is_news(error):  # AWS lists a member that has left for a while
                raise

    def tolerated(self, have):
        reason = "a cluster that others added to the global cluster; it is left alone"
        found = have.get("_foreign_members", [])
        return [Observation("members", None, _members.names([member]), "foreign", reason) for member in found]

    def obstacles(self, have):
        yield from self.protection(have)
        staying = _members.staying(self, [m for m in have["members"] if not (self._dissolves and m["is_writer"])])
        if staying:
            ways = _members.ways_on(have["global_cluster_identifier"], staying)
            yield (
                f"{self} still has members: remove {_members.names(staying)} first (rds_cluster with state: absent). "
                f"{ways}"
            )

    def _modify(self, **args):
        name = self.params["global_cluster_identifier"]
        self.aws.call("rds", "modify_global_cluster", global_cluster_identifier=name, **args)

    def _source_arn(self, source):
        if source.startswith("arn:") or source == UNKNOWN:
            return source
        clusters = self.aws.pages("rds", "describe_db_clusters", "db_clusters")
        found = [c["db_cluster_arn"] for c in clusters if c["db_cluster_identifier"] == source.lower()]
        if not found:
            raise Refused(
                f"source_db_cluster_identifier is '{source}', and {self.aws.region} has no cluster of that name"
            )
        return found[0]


def main(context=None):
    run(GlobalCluster, OPTIONS, context)


if __name__ == "__main__":
    main()
