# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Data that outlives its resource: what a deletion leaves, how to restore it, and what still needs a KMS key."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from ansible_collections.mtk.backend.plugins.module_utils.domain._restores import key_steps
from ansible_collections.mtk.backend.plugins.module_utils.domain._time_limits import moment
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import UNKNOWN, NotYet
from ansible_collections.mtk.backend.plugins.module_utils.engine._resource import Left, Resource

Fields = Mapping[str, Any]
SNAPSHOT, AUTOMATED, BACKUP = "rds_cluster_snapshot", "rds_cluster_automated_backup", "dynamodb_backup"
SYSTEM_BACKUP_DAYS = 35  # AWS keeps the last backup of a deleted table with point-in-time recovery that long
_WORDS = {SNAPSHOT: "the snapshot", AUTOMATED: "the automated backups of", BACKUP: "the backup"}
_GOING = ("deleting", "DELETING")


class Need(NamedTuple):
    """Data that a KMS key encrypts: the kind and the name, and the day on which AWS deletes it, empty if nobody knows.

    ``lives`` is True for a cluster or a table, and False for what can only be restored.
    """

    kind: str
    name: str
    until: str = ""
    lives: bool = False

    def __str__(self) -> str:
        if self.lives:
            return f"{self.kind} {self.name}, which uses it"
        return f"{_WORDS.get(self.kind, self.kind)} {self.name}, until {self.until or 'you delete it'}"


def after(resource: Resource, days: int) -> str:
    """Return the day that is a number of days from now on, such as 2027-01-04."""
    return str((resource.aws.now() + timedelta(days=days)).date())


def needs(resource: Resource, arn: str) -> list[Need]:
    """Return the data in the region that a KMS key encrypts, each once.

    AWS lists a new backup late, so what the deletions of this run leave is added. In check mode, what the run deletes
    before is left out.
    """
    left = [
        Need(each["resource"], each["name"], each["until"])
        for each in resource.params.get("left") or ()
        if each["key"] == arn
    ]
    return _once([*_data(resource.aws, arn, None, resource.is_going), *left])


def data_of(aws: Any, arn: str, region: str) -> list[Need]:
    """Return the data in a region that a KMS key encrypts. Data that may not be listed may need the key."""
    try:
        return _once(list(_data(aws, arn, region, lambda name: False)))
    except aws.errors:
        return [Need("data", "that these credentials may not list")]


def is_kept_key(aws: Any, arn: str, region: str) -> bool:
    """Return whether a resource is a KMS key that stays on purpose, because snapshots or backups need it."""
    return arn.split(":")[2] == "kms" and any(not need.lives for need in data_of(aws, arn, region))


def _once(needs: list[Need]) -> list[Need]:
    return list({(need.kind, need.name): need for need in needs}.values())


def _data(aws: Any, arn: str, region: str | None, is_going: Callable[[str], bool]) -> Iterator[Need]:
    yield from _in_rds(aws, arn, region, is_going)
    yield from _texts(aws, arn, region, is_going)
    yield from _tables(aws, arn, region, is_going)
    yield from _backups(aws, arn, region)


def given_up(resource: Resource, arn: str, until: str, restore: str) -> Iterator[Left]:
    """Yield in a plan the data that nobody can read after the deletion of its key, which AWS deletes on ``until``."""
    for need in needs(resource, arn) if resource.params["check_mode"] else ():
        last = min(need.until or until, until)
        yield Left(need.kind, f"{need.name} (unreadable from now on)", resource.region, last, arn, restore)


def _in_rds(aws: Any, arn: str, region: str | None, is_going: Callable[[str], bool]) -> Iterator[Need]:
    staying = set()
    for cluster in aws.pages("rds", "describe_db_clusters", "db_clusters", region):
        name = cluster["db_cluster_identifier"]
        if cluster["status"] in _GOING or is_going(name):
            continue
        staying.add(name)
        if cluster.get("kms_key_id") == arn:
            yield Need("rds_cluster", name, lives=True)
    for instance in aws.pages("rds", "describe_db_instances", "db_instances", region):
        alone = not instance.get("db_cluster_identifier") and instance["db_instance_status"] not in _GOING
        if alone and instance.get("kms_key_id") == arn:
            yield Need("rds_instance", instance["db_instance_identifier"], lives=True)
    for snapshot in aws.pages("rds", "describe_db_cluster_snapshots", "db_cluster_snapshots", region):
        # The automated snapshots belong to the automated backups, which expire together with them.
        if snapshot.get("kms_key_id") == arn and snapshot["snapshot_type"] != "automated":
            yield Need(SNAPSHOT, snapshot["db_cluster_snapshot_identifier"])
    key = "db_cluster_automated_backups"
    for backup in aws.pages("rds", f"describe_{key}", key, region):
        # AWS calls the backups of a cluster active, and retained soon after the deletion of the cluster.
        lost = backup["status"] == "retained" or not (staying & {backup["db_cluster_identifier"]})
        if backup.get("kms_key_id") == arn and lost and not is_going(backup["db_cluster_identifier"]):
            yield Need(AUTOMATED, backup["db_cluster_identifier"], _expiry(backup))


