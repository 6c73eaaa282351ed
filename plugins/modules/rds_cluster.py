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
  - Manage an Aurora cluster, alone or as a member of a global cluster. Options that are not given are not changed.
  - A change that AWS has accepted and not yet applied counts as applied.
  - A stopped cluster is left as it is as long as nothing has to change on it.
  - A failed cluster is replaced only with O(replace), after a final snapshot unless O(skip_final_snapshot=true).
    Protection from deletion and instances prevent it.
  - AWS decides which member of a global cluster is the writer. A member that is not the writer gets no credentials and
    no database name from the module.
author: MTK Backend contributors (@mtk)
options:
  db_cluster_identifier:
    description: >-
      The name, which identifies the cluster. 1 to 63 letters, digits and single hyphens, with a letter first and no
      hyphen at the end. AWS stores it in lower case.
    type: str
    required: true
  db_instance_parameter_group_name:
    description: The parameter group of all instances after a major upgrade. Used only for a major upgrade.
    type: str
  master_username:
    description:
      - The name of the master user, 1 to 63 letters and digits with a letter first, and no word that the engine
        reserves, such as V(admin).
      - AWS cannot change it later.
    type: str
  manage_master_user_password:
    description:
      - Whether RDS generates, stores and rotates the password in a secret. AWS refuses this for members of global
        clusters.
      - To turn it off, O(master_user_secret_name) is required.
    type: bool
  master_user_secret_kms_key_id:
    description: The key of the secret that RDS manages, as ARN, id or C(alias/...). AWS cannot change it later.
    type: str
  master_user_secret_name:
    description:
      - The name of a secret in Secrets Manager whose value is JSON with the keys C(username) and C(password).
      - The module reads it to create the cluster, and to turn O(manage_master_user_password) off. It is never returned.
    type: str
  db_subnet_group_name: {description: The subnet group. AWS cannot change it later., type: str}
  db_cluster_parameter_group_name: {description: The cluster parameter group., type: str}
  port: {description: "The port, V(1150) to V(65535). A change restarts all instances at once.", type: int}
  backup_retention_period: {description: "The number of days for which backups are kept, V(1) to V(35).", type: int}
  preferred_backup_window:
    description: >-
      The daily backup window in UTC, as C(hh:mm-hh:mm), at least 30 minutes. It must not overlap the maintenance
      window.
    type: str
  kms_key_id:
    description: The key of the storage in the cluster's region, as ARN, id or C(alias/...). AWS cannot change it later.
    type: str
  storage_type: {description: The storage type., type: str, choices: [aurora, aurora-iopt1]}
  serverless_v2_scaling_configuration:
    description: The capacity range of instances of the class C(db.serverless).
    type: dict
    suboptions:
      min_capacity:
        description: The lowest capacity in ACU, V(0) to V(256) in steps of 0.5. V(0) lets instances pause.
        type: float
      max_capacity:
        description: The highest capacity in ACU, V(1) to V(256) in steps of 0.5, not less than the lowest.
        type: float
      seconds_until_auto_pause:
        description: The idle time before a pause in seconds, V(300) to V(86400). Used only with a minimum of V(0).
        type: int
  enable_iam_database_authentication: {description: Whether IAM principals can log in., type: bool}
  enable_cloudwatch_logs_exports:
    description: >-
      All logs that are sent to CloudWatch. For Aurora PostgreSQL V(postgresql), V(instance) and V(iam-db-auth-error).
    type: list
    elements: str
  copy_tags_to_snapshot: {description: Whether snapshots get the tags of the cluster., type: bool}
  enable_http_endpoint: {description: Whether the Data API is enabled., type: bool}
  global_cluster_identifier:
    description:
      - The global cluster to join. Only a new cluster can join.
      - An empty text says that the cluster must be no member. A member is refused then, and stays what it is.
      - With O(state=absent) a member leaves its global cluster first, even if this option is not given.
    type: str
  source_region:
    description: The region of the writer that a joining cluster copies. If not given, the module finds it.
    type: str
  skip_final_snapshot: {description: Whether a deletion makes no final snapshot., type: bool, default: false}
  final_db_snapshot_identifier:
    description: >-
      The name of the final snapshot, 1 to 255 characters like those of the cluster's name. If not given, it is the name
      of the cluster with the time.
    type: str
  delete_automated_backups:
    description: Whether O(state=absent) also deletes the automated backups.
    type: bool
    default: true
