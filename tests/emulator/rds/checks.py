"""Validation of the arguments of RDS calls."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from moto.iam.models import iam_backends
from moto.utilities.utils import get_partition

from ..core import AwsError
from ..iam import can_assume
from ..kms.keys import find_key
from . import engine

RESERVED_USERS = {
    "admin", "all", "analyse", "analyze", "and", "any", "array", "as", "authorization", "current_user", "default",
    "false", "from", "group", "null", "or", "order", "primary", "public", "rdsadmin", "rdsproxyadmin", "rdsrepladmin",
    "rdstopmgr", "role", "select", "session_user", "table", "true", "user", "where",
}  # fmt: skip
INSIGHTS_RETENTION = {7, 731, *(31 * months for months in range(1, 24))}
MONITORING_INTERVALS = {0, 1, 5, 10, 15, 30, 60}
LIFECYCLES = ["open-source-rds-extended-support", "open-source-rds-extended-support-disabled"]
_DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_WEEK = 7 * 24 * 60


def value(message: str) -> AwsError:
    """Return the error for an invalid argument."""
    return AwsError("InvalidParameterValue", message)


def combination(message: str) -> AwsError:
    """Return the error for arguments that conflict."""
    return AwsError("InvalidParameterCombination", message)


def one_of(name: str, given: Any, allowed: Iterable[Any]) -> None:
    """Refuse values outside a set."""
    if given not in allowed:
        raise value(
            f"Invalid value '{given}' for {name}. Valid values are: {', '.join(str(a) for a in sorted(allowed))}"
        )


def between(name: str, given: int, low: int, high: int) -> None:
    """Refuse numbers outside a range."""
    if not low <= given <= high:
        raise value(f"Invalid {name}: {given}. Must be between {low} and {high}")


def identifier(name: str, given: str | None, length: int = 63) -> str:
    """Return a valid identifier in lower case, as AWS stores it."""
    if not given:
        raise value(f"The parameter {name} must be provided and must not be blank.")
    lower = given.lower()
    if len(lower) > length or not re.fullmatch(r"[a-z](-?[a-z0-9])*", lower):
        raise value(
            f"The parameter {name} is not a valid identifier. Identifiers must begin with a letter; must contain only "
            "ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens."
        )
    return lower


def username(given: str | None) -> str:
    """Return a valid master user name."""
    if not given:
        raise value("The parameter MasterUsername must be provided and must not be blank.")
    if given.lower() in RESERVED_USERS or given.lower().startswith("pg_"):
        raise value(f"MasterUsername {given} cannot be used as it is a reserved word used by the engine")
    if not re.fullmatch(r"[A-Za-z]\w{0,62}", given, re.ASCII):
        raise value("The parameter MasterUsername must begin with a letter and contain only alphanumeric characters.")
    return given


def password(given: str | None) -> str:
    """Return a valid master user password."""
    if not given:
        raise value("The parameter MasterUserPassword must be provided and must not be blank.")
    if len(given) < 8:
        raise value("The parameter MasterUserPassword is not a valid password because it is shorter than 8 characters.")
    if len(given) > 99:
        raise value("The parameter MasterUserPassword is not a valid password because it is longer than 99 characters.")
    if not re.fullmatch(r"[!#-&(-.0-?A-~]+", given):
        raise value(
            "The parameter MasterUserPassword is not a valid password. Only printable ASCII characters besides "
            "'/', '@', '\"', ''', ' ' may be used."
        )
    return given


def database_name(given: str | None) -> str | None:
    """Return a valid name of the first database."""
    if given is not None and not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,62}", given):
        raise value("DatabaseName must begin with a letter and contain only alphanumeric characters.")
    return given


def _minutes(clock: str, window: str) -> int:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", clock):
        raise value(f"Invalid time range: {window}. Times must be given as hh24:mi in UTC.")
    return int(clock[:2]) * 60 + int(clock[3:])


def _spans(window: str) -> tuple[int, int]:
    """Return the start and length of a window in minutes: of the week, or of the day if it names no weekday."""
    start, _, end = window.partition("-")
    if start.count(":") == 1:
        begin, finish, cycle = _minutes(start, window), _minutes(end, window), 24 * 60
    else:
        moments = []
        for moment in (start, end):
            day, _, clock = moment.partition(":")
            if day not in _DAYS:
                raise value(
                    f"Invalid maintenance window format: {window}. Should be specified as ddd:hh24:mi-ddd:hh24:mi"
                )
            moments.append(_DAYS.index(day) * 24 * 60 + _minutes(clock, window))
        begin, finish, cycle = moments[0], moments[1], _WEEK
    length = (finish - begin) % cycle
    if length < 30:
        raise value(f"The window {window} must be at least 30 minutes.")
    return begin, length


def next_window(window: str, after: float) -> float:
    """Return the virtual moment at which a maintenance window begins next."""
    moment = datetime.fromtimestamp(after, UTC)
    minute = (moment.weekday() * 24 + moment.hour) * 60 + moment.minute
    return after - after % 60 + ((_spans(window)[0] - minute) % _WEEK or _WEEK) * 60


def windows(backup: str, maintenance: str) -> None:
    """Refuse malformed or overlapping backup and maintenance windows."""
    if not re.fullmatch(r"\d\d:\d\d-\d\d:\d\d", backup):
        raise value(f"Invalid backup window format: {backup}. Should be specified as a range hh24:mi-hh24:mi")
    if not re.fullmatch(r"[a-z]{3}:\d\d:\d\d-[a-z]{3}:\d\d:\d\d", maintenance):
        raise value(f"Invalid maintenance window format: {maintenance}. Should be specified as ddd:hh24:mi-ddd:hh24:mi")
    start, length = _spans(backup)
    other, other_length = _spans(maintenance)
    if other_length >= 24 * 60:
        raise value("Maintenance window must be less than 24 hours.")
    for day in range(7):
        begin = start + day * 24 * 60
        if (other - begin) % _WEEK < length or (begin - other) % _WEEK < other_length:
            raise combination("The backup window and maintenance window must not overlap.")


def log_types(given: Iterable[str], version: str) -> list[str]:
    """Return the valid log types, sorted."""
    wrong = [t for t in given if t not in engine.LOG_TYPES]
    if wrong:
        raise combination(
            f"You cannot use the log types '{', '.join(wrong)}' with engine version {engine.ENGINE} {version}. "
            "For supported log types, see the documentation."
        )
    return sorted(set(given))


def scaling(given: Mapping[str, Any], present: Mapping[str, Any], version: str) -> dict[str, Any]:
    """Return the Serverless v2 capacity range after a call, as AWS stores it."""
    wanted = {**present, **given}
    if "MinCapacity" not in wanted or "MaxCapacity" not in wanted:
        raise combination("Both MinCapacity and MaxCapacity are required in ServerlessV2ScalingConfiguration.")
    low, high = float(wanted["MinCapacity"]), float(wanted["MaxCapacity"])
    least, most = engine.capacity_range(version)
    for capacity in (low, high):
        if capacity * 2 != int(capacity * 2):
            raise value(f"Serverless v2 capacity {capacity} isn't valid. The capacity must be a multiple of 0.5.")
        if not least <= capacity <= most:
            raise value(
                f"Serverless v2 capacity {capacity} isn't valid. The capacity must be between {least} and {most} "
                f"for {engine.ENGINE} {version}."
            )
    if high < 1:
        raise value(f"Serverless v2 maximum capacity {high} isn't valid. The maximum capacity must be at least 1.0.")
    if low > high:
        raise value(
            f"Serverless v2 maximum capacity {high} isn't valid. It must be greater than or equal to the minimum {low}."
        )
    result: dict[str, Any] = {"MinCapacity": low, "MaxCapacity": high}
    pause = int(wanted.get("SecondsUntilAutoPause") or 300)
    between("SecondsUntilAutoPause", pause, 300, 86400)
    if low == 0:
        result["SecondsUntilAutoPause"] = pause
    return result


def tags(given: Iterable[Mapping[str, str]] | None) -> list[dict[str, str]]:
    """Return the valid tags of a call."""
    result = [{"Key": tag.get("Key") or "", "Value": tag.get("Value") or ""} for tag in given or []]
    for tag in result:
        if tag["Key"].lower().startswith(("aws:", "rds:")):
            raise value(f"Tag keys that start with 'aws:' or 'rds:' are reserved: {tag['Key']}")
        if not 1 <= len(tag["Key"]) <= 128 or len(tag["Value"]) > 256:
            raise value(f"The tag {tag['Key']} is too long: a key has 1 to 128 characters, a value up to 256.")
        if not re.fullmatch(r"[\w\s.:/=+\-@]*", tag["Key"] + tag["Value"]):
            raise value(f"The tag {tag['Key']} holds characters that are not allowed.")
    if len({tag["Key"] for tag in result}) < len(result):
        raise value("Duplicate tag keys found.")
    if len(result) > 50:
        raise value("A resource cannot have more than 50 tags.")
    return result


def kms_key(account: str, region: str, key: str) -> str:
    """Return the ARN of a key that is usable in the region."""
    refused = AwsError(
        "KMSKeyNotAccessibleFault",
        f"The specified KMS key [{key}] does not exist, is not enabled or you do not have permissions to access it.",
    )
    found = find_key(account, region, key)
    if found is None:
        raise refused
    return found


def monitoring(account: str, region: str, given: Mapping[str, Any], present: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``MonitoringInterval`` and ``MonitoringRoleArn`` after a call."""
    interval = given.get("MonitoringInterval", present.get("MonitoringInterval", 0))
    role = given.get("MonitoringRoleArn") or present.get("MonitoringRoleArn")
    one_of("MonitoringInterval", interval, MONITORING_INTERVALS)
    if interval and not role:
        raise combination(
            "A MonitoringRoleARN value is required if you specify a MonitoringInterval value other than 0."
        )
    if not interval and given.get("MonitoringRoleArn"):
        raise combination(
            "You must specify a MonitoringInterval value other than 0 when you specify a MonitoringRoleARN value."
        )
    if interval:
        _monitoring_role(account, region, str(role))
    return {"MonitoringInterval": interval, "MonitoringRoleArn": role if interval else None}


