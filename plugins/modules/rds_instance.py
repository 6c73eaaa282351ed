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
  - Manage an instance of an Aurora cluster. Options that are not given are not changed.
  - Settings of the cluster (version, storage, security groups, credentials, logs, insights) are options of
    M(mtk.backend.rds_cluster). If the cluster manages Enhanced Monitoring, do not give O(monitoring_interval) here.
  - A failed reader is replaced, because the data is in the volume of the cluster. A failed writer is replaced only with
    O(replace), because the cluster is not available in the meantime.
  - Aurora decides which instance is the writer. See C(db_cluster_members) of M(mtk.backend.rds_cluster).
author: MTK Backend contributors (@mtk)
options:
  db_instance_identifier:
    description: >-
      The name, which identifies the instance. 1 to 63 letters, digits and single hyphens, with a letter first and no
      hyphen at the end. AWS stores it in lower case.
    type: str
    required: true
  db_cluster_identifier:
    description: The name of the cluster. Required to create the instance. AWS cannot change it later.
    type: str
  db_instance_class:
    description: >-
      The class, for example C(db.serverless). Required to create the instance. The instance is not available during a
      change.
    type: str
  availability_zone:
    description: The name of the zone. AWS cannot change it later.
    type: str
  promotion_tier:
    description: >-
      The order of failover, V(0) to V(15), lowest first. Serverless instances of the tiers V(0) and V(1) scale with the
      writer.
    type: int
  db_parameter_group_name:
    description: The instance parameter group. Static parameters of a new group take effect after a reboot.
    type: str
  publicly_accessible:
    description: Whether the instance has a public address.
    type: bool
  auto_minor_version_upgrade:
    description: >-
      Whether AWS may upgrade the minor version of the cluster. AWS does so only if this is true for all instances.
    type: bool
  ca_certificate_identifier:
    description: The certificate authority of the server certificate.
    type: str
  monitoring_role_arn:
    description: The ARN of the role that RDS uses for Enhanced Monitoring.
    type: str
  deletion_protection:
    description:
      - Whether O(state=absent) refuses to remove the last instance of a cluster that is protected from deletion. AWS
        itself does not refuse it.
    type: bool
    default: true
extends_documentation_fragment:
  - mtk.backend.resource
  - mtk.backend.resource.tags
  - mtk.backend.rds.engine
  - mtk.backend.rds.maintenance
  - mtk.backend.rds.monitoring
  - mtk.backend.connection
"""

EXAMPLES = r"""
- name: Create a serverless instance
  mtk.backend.rds_instance:
    region: us-east-1
    db_instance_identifier: dev-us-east-1-us-east-1a-aurora-instance
    db_cluster_identifier: dev-us-east-1-aurora-cluster
    db_instance_class: db.serverless
    availability_zone: us-east-1a
    promotion_tier: 1
    tags:
      mtk:environment: dev

- name: Remove the instance
  mtk.backend.rds_instance:
    region: us-east-1
    db_instance_identifier: dev-us-east-1-us-east-1a-aurora-instance
    state: absent
"""

RETURN = r"""
db_instance:
  description: The instance as AWS describes it, with the fields of the options; empty if it does not exist.
  returned: success
  type: dict
  contains:
    db_instance_identifier: {description: The name of the instance., type: str}
    db_instance_arn: {description: The ARN of the instance., type: str}
    dbi_resource_id: {description: The id that never changes., type: str}
    db_instance_status: {description: "The status, for example V(creating) or V(available).", type: str}
    endpoint:
      description: The address, the port and the hosted zone of the instance.
      type: dict
      returned: when the instance has an address
    db_cluster_identifier: {description: The name of the cluster., type: str}
    engine: {description: The engine., type: str}
    engine_version: {description: The full version that runs., type: str}
    db_instance_class: {description: The class., type: str}
    availability_zone: {description: The name of the zone., type: str}
    promotion_tier: {description: The order of failover., type: int}
    db_parameter_group_name: {description: The instance parameter group., type: str}
    publicly_accessible: {description: Whether the instance has a public address., type: bool}
    auto_minor_version_upgrade: {description: Whether AWS may upgrade the minor version., type: bool}
    ca_certificate_identifier: {description: The certificate authority of the server certificate., type: str}
    preferred_maintenance_window: {description: The maintenance window in UTC., type: str}
    monitoring_interval: {description: The interval of Enhanced Monitoring in seconds., type: int}
    monitoring_role_arn: {description: "The ARN of the role for Enhanced Monitoring; null without.", type: str}
    pending_modified_values: {description: The changes that AWS has not yet applied., type: dict}
    tags: {description: The tags., type: dict}
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
settled:
  description:
    - Whether nothing is left to do and AWS is not at work on the resource.
    - False in check mode if something would change, and with O(wait=false) while AWS is still at work.
  returned: success
  type: bool
  sample: true
