# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads the backups that an earlier cluster or table of a name has left, without those whose key is deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._leftovers import day
from ansible_collections.mtk.backend.plugins.module_utils.domain._restores import (
    Backup,
    Earlier,
    instruction,
    key_steps,
    restore_table,
)
from ansible_collections.mtk.backend.plugins.module_utils.resources._kept_data import key_of_backup

_UNSEEN = "unseen"  # the state of a key that the credentials may not describe


def cluster_backup(aws: Any, cluster: str, engine: str) -> Backup | None:
    """Return the newest snapshot of a cluster; without any, its retained automated backups; None without both."""
    listed = aws.pages("rds", "describe_db_cluster_snapshots", "db_cluster_snapshots", snapshot_type="manual")
    usable = [row for row in listed if row["db_cluster_identifier"] == cluster and row["status"] == "available"]
    newest = _newest(aws, usable, lambda row: row["snapshot_create_time"], lambda row: row.get("kms_key_id"))
    if newest:
        name = newest["db_cluster_snapshot_identifier"]
        made, command = day(newest["snapshot_create_time"]), "restore-db-cluster-from-snapshot"
        words = (command, "--engine", engine, "--snapshot-identifier", name)
        return Backup("snapshot", name, made, newest.get("kms_key_id") or "", words)
    wanted = [{"name": "status", "values": ["retained"]}]
    key = "db_cluster_automated_backups"
    kept = [row for row in aws.pages("rds", f"describe_{key}", key, filters=wanted) if _is_of(row, cluster)]
    newest = _newest(aws, kept, lambda row: row["restore_window"]["latest_time"], lambda row: row.get("kms_key_id"))
    if not newest:
        return None
    resource, latest = newest["db_cluster_resource_id"], newest["restore_window"]["latest_time"]
    command = "restore-db-cluster-to-point-in-time"
    source = (command, "--source-db-cluster-resource-id", resource, "--use-latest-restorable-time")
    return Backup("automated backup", resource, day(latest), newest.get("kms_key_id") or "", source)


def _is_of(row: Mapping[str, Any], cluster: str) -> bool:
    return bool(row["db_cluster_identifier"] == cluster and (row.get("restore_window") or {}).get("latest_time"))


def earlier_table(aws: Any, table: str) -> Earlier | None:
    """Return the newest backup of a table that does not exist any more; None without any."""
    listed = aws.pages("dynamodb", "list_backups", "backup_summaries", table_name=table, backup_type="ALL")
    usable = [row for row in listed if row["backup_status"] == "AVAILABLE"]
    keys = {row["backup_arn"]: key_of_backup(aws, row["backup_arn"]) or "" for row in usable}
    newest = _newest(aws, usable, lambda row: row["backup_creation_date_time"], lambda row: keys[row["backup_arn"]])
    if not newest:
        return None
    arn, made = newest["backup_arn"], day(newest["backup_creation_date_time"])
    kind = "system backup" if newest["backup_type"] == "SYSTEM" else "backup"
    backup = Backup(kind, newest["backup_name"], made, keys[arn], ("--backup-arn", arn))
    return Earlier(
        backup.found, instruction([*usable_key_steps(aws, backup), restore_table(aws.region, table, backup)])
    )


def usable_key_steps(aws: Any, backup: Backup) -> list[str]:
    """Return the commands after which the key of a backup can be used."""
    return key_steps(aws.region, backup.key, key_state(aws, backup.key)) if backup.key else []


def key_state(aws: Any, key: str) -> str:
    """Return the state of a KMS key; empty if it does not exist."""
    if ":key/" not in key:
        return _UNSEEN
    missing, denied = ["NotFoundException"], ["AccessDeniedException"]

    def ask() -> str:
        found = aws.found(missing, lambda: aws.call("kms", "describe_key", key_id=key))
        return str(found["key_metadata"]["key_state"]) if found else ""

    state = aws.found(denied, ask)
    return _UNSEEN if state is None else str(state)


def _newest(
    aws: Any, rows: Iterable[dict[str, Any]], made: Callable[[Any], Any], key: Callable[[Any], Any]
) -> dict[str, Any] | None:
    """Return the newest of some backups whose key exists."""
    ordered = sorted(rows, key=made, reverse=True)
    return next((row for row in ordered if not key(row) or key_state(aws, key(row))), None)
