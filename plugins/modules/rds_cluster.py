#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: rds_cluster
version_added: 0.1.0
short_description: Manage an Aurora cluster
description:
  - Keeps an Aurora cluster, alone or as a member of a global cluster. Options that are not given are left alone.
  - What AWS has accepted and not yet applied (pending) counts as being so.
  - The role of a member of a global cluster is the one that AWS tells, whatever the task was written for. A member that
    is not the writer is sent no credentials and no database name.
author: MTK Backend contributors (@mtk)
options:
  db_cluster_identifier:
    description: The name of the cluster, which AWS keeps in lower case; it identifies it.
    type: str
    required: true
  engine:
    description: The engine. AWS cannot change it later.
    type: str
    default: aurora-postgresql
  engine_version:
    description:
      - A major version (V(16)) or a full one (V(16.6)).
      - A cluster that runs this or a later version of the same major one is left alone; an older one is upgraded; a
        downgrade is refused.
    type: str
  allow_major_version_upgrade:
    description: Whether the cluster may be upgraded to another major version.
    type: bool
    default: false
  db_instance_parameter_group_name:
    description: The parameter group that all instances get in a major upgrade; used for nothing else.
    type: str
  database_name:
    description: The first database. AWS cannot change it later.
    type: str
  master_username:
    description: The master user. AWS cannot change it later.
    type: str
  manage_master_user_password:
    description:
      - Whether RDS makes, keeps and rotates the password in a secret of its own. Members of global clusters cannot.
      - Turning it off needs O(master_user_secret_name).
    type: bool
  master_user_secret_kms_key_id:
    description: The key of the secret that RDS keeps, as ARN, id or alias.
    type: str
  master_user_secret_name:
    description:
      - A secret in Secrets Manager whose value is JSON with the keys C(username) and C(password).
      - It is read by the module when the cluster is created or taken from RDS's management, and never shown.
    type: str
  db_subnet_group_name:
    description: The subnet group. AWS cannot change it later.
    type: str
  vpc_security_group_ids:
    description: The security groups, all of them.
    type: list
    elements: str
  vpc_security_group_names:
    description: The security groups by their names, instead of O(vpc_security_group_ids).
    type: list
    elements: str
  vpc_name:
    description: The Name tag of the VPC that O(vpc_security_group_names) are in.
    type: str
  db_cluster_parameter_group_name:
    description: The cluster parameter group.
    type: str
  port:
    description: The port. A change restarts all instances at once.
    type: int
  backup_retention_period:
    description: Days for which backups are kept, V(1) to V(35).
    type: int
  preferred_backup_window:
    description: When backups are made, in UTC, as C(hh:mm-hh:mm).
    type: str
  preferred_maintenance_window:
    description: When AWS may work on the cluster, in UTC, as C(ddd:hh:mm-ddd:hh:mm).
    type: str
  storage_encrypted:
    description: Whether the storage is encrypted with a key of this account. AWS cannot change it later.
    type: bool
  kms_key_id:
    description: The key of the storage, in the cluster's own region, as ARN, id or alias. AWS cannot change it later.
    type: str
  storage_type:
    description: The kind of storage.
    type: str
    choices: [aurora, aurora-iopt1]
  serverless_v2_scaling_configuration:
    description: The capacity range of instances of class C(db.serverless).
    type: dict
    suboptions:
      min_capacity:
        description: The least capacity in ACU; V(0) lets instances pause.
        type: float
      max_capacity:
        description: The largest capacity in ACU.
        type: float
      seconds_until_auto_pause:
        description: Idle seconds before a pause, V(300) to V(86400); sent and compared only where the least is V(0).
        type: int
  enable_iam_database_authentication:
    description: Whether IAM principals can log in.
    type: bool
  enable_cloudwatch_logs_exports:
    description: The logs that go to CloudWatch, all of them.
    type: list
    elements: str
  deletion_protection:
    description:
      - Whether the cluster is protected from deletion.
      - With O(state=absent) a protected cluster is refused, unless this is V(false) in the same task.
    type: bool
  copy_tags_to_snapshot:
    description: Whether snapshots get the cluster's tags.
    type: bool
  enable_performance_insights:
    description: Whether Performance Insights is on, for all instances.
    type: bool
  performance_insights_retention_period:
    description: Days for which its data is kept.
    type: int
  performance_insights_kms_key_id:
    description: The key of its data, as ARN, id or alias.
    type: str
  database_insights_mode:
    description: V(advanced) turns Performance Insights on and keeps its data for V(465) days unless told otherwise.
    type: str
    choices: [standard, advanced]
  monitoring_interval:
    description: Seconds between samples of Enhanced Monitoring, for all instances; V(0) turns it off.
    type: int
    choices: [0, 1, 5, 10, 15, 30, 60]
  monitoring_role_arn:
    description: The role of Enhanced Monitoring.
    type: str
  monitoring_role_name:
    description: The role of Enhanced Monitoring by its name, instead of O(monitoring_role_arn).
    type: str
  engine_lifecycle_support:
    description: Whether the cluster enters paid support when its version's standard support ends.
    type: str
    choices: [open-source-rds-extended-support, open-source-rds-extended-support-disabled]
  enable_http_endpoint:
    description: Whether the Data API is on.
    type: bool
  global_cluster_identifier:
    description:
      - The global cluster to join. Only a new cluster can join.
      - With O(state=absent) a member leaves its global cluster first, given here or not.
    type: str
  source_region:
    description: The region of the writer that a joining cluster copies from. By default AWS is asked for it.
    type: str
  apply_immediately:
    description: Whether changes are made at once instead of in the maintenance window.
    type: bool
    default: true
  skip_final_snapshot:
    description: Whether O(state=absent) makes no last snapshot.
    type: bool
    default: false
  final_db_snapshot_identifier:
    description: The name of the last snapshot. By default the cluster's name with the time.
    type: str
  delete_automated_backups:
    description: Whether O(state=absent) deletes the automated backups too.
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
- name: Keep a serverless cluster that pauses when idle
  mtk.backend.rds_cluster:
    region: us-east-1
    db_cluster_identifier: dev-us-east-1-aurora-cluster
    engine_version: "16"
    database_name: mtk
    master_username: mtkadmin
    manage_master_user_password: true
    serverless_v2_scaling_configuration:
      min_capacity: 0
      max_capacity: 2
      seconds_until_auto_pause: 600
    backup_retention_period: 1
    enable_cloudwatch_logs_exports: [postgresql]
    deletion_protection: true
    tags:
      mtk:environment: dev

