"""Aurora PostgreSQL's versions, upgrades and capacity ranges."""

from __future__ import annotations

from typing import Any

from ..core import AwsError

ENGINE = "aurora-postgresql"
OTHER_ENGINES = (
    "aurora-mysql", "postgres", "mysql", "mariadb", "neptune", "docdb", "oracle", "sqlserver", "db2", "custom",
)  # fmt: skip
CA_CERTIFICATES = ["rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1"]  # the first one is the default
LOG_TYPES = ["instance", "postgresql", "iam-db-auth-error"]

# Each line was released together. AWS offers no upgrade to an earlier line.
RELEASES = [
    ["14.9"],
    ["15.6"],
    ["14.13", "15.8", "16.4"],
    ["14.15", "15.10", "16.6"],
    ["14.17", "15.12", "16.8", "17.4"],
    ["14.18", "15.13", "16.9", "17.5"],
    ["14.19", "15.14", "16.10", "17.6"],
    ["14.20", "15.15", "16.11", "17.7"],
    ["14.22", "15.17", "16.13", "17.9"],
]
DEFAULT_MINORS = {14: "14.20", 15: "15.15", 16: "16.11", 17: "17.7"}
DEFAULT_VERSION = "17.7"
LONG_TERM = {"16.8", "17.7"}

# The first minor version of each major version that supports 0 ACU, and that supports 256 ACU.
MIN_ZERO = {13: 15, 14: 12, 15: 7, 16: 3, 17: 0}
MAX_256 = {13: 13, 14: 10, 15: 5, 16: 1, 17: 0}


def parts(version: str) -> tuple[int, int]:
    """Return a version as numbers: ``"16.4"`` is ``(16, 4)``."""
    major, minor = version.split(".")
    return int(major), int(minor)


VERSIONS = sorted((v for release in RELEASES for v in release), key=parts)
FAMILIES = [f"aurora-postgresql{major}" for major in (13, *DEFAULT_MINORS)]  # groups of 13 exist without its versions


def major_of(version: str) -> int:
    """Return the major number of a version."""
    return parts(version)[0]


def family_of(version: str) -> str:
    """Return the parameter group family of a version."""
    return f"aurora-postgresql{major_of(version)}"


def require_engine(engine: str | None) -> None:
    """Refuse engines that do not exist, and engines that the local AWS does not implement."""
    if engine == ENGINE:
        return
    if engine and engine.startswith(OTHER_ENGINES):
        raise AwsError("InvalidParameterCombination", f"The local AWS does not implement the engine {engine}.")
    raise AwsError("InvalidParameterValue", f"Invalid DB engine: {engine}")


def resolve(version: str | None) -> str:
    """Return the full version. A bare major number means its default minor version."""
    if not version:
        return DEFAULT_VERSION
    if version in VERSIONS:
        return version
    if version.isdigit() and int(version) in DEFAULT_MINORS:
        return DEFAULT_MINORS[int(version)]
    raise unknown_version(version)


def unknown_version(version: str) -> AwsError:
    """Return the refusal of a version that RDS does not offer."""
    return AwsError("InvalidParameterCombination", f"Cannot find version {version} for {ENGINE}")


def matching(wanted: str) -> list[str]:
    """Return the versions that a full or a partial version selects; all versions for an empty text."""
    return [v for v in VERSIONS if not wanted or v == wanted or v.startswith(f"{wanted}.")]


def _release(version: str) -> int:
    return next(n for n, release in enumerate(RELEASES) if version in release)


def upgrade_targets(version: str) -> list[str]:
    """Return the versions to which a cluster of ``version`` can be upgraded."""
    return [v for v in VERSIONS if parts(v) > parts(version) and v != version and _release(v) >= _release(version)]


def capacity_range(version: str) -> tuple[float, float]:
    """Return the smallest and the largest Serverless v2 capacity of a version in ACU."""
    major, minor = parts(version)
    return (0.0 if minor >= MIN_ZERO[major] else 0.5), (256.0 if minor >= MAX_256[major] else 128.0)


def describe_version(version: str) -> dict[str, Any]:
    """Return a version as ``DescribeDBEngineVersions`` shows it."""
    low, high = capacity_range(version)
    return {
        "Engine": ENGINE,
        "MajorEngineVersion": str(major_of(version)),
        "EngineVersion": version,
        "DBParameterGroupFamily": family_of(version),
        "DBEngineDescription": "Aurora PostgreSQL",
        "DBEngineVersionDescription": f"Aurora PostgreSQL {version}" + (" (LTS)" if version in LONG_TERM else ""),
        "ValidUpgradeTarget": [_describe_target(version, target) for target in upgrade_targets(version)],
        "ExportableLogTypes": LOG_TYPES,
        "SupportsLogExportsToCloudwatchLogs": True,
        "SupportedEngineModes": ["provisioned"],
        "Status": "available",
        "SupportsGlobalDatabases": True,
        "SupportedCACertificateIdentifiers": CA_CERTIFICATES,
        "ServerlessV2FeaturesSupport": {"MinCapacity": low, "MaxCapacity": high},
    }


def _describe_target(version: str, target: str) -> dict[str, Any]:
    return {
        "Engine": ENGINE,
        "EngineVersion": target,
        "Description": f"Aurora PostgreSQL {target}",
        "AutoUpgrade": False,
        "IsMajorVersionUpgrade": major_of(target) != major_of(version),
        "SupportedEngineModes": ["provisioned"],
        "SupportsGlobalDatabases": True,
    }
