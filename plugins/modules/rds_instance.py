#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: rds_instance
version_added: 0.1.0
short_description: Manage an instance of an Aurora cluster
description:
  - Keeps an instance of an Aurora cluster. Options that are not given are left alone.
  - What belongs to the cluster (version, storage, security groups, credentials, logs, insights) is not an option here.
  - Which instance writes is Aurora's decision, told by C(db_cluster_members) of M(mtk.backend.rds_cluster).
author: MTK Backend contributors (@mtk)
options:
  db_instance_identifier:
    description: The name of the instance, which AWS keeps in lower case; it identifies it.
    type: str
    required: true
  db_cluster_identifier:
    description: The cluster that it belongs to. Needed to create it; AWS cannot change it later.
    type: str
  engine:
    description: The engine, that of the cluster.
    type: str
    default: aurora-postgresql
  db_instance_class:
    description: The class, for example C(db.serverless). Needed to create it. A change is an outage of the instance.
    type: str
  availability_zone:
    description: The zone. AWS cannot change it later.
    type: str
  promotion_tier:
    description: The order of failover, V(0) first. Serverless instances of tiers V(0) and V(1) scale with the writer.
    type: int
  db_parameter_group_name:
    description: The instance parameter group. Static parameters of a new one wait for a reboot.
    type: str
  publicly_accessible:
    description: Whether it has a public address.
    type: bool
  auto_minor_version_upgrade:
    description: Whether AWS may upgrade the cluster to minor versions; one V(false) among its instances forbids it.
    type: bool
  ca_certificate_identifier:
    description: The authority of its TLS certificate.
    type: str
  preferred_maintenance_window:
    description: When AWS may work on it, in UTC, as C(ddd:hh:mm-ddd:hh:mm).
    type: str
  monitoring_interval:
    description: Seconds between samples of Enhanced Monitoring; leave it out where the cluster manages it.
    type: int
    choices: [0, 1, 5, 10, 15, 30, 60]
  monitoring_role_arn:
    description: The role of Enhanced Monitoring.
    type: str
  apply_immediately:
    description: Whether changes are made at once instead of in the maintenance window.
    type: bool
    default: true
  deletion_protection:
    description:
      - AWS lets go of the last instance of a protected cluster. With O(state=absent) this module does not, unless this
        is V(false).
    type: bool
    default: true
extends_documentation_fragment:
  - mtk.backend.resource
  - mtk.backend.resource.tags
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Keep a serverless instance
  mtk.backend.rds_instance:
    region: us-east-1
    db_instance_identifier: dev-us-east-1-us-east-1a-aurora-instance
    db_cluster_identifier: dev-us-east-1-aurora-cluster
    db_instance_class: db.serverless
    availability_zone: us-east-1a
    promotion_tier: 1
    tags:
      mtk:environment: dev

- name: Remove it
  mtk.backend.rds_instance:
    region: us-east-1
    db_instance_identifier: dev-us-east-1-us-east-1a-aurora-instance
    state: absent
"""

RETURN = r"""
db_instance:
  description: The instance as AWS describes it, with the options' fields beside; empty where it does not exist.
  returned: success
  type: dict
  sample:
    availability_zone: us-east-1a
    db_cluster_identifier: dev-us-east-1-aurora-cluster
    db_instance_arn: arn:aws:rds:us-east-1:123456789012:db:dev-us-east-1-us-east-1a-aurora-instance
    db_instance_class: db.serverless
    db_instance_identifier: dev-us-east-1-us-east-1a-aurora-instance
    db_instance_status: available
    engine: aurora-postgresql
    promotion_tier: 1
    tags: {"mtk:environment": dev}