def _texts(aws: Any, arn: str, region: str | None, is_going: Callable[[str], bool]) -> Iterator[Need]:
    """Yield the log groups and the secrets that the key encrypts."""
    for group in aws.pages("logs", "describe_log_groups", "log_groups", region):
        if group.get("kms_key_id") == arn and not is_going(group["log_group_name"]):
            yield Need("logs_log_group", group["log_group_name"], lives=True)
    denied, key_id = ["AccessDeniedException"], arn.rsplit("/", 1)[-1]
    secrets = aws.found(denied, lambda: aws.pages("secretsmanager", "list_secrets", "secret_list", region))
    for secret in secrets or ():
        if secret.get("owning_service"):  # such as the secret of RDS, which goes with its cluster
            continue
        used = str(secret.get("kms_key_id") or "").rsplit("/", 1)[-1] == key_id
        if used and not secret.get("deleted_date") and not is_going(secret["name"]):
            yield Need("secretsmanager_secret", secret["name"], lives=True)


def _expiry(backup: Fields) -> str:
    """Return the day on which AWS deletes the automated backups of a deleted cluster; empty if it does not tell."""
    latest, days = (backup.get("restore_window") or {}).get("latest_time"), backup.get("backup_retention_period")
    return (moment(latest) + timedelta(days=days)).date().isoformat() if latest and days else ""


def _tables(aws: Any, arn: str, region: str | None, is_going: Callable[[str], bool]) -> Iterator[Need]:
    """Yield the tables that the key encrypts, and those of which nobody may know it.

    All are described: a restored table has no tags that lead to it.
    """
    for name in aws.pages("dynamodb", "list_tables", "table_names", region):
        table = _described(aws, name, region)
        if table is None:
            denied = "may use it (these credentials may not call dynamodb:DescribeTable)"
            yield Need("dynamodb_table", f"{name}, which {denied}")
            continue
        key = (table.get("sse_description") or {}).get("kms_master_key_arn")
        if key == arn and table["table_status"] not in _GOING and not is_going(name):
            yield Need("dynamodb_table", name, lives=True)


def _described(aws: Any, name: str, region: str | None) -> dict[str, Any] | None:
    """Return a table; empty if it does not exist any more, None if it may not be described."""
    missing, denied = ["ResourceNotFoundException"], ["AccessDeniedException"]

    def describe() -> dict[str, Any]:
        found = aws.found(missing, lambda: aws.call("dynamodb", "describe_table", region, table_name=name))
        return found or {"table": {}}

    answer = aws.found(denied, describe)
    return answer["table"] if answer else None


def _backups(aws: Any, arn: str, region: str | None) -> Iterator[Need]:
    """Yield the backups of tables that the key encrypts, and those of which nobody may know it."""
    for summary in aws.pages("dynamodb", "list_backups", "backup_summaries", region, backup_type="ALL"):
        key, expiry = key_of_backup(aws, summary["backup_arn"], region), summary.get("backup_expiry_date_time")
        until = moment(expiry).date().isoformat() if expiry else ""
        if key is None:
            denied = "may need it (these credentials may not call dynamodb:DescribeBackup)"
            yield Need(BACKUP, f"{summary['backup_name']}, which {denied}", until)
        elif key == arn:
            yield Need(BACKUP, summary["backup_name"], until)


def key_of_backup(aws: Any, backup: str, region: str | None = None) -> str | None:
    """Return the key of a backup, which only its description names. Empty for none, None if it may not be described."""
    missing, denied = ["BackupNotFoundException"], ["AccessDeniedException"]

    def describe() -> dict[str, Any]:
        answer = aws.found(missing, lambda: aws.call("dynamodb", "describe_backup", region, backup_arn=backup))
        return answer or {"backup_description": {}}

    answer = aws.found(denied, describe)
    if answer is None:
        return None
    features = answer["backup_description"].get("source_table_feature_details") or {}
    return (features.get("sse_description") or {}).get("kms_master_key_arn") or ""


