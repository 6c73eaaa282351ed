# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The item contract of ``user_locations`` (docs/using/item-contract.md): the fields that writers store."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal

Value = str | bool
LAYOUTS = ("sharded", "sparse", "plain")
SHARDS = 16
DECIMALS = 6
FLAGS = ("is_private", "is_real")
USER_ID = re.compile(r"[0-9A-Za-z]+")
DATE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z")
LAT_LONG = re.compile(r"-?\d{1,2}\.\d{6},-?\d{1,3}\.\d{6}")


def encode(
    user_id: str,
    date_time: datetime,
    latitude: Decimal | float | str,
    longitude: Decimal | float | str,
    is_private: bool,
    is_real: bool,
    *,
    layout: str = "sharded",
    shards: int = SHARDS,
) -> dict[str, Value]:
    """One item, as ``boto3.resource("dynamodb").Table(...).put_item`` takes it.

    ``layout`` and ``shards`` are those of the table. Raises ValueError, which names the argument, for what the contract
    does not allow.
    """
    if not USER_ID.fullmatch(user_id):
        raise ValueError(f"user_id {user_id!r} must be letters and digits")
    flags = {"is_private": is_private, "is_real": is_real}
    wrong = [name for name, value in flags.items() if not isinstance(value, bool)]
    if wrong:
        raise ValueError(f"{', '.join(wrong)} must be True or False")
    return {
        "user_id": user_id,
        "date_time": format_date_time(date_time),
        "lat_long": format_lat_long(latitude, longitude),
        **flags,
        **index_keys(user_id, flags, layout, shards),
    }


def format_date_time(moment: datetime) -> str:
    """``2026-01-02T03:04:05.678Z``: UTC, fixed width, so that strings sort as moments do. Cut, not rounded, to ms."""
    if moment.tzinfo is None:
        raise ValueError(f"date_time {moment.isoformat()} has no time zone: say which moment it is")
    utc = moment.astimezone(UTC)
    return f"{utc.year:04d}-{utc:%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def format_lat_long(latitude: Decimal | float | str, longitude: Decimal | float | str) -> str:
    """``52.520008,13.404954``: six decimals, half-even, no negative zero, so that one point has one text."""
    return f"{_degrees('latitude', latitude, 90)},{_degrees('longitude', longitude, 180)}"


def _degrees(name: str, value: Decimal | float | str, limit: int) -> str:
    try:
        degrees = Decimal(str(value)).quantize(Decimal(1).scaleb(-DECIMALS), ROUND_HALF_EVEN)
        inside = abs(degrees) <= limit
    except ArithmeticError:
        raise ValueError(f"{name} {value!r} is no number of degrees") from None
    if not inside:
        raise ValueError(f"{name} {value} must be between -{limit} and {limit}")
    return f"{degrees + 0:.{DECIMALS}f}"  # + 0 makes -0 0


def index_keys(
    user_id: str, flags: Mapping[str, bool], layout: str = "sharded", shards: int = SHARDS
) -> dict[str, str]:
    """The derived strings that the indexes on flags have as keys: ``{"is_private_key": "true#07", ...}``."""
    _check(layout, shards)
    if layout == "sparse":
        return {f"{name}_key": "true" for name, value in flags.items() if value}
    suffix = f"#{shard(user_id, shards):02d}" if layout == "sharded" else ""
    return {f"{name}_key": f"{str(value).lower()}{suffix}" for name, value in flags.items()}


def query_keys(flag: bool, layout: str = "sharded", shards: int = SHARDS) -> list[str]:
    """The partitions to ask for all items with a flag: one query each, merged by ``date_time``."""
    _check(layout, shards)
    if layout == "sparse" and not flag:
        raise ValueError("layout sparse indexes only what is true: scan the table, or choose another layout")
    value = str(flag).lower()
    return [f"{value}#{number:02d}" for number in range(shards)] if layout == "sharded" else [value]


def shard(user_id: str, shards: int = SHARDS) -> int:
    """The shard of a user: the first 32 bits of the SHA-256 of the id, modulo the number of shards."""
    return int.from_bytes(hashlib.sha256(user_id.encode()).digest()[:4], "big") % shards


def _check(layout: str, shards: int) -> None:
    if layout not in LAYOUTS:
        raise ValueError(f"layout {layout!r} must be one of {', '.join(LAYOUTS)}")
    if not 1 <= shards <= 100:
        raise ValueError(f"shards {shards} must be between 1 and 100")
