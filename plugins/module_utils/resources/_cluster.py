# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An Aurora cluster as a member of a global cluster, its credentials, and what others added to it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.aws._lookup import key_arn
from ansible_collections.mtk.backend.plugins.module_utils.domain import _aurora, _database_states, _restores
from ansible_collections.mtk.backend.plugins.module_utils.domain._restores import Earlier
from ansible_collections.mtk.backend.plugins.module_utils.domain._time_limits import moment, time_text
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import (
    UNKNOWN,
    Observation,
    Refused,
    unknown_in,
)
from ansible_collections.mtk.backend.plugins.module_utils.engine._reconcile import consent
from ansible_collections.mtk.backend.plugins.module_utils.engine._resource import Left
from ansible_collections.mtk.backend.plugins.module_utils.resources import _backups as backups
from ansible_collections.mtk.backend.plugins.module_utils.resources import _members
from ansible_collections.mtk.backend.plugins.module_utils.resources._database import DatabaseResource
from ansible_collections.mtk.backend.plugins.module_utils.resources._kept_data import left_by_cluster

Fields = Mapping[str, Any]


class ClusterResource(DatabaseResource):
    """A cluster that may join, leave and be copied within a global cluster."""

    def __init__(self, aws: Any, params: Fields) -> None:
        super().__init__(aws, params)
        self._begun = datetime.now(UTC)  # all attempts to delete the cluster name the same final snapshot

    @property
    def final_snapshot(self) -> str:
        """The name of the final snapshot; empty if the deletion makes none."""
        if self.params["skip_final_snapshot"]:
            return ""
        name, given = self.params["db_cluster_identifier"], self.params["final_db_snapshot_identifier"]
        return str(given or _aurora.final_snapshot_identifier(name, self._begun))

    def leaves(self, have: Fields) -> Iterator[Left]:
        """Return the snapshot and the backups that the deletion leaves. A plan does not know the time in the name."""
        name = self.final_snapshot
        if name and self.params["check_mode"] and not self._given("final_db_snapshot_identifier"):
            name = f"{self.params['db_cluster_identifier']}-final-{UNKNOWN}"
        return left_by_cluster(self, have, name)

    def global_clusters(self) -> list[dict[str, Any]]:
        """Return all global clusters of the account."""
        return list(self.aws.pages("rds", "describe_global_clusters", "global_clusters"))

    def joined(self) -> dict[str, Any]:
        """Return the global cluster that a new cluster joins; an empty mapping if it does not exist."""
        name = self.params["global_cluster_identifier"]
        groups = self.global_clusters() if name and not unknown_in(name) else []
        return next((group for group in groups if group["global_cluster_identifier"] == name), {})

    def creation(self, want: Fields) -> dict[str, Any]:
        """Return the arguments of CreateDBCluster: those of a primary, or those of a copy of the writer."""
        args = {name: value for name, value in want.items() if name != "manage_master_user_password" or value}
        group = self.joined()
        writer = _aurora.writer_of(group)
        if group and not group.get("global_cluster_members") and not self.has_credentials():
            raise Refused(
                f"Global cluster {group['global_cluster_identifier']} has no writer that {self} could copy. Create the "
                "primary cluster first, or give master_username and master_user_secret_name to make this the primary."
            )
        if "." in str(group.get("engine_version")) and args.get("engine_version"):
            args["engine_version"] = self.version_to_keep(args["engine_version"], group["engine_version"])
        if writer:
            return {**args, "source_region": self.params["source_region"] or writer["region"]}
        return {**self.credentials(), **args}

    def earlier_data(self) -> Earlier | None:
        """Return the backup of an earlier cluster of this name. A copy of a writer has the data of the writer."""
        group = self.joined()
        if not self.has_credentials() or _aurora.writer_of(group):
            return None
        name, region = str(self.params["db_cluster_identifier"]), str(self.aws.region)
        backup = backups.cluster_backup(self.aws, name, str(self.params["engine"]))
        if backup is None:
            return None
        options = {**self.params, **self.resolved, "kms_key_id": key_arn(self.aws, self.params["kms_key_id"])}
        before, after = self._global_steps(group, name, region)
        steps = [*backups.usable_key_steps(self.aws, backup), *before]
        steps += [_restores.restore_cluster(region, name, backup, options), *after]
        needed = [options.get(each) for each in ("kms_key_id", "vpc_security_group_ids")]
        return _restores.Earlier(backup.found, _restores.instruction(steps, needed))

    def _global_steps(self, group: Fields, name: str, region: str) -> tuple[list[str], list[str]]:
        wanted = self.params["global_cluster_identifier"]
        if not wanted:
            return [], []
        arn = f"arn:{self.aws.partition}:rds:{region}:{self.aws.account_id}:cluster:{name}"
        return _restores.make_global(region, arn, wanted, bool(group))

    def leave(self, have: Fields) -> None:
        """Remove the cluster from its global cluster. AWS refuses this for the writer while it has readers."""
        self.aws.call(
            "rds",
            "remove_from_global_cluster",
            global_cluster_identifier=have["global_cluster_identifier"],
            db_cluster_identifier=have["db_cluster_arn"],
        )

    def refuse_joining(self, have: Fields, group: str) -> None:
        """Raise Refused for an existing cluster outside of ``group``: AWS lets new clusters join only."""
        if self.status(have) == "ready":
            raise Refused(
                f"{self} exists, and only a new cluster can join global cluster {group}. Create the global cluster "
                "from this one (rds_global_cluster with source_db_cluster_identifier), or choose another name."
            )

    def refuse_membership(self, have: Fields | None, wanted: str) -> None:
        """Raise Refused for a member of a global cluster that is to be none, unless this run dissolves that cluster."""
        group = (have or {}).get("global_cluster_identifier")
        if have is None or not group or f"rds_global_cluster:{group}" in (self.params.get("remove") or ()):
            return
        others = ", ".join(f"{m['db_cluster_identifier']} in {m['region']}" for m in have["other_members"]) or "none"
        raise Refused(
            f"{self} is a member of global cluster {group}, and global_cluster_identifier is '{wanted}' (aurora_global "
            f"is false). Nothing is changed. Other members: {others}. To keep the global cluster, "
            "give its name (aurora_global: true). To dissolve it, first remove its other regions with "
            f"playbooks/remove_region.yml, and then run with {consent('remove', f'rds_global_cluster:{group}')}. That "
            "takes this cluster out with its data, and deletes the empty global cluster."
        )

    def refuse_storage(self, have: Fields, want: Fields) -> None:
        """Raise Refused for a switch to I/O-Optimized storage before the time at which AWS takes the next one."""
        allowed = have.get("io_optimized_next_allowed_modification_time")
        wanted = want.get("storage_type")
        if wanted == have.get("storage_type") or wanted != "aurora-iopt1" or not allowed:
            return
        now, start = self.aws.now(), moment(allowed)
        if start > now:
            raise Refused(
                f"storage_type of {self} is {have['storage_type']}, and AWS takes a change to aurora-iopt1 once in 30 "
                f"days. Run again after {time_text(start, now)}, or keep storage_type: {have['storage_type']}."
            )

    def additions(self, have: Fields) -> dict[str, Any]:
        """Return what others added: instances without our tag, and the accounts that may restore our snapshots."""
        shares = {name: self._accounts(name) for name in _database_states.manual_snapshots(self.tagged())}
        return {
            "_foreign_instances": self._foreign_instances(have),
            "_shares": {name: accounts for name, accounts in shares.items() if accounts},
        }

    def _foreign_instances(self, have: Fields) -> list[str]:
        found = self._instances(have) if self.owner else []
        return [each["db_instance_identifier"] for each in found if not self.is_ours(each)]

    def _instances(self, have: Fields) -> list[dict[str, Any]]:
        """Return the instances of the cluster that are not being deleted."""
        listed = (
            self.aws.pages("rds", "describe_db_instances", "db_instances") if have.get("db_cluster_members") else []
        )
        name = have["db_cluster_identifier"]
        return [
            each
            for each in listed
            if each.get("db_cluster_identifier") == name and each["db_instance_status"] != "deleting"
        ]

    def _accounts(self, snapshot: str) -> list[str]:
        answer = self.aws.found(
            # A snapshot that RDS took itself cannot be shared; one that was just deleted is still among the tagged.
            ["DBClusterSnapshotNotFoundFault", "InvalidDBClusterSnapshotStateFault", "AccessDenied"],
            lambda: self.aws.call(
                "rds", "describe_db_cluster_snapshot_attributes", db_cluster_snapshot_identifier=snapshot
            ),
        )
        attributes = (
            (answer or {}).get("db_cluster_snapshot_attributes_result", {}).get("db_cluster_snapshot_attributes")
        )
        found = [a["attribute_values"] for a in attributes or [] if a["attribute_name"] == "restore"]
        return sorted(account for values in found for account in values or [])

    def foreign(self, have: Fields) -> list[Observation]:
        """Return observations about what others added. No apply removes it."""
        reason = (
            "an instance that others added to the cluster, and that is left alone; a deletion of the cluster removes "
            f"it with {self.consent('remove')}"
        )
        names = have.get("_foreign_instances", [])
        found = [Observation("db_cluster_members", None, name, "foreign", reason) for name in names]
        for snapshot, accounts in have.get("_shares", {}).items():
            command = _database_states.unsharing(self.aws.region, snapshot, accounts)
            sharing = f"others may restore the snapshot; to end that, run: {command}"
            found.append(Observation(f"snapshots.{snapshot}.restore", [], accounts, "foreign", sharing))
        return found

    def obstacles(self, have: Fields) -> Iterator[str]:
        """Yield a sentence for each reason for which AWS, or the ownership of others, prevents the deletion."""
        yield from self.protection(have)
        yield from self.rest(have)
        yield from self._without_consent(self._foreign_instances(have))
        yield from self._without_key(have)
        others = _members.staying(self, have["other_members"] if have["is_writer"] else ())
        if others:
            ways = _members.ways_on(have["global_cluster_identifier"], others)
            names = _members.names(others)
            yield (
                f"{self} is the writer of a global cluster that still has {names}. Remove those first, because AWS "
                f"deletes the writer last. {ways}"
            )

    def _without_key(self, have: Fields) -> list[str]:
        """Return a sentence if RDS cannot take the final snapshot, because the KMS key of the storage is not usable."""
        key = have.get("kms_key_id")
        if self.params["skip_final_snapshot"] or not key:
            return []
        answer = self.aws.found(
            ["NotFoundException", "AccessDeniedException"], lambda: self.aws.call("kms", "describe_key", key_id=key)
        )
        state = (answer or {}).get("key_metadata", {}).get("key_state", "Enabled")  # the key may belong to others
        if state == "Enabled":
            return []
        return [
            f"{self} is to leave a final snapshot, which needs the KMS key {key}, and the state of the key is {state}. "
            f"Make it usable again: {_database_states.usable_again(self.aws.region, key, state)}. Or give up the data: "
            "set skip_final_snapshot: true (aurora_skip_final_snapshot for the playbooks)."
        ]

    def is_expendable(self, have: Fields) -> bool:
        """Return False. Raise Refused for a replacement with consent that protection or instances prevent."""
        expendable = super().is_expendable(have)
        if self.consents("replace"):
            instances = [each["db_instance_identifier"] for each in self._instances(have)]
            found = [*self.protection(have), *self._without_consent(instances)]
            if found:
                raise Refused(" ".join(found))
        return expendable

    def remove_instances(self, have: Fields) -> None:
        """Delete the instances that are left in the cluster, with consent. Raise Refused without it."""
        left = [each["db_instance_identifier"] for each in self._instances(have)]
        found = self._without_consent(left)
        if found:
            raise Refused(" ".join(found))
        for name in left:
            self.aws.call("rds", "delete_db_instance", db_instance_identifier=name)

    def takes_along(self, have: Fields) -> Iterator[str]:
        """Return the instances that others added to the cluster, and that are deleted with it."""
        listed = {**have, "db_cluster_members": True}  # the fields of a plan have no members
        names = self._foreign_instances(listed) if self.consents("remove") else []
        if names:
            yield f"Instances that others added to {self.label}, and that are deleted with it: {', '.join(names)}."

    def _without_consent(self, names: list[str]) -> list[str]:
        """Return a sentence about instances for whose deletion there is no consent."""
        if not names or self.consents("remove"):
            return []
        return [
            f"{self} still contains DB instances: {', '.join(names)}. Delete them first, or have them deleted with "
            f"the cluster: {self.consent('remove')}"
        ]

    def has_credentials(self) -> bool:
        """Return whether the options make the cluster a primary."""
        return any(self._given(name) for name in ("master_username", "master_user_secret_name"))

    def credentials(self) -> dict[str, Any]:
        """Return user name and password from the secret that the options name; nothing without one."""
        name = self.params["master_user_secret_name"]
        if name is None:
            return {}
        secret = self.aws.found(
            "ResourceNotFoundException", lambda: self.aws.call("secretsmanager", "get_secret_value", secret_id=name)
        )
        found = _texts(secret["secret_string"], ("username", "password")) if secret else None
        if found is None:
            raise Refused(
                f"master_user_secret_name is '{name}', and no such secret in {self.aws.region} holds a username and a "
                "password as texts. Create the secret first, correct its value, or correct the name."
            )
        return {"master_username": found[0], "master_user_password": found[1]}


def _texts(value: str, names: tuple[str, ...]) -> list[str] | None:
    """Return members of a secret that is a JSON object; None if one of them is missing or no text, such as a number."""
    try:
        content = json.loads(value)
    except ValueError:
        return None
    found = [content.get(name) if isinstance(content, dict) else None for name in names]
    return [text for text in found if isinstance(text, str)] if all(isinstance(t, str) and t for t in found) else None
