"""The catalogue of drifts: changes by people and by AWS, with the entries that a drift report must have for them.

A drift is a function that changes a :class:`Deployment` through plain boto3, registered with the resources that a plan
must name. The modules ``drifts_*`` in this directory register them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from .conftest import REGIONS
from .subjects import Subject

ACCOUNT = "123456789012"
HOME = "us-east-1"
ZONES = {"us-east-1": ("b", "c", "e"), "us-west-2": ("b", "a", "c"), "eu-west-1": ("b", "c", "a")}  # by zone id
NETWORKS = {"dev": (HOME,), "prod": REGIONS}
# The resources of the roles by their names in this catalogue: module and name, with e(nvironment), r(egion) and z(one).
KEPT = {
    "ipam": ("ec2_ipam", "ipam"),
    "top pool": ("ec2_ipam_pool", "shared_ipam_top_pool"),
    "region's pool": ("ec2_ipam_pool", "shared_{r}_ipam_pool"),
    "pool": ("ec2_ipam_pool", "{e}_{r}_ipam_pool"),
    "vpc": ("ec2_vpc", "{e}_{r}_vpc"),
    "internet gateway": ("ec2_internet_gateway", "{e}_{r}_internet_gateway"),
    "public subnet": ("ec2_subnet", "{e}_{r}_{z1}_public_subnet"),
    "private subnet": ("ec2_subnet", "{e}_{r}_{z2}_private_subnet"),
    "database subnet": ("ec2_subnet", "{e}_{r}_{z1}_database_subnet"),
    "nat gateway": ("ec2_nat_gateway", "{e}_{r}_{z1}_nat_gateway"),
    "second nat gateway": ("ec2_nat_gateway", "{e}_{r}_{z2}_nat_gateway"),
    "public table": ("ec2_route_table", "{e}_{r}_public_route_table"),
    "private table": ("ec2_route_table", "{e}_{r}_{z1}_private_route_table"),
    "second private table": ("ec2_route_table", "{e}_{r}_{z2}_private_route_table"),
    "database table": ("ec2_route_table", "{e}_{r}_database_route_table"),
    "s3 endpoint": ("ec2_vpc_endpoint", "{e}_{r}_s3_endpoint"),
    "dynamodb endpoint": ("ec2_vpc_endpoint", "{e}_{r}_dynamodb_endpoint"),
    "default group": ("ec2_security_group", "default"),
    "application group": ("ec2_security_group", "{e}_{r}_application_security_group"),
    "database group": ("ec2_security_group", "{e}_{r}_database_security_group"),
    "flow log": ("ec2_flow_log", "{e}_{r}_flow_log"),
    "flow log group": ("logs_log_group", "{e}_{r}_flow_log_group"),
    "flow log role": ("iam_role", "{e}_flow_log_role"),
    "flow log policy": ("iam_managed_policy", "{e}_flow_log_policy"),
    "network key": ("kms_key", "alias/{e}_{r}_network_key"),
    "aurora key": ("kms_key", "alias/{e}_{r}_aurora_key"),
    "table key": ("kms_key", "alias/{e}_{r}_dynamodb_key"),
    "monitoring role": ("iam_role", "{e}_aurora_monitoring_role"),
    "secret": ("secretsmanager_secret", "{e}_aurora_master_secret"),
    "global cluster": ("rds_global_cluster", "{e}-aurora-global-cluster"),
    "database log group": ("logs_log_group", "/aws/rds/cluster/{e}-{r}-aurora-cluster/postgresql"),
    "cluster parameters": ("rds_cluster_param_group", "{e}-{r}-aurora-cluster-parameter-group-16"),
    "instance parameters": ("rds_instance_param_group", "{e}-{r}-aurora-instance-parameter-group-16"),
    "subnet group": ("rds_subnet_group", "{e}-{r}-aurora-subnet-group"),
    "cluster": ("rds_cluster", "{e}-{r}-aurora-cluster"),
    "instance": ("rds_instance", "{e}-{r}-{z1}-aurora-instance"),
    "reader": ("rds_instance", "{e}-{r}-{z2}-aurora-instance"),
    "table": ("dynamodb_table", "{e}_user_locations"),
    "replica": ("dynamodb_table_replica", "{e}_user_locations"),
    "scaling": ("dynamodb_table_auto_scaling", "{e}_user_locations"),
}
GLOBAL = {"iam_role", "iam_managed_policy", "rds_global_cluster"}
OWNERS = {"create": "gone", "update": "ours", "replace": "ours", "delete": "ours", "refuse": "decision"}


@dataclass
class Deployment:
    """An environment in one region of an account."""

    aws: Any
    environment: str
    region: str

    def client(self, service: str, region: str = "") -> Any:
        return self.aws.client(service, region or self.region)

    def name(self, kept: str) -> str:
        return subject(kept, self.environment, self.region)[2]

    def id(self, kept: str) -> str:
        """Return the EC2 id of a resource of the catalogue."""
        return self.named(self.name(kept))

    def fail(self, operation: str, state: str) -> None:
        """Let the next call of an operation of RDS in the region lead to a state."""
        fault = {"service": "rds", "operation": operation, "region": self.region, "effect": "fail", "state": state}
        self.aws.control.ask("POST", "faults", **fault)

    def named(self, name: str) -> str:
        filters = [{"Name": "key", "Values": ["Name"]}, {"Name": "value", "Values": [name]}]
        (found,) = [t for t in self.ec2.describe_tags(Filters=filters)["Tags"] if t["ResourceType"] != "elastic-ip"]
        return str(found["ResourceId"])

    def arn(self, service: str, rest: str) -> str:
        return f"arn:aws:{service}:{self.region}:{ACCOUNT}:{rest}"

    @cached_property
    def ec2(self) -> Any:
        return self.client("ec2")

    @cached_property
    def rds(self) -> Any:
        return self.client("rds")

    @property
    def mine(self) -> list[dict[str, str]]:
        """Return tags of the environment and a foreign owner."""
        return [{"Key": "mtk:environment", "Value": self.environment}, {"Key": "Owner", "Value": "somebody"}]

    def spec(self, kind: str) -> list[dict[str, Any]]:
        """Return these tags as TagSpecifications."""
        return [{"ResourceType": kind, "Tags": self.mine}]


@dataclass(frozen=True)
class Foreign:
    """A resource that no role manages, and a function that reads it."""

    arn: str
    look: Callable[[], Any]
    first: list[Any] = field(default_factory=list)

    def remember(self) -> None:
        self.first.append(self._now())

    def is_untouched(self) -> bool:
        return [self._now()] == self.first

    def _now(self) -> Any:
        seen = self.look()
        return {k: v for k, v in seen.items() if k != "ResponseMetadata"} if isinstance(seen, dict) else seen


Deed = Callable[[Deployment], Foreign | None]


@dataclass(frozen=True)
class Drift:
    """A change of an account in one region, and its expected effects on reports."""

    name: str
    region: str
    deed: Deed
    touches: Mapping[Subject, str] = field(default_factory=dict)  # the actions in the plan, by resource
    observed: Mapping[Subject, str] = field(default_factory=dict)  # owners of differences without an action
    holds: frozenset[Any] = frozenset()  # other resources that must not drift at the same time
    foreign: bool = False

    def do(self, aws: Any, environment: str) -> Foreign | None:
        return self.deed(Deployment(aws, environment, self.region))

    def interferes(self, other: Drift) -> bool:
        return bool(self._needs & other._needs)

    @property
    def _needs(self) -> frozenset[Any]:
        return self.holds | self.touches.keys() | self.observed.keys()

    def __repr__(self) -> str:
        return f"{self.name} in {self.region}"


def subject(kept: str, environment: str, region: str) -> Subject:
    """Return region, module and name of a resource of the catalogue, as plans name it."""
    kind, name = KEPT[kept]
    zones = {f"z{n}": f"{region}{letter}" for n, letter in enumerate(ZONES[region], start=1)}
    return "global" if kind in GLOBAL else region, kind, name.format(e=environment, r=region, **zones)


@dataclass(frozen=True)
class _Registered:
    """A drift before its environment and region are known."""

    deed: Deed
    touches: Mapping[str, str]
    observed: Mapping[str, str]
    everywhere: bool
    beside: tuple[str, ...]
    where: str
    only: str
    foreign: bool

    def in_(self, environment: str, region: str) -> Drift:
        def placed(kept: Mapping[str, str]) -> dict[Subject, str]:
            return {subject(name, environment, region): effect for name, effect in kept.items()}

        return Drift(
            name=self.deed.__name__,
            region=region,
            deed=self.deed,
            touches=placed(self.touches),
            observed={
                subject(name, environment, each): owner
                for name, owner in self.observed.items()
                for each in (NETWORKS[environment] if self.everywhere else (region,))
            },
            holds=frozenset(placed(dict.fromkeys(self.beside, ""))) | ({self.deed} if self.foreign else set()),
            foreign=self.foreign,
        )


_REGISTERED: list[_Registered] = []


def drift(
    *update: str,
    create: tuple[str, ...] = (),
    delete: tuple[str, ...] = (),
    replace: tuple[str, ...] = (),
    refuse: tuple[str, ...] = (),
    observed: Mapping[str, str] | None = None,
    everywhere: bool = False,
    beside: tuple[str, ...] = (),
    foreign: bool = False,
    where: str = "network",
    only: str = "",
) -> Callable[[Deed], Deed]:
    """Register a drift with the resources that the plan must update, create, delete, replace or refuse after it.

    ``observed``: resources with a difference that no apply repairs, and its owner; ``everywhere``: in all regions with
    a network. ``beside``: resources that must not drift at the same time. ``where``: in each region with a network,
    only at ``home`` (the first) or only ``away``. ``only``: in one environment. ``foreign``: the drift creates a
    resource that no role manages.
    """
    actions = {"update": update, "create": create, "delete": delete, "replace": replace, "refuse": refuse}
    touches = {name: action for action, kept in actions.items() for name in kept}

    def register(deed: Deed) -> Deed:
        _REGISTERED.append(_Registered(deed, touches, observed or {}, everywhere, beside, where, only, foreign))
        return deed

    return register


def catalogue(environment: str, decisions: bool = False) -> list[Drift]:
    """Return the drifts of an environment that an apply repairs, or those that need a decision."""
    from . import drifts_database, drifts_keys, drifts_network, drifts_table  # noqa: F401 - they register drifts

    every = (entry.in_(environment, region) for entry in _REGISTERED for region in _regions(entry, environment))
    return [drift for drift in every if ("refuse" in drift.touches.values()) is decisions]


def _regions(entry: _Registered, environment: str) -> Iterator[str]:
    wanted = {"home": lambda r: r == HOME, "away": lambda r: r != HOME, "network": lambda r: True}[entry.where]
    return (region for region in NETWORKS[environment] if wanted(region) and entry.only in ("", environment))