- name: Remove it, although it is protected
  mtk.backend.rds_cluster:
    region: us-east-1
    db_cluster_identifier: dev-us-east-1-aurora-cluster
    deletion_protection: false
    skip_final_snapshot: true
    state: absent
"""

RETURN = r"""
db_cluster:
  description: The cluster as AWS describes it, with the options' fields beside; empty where it does not exist.
  returned: success
  type: dict
  sample:
    backup_retention_period: 1
    database_name: mtk
    db_cluster_arn: arn:aws:rds:us-east-1:123456789012:cluster:dev-us-east-1-aurora-cluster
    db_cluster_identifier: dev-us-east-1-aurora-cluster
    db_cluster_members: []
    deletion_protection: true
    enable_cloudwatch_logs_exports: [postgresql]
    endpoint: dev-us-east-1-aurora-cluster.cluster-abc123.us-east-1.rds.amazonaws.com
    engine: aurora-postgresql
    engine_version: "16.11"
    global_cluster_identifier: null
    is_writer: true
    manage_master_user_password: true
    port: 5432
    reader_endpoint: dev-us-east-1-aurora-cluster.cluster-ro-abc123.us-east-1.rds.amazonaws.com
    serverless_v2_scaling_configuration: {min_capacity: 0.0, max_capacity: 2.0, seconds_until_auto_pause: 600}
    status: available
    storage_type: aurora
    tags: {"mtk:environment": dev}
