# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Judge the resources that are left of an environment: whether they are intended, why, until when, and what to do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from ansible_collections.mtk.backend.plugins.module_utils.domain._locks import TABLE
from ansible_collections.mtk.backend.plugins.module_utils.domain._names import RULES
from ansible_collections.mtk.backend.plugins.module_utils.domain._pools import SHARED
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import OWNER_TAG

# Kinds that no module of this collection manages.
SNAPSHOT, AUTOMATED, BACKUP = "rds_cluster_snapshot", "rds_cluster_automated_backup", "dynamodb_backup"
KEY, SECRET, ADDRESS, INTERFACE = "kms_key", "secretsmanager_secret", "ec2_address", "ec2_network_interface"
ALIAS = "kms_alias"
# The states of what AWS is deleting, or has deleted and still lists for a while.
# EC2 writes some of them with capital letters.
GOING = frozenset(
    {
        *(
            "Deleting",
            "Deleted",
            "deleting",
            "deleted",
            "delete-in-progress",
            "delete-complete",
            "terminated",
            "shutting-down",
            "DELETING",
        ),
        *("DELETED", "rejected", "expired", "failed-delete"),
    }
)
PENDING_KEY = ("PendingDeletion", "PendingReplicaDeletion")
Fields = Mapping[str, Any]


class Found(NamedTuple):
    """A resource that a sweep has found.

    ``id`` is what a command names it by. ``owner`` is its tag ``mtk:environment``. ``until`` is the day on which AWS
    deletes it, ``made`` the day of a backup, ``key`` the ARN of the KMS key that it is encrypted with.
    """

    resource: str
    region: str
    name: str
    id: str = ""
    owner: str = ""
    state: str = ""
    until: str = ""
    made: str = ""
    key: str = ""
    of: str = ""  # the cluster or the table of a backup; the data that needs a key


class Verdict(NamedTuple):
    """Why a resource that is left is intended, its kind in the words of the report, and how to bring it back."""

    reason: str
    words: str
    restore: str = ""


# The command that deletes a resource, by kind.
DELETE = {
    "dynamodb_table": "aws dynamodb delete-table --region {region} --table-name {name}",
    "dynamodb_table_auto_scaling": (
        "aws application-autoscaling deregister-scalable-target --region {region} --service-namespace dynamodb "
        "--resource-id {name} --scalable-dimension {id}"
    ),
    "ec2_flow_log": "aws ec2 delete-flow-logs --region {region} --flow-log-ids {id}",
    "ec2_internet_gateway": "aws ec2 delete-internet-gateway --region {region} --internet-gateway-id {id}",
    "ec2_ipam": "aws ec2 delete-ipam --region {region} --ipam-id {id}",
    "ec2_ipam_pool": "aws ec2 delete-ipam-pool --region {region} --ipam-pool-id {id}",
    "ec2_nat_gateway": "aws ec2 delete-nat-gateway --region {region} --nat-gateway-id {id}",
    "ec2_network_acl": "aws ec2 delete-network-acl --region {region} --network-acl-id {id}",
    "ec2_route_table": "aws ec2 delete-route-table --region {region} --route-table-id {id}",
    "ec2_security_group": "aws ec2 delete-security-group --region {region} --group-id {id}",
    "ec2_subnet": "aws ec2 delete-subnet --region {region} --subnet-id {id}",
    "ec2_vpc": "aws ec2 delete-vpc --region {region} --vpc-id {id}",
    "ec2_vpc_endpoint": "aws ec2 delete-vpc-endpoints --region {region} --vpc-endpoint-ids {id}",
    "iam_managed_policy": "aws iam delete-policy --policy-arn {id}",
    "iam_role": "aws iam delete-role --role-name {name}",
    "logs_log_group": "aws logs delete-log-group --region {region} --log-group-name {name}",
    "rds_cluster": (
        "aws rds delete-db-cluster --region {region} --db-cluster-identifier {name} "
        "--final-db-snapshot-identifier {name}-final"
    ),
    "rds_cluster_param_group": (
        "aws rds delete-db-cluster-parameter-group --region {region} --db-cluster-parameter-group-name {name}"
    ),
    "rds_global_cluster": "aws rds delete-global-cluster --region {region} --global-cluster-identifier {name}",
    "rds_instance": "aws rds delete-db-instance --region {region} --db-instance-identifier {name}",
    "rds_instance_param_group": "aws rds delete-db-parameter-group --region {region} --db-parameter-group-name {name}",
    "rds_subnet_group": "aws rds delete-db-subnet-group --region {region} --db-subnet-group-name {name}",
    ADDRESS: "aws ec2 release-address --region {region} --allocation-id {id}",
    ALIAS: "aws kms delete-alias --region {region} --alias-name {name}",
    AUTOMATED: "aws rds delete-db-cluster-automated-backup --region {region} --db-cluster-resource-id {id}",
    BACKUP: "aws dynamodb delete-backup --region {region} --backup-arn {id}",
    INTERFACE: "aws ec2 delete-network-interface --region {region} --network-interface-id {id}",
    KEY: "aws kms schedule-key-deletion --region {region} --key-id {id} --pending-window-in-days 30",
    SECRET: "aws secretsmanager delete-secret --region {region} --secret-id {id}",
    SNAPSHOT: "aws rds delete-db-cluster-snapshot --region {region} --db-cluster-snapshot-identifier {name}",
}