def _monitoring_role(account: str, region: str, arn: str) -> None:
    roles = iam_backends[account][get_partition(region)].roles.values()
    permitted = any(role.arn == arn and (role.managed_policies or role.policies) for role in roles)
    if not permitted or not can_assume(account, region, "monitoring.rds.amazonaws.com", arn):
        raise value(
            "IAM role ARN value is invalid or does not include the required permissions for: ENHANCED_MONITORING"
        )


def insights(account: str, region: str, given: Mapping[str, Any], present: Mapping[str, Any]) -> dict[str, Any]:
    """Return the Performance Insights settings of a cluster after a call."""
    enabled = given.get("EnablePerformanceInsights", present.get("PerformanceInsightsEnabled", False))
    retention = given.get("PerformanceInsightsRetentionPeriod")
    key = given.get("PerformanceInsightsKMSKeyId")
    if not enabled:
        if retention is not None or key:
            raise combination(
                "You must enable Performance Insights to specify PerformanceInsightsRetentionPeriod or "
                "PerformanceInsightsKMSKeyId."
            )
        return {
            "PerformanceInsightsEnabled": False,
            "PerformanceInsightsRetentionPeriod": None,
            "PerformanceInsightsKMSKeyId": None,
        }
    if retention is not None and retention not in INSIGHTS_RETENTION:
        raise value(
            f"Invalid Performance Insights retention period: {retention}. Valid values are 7, month * 31 where month "
            "is a number of months from 1-23, and 731."
        )
    arn = present.get("PerformanceInsightsKMSKeyId")
    if key or not arn:
        wanted = kms_key(account, region, key or "alias/aws/rds")
        if arn and wanted != arn:
            raise combination("You can't change the Performance Insights KMS key once it is set.")
        arn = wanted
    return {
        "PerformanceInsightsEnabled": True,
        "PerformanceInsightsRetentionPeriod": retention or present.get("PerformanceInsightsRetentionPeriod") or 7,
        "PerformanceInsightsKMSKeyId": arn,
    }


def insights_mode(given: Mapping[str, Any], present: Mapping[str, Any]) -> str:
    """Return the ``DatabaseInsightsMode`` of a cluster after a call."""
    mode = str(given.get("DatabaseInsightsMode") or present.get("DatabaseInsightsMode") or "standard")
    if given.get("DatabaseInsightsMode") == "advanced" and (
        not given.get("EnablePerformanceInsights") or (given.get("PerformanceInsightsRetentionPeriod") or 0) < 465
    ):
        raise combination(
            "To enable the Advanced mode of Database Insights, modify your cluster to enable Performance Insights and "
            "set the retention period for Performance Insights to at least 465 days."
        )
    if mode == "advanced" and (
        given.get("EnablePerformanceInsights") is False
        or (given.get("PerformanceInsightsRetentionPeriod") or 465) < 465
    ):
        raise combination(
            "The Advanced mode of Database Insights needs Performance Insights with a retention period of at least 465 "
            "days; set DatabaseInsightsMode to standard first."
        )
    return mode