"""

from datetime import UTC, datetime
from functools import cached_property

from ansible_collections.mtk.backend.plugins.module_utils.aws._lookup import key_arn
from ansible_collections.mtk.backend.plugins.module_utils.domain import _aurora
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import (
    UNKNOWN,
    Observation,
    Refused,
)
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import run
from ansible_collections.mtk.backend.plugins.module_utils.engine._resource import aws_error
from ansible_collections.mtk.backend.plugins.module_utils.resources._cluster import ClusterResource
from ansible_collections.mtk.backend.plugins.module_utils.resources._rds import (
    ENGINE,
    INSIGHTS,
    MONITORING_INTERVAL,
    SERVERLESS_V2,
)

OPTIONS = {
    "db_cluster_identifier": {"type": "str", "required": True},
    **ENGINE,
    "engine": {"type": "str", "default": "aurora-postgresql"},
    **INSIGHTS,
    "monitoring_interval": MONITORING_INTERVAL,
    "db_instance_parameter_group_name": {"type": "str"},
    "master_username": {"type": "str"},
    "manage_master_user_password": {"type": "bool", "no_log": False},
    "master_user_secret_kms_key_id": {"type": "str", "no_log": False},
    "master_user_secret_name": {"type": "str", "no_log": False},
    "db_subnet_group_name": {"type": "str"},
    "vpc_name": {"type": "str"},
    "db_cluster_parameter_group_name": {"type": "str"},
    "port": {"type": "int"},
    "backup_retention_period": {"type": "int"},
    "preferred_backup_window": {"type": "str"},
    "preferred_maintenance_window": {"type": "str"},
    "kms_key_id": {"type": "str"},
    "storage_type": {"type": "str", "choices": ["aurora", "aurora-iopt1"]},
    "serverless_v2_scaling_configuration": {"type": "dict", "options": SERVERLESS_V2},
    "enable_iam_database_authentication": {"type": "bool"},
    "enable_cloudwatch_logs_exports": {"type": "list", "elements": "str"},
    "copy_tags_to_snapshot": {"type": "bool"},
    "enable_http_endpoint": {"type": "bool"},
    "global_cluster_identifier": {"type": "str"},
    "source_region": {"type": "str"},
    "apply_immediately": {"type": "bool", "default": True},
    "skip_final_snapshot": {"type": "bool", "default": False},
    "final_db_snapshot_identifier": {"type": "str"},
    "delete_automated_backups": {"type": "bool", "default": True},
}
KEYS = ("kms_key_id", "performance_insights_kms_key_id", "master_user_secret_kms_key_id")
UNMANAGED = {
    "db_cluster_identifier",
    "allow_major_version_upgrade",
    "db_instance_parameter_group_name",
    "master_user_secret_name",
    "vpc_name",
    "source_region",
    "apply_immediately",
    "skip_final_snapshot",
    "final_db_snapshot_identifier",
    "delete_automated_backups",
}


class Cluster(ClusterResource):
    """An Aurora cluster."""

    kind = "db_cluster"
    identity = ("db_cluster_identifier",)
    references = {
        "vpc_security_group_names": ("vpc_security_group_ids", "security_group"),
        "monitoring_role_name": ("monitoring_role_arn", "iam_role"),
    }
    managed = (
        *(name for name in OPTIONS if name not in UNMANAGED),
        "vpc_security_group_ids",
        "monitoring_role_arn",
    )
    immutable = frozenset(
        {
            "engine",
            "database_name",
            "master_username",
            "master_user_secret_kms_key_id",
            "db_subnet_group_name",
            "storage_encrypted",
            "kms_key_id",
            "global_cluster_identifier",
        }
    )
    usual = {"create": 180}
    computed = ("db_cluster_arn", "db_cluster_resource_id", "endpoint", "reader_endpoint")
    status_field = "status"
    ready = frozenset({"available", "storage-optimization"})
    failed = frozenset(
        {
            "cloning-failed",
            "inaccessible-encryption-credentials",
            "inaccessible-encryption-credentials-recoverable",
            "migration-failed",
            "stopped",
            "upgrade_failed",
        }
    )
    retry_codes = (
        "DBClusterAlreadyExistsFault",
        "InvalidGlobalClusterStateFault",
        "InvalidResourceStateFault",
        ("InvalidParameterValue", "IAM role ARN value is invalid"),  # a new role spreads within seconds
    )
    lowered = (
        "global_cluster_identifier",
        "db_subnet_group_name",
        "db_cluster_parameter_group_name",
        "preferred_maintenance_window",
    )
    unordered = ("enable_cloudwatch_logs_exports",)

    @cached_property
    def keys(self):
        """The ARNs of the keys that the options give."""
        return {name: key_arn(self.aws, self.params[name]) for name in KEYS if self._given(name)}

    def siblings(self):
        return self.aws.pages("rds", "describe_db_clusters", "db_clusters")

    def describe(self, sibling):
        have = {**dict.fromkeys(self.managed), **_aurora.cluster_fields(sibling)}
        absent = self.params["state"] == "absent"
        if absent:
            self.refuse_protected(have)
        is_global = absent or self._given("global_cluster_identifier") or have.get("global_cluster_identifier")
        groups = self.global_clusters() if is_global else []
        return {**have, **_aurora.membership(groups, have["db_cluster_arn"])}

    def desired(self, have):
        want = {**super().desired(have), **self.keys}
        if have is None:
            return _aurora.consistent(want, is_copy=bool(_aurora.writer_of(self.joined())))
        if "engine_version" in want:
            want["engine_version"] = self.version_to_keep(want["engine_version"], have["engine_version"])
        if have.get("storage_encryption_type") == "sse-rds" and "storage_encrypted" in want:
            want["storage_encrypted"] = have.get("storage_encrypted")  # AWS encrypts such a cluster and shows false
        if want.get("monitoring_role_arn") == UNKNOWN and str(have["monitoring_role_arn"]).endswith(
            f"/{self.params['monitoring_role_name']}"
        ):
            want["monitoring_role_arn"] = have["monitoring_role_arn"]  # a role that is created again has the same ARN
        if not have["manage_master_user_password"]:
            want.pop("master_user_secret_kms_key_id", None)
        if "global_cluster_identifier" in want and have["global_cluster_identifier"] is None:
            self.refuse_joining(have, want.pop("global_cluster_identifier"))
        return _aurora.consistent(want, is_copy=not have["is_writer"])

    def tolerated(self, have):
        found = [*_aurora.upgraded(self.params["engine_version"], have), *_aurora.pending(have)]
        if have.get("is_writer") is False and self.has_credentials():
            reason = "a failover or switchover of the global cluster moved the writer; switch over to have it back"
            found.append(Observation("is_writer", True, False, "aws", reason))
        return found

    def create(self, want):
        name = self.params["db_cluster_identifier"]
        self.aws.call("rds", "create_db_cluster", db_cluster_identifier=name, **self.creation(want))

    def update(self, have, changes):
        changes = self.retag(have, changes)
        endpoint = changes.pop("enable_http_endpoint", None)
        if changes:
            self._modify(**_aurora.modification(have, changes), **self._beside(have, changes))
        elif endpoint is not None:  # a call of its own, which AWS takes after the modification
            operation = "enable_http_endpoint" if endpoint else "disable_http_endpoint"
            self.aws.call("rds", operation, resource_arn=have["db_cluster_arn"])
        return {"enable_http_endpoint"} if changes and endpoint is not None else None

    def delete(self, have):
        if have["status"] == "stopped":
            raise Refused(f"{self} is stopped, and AWS deletes no stopped cluster. Start the cluster first.")
        if have.get("deletion_protection"):
            return self._modify(deletion_protection=False)
        if have["global_cluster_identifier"]:
            return self.leave(have)
        name = self.params["db_cluster_identifier"]
        final = None if self.params["skip_final_snapshot"] else self.params["final_db_snapshot_identifier"]
        if not self.params["skip_final_snapshot"] and not final:
            final = _aurora.final_snapshot_identifier(name, datetime.now(UTC))
        return self.aws.call(
            "rds",
            "delete_db_cluster",
            db_cluster_identifier=name,
            skip_final_snapshot=self.params["skip_final_snapshot"],
            final_db_snapshot_identifier=final,
            delete_automated_backups=self.params["delete_automated_backups"],
        )

    def reason(self, have):
        if have["status"] == "stopped":
            return "AWS changes no stopped cluster: start the cluster first"
        return self.last_event("db-cluster", have) or super().reason(have)

    def is_not_yet(self, error, have):
        code, message = aws_error(error)
        if code == "InvalidDBClusterStateFault":
            return "still contains DB instances" not in message
        if self._given("global_cluster_identifier") and not self.has_credentials() and "MasterUsername" in message:
            return True  # AWS takes a joining cluster for a primary until the writer is usable
        return super().is_not_yet(error, have)

    def _modify(self, **args):
        self.aws.call(
            "rds",
            "modify_db_cluster",
            db_cluster_identifier=self.params["db_cluster_identifier"],
            apply_immediately=self.params["apply_immediately"],
            **args,
        )

    def _beside(self, have, changes):
        """Return the arguments that AWS wants beside some changes."""
        group = self.params["db_instance_parameter_group_name"]
        args = _aurora.major_upgrade(changes, have["engine_version"], group)
        if changes.get("manage_master_user_password") is False:
            if not self._given("master_user_secret_name"):
                raise Refused(
                    "manage_master_user_password is false: give master_user_secret_name with the new password"
                )
            args["master_user_password"] = self.credentials()["master_user_password"]
        elif changes.get("manage_master_user_password"):
            args["master_user_secret_kms_key_id"] = self.keys.get("master_user_secret_kms_key_id")
        return args


def main(context=None):
    run(
        Cluster,
        OPTIONS,
        context,
        required_by={"vpc_security_group_names": "vpc_name"},
    )


if __name__ == "__main__":
    main()