def name_pattern(environment: str, regions: Iterable[str]) -> re.Pattern[str]:
    """Return the pattern of the names that the roles give to the resources of an environment in some regions.

    >>> bool(name_pattern("dev", ["us-east-1"]).match("dev-us-east-1-aurora-cluster"))
    True
    >>> bool(name_pattern("dev", ["us-east-1"]).match("dev_orders"))
    False
    """
    region = "|".join(re.escape(each) for each in regions)
    types = "|".join(kind.replace("_", "[_-]") for kind, rule in RULES.items() if rule.parts)
    place = rf"(?:(?:{region})[_-])?(?:(?:{region})[a-z][_-])?"
    begin = rf"(?:alias/|/aws/rds/cluster/|table/)?{re.escape(environment)}[_-]"
    return re.compile(rf"{begin}{place}(?:{types})(?![a-z0-9_])")


def day(text: str | None, days: int = 0) -> str:
    """Return the day of a timestamp, some days later.

    >>> day("2026-11-30T23:30:00+00:00", 7)
    '2026-12-07'
    """
    return (datetime.fromisoformat(text).astimezone(UTC) + timedelta(days=days)).strftime("%Y-%m-%d") if text else ""


class Rest(NamedTuple):
    """The facts beside a resource itself on which the verdict about it depends."""

    environment: str
    others: Sequence[str]  # the environments that use what is shared
    encrypted: Mapping[str, Sequence[str]]  # the names of what each KMS key encrypts, by the id of the key
    kept: Mapping[tuple[str, str], str]  # why the deletion has kept a resource, by module and name


def _key(found: Found, rest: Rest) -> Verdict | None:
    if found.state in PENDING_KEY:
        back = (
            f"aws kms cancel-key-deletion --region {found.region} --key-id {found.id} && "
            f"aws kms enable-key --region {found.region} --key-id {found.id}"
        )
        encrypted = rest.encrypted.get(found.id, ())
        loss = f" After that day {', '.join(encrypted)} cannot be read." if encrypted else ""
        return Verdict(f"its deletion is scheduled.{loss}", "KMS key pending deletion", back)
    if found.of:
        way = f"Run the same command again when that is gone, or give it up with -e purge_data={rest.environment}"
        return Verdict(f"data needs it: {found.of}. {way}", "KMS key kept for data")
    return None


