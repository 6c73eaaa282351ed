"""The settings of the account that a test may change: its Regions that need an opt-in, quotas, and what zones lack."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from moto.backends import get_backend
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.base_backend import BaseBackend
from moto.utilities.utils import get_partition

from .core import AwsError, own_backend
from .quotas import BY_CALL, BY_NAME
from .requests import protocols, session
from .switches import PARTITION

# The Regions of every account. The others need an opt-in, which a new account does not have.
ALWAYS_ENABLED = {
    *(f"us-{name}" for name in ("east-1", "east-2", "west-1", "west-2")),
    *(f"eu-{name}" for name in ("central-1", "north-1", "west-1", "west-2", "west-3")),
    *(f"ap-{name}" for name in ("south-1", "southeast-1", "southeast-2")),
    *(f"ap-northeast-{number}" for number in (1, 2, 3)),
    *("ca-central-1", "sa-east-1"),
}
PARTITIONS = ("aws", "aws-cn", "aws-us-gov")
_GLOBAL = ("iam",)  # answers in one place, whatever Region a client is made for


class Account(BaseBackend):
    """The partition of the account, its Regions and quotas, and whether IAM's policies are enforced."""

    enforces_iam = False

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.own_partition = PARTITION.name
        self.opted_in: set[str] = set()
        self.quotas: dict[str, int] = {}
        self.lacking: dict[str, set[str]] = {}


_ACCOUNTS = own_backend("local-account", Account, ["us-east-1"])


class NotAuthenticated(AwsError):
    """The refusal of credentials in a Region. ``status`` is AWS's HTTP status."""

    def __init__(self, code: str, message: str, status: int) -> None:
        super().__init__(code, message)
        self.status = status


def account() -> Account:
    """Return the settings of the account."""
    found: Account = _ACCOUNTS[DEFAULT_ACCOUNT_ID]["us-east-1"]
    return found


def opt_in_status(region: str) -> str:
    """Return the opt-in status of a Region as DescribeRegions shows it."""
    if region in ALWAYS_ENABLED or partition_of(region) in ("aws-cn", "aws-us-gov"):
        return "opt-in-not-required"
    return "opted-in" if region in account().opted_in else "not-opted-in"


def enable_region(name: str, enabled: bool) -> None:
    """Enable or disable a Region that needs an opt-in. Raise ValueError for all others."""
    if name not in _optional():
        raise ValueError(f"{name} is not a Region that needs an opt-in; use one of {', '.join(sorted(_optional()))}")
    (account().opted_in.add if enabled else account().opted_in.discard)(name)


def set_partition(name: str) -> None:
    """Let new accounts begin in a partition. Raise ValueError for an unknown one."""
    if name not in PARTITIONS:
        raise ValueError(f"there is no partition {name}; use one of {', '.join(PARTITIONS)}")
    PARTITION.name = name


def partition_of(region: str) -> str | None:
    """Return the partition of a Region; None for an unknown Region."""
    return "aws" if region in ALWAYS_ENABLED else _partitions().get(region)  # botocore's list takes time to read


@cache
def _partitions() -> dict[str, str]:
    botocore = session()  # STS is in all Regions, and its model is read faster than that of EC2
    return {region: name for name in PARTITIONS for region in botocore.get_available_regions("sts", name)}


def quota(name: str) -> int:
    """Return a quota, which holds in each Region."""
    return account().quotas.get(name, BY_NAME[name].value)


def quotas() -> dict[str, int]:
    """Return all quotas by name."""
    return {name: quota(name) for name in BY_NAME}


def require_room(name: str, taken: int, **given: Any) -> None:
    """Refuse one more resource if a quota's number of them is taken."""
    allowed, row = quota(name), BY_NAME[name]
    if taken >= allowed:
        raise AwsError(row.code, row.words.format_map({**given, "name": name, "quota": allowed}))


def require_quotas(service: str, operation: str, region: str, given: Mapping[str, Any]) -> None:
    """Refuse a request that creates a resource beyond a quota. A dry run creates none."""
    from . import services

    for row in BY_CALL.get((service, operation), ()):
        if row.count and not given.get("DryRun"):
            services.register()  # moto's state must not exist before our handlers replace moto's
            place = get_partition(region) if service in _GLOBAL else region
            taken = row.count(get_backend(service)[DEFAULT_ACCOUNT_ID][place], given)
            require_room(row.name, taken, **given)


def set_quota(name: str, value: int) -> None:
    """Change a quota in all Regions. Raise ValueError for an unknown one."""
    if name not in BY_NAME:
        raise ValueError(f"There is no quota '{name}'; use one of {', '.join(BY_NAME)}.")
    account().quotas[name] = value


def zone_lacks(zone: str) -> set[str]:
    """Return what a zone lacks: ``nat-gateway``, classes such as ``db.r7g.large``, names of endpoint services."""
    return account().lacking.get(zone, set())


def let_zone_lack(zone: str, things: list[str]) -> None:
    """Let a zone lack things until the reset. Raise ValueError for an unknown zone or thing."""
    if zone[:-1] not in _partitions() or not zone[-1].isalpha():
        raise ValueError(f"{zone} is not the name of a zone, such as us-east-1c.")
    if unknown := [t for t in things if t != "nat-gateway" and not t.startswith(("db.", "com.amazonaws."))]:
        text = "use nat-gateway, a class (db.r7g.large) or an endpoint service (com.amazonaws.us-east-1.kms)"
        raise ValueError(f"A zone cannot lack '{', '.join(unknown)}'; {text}.")
    account().lacking.setdefault(zone, set()).update(things)


def require_region(service: str, region: str) -> None:
    """Refuse a request to a Region that does not exist or that the account has not enabled, in the service's words."""
    partition = partition_of(region)
    enabled = service in _GLOBAL or opt_in_status(region) != "not-opted-in"
    if enabled and partition == account().own_partition:
        return
    spoken = protocols(service)
    if partition is None:
        code = "InvalidSignatureException" if spoken[0] == "json" else "SignatureDoesNotMatch"
        text = f"Credential should be scoped to a valid region, not '{region}'."
        raise NotAuthenticated(code, f"{text} AWS has no Region of this name.", 403)
    raise unknown_credentials(service)


def unknown_credentials(service: str) -> NotAuthenticated:
    """Return the refusal of credentials that AWS does not know, in the service's words."""
    spoken = protocols(service)
    if "ec2" in spoken:
        return NotAuthenticated("AuthFailure", "AWS was not able to validate the provided access credentials", 401)
    text = "The security token included in the request is invalid"
    if {"query", "rest-xml"} & set(spoken):
        return NotAuthenticated("InvalidClientTokenId", text, 403)
    return NotAuthenticated("UnrecognizedClientException", f"{text}.", 400)


def _optional() -> set[str]:
    return {region for region, partition in _partitions().items() if partition == "aws"} - ALWAYS_ENABLED