"""

from ansible_collections.mtk.backend.plugins.module_utils.domain import _aurora, _aurora_limits, _database_states
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import OWNER_TAG, Refused
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import run
from ansible_collections.mtk.backend.plugins.module_utils.engine._reconcile import consent
from ansible_collections.mtk.backend.plugins.module_utils.engine._resource import lifting
from ansible_collections.mtk.backend.plugins.module_utils.resources._database import DatabaseResource
from ansible_collections.mtk.backend.plugins.module_utils.resources._rds import MONITORING_INTERVAL

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


class Instance(DatabaseResource):
    """An instance of an Aurora cluster."""

    kind = "db_instance"
    identity = ("db_instance_identifier",)
    managed = tuple(name for name in OPTIONS if name not in UNMANAGED)
    immutable = frozenset({"db_cluster_identifier", "engine", "availability_zone"})
    needed = ("db_cluster_identifier", "db_instance_class")
    limits = _aurora_limits.INSTANCE
    usual = {"create": 450, "delete": 300}
    computed = ("db_instance_arn", "dbi_resource_id", "endpoint")
    status_field = "db_instance_status"
    failures = _database_states.INSTANCE
    failed = frozenset(failures)
    source_type = "db-instance"
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
        want = _aurora.consistent(self.without_foreign_groups(super().desired(have), have))
        if have is None:
            self._refuse_cluster(want.get("db_cluster_identifier"))
            return want
        if have.get("availability_zone") is None:  # AWS shows it once the instance is placed
            want.pop("availability_zone", None)
        self.refuse_changes(have, want)
        return want

    def belongs(self, have):
        """A restored cluster has no tags. Its instances are ours if the cluster, or the key of its storage, is."""
        if self.params["state"] == "absent":
            return False
        ours = {entry["resource_arn"] for entry in self.tagged()}
        return self.is_ours(self.cluster(have["db_cluster_identifier"])) or have.get("kms_key_id") in ours

    def is_expendable(self, have):
        """Aurora keeps the data in the volume of the cluster. Without its writer the cluster is not available."""
        super().is_expendable(have)
        name, cluster = self.params["db_instance_identifier"], self.cluster(have["db_cluster_identifier"])
        members = {m["db_instance_identifier"]: m["is_cluster_writer"] for m in cluster.get("db_cluster_members") or []}
        if members.get(name) and not self.consents("replace"):
            raise Refused(
                f"{self} is '{have['db_instance_status']}': {self.reason(have)}. It is the writer, so it is not "
                "replaced automatically. The data is in the volume of the cluster and is kept. Remove the cause, and "
                f"have the instance deleted and created again with {self.consent('replace')}."
            )
        return True

    def tolerated(self, have):
        return [*_aurora.pending(have), *self.at_rest(have)]

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
        name = self.params["db_instance_identifier"]
        self.aws.call("rds", "delete_db_instance", db_instance_identifier=name)

    def _refuse_foreign_cluster(self, name, cluster):
        """Raise Refused if the cluster that would get the instance has another owner, or none."""
        adopted = f"rds_cluster:{name}" in (self.params["adopt"] or ())
        if self.owner is None or not cluster or self.is_ours(cluster) or adopted:
            return
        if cluster.get("kms_key_id") in {entry["resource_arn"] for entry in self.tagged()}:
            return  # a restored cluster, which has no tags
        raise Refused(
            f"{self} does not exist, and rds_cluster {name}, which would get it, does not have the tag {OWNER_TAG} "
            f"with the value '{self.owner}', so it may belong to somebody else. Nothing is created in it. Decide about "
            f"the cluster first: rename it, or take it over with {consent('adopt', f'rds_cluster:{name}')}."
        )

    def _refuse_cluster(self, name):
        """Raise Refused if RDS creates no instance in the cluster, however long the module waits."""
        cluster = self.cluster(name)
        self.refuse_missing_cluster(name, cluster)
        self._refuse_foreign_cluster(name, cluster)
        state = cluster.get("status")
        if state in _database_states.CLUSTER:
            meaning = _database_states.CLUSTER[state].meaning
            raise Refused(
                f"rds_cluster {name} is '{state}' ({meaning}), and RDS creates no instance in it. Repair or "
                f"replace the cluster first."
            )
        if state in _database_states.RESTING:
            raise Refused(
                f"rds_cluster {name} is {state}, and RDS creates no instance in it. Start the cluster and run again: "
                f"{self.start_command(cluster)}"
            )

    def obstacles(self, have):
        yield from self.rest(have)
        cluster = self.cluster(have.get("db_cluster_identifier"))
        if self.params["deletion_protection"] and cluster.get("deletion_protection") and self._is_last(cluster):
            name = cluster["db_cluster_identifier"]
            protected = f"{self} is the last instance of {name}, which is protected from deletion."
            yield lifting(protected, "set deletion_protection: false")

    def _is_last(self, cluster):
        """Return whether all other instances of the cluster are gone, or the plan deletes them before this one."""
        names = [member["db_instance_identifier"] for member in cluster.get("db_cluster_members") or []]
        return all(name == self.params["db_instance_identifier"] or self.is_going(name) for name in names)


def main(context=None):
    run(Instance, OPTIONS, context)


if __name__ == "__main__":
    main()
