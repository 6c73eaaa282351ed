# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The commands that restore a cluster or a table from its backups."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ansible_collections.mtk.backend.plugins.module_utils.domain._values import OWNER_TAG, unknown_in


class Earlier(NamedTuple):
    """The data of an earlier resource of the same name, and how to restore it."""

    found: str
    restore: str


class Backup(NamedTuple):
    """A backup of a cluster or table: what it is, its name, its day, its KMS key, and how a command names it."""

    kind: str
    name: str
    day: str
    key: str
    source: tuple[str, ...]

    @property
    def found(self) -> str:
        """The kind, name and day of the backup, for a message."""
        return f"{self.kind} {self.name} of {self.day}"


def key_steps(region: str, key: str, state: str) -> list[str]:
    """Return the commands after which a KMS key can be used.

    >>> key_steps("us-east-1", "arn:aws:kms:us-east-1:1:key/1a", "Disabled")
    ['aws kms enable-key --region us-east-1 --key-id 1a']
    """
    named = f"--region {region} --key-id {key.rsplit('/', 1)[-1]}"
    steps = {
        "PendingDeletion": [f"aws kms cancel-key-deletion {named}", f"aws kms enable-key {named}"],
        "Disabled": [f"aws kms enable-key {named}"],
    }
    return steps.get(state, [])


def restore_cluster(region: str, name: str, backup: Backup, options: Mapping[str, Any]) -> str:
    """Return the command that restores a cluster. ``options`` are those of the module that a restore needs."""
    groups, key = options.get("vpc_security_group_ids") or (), options.get("kms_key_id")
    subnets, owner = options.get("db_subnet_group_name"), (options.get("tags") or {}).get(OWNER_TAG)
    words = ["aws", "rds", *backup.source, "--region", region, "--db-cluster-identifier", name]
    words += ["--db-subnet-group-name", subnets] if subnets else []
    words += ["--vpc-security-group-ids", *groups] if groups else []
    words += ["--kms-key-id", key] if key else []
    words += _scaling(options.get("serverless_v2_scaling_configuration") or {})
    words += ["--tags", f"Key={OWNER_TAG},Value={owner}"] if owner else []
    return shlex.join(str(word) for word in words)


def _scaling(capacity: Mapping[str, Any]) -> list[str]:
    names = {
        "min_capacity": "MinCapacity",
        "max_capacity": "MaxCapacity",
        "seconds_until_auto_pause": "SecondsUntilAutoPause",
    }
    given = [f"{names[name]}={capacity[name]:g}" for name in names if capacity.get(name) is not None]
    return ["--serverless-v2-scaling-configuration", ",".join(given)] if given else []


def make_global(region: str, arn: str, name: str, exists: bool) -> tuple[list[str], list[str]]:
    """Return the commands before and after a restore that make the restored cluster the first of a global cluster.

    AWS lets no existing cluster join a global cluster; only a new global cluster can be made from one.
    """
    group = f"--region {region} --global-cluster-identifier {name}"
    before = [
        f"aws rds modify-global-cluster {group} --no-deletion-protection",
        f"aws rds delete-global-cluster {group}",
    ]
    after = [
        f"aws rds wait db-cluster-available --region {region} --db-cluster-identifier {arn.rsplit(':', 1)[-1]}",
        f"aws rds create-global-cluster {group} --source-db-cluster-identifier {arn}",
    ]
    return (before if exists else []), after


def restore_table(region: str, name: str, backup: Backup) -> str:
    """Return the command that restores a table."""
    words = ["aws", "dynamodb", "restore-table-from-backup", "--region", region, "--target-table-name", name]
    return shlex.join([*words, *backup.source])


def instruction(commands: Iterable[str], options: Any = None) -> str:
    """Return how to restore, each command on a line. Options that are not known yet would make them incomplete."""
    if unknown_in(options):
        return "run site.yml, which creates what the restore needs, ends here again and shows the commands"
    return "\n".join(["run these commands, and then this run again:", *commands])