def unusable_key(resource: Resource, key: str | None) -> list[str]:
    """Return a sentence if AWS cannot read a table with its KMS key, because it then does not delete the table."""
    if not key or ":key/" not in key:
        return []
    region, unseen = key.split(":")[3], ["NotFoundException", "AccessDeniedException"]
    found = resource.aws.found(unseen, lambda: resource.aws.call("kms", "describe_key", region, key_id=key))
    state = found["key_metadata"]["key_state"] if found else ""
    steps = key_steps(region, key, state)
    if not steps:
        return []
    return [
        f"{resource} is encrypted with the KMS key {key}, whose state is {state}. AWS deletes no table that it cannot "
        f"read. Make the key usable: {' && '.join(steps)}"
    ]


class BackedUpTable(Resource):
    """A table whose deletion can make a backup first."""

    def __init__(self, aws: Any, params: Fields) -> None:
        super().__init__(aws, params)
        self._begun = datetime.now(UTC)  # all attempts to delete the table name the same backup

    @property
    def final_backup(self) -> str:
        """The name of the backup, within AWS's 255 characters; empty if the deletion makes none."""
        suffix = self._begun.strftime("-final-%Y%m%d%H%M%S")
        return self.params["table_name"][: 255 - len(suffix)] + suffix if self.params["final_backup"] else ""

    def back_up(self) -> None:
        """Make the backup. Raise NotYet until it is complete: AWS deletes no table during a backup."""
        table, name = self.params["table_name"], self.final_backup
        asked = {"table_name": table, "backup_type": "USER"}
        listed = self.aws.pages("dynamodb", "list_backups", "backup_summaries", **asked) if name else []
        found = [backup["backup_status"] for backup in listed if backup["backup_name"] == name]
        if name and not found:
            self.aws.call("dynamodb", "create_backup", table_name=table, backup_name=name)
        if name and "AVAILABLE" not in found:
            raise NotYet(f"The backup {name} is being made.")

    def leaves(self, have: Fields) -> Iterator[Left]:
        """Return the backups that the deletion leaves."""
        name = self.final_backup
        if name and self.params["check_mode"]:
            name = f"{self.params['table_name']}-final-{UNKNOWN}"
        return left_by_table(self, have, have["sse_specification"].get("kms_master_key_id"), name)


def left_by_cluster(resource: Resource, have: Fields, snapshot: str) -> Iterator[Left]:
    """Yield what the deletion of a cluster leaves. ``snapshot`` is the name of the final one, empty for none."""
    region, name, key = resource.region, have["db_cluster_identifier"], have.get("kms_key_id") or ""
    group = have.get("db_subnet_group_name")
    target = f"--region {region} --db-cluster-identifier {name} --db-subnet-group-name {group}"
    if snapshot:
        command = f"aws rds restore-db-cluster-from-snapshot {target} --engine {have['engine']}"
        yield Left(SNAPSHOT, snapshot, region, "", key, f"{command} --snapshot-identifier {snapshot}")
    if not resource.params["delete_automated_backups"]:
        source = f"--source-db-cluster-resource-id {have['db_cluster_resource_id']} --use-latest-restorable-time"
        command = f"aws rds restore-db-cluster-to-point-in-time {target} {source}"
        yield Left(AUTOMATED, name, region, after(resource, have["backup_retention_period"]), key, command)


def left_by_table(resource: Resource, have: Fields, key: str | None, final: str = "") -> Iterator[Left]:
    """Yield what the deletion of a table or replica leaves. ``final`` is the name of the backup, empty for none."""
    region, name = resource.region, resource.params["table_name"]
    recovery = have.get("point_in_time_recovery_specification") or {}
    if recovery.get("point_in_time_recovery_enabled"):
        until, kept = after(resource, SYSTEM_BACKUP_DAYS), f"{name}$DeletedTableBackup"
        yield Left(BACKUP, kept, region, until, key or "", _restoring(region, name, "SYSTEM"))
    if final:
        yield Left(BACKUP, final, region, "", key or "", _restoring(region, name, "USER"))


def _restoring(region: str, table: str, kind: str) -> str:
    """Return the command that restores a table from its last backup, whose ARN AWS decides."""
    query = "sort_by(BackupSummaries,&BackupCreationDateTime)[-1].BackupArn"
    listing = f"aws dynamodb list-backups --region {region} --table-name {table} --backup-type {kind}"
    arn = f"$({listing} --query '{query}' --output text)"
    return f"aws dynamodb restore-table-from-backup --region {region} --target-table-name {table} --backup-arn {arn}"