def _secret(found: Found, rest: Rest) -> Verdict | None:
    if found.state != "scheduled":
        return None
    back = f"aws secretsmanager restore-secret --region {found.region} --secret-id {found.id}"
    return Verdict("its deletion is scheduled", "secret scheduled for deletion", back)


def _backup(found: Found, rest: Rest) -> Verdict | None:
    what = {"SYSTEM": "AWS made it when the table was deleted", "manual": "a manual or final snapshot"}
    words = {BACKUP: "backup of the table", SNAPSHOT: "cluster snapshot", AUTOMATED: "automated backup of the cluster"}
    made = f", made on {found.made}" if found.made else ""
    reason = f"a backup of {found.of}{made}" + (f"; {what[found.state]}" if found.state in what else "")
    return Verdict(
        reason,
        words[found.resource],
        "run site.yml; if the primary cluster or the table does not exist, it shows the command of its newest backup",
    )


def _shared(found: Found, rest: Rest) -> Verdict | None:
    why = rest.kept.get((found.resource, found.name))
    if why:
        return Verdict(why, "resource that is kept because others use it")
    if found.owner != SHARED or not rest.others:
        return None
    reason = f"shared with {', '.join(rest.others)}"
    return Verdict(reason, f"resource that is {reason}")


def _lock_table(found: Found, rest: Rest) -> Verdict | None:
    if found.name != TABLE:
        return None
    return Verdict("keeps two runs from writing at the same time, for all environments", "the table of the run locks")


_INTENDED: dict[str, Callable[[Found, Rest], Verdict | None]] = {
    **dict.fromkeys((SNAPSHOT, AUTOMATED, BACKUP), _backup),
    KEY: _key,
    SECRET: _secret,
    "dynamodb_table": _lock_table,
}


def judged(
    found: Iterable[Found], environment: str, others: Sequence[str], kept: Iterable[Fields] = ()
) -> list[dict[str, Any]]:
    """Return the items of the report: what is left, whether that is intended, why, until when, and the commands."""
    listed = [each for each in dict.fromkeys(found) if each.state not in GOING]
    reasons = {(entry["resource"], entry["name"]): str(entry["reason"]) for entry in kept}
    rest = Rest(environment, others, encrypted_by(listed), reasons)
    items = [_item(each, rest) for each in listed]
    return sorted(items, key=lambda item: (item["intended"], item["region"], item["resource"], item["name"]))


def encrypted_by(found: Iterable[Found]) -> dict[str, list[str]]:
    """Return the names of what each KMS key encrypts, by the id of the key."""
    encrypted: dict[str, list[str]] = {}
    for each in found:
        if each.key and each.name not in encrypted.setdefault(each.key.rsplit("/", 1)[-1], []):
            encrypted[each.key.rsplit("/", 1)[-1]].append(each.name)
    return encrypted


def _item(found: Found, rest: Rest) -> dict[str, Any]:
    judge = _INTENDED.get(found.resource, _shared)
    verdict = judge(found, rest) or _shared(found, rest)
    command = DELETE.get(found.resource, "")
    going = verdict is not None and found.until and found.resource in (SECRET, BACKUP)  # AWS itself deletes it
    going = going or (verdict is not None and (found.resource == KEY or found.owner == SHARED))
    return {
        **{name: getattr(found, name) for name in ("region", "resource", "name", "id", "until", "key")},
        "intended": verdict is not None,
        "words": verdict.words if verdict else "",
        "reason": verdict.reason if verdict else _unexpected(found, rest),
        "remove": "" if going else command.format(**found._asdict()),
        "restore": verdict.restore if verdict else "",
    }


def _unexpected(found: Found, rest: Rest) -> str:
    if found.owner == SHARED:
        return "no other environment uses it"
    if not found.owner:
        return f"has a name of {rest.environment} and no tag {OWNER_TAG}, so it may belong to somebody else"
    return f"has the tag {OWNER_TAG}={found.owner}"
