# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The states in which a database needs help, and what helps: AWS's tables of the states of clusters and instances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class Failure(NamedTuple):
    """A state that RDS does not leave by itself.

    ``cure`` says what helps; it is empty where only a replacement does. ``{start}`` is the command that starts the
    cluster.
    """

    meaning: str
    cure: str = ""


RESTING = frozenset({"stopping", "stopped"})
_KEY = "RDS cannot use the KMS key of the storage"
_KEYS: Mapping[str, Failure] = {
    "inaccessible-encryption-credentials": Failure(
        _KEY,
        "Make the key usable again (enable it, or cancel its deletion), and restore the latest backup: RDS does not "
        "start this cluster any more.",
    ),
    "inaccessible-encryption-credentials-recoverable": Failure(
        _KEY,
        "Make the key usable again (enable it, or cancel its deletion), and start the cluster within seven days: "
        "{start}",
    ),
}
CLUSTER: Mapping[str, Failure] = {
    **_KEYS,
    "cloning-failed": Failure("RDS could not clone the cluster"),
    "failed": Failure("RDS cannot recover the cluster"),
    "migration-failed": Failure("RDS could not load the snapshot into the cluster"),
    "upgrade_failed": Failure(
        "RDS could not upgrade the engine",
        "Remove the cause and upgrade again, or restore the snapshot that RDS took before the upgrade.",
    ),
}
# Aurora keeps the data in the volume of the cluster, so a new instance has all of it.
INSTANCE: Mapping[str, Failure] = {
    **_KEYS,
    "failed": Failure("RDS cannot recover the instance"),
    "incompatible-create": Failure("RDS could not create the instance with its settings"),
    "incompatible-network": Failure("RDS found no free address, or no usable subnet, for the instance"),
    "incompatible-option-group": Failure("the option group does not fit the instance"),
    "incompatible-parameters": Failure("the engine does not start with the parameters of the instance"),
    "incompatible-restore": Failure("RDS could not restore the instance"),
    "insufficient-capacity": Failure("AWS has no capacity for the class in the zone"),
    "restore-error": Failure("RDS could not restore the instance"),
    "storage-full": Failure("the local storage of the instance is full"),
}


def start_command(region: str, cluster: str) -> str:
    """Return the command that starts a stopped cluster."""
    return f"aws rds start-db-cluster --region {region} --db-cluster-identifier {cluster}"


def usable_again(region: str, key: str, state: str) -> str:
    """Return the command that makes a KMS key usable again that is disabled or waits for its deletion."""
    commands = ["cancel-key-deletion", "enable-key"] if state == "PendingDeletion" else ["enable-key"]
    return " && ".join(f"aws kms {command} --region {region} --key-id {key}" for command in commands)


def unsharing(region: str, snapshot: str, accounts: list[str]) -> str:
    """Return the command that ends the sharing of a snapshot."""
    return (
        f"aws rds modify-db-cluster-snapshot-attribute --region {region} --db-cluster-snapshot-identifier {snapshot} "
        f"--attribute-name restore --values-to-remove {' '.join(accounts)}"
    )


def unprotecting(region: str, identity: str, name: str) -> str:
    """Return the command that lifts the protection of a cluster or global cluster. ``identity`` is its option.

    >>> unprotecting("us-east-1", "db_cluster_identifier", "c")
    'aws rds modify-db-cluster --region us-east-1 --db-cluster-identifier c --no-deletion-protection'
    """
    kind = identity.removesuffix("_identifier").replace("_", "-")
    option = identity.replace("_", "-")
    return f"aws rds modify-{kind} --region {region} --{option} {name} --no-deletion-protection"


def manual_snapshots(tagged: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the names of the manual cluster snapshots among tagged resources. RDS names its own ``rds:...``."""
    names = (str(entry["resource_arn"]).partition(":cluster-snapshot:")[2] for entry in tagged)
    return sorted(name for name in names if name and not name.startswith("rds:"))
