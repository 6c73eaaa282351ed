"""The instance classes that RDS offers for Aurora PostgreSQL: for which versions, and in which zones."""

from __future__ import annotations

from dataclasses import dataclass

from moto.ec2.models import ec2_backends

from ..account import zone_lacks
from ..core import AwsError
from .engine import ENGINE, parts

SERVERLESS = "db.serverless"
_SIZES = (
    "large",
    "xlarge",
    "2xlarge",
    "4xlarge",
    "8xlarge",
    "12xlarge",
    "16xlarge",
    "24xlarge",
    "32xlarge",
    "48xlarge",
)
_BURSTABLE = ("medium", "large")
# Zones that only have older hardware, with the families of classes that they offer.
_OLD_ZONES = {"use1-az3": ("t3", "r5")}


@dataclass(frozen=True)
class Family:
    """A family of classes. ``first`` is the first minor version of each major version that supports it."""

    sizes: tuple[str, ...]
    first: dict[int, int]


FAMILIES = {
    "t3": Family(_BURSTABLE, {}),
    "t4g": Family(_BURSTABLE, {}),
    "r5": Family(_SIZES[:8], {}),
    "r6g": Family(_SIZES[:7], {}),
    "r6i": Family(_SIZES[:9], {}),
    "r7g": Family(_SIZES[:7], {14: 7, 15: 2, 16: 1}),
    "r7i": Family((*_SIZES[:8], "48xlarge"), {14: 9, 15: 4, 16: 1}),
    "r8g": Family((*_SIZES[:8], "48xlarge"), {14: 12, 15: 7, 16: 3}),
    "x2g": Family(_SIZES[:7], {}),
}
CLASSES = [SERVERLESS, *(f"db.{name}.{size}" for name, family in FAMILIES.items() for size in family.sizes)]


def size_of(instance_class: str) -> int:
    """Return the rank of a class by size."""
    size = instance_class.rpartition(".")[2]
    return _SIZES.index(size) if size in _SIZES else -1


def is_burstable(instance_class: str) -> bool:
    """Return whether a class is one of the T classes, which AWS refuses in a global database."""
    return instance_class.startswith("db.t")


def supports(version: str, instance_class: str) -> bool:
    """Return whether RDS offers a class for a version."""
    if instance_class not in CLASSES:
        return False
    family = FAMILIES.get(instance_class.split(".")[1])
    major, minor = parts(version)
    return family is None or minor >= family.first.get(major, 0)


def require_class(instance_class: str, version: str) -> None:
    """Refuse classes that RDS does not offer for a version."""
    if supports(version, instance_class):
        return
    if not instance_class.startswith("db.") or instance_class.count(".") not in (1, 2):
        raise AwsError("InvalidParameterValue", f"Invalid DB Instance class: {instance_class}")
    raise AwsError(
        "InvalidParameterCombination",
        "RDS does not support creating a DB instance with the following combination: "
        f"DBInstanceClass={instance_class}, Engine={ENGINE}, EngineVersion={version}, "
        "LicenseModel=postgresql-license. For supported combinations of instance class and database engine version, "
        "see the documentation.",
    )


def zones_of(account: str, region: str, instance_class: str) -> list[str]:
    """Return the names of the zones of a region that offer a class."""
    zones = ec2_backends[account][region].describe_availability_zones()
    family = instance_class.split(".")[1]
    found = [z.name for z in zones if z.zone_type == "availability-zone" and _offers(z.zone_id, family)]
    return sorted(zone for zone in found if instance_class not in zone_lacks(zone))


def _offers(zone_id: str, family: str) -> bool:
    return zone_id not in _OLD_ZONES or family in _OLD_ZONES[zone_id]