extends_documentation_fragment:
  - mtk.backend.resource
  - mtk.backend.resource.tags
  - mtk.backend.references
  - mtk.backend.references.vpc_security_groups
  - mtk.backend.references.monitoring_role
  - mtk.backend.rds.engine
  - mtk.backend.rds.cluster
  - mtk.backend.rds.maintenance
  - mtk.backend.rds.monitoring
  - mtk.backend.rds.insights
  - mtk.backend.connection
"""

EXAMPLES = r"""
- name: Create a serverless cluster that pauses when idle
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

- name: Remove the protected cluster without a final snapshot
  mtk.backend.rds_cluster:
    region: us-east-1
    db_cluster_identifier: dev-us-east-1-aurora-cluster
    deletion_protection: false
    skip_final_snapshot: true
    state: absent
"""

RETURN = r"""
db_cluster:
  description: The cluster as AWS describes it, with the fields of the options; empty if it does not exist.
  returned: success
  type: dict
  contains:
    db_cluster_identifier: {description: The name of the cluster., type: str}
    db_cluster_arn: {description: The ARN of the cluster., type: str}
    db_cluster_resource_id: {description: The id that never changes., type: str}
    status: {description: "The status, for example V(creating) or V(available).", type: str}
    endpoint: {description: The DNS name of the writer., type: str}
    reader_endpoint: {description: The DNS name of the readers., type: str}
    port: {description: The port., type: int}
    engine: {description: The engine., type: str}
    engine_version: {description: The full version that runs., type: str}
    engine_lifecycle_support: {description: The lifecycle support., type: str}
    database_name: {description: The name of the first database., type: str}
    master_username: {description: The name of the master user., type: str}
    manage_master_user_password: {description: Whether RDS manages the password., type: bool}
    master_user_secret: {description: The secret that RDS manages., type: dict, returned: if RDS manages the password}
    master_user_secret_kms_key_id: {description: The key of the secret that RDS manages., type: str}
    db_subnet_group_name: {description: The subnet group., type: str}
    vpc_security_group_ids: {description: "The ids of the security groups, sorted.", type: list, elements: str}
    db_cluster_parameter_group_name: {description: The cluster parameter group., type: str}
    db_cluster_members: {description: "The instances, one of them the writer.", type: list, elements: dict}
    backup_retention_period: {description: The number of days for which backups are kept., type: int}
    preferred_backup_window: {description: The backup window in UTC., type: str}
    preferred_maintenance_window: {description: The maintenance window in UTC., type: str}
    storage_encrypted: {description: Whether a KMS key encrypts the storage., type: bool}
    kms_key_id: {description: The ARN of the key of the storage., type: str}
    storage_type: {description: The storage type., type: str}
    serverless_v2_scaling_configuration: {description: The capacity range., type: dict}
    enable_iam_database_authentication: {description: Whether IAM principals can log in., type: bool}
    enable_cloudwatch_logs_exports: {description: "The logs sent to CloudWatch, sorted.", type: list, elements: str}
    deletion_protection: {description: Whether AWS refuses to delete the cluster., type: bool}
    copy_tags_to_snapshot: {description: Whether snapshots get the tags., type: bool}
    enable_performance_insights: {description: Whether Performance Insights is enabled., type: bool}
    performance_insights_retention_period: {description: The number of days of its data., type: int}
    performance_insights_kms_key_id: {description: The ARN of the key of its data., type: str}
    database_insights_mode: {description: The mode of Database Insights., type: str}
    monitoring_interval: {description: The interval of Enhanced Monitoring in seconds., type: int}
    monitoring_role_arn: {description: The ARN of the role for Enhanced Monitoring., type: str}
    enable_http_endpoint: {description: Whether the Data API is enabled., type: bool}
    global_cluster_identifier: {description: "The global cluster; null if the cluster is not a member.", type: str}
    is_writer: {description: Whether the cluster is the writer of its global cluster or alone., type: bool}
    other_members: {description: The other members of the global cluster., type: list, elements: dict}
    pending_modified_values: {description: The changes that AWS has not yet applied., type: dict, returned: if any}
    tags: {description: The tags., type: dict}
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
settled:
  description:
    - Whether nothing is left to do and AWS is not at work on the resource.
    - False in check mode if something would change, and with O(wait=false) while AWS is still at work.
  returned: success
  type: bool
  sample: true