"""

from ansible_collections.mtk.backend.plugins.module_utils.domain import _aurora
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import Refused
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import run
from ansible_collections.mtk.backend.plugins.module_utils.resources._rds import MONITORING_INTERVAL, RdsResource

OPTIONS = {
    "db_instance_identifier": {"type": "str", "required": True},
    "db_cluster_identifier": {"type": "str"},
    "engine": {"type": "str", "default": "aurora-postgresql"},
    "db_instance_class": {"type": "str"},
    "availability_zone": {"type": "str"},
    "promotion_tier": {"type": "int"},
    "db_parameter_group_name": {"type": "str"},
    "publicly_accessible": {"type": "bool"},
    "auto_minor_version_upgrade": {"type": "bool"},
    "ca_certificate_identifier": {"type": "str"},
    "preferred_maintenance_window": {"type": "str"},
    "monitoring_interval": MONITORING_INTERVAL,
    "monitoring_role_arn": {"type": "str"},
    "apply_immediately": {"type": "bool", "default": True},
    "deletion_protection": {"type": "bool", "default": True},
}
UNMANAGED = {"db_instance_identifier", "apply_immediately", "deletion_protection"}


class Instance(RdsResource):
    """An instance of an Aurora cluster."""

    kind = "db_instance"
    identity = ("db_instance_identifier",)
    managed = tuple(name for name in OPTIONS if name not in UNMANAGED)
    immutable = frozenset({"db_cluster_identifier", "engine", "availability_zone"})
    needed = ("db_cluster_identifier", "db_instance_class")
    usual = {"create": 450, "delete": 300}
    computed = ("db_instance_arn", "dbi_resource_id", "endpoint")
    status_field = "db_instance_status"
    ready = frozenset({"available", "storage-optimization"})
    failed = frozenset(
        {
            "failed",
            "inaccessible-encryption-credentials",
            "inaccessible-encryption-credentials-recoverable",
            "incompatible-create",
            "incompatible-network",
            "incompatible-option-group",
            "incompatible-parameters",
            "incompatible-restore",
            "insufficient-capacity",
            "stopped",
        }
    )
    lowered = ("db_cluster_identifier", "db_parameter_group_name", "preferred_maintenance_window")
    retry_codes = (
        "DBInstanceAlreadyExists",
        "InvalidDBClusterStateFault",  # the cluster is being created or changed
        "InvalidDBInstanceState",
        ("InvalidParameterValue", "IAM role ARN value is invalid"),  # a new role spreads within seconds
    )

    def siblings(self):
        return self.aws.pages("rds", "describe_db_instances", "db_instances")

    def describe(self, sibling):
        have = _aurora.pending_laid_over(sibling)
        group = next(iter(have.get("db_parameter_groups") or []), {})
        have = {**dict.fromkeys(self.managed), **have}
        return {**have, "tags": have.get("tags") or {}, "db_parameter_group_name": group.get("db_parameter_group_name")}

    def desired(self, have):
        want = _aurora.consistent(super().desired(have))
        if have and have.get("availability_zone") is None:  # AWS shows it once the instance is placed
            want.pop("availability_zone", None)
        return want

    def tolerated(self, have):
        return _aurora.pending(have)

    def create(self, want):
        name = self.params["db_instance_identifier"]
        self.aws.call("rds", "create_db_instance", db_instance_identifier=name, **want)

    def update(self, have, changes):
        changes = self.retag(have, changes)
        if changes:
            self.aws.call(
                "rds",
                "modify_db_instance",
                db_instance_identifier=self.params["db_instance_identifier"],
                apply_immediately=self.params["apply_immediately"],
                **_aurora.modification(have, changes),
            )

    def delete(self, have):
        if self.params["deletion_protection"]:
            self._refuse_last(have)
        name = self.params["db_instance_identifier"]
        self.aws.call("rds", "delete_db_instance", db_instance_identifier=name)

    def reason(self, have):
        if have["db_instance_status"] == "stopped":
            return "AWS changes no stopped instance: start its cluster first"
        return self.last_event("db-instance", have) or super().reason(have)

    def _refuse_last(self, have):
        clusters = self.aws.pages("rds", "describe_db_clusters", "db_clusters")
        cluster = next((c for c in clusters if c["db_cluster_identifier"] == have.get("db_cluster_identifier")), {})
        if cluster.get("deletion_protection") and len(cluster.get("db_cluster_members") or []) == 1:
            raise Refused(
                f"{self} is the last instance of {cluster['db_cluster_identifier']}, which is protected from deletion. "
                "To delete the instance, set deletion_protection: false."
            )


def main(context=None):
    run(Instance, OPTIONS, context)


if __name__ == "__main__":
    main()
