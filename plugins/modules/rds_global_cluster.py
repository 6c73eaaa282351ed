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
  - Keeps a global cluster, made empty or from an existing cluster. Its members are M(mtk.backend.rds_cluster)'s work.
  - A global cluster has no region; run this in one of them only.
author: MTK Backend contributors (@mtk)
options:
  global_cluster_identifier:
    description: The name of the global cluster, which AWS keeps in lower case; it identifies it.
    type: str
    required: true
  source_db_cluster_identifier:
    description:
      - The cluster (name or ARN) that becomes the first member and gives engine, version, database and encryption.
      - Used for the creation only.
    type: str
  engine:
    description: The engine of an empty global cluster; V(aurora-postgresql) by default. AWS cannot change it later.
    type: str
  engine_version:
    description:
      - A major version (V(16)) or a full one (V(16.6)).
      - This or a later version of the same major one is left alone; an older one is upgraded, in all members; a
        downgrade is refused.
    type: str
  allow_major_version_upgrade:
    description: Whether it may be upgraded to another major version.
    type: bool
    default: false
  database_name:
    description: The first database of the members. AWS cannot change it later.
    type: str
  storage_encrypted:
    description: Whether the storage of the members is encrypted. AWS cannot change it later.
    type: bool
  engine_lifecycle_support:
    description: Whether it enters paid support when standard support ends. AWS cannot change it later.
    type: str
    choices: [open-source-rds-extended-support, open-source-rds-extended-support-disabled]
  deletion_protection:
    description:
      - Whether it is protected from deletion.
      - With O(state=absent) a protected global cluster is refused, unless this is V(false) in the same task.
    type: bool
extends_documentation_fragment:
  - mtk.backend.resource
  - mtk.backend.resource.tags
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Keep an empty global cluster, ready for its primary
  mtk.backend.rds_global_cluster:
    region: us-east-1
    global_cluster_identifier: prod-aurora-global-cluster
    engine: aurora-postgresql
    engine_version: "16"
    storage_encrypted: true
    deletion_protection: true
    tags:
      mtk:environment: prod

- name: Remove it, although it is protected
  mtk.backend.rds_global_cluster:
    region: us-east-1
    global_cluster_identifier: prod-aurora-global-cluster
    deletion_protection: false
    state: absent
"""

RETURN = r"""
global_cluster:
  description: The global cluster; empty where it does not exist.
  returned: success
  type: dict
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
"""

from ansible_collections.mtk.backend.plugins.module_utils.domain import _aurora
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import UNKNOWN, Refused
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import run
from ansible_collections.mtk.backend.plugins.module_utils.resources._rds import ENGINE, RdsResource

OPTIONS = {
    "global_cluster_identifier": {"type": "str", "required": True},
    "source_db_cluster_identifier": {"type": "str"},
    "engine": {"type": "str"},
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
    status_field = "status"
    region = "global"
    retry_codes = (
        "GlobalClusterAlreadyExistsFault",
        "InvalidDBClusterStateFault",
        "InvalidGlobalClusterStateFault",  # AWS answers 'is not empty' for minutes after the last member has left
    )

    def siblings(self):
        return self.aws.pages("rds", "describe_global_clusters", "global_clusters")

    def describe(self, sibling):
        members = _aurora.members_of(sibling)
        writer = _aurora.writer_of(sibling) or {}
        if self.params["state"] == "absent":
            self.refuse_protected(sibling)
        return {**sibling, "tags": sibling.get("tags") or {}, "members": members, "writer_region": writer.get("region")}

    def desired(self, have):
        want = super().desired(have)
        if have is None and self._given("source_db_cluster_identifier"):
            return {name: value for name, value in want.items() if name not in GIVEN_BY_SOURCE}
        if have is None:
            return {"engine": "aurora-postgresql", **want}
        if "engine_version" in want:
            want["engine_version"] = self.version_to_keep(want["engine_version"], have["engine_version"])
        return want

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
        if have["members"]:
            names = ", ".join(f"{member['db_cluster_identifier']} in {member['region']}" for member in have["members"])
            raise Refused(f"{self} still has members: remove {names} first (rds_cluster with state: absent)")
        if have.get("deletion_protection"):
            self._modify(deletion_protection=False)
        else:
            name = self.params["global_cluster_identifier"]
            self.aws.call("rds", "delete_global_cluster", global_cluster_identifier=name)

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