"""

from ansible_collections.mtk.backend.plugins.module_utils.aws._lookup import is_own_key, key_arn, usable_key
from ansible_collections.mtk.backend.plugins.module_utils.domain import _aurora, _aurora_limits, _database_states
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
    limits = _aurora_limits.CLUSTER
    deletion = ("final_db_snapshot_identifier",)
    usual = {"create": 180}
    computed = ("db_cluster_arn", "db_cluster_resource_id", "endpoint", "reader_endpoint")
    status_field = "status"
    failures = _database_states.CLUSTER
    failed = frozenset(failures)
    source_type = "db-cluster"
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

    def keys(self, have):
        """Return the ARNs of the keys that the options give."""
        given = {name: (self.params[name], (have or {}).get(name)) for name in KEYS if self._given(name)}
        arns = {each: usable_key(self.aws, each[0], self.params, each[1]) for each in set(given.values())}
        return {name: arns[each] for name, each in given.items()}

    def conflicts(self):
        return _aurora_limits.cluster_faults(self.params)

    def siblings(self):
        return self.aws.pages("rds", "describe_db_clusters", "db_clusters")

    def describe(self, sibling):
        have = {**dict.fromkeys(self.managed), **_aurora.cluster_fields(sibling)}
        absent = self.params["state"] == "absent"
        if not absent and self.status(have) == "ready":
            have |= self.additions(have)
        is_global = absent or self.params["global_cluster_identifier"] or have.get("global_cluster_identifier")
        groups = self.global_clusters() if is_global else []
        return {**have, **_aurora.membership(groups, have["db_cluster_arn"])}

    def desired(self, have):
        want = self.without_foreign_groups({**super().desired(have), **self.keys(have)}, have)
        if want.get("global_cluster_identifier") == "":
            self.refuse_membership(have, want.pop("global_cluster_identifier"))
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
        self.refuse_storage(have, want)
        want = _aurora.consistent(want, is_copy=not have["is_writer"])
        self.refuse_changes(have, want)
        return want

    def belongs(self, have):
        """A restore gives no tags to a cluster, and keeps the key of its storage."""
        if self.params["state"] == "absent" or self.params["kms_key_id"] is None:
            return False
        key = key_arn(self.aws, self.params["kms_key_id"])
        return have["kms_key_id"] == key and is_own_key(self.aws, key, self.params)

    def tolerated(self, have):
        found = [*_aurora.upgraded(self.params["engine_version"], have), *_aurora.pending(have)]
        found += [*self.at_rest(have), *self.foreign(have)]
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
        if have.get("deletion_protection"):
            return self._modify(deletion_protection=False)
        if have["global_cluster_identifier"]:
            return self.leave(have)
        self.remove_instances(have)
        return self.aws.call(
            "rds",
            "delete_db_cluster",
            db_cluster_identifier=self.params["db_cluster_identifier"],
            skip_final_snapshot=self.params["skip_final_snapshot"],
            final_db_snapshot_identifier=self.final_snapshot or None,
            delete_automated_backups=self.params["delete_automated_backups"],
        )

    def is_not_yet(self, error, have):
        code, message = aws_error(error)
        if code == "InvalidDBClusterStateFault":
            return "still contains DB instances" not in message and not (have and self.status(have) == "failed")
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
            args["master_user_secret_kms_key_id"] = self.keys(have).get("master_user_secret_kms_key_id")
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
