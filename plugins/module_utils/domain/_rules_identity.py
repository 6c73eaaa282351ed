# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of the settings of IAM that depend on the account and its partition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._setting import Fault

BOUNDARIES = {role: f"{role}_permissions_boundary" for role in ("ipam_vpc", "aurora")}  # the variables
# The partitions by the beginning of the names of their regions.
_PARTITIONS = {
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "eu-isoe-": "aws-iso-e",
    "us-isof-": "aws-iso-f",
    "eusc-": "aws-eusc",
}


def partition_of(region: str) -> str:
    """Return the partition of a region.

    >>> partition_of("us-east-1"), partition_of("us-gov-west-1")
    ('aws', 'aws-us-gov')
    """
    return next((name for start, name in _PARTITIONS.items() if region.startswith(start)), "aws")


def boundaries(values: Mapping[str, Any], account: Any, region: str) -> Iterator[Fault]:
    """Return the faults of permissions boundaries that are policies of another partition or of another account."""
    partition = partition_of(region)
    for name, arn in wanted_boundaries(values).items():
        given, owner = arn.split(":")[1], arn.split(":")[4]
        if given != partition:
            rule = f"the region {region} belongs to the partition {partition}"
            yield Fault({name: arn}, rule, f"Write it as {':'.join(['arn', partition, *arn.split(':')[2:]])}.")
        elif account is not None and owner not in ("aws", str(account)):
            rule = "a permissions boundary is a policy of the same account, or of AWS"
            values = {name: arn, "expected_account_id": account}
            yield Fault(values, rule, "Name a policy of the account of the environment.")


def wanted_boundaries(values: Mapping[str, Any], roles: Iterable[str] = tuple(BOUNDARIES)) -> dict[str, str]:
    """Return the permissions boundaries that are set, by their variables."""
    return {BOUNDARIES[role]: str(values[BOUNDARIES[role]]) for role in BOUNDARIES if _is_set(values, role, roles)}


def _is_set(values: Mapping[str, Any], role: str, roles: Iterable[str]) -> bool:
    return role in roles and bool(values.get(BOUNDARIES[role]))
