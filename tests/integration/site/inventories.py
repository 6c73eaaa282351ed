"""Random valid inventories, drawn from the descriptions of the settings."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml
from ansible_collections.mtk.backend.plugins.module_utils.domain import _inventory
from ansible_collections.mtk.backend.plugins.module_utils.domain._setting import Setting
from ansible_collections.mtk.backend.plugins.plugin_utils.settings import ROLES, Settings

REGIONS = ("us-east-1", "us-west-2", "eu-west-1")
ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
# Settings that are not drawn: waits, what an empty account cannot have, and what follows from the groups.
FIXED = {
    *("ipam_vpc_region", "aurora_region", "dynamodb_global_region"),
    *("ipam_vpc_environment", "aurora_environment", "dynamodb_global_environment"),
    *("ipam_vpc_regions", "aurora_replica_regions", "dynamodb_global_replica_regions"),
    *("dynamodb_global_remove_replica_regions", "aurora_global_source_db_cluster_identifier", "aurora_network_subnets"),
    *("ipam_vpc_ipam_manage", "ipam_vpc_ipam_tier", "ipam_vpc_release_timeout"),
    *("aurora_wait", "aurora_wait_timeout", "dynamodb_global_wait", "dynamodb_global_wait_timeout"),
    *("aurora_global", "aurora_manage_master_user_password"),
    # What names resources and accounts of others.
    *("ipam_vpc_extra_routes", "ipam_vpc_extra_rules", "ipam_vpc_gateway_endpoint_policies"),
    *("aurora_secret_resource_policy", "dynamodb_global_resource_policies"),
}
BOUNDARIES = ("", "arn:aws:iam::aws:policy/PowerUserAccess")
# Parameters of aurora-postgresql with values that AWS allows.
PARAMETERS = {
    "log_statement": ["none", "ddl", "mod", "all"],
    "log_min_duration_statement": [-1, 0, "250", 2147483647],
    "log_connections": [0, 1],
}
Draw = random.Random


class Groups:
    """The groups of an inventory."""

    def __init__(self, draw: Draw) -> None:
        self.primary = draw.choice(REGIONS)
        others = [region for region in REGIONS if region != self.primary]
        self.secondary = draw.sample(others, draw.choice([0, 0, 1, 2]))
        self.network = [self.primary, *draw.sample(self.secondary, draw.randint(0, len(self.secondary)))]
        self.database = [self.primary, *draw.sample(self.network[1:], draw.randint(0, len(self.network) - 1))]

    @property
    def hosts(self) -> list[str]:
        return [self.primary, *self.secondary]

    def as_hosts(self) -> dict[str, Any]:
        """Return the content of hosts.yml."""
        groups = {
            "primary": [self.primary],
            "secondary": self.secondary,
            "network": self.network,
            "database": self.database,
        }
        return {"all": {"children": {name: {"hosts": dict.fromkeys(found)} for name, found in groups.items()}}}

    def checked(self) -> _inventory.Inventory:
        """Return the groups as the check sees them."""
        found = {name: list(group["hosts"]) for name, group in self.as_hosts()["all"]["children"].items()}
        return _inventory.Inventory({"all": self.hosts, **found})


def name(draw: Draw, longest: int = 8) -> str:
    """Return a name of lower-case letters and digits."""
    return draw.choice(ALPHABET[:26]) + "".join(draw.choices(ALPHABET, k=draw.randint(1, longest)))


def tags(draw: Draw) -> dict[str, str]:
    """Return tags with the characters that AWS allows."""
    values = ["", "a b", "büro 7", "x:y/z=1+2-3@4_5.6", "012345670123", "true"]
    return {name(draw): draw.choice(values) for _ in range(draw.randint(0, 5))}


def window(draw: Draw) -> str:
    """Return a daily window of half an hour to four hours."""
    start, minutes = draw.randrange(24 * 60), draw.choice([30, 60, 90, 240])
    end = (start + minutes) % (24 * 60)
    return f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"


def weekly_window(draw: Draw) -> str:
    """Return a weekly window in the afternoon of a day."""
    day, hour = draw.choice(["mon", "Tue", "SUN"]), draw.randint(10, 20)
    return f"{day}:{hour:02}:30-{day}:{hour + draw.randint(1, 3):02}:00"


def egress_rules(draw: Draw) -> list[dict[str, Any]]:
    """Return rules for the application, each with another destination."""
    rules: list[dict[str, Any]] = [
        {"ip_protocol": "tcp", "from_port": 443, "to_port": "443", "cidr_ipv4": "0.0.0.0/0", "description": "HTTPS"},
        {"ip_protocol": "udp", "from_port": 0, "to_port": 65535, "cidr_ipv4": "10.1.2.3/8"},
        {"ip_protocol": "-1", "cidr_ipv6": "2001:db8::/32", "description": "all (of IPv6), #1 [test]"},
        {"ip_protocol": "icmp", "from_port": -1, "to_port": -1, "cidr_ipv4": "192.168.0.0/16"},
    ]
    return draw.sample(rules, draw.randint(0, len(rules)))


def scaling(draw: Draw) -> dict[str, Any]:
    """Return the auto scaling of one capacity."""
    low = draw.randint(1, 50)
    return {"min_capacity": low, "max_capacity": str(low + draw.randint(0, 50)), "target_value": draw.choice([20, 90])}


def scaled_indexes(draw: Draw) -> list[dict[str, Any]]:
    """Return all indexes, some with an auto scaling of their own."""
    names = ["lat_long_index", "is_private_index", "is_real_index"]
    own = [{kind: scaling(draw) for kind in ("read", "write") if draw.random() < 0.3} for _ in names]
    return [{"index_name": each, **found} for each, found in zip(names, own, strict=True)]


def parameters(draw: Draw) -> dict[str, Any]:
    """Return parameters of a cluster."""
    chosen = draw.sample(sorted(PARAMETERS), draw.randint(0, len(PARAMETERS)))
    return {each: draw.choice(PARAMETERS[each]) for each in chosen}


# How to draw values that neither choices nor a range describe.
SPECIAL: Mapping[str, Callable[[Draw], Any]] = {
    "ipam_vpc_tags": tags,
    "aurora_tags": tags,
    "dynamodb_global_tags": tags,
    "mtk_tags": tags,
    "ipam_vpc_vpc_cidr": lambda draw: "",
    "ipam_vpc_zone_names": lambda draw: [],
    "ipam_vpc_zone_count": lambda draw: draw.choice([1, 2, 3]),
    "ipam_vpc_application_egress_rules": egress_rules,
    "ipam_vpc_top_cidr": lambda draw: "10.0.0.0/8",
    "ipam_vpc_region_slots": lambda draw: dict(zip(REGIONS, draw.sample(range(8), 3), strict=True)),
    "ipam_vpc_region_prefix": lambda draw: draw.randint(11, 13),
    "ipam_vpc_environment_prefix": lambda draw: draw.randint(14, 16),
    "ipam_vpc_environment_slots": lambda draw: {"dev": 0, "qa": draw.choice([1, 3]), "test": 2},
    "ipam_vpc_reserved_cidrs": lambda draw: draw.sample([{"cidr": "10.255.0.0/16", "description": "an office"}], 1),
    "ipam_vpc_permissions_boundary": lambda draw: draw.choice(BOUNDARIES),
    "aurora_permissions_boundary": lambda draw: draw.choice(BOUNDARIES),
    "ipam_vpc_iam_path": lambda draw: draw.choice(["/", "/mtk/", "/a/b_c/"]),
    "aurora_iam_path": lambda draw: draw.choice(["/", "/mtk/"]),
    "ipam_vpc_ipam_name": lambda draw: f"ipam {name(draw)}",
    "aurora_instance_class": lambda draw: draw.choice(["db.serverless", "db.r6g.large", "db.r7g.2xlarge"]),
    "aurora_engine_version": lambda draw: draw.choice(["16", "17", "16.6", "15"]),
    "aurora_zone_names": lambda draw: [],
    "aurora_parameters": parameters,
    "aurora_instance_parameters": lambda draw: {},
    "aurora_database_name": lambda draw: f"{name(draw)}_Db",
    "aurora_master_username": lambda draw: f"m{name(draw)}",
    "aurora_preferred_backup_window": window,
    "aurora_preferred_maintenance_window": weekly_window,
    "dynamodb_global_scaled_indexes": scaled_indexes,
    "dynamodb_global_max_read_request_units": lambda draw: draw.choice([-1, 1, 4000]),
    "dynamodb_global_max_write_request_units": lambda draw: draw.choice([-1, 1, 4000]),
    "dynamodb_global_time_to_live_attribute": lambda draw: draw.choice(["", "expires_at", "is_real"]),
}


def value(draw: Draw, setting: Setting) -> Any:
    """Return a value that the description allows, with the limits of a range more often than others."""
    if setting.name in SPECIAL:
        return SPECIAL[setting.name](draw)
    if setting.choices:
        return draw.choice(setting.choices)
    if setting.type == "bool":
        return draw.random() < 0.5
    low, step = setting.minimum or 0, setting.step or 1
    high = setting.maximum if setting.maximum is not None else low + 100
    found = draw.choice([low, high, low + step * draw.randint(0, int((high - low) / step))])
    return int(found) if float(found).is_integer() else found


def spelled(draw: Draw, given: Any) -> Any:
    """Return a value as it is, or as a survey or ``-e`` gives it: as a text."""
    if draw.random() < 0.7 or isinstance(given, str):
        return given
    if isinstance(given, bool):
        return draw.choice(["true", "yes", "True"] if given else ["false", "no", "False"])
    if isinstance(given, (list, dict)):
        return json.dumps(given)
    return str(given)


def variables(draw: Draw, groups: Groups) -> dict[str, Any]:
    """Return the variables of an inventory. They may contradict each other."""
    found: dict[str, Any] = {"mtk_environment": draw.choice(["dev", "qa", "test"]), "mtk_tags": tags(draw)}
    for role in ROLES.values():
        for setting in role.settings:
            if setting.name not in FIXED and draw.random() < 0.5:
                found[setting.name] = value(draw, setting)
    port = draw.randint(1150, 65535)
    found |= {"aurora_port": port, "ipam_vpc_database_port": port}
    found["aurora_accept_single_instance"] = True
    found["aurora_instance_count"] = draw.choice([1, 1, 2])
    found["aurora_global"] = len(groups.database) > 1 or draw.random() < 0.2
    lists = {
        "ipam_vpc_regions": groups.network,
        "aurora_replica_regions": groups.database[1:],
        "dynamodb_global_replica_regions": groups.secondary,
        "expected_account_id": "123456789012",
    }
    return {**{key: spelled(draw, each) for key, each in found.items()}, **lists}


def faults(groups: Groups, given: Mapping[str, Any]) -> list[str]:
    """Return the faults that the check of a run finds."""
    inventory, found = groups.checked(), []
    for host in groups.hosts:
        settings = Settings({**given, "inventory_hostname": host}, lambda variables: lambda raw: raw, fresh=True)
        found += settings.run_faults
        values: dict[str, Any] = {}
        used = {"ipam_vpc": groups.network, "aurora": groups.database, "dynamodb_global": [groups.primary]}
        for role, hosts in used.items():
            if host in hosts or (role == "ipam_vpc" and host == groups.primary):
                checked, wrong = settings.check(ROLES[role], owner=host == groups.primary)
                values |= checked
                found += wrong
        if host in groups.database:
            found += _inventory.network_and_database(values)
        if host == groups.primary:
            found += inventory.lists(values, host)
    return [*map(str, [*inventory.faults(), *found])]


def inventory(seed: int, directory: Path) -> dict[str, Any]:
    """Write the inventory of a seed to a directory, and return its variables.

    Draw again until the settings contradict each other nowhere.
    """
    draw = random.Random(seed)
    for _ in range(500):
        groups = Groups(draw)
        given = variables(draw, groups)
        if not faults(groups, given):
            break
    else:
        raise AssertionError(f"no valid inventory for seed {seed}: {faults(groups, given)}")
    connection = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    (directory / "group_vars").mkdir(parents=True)
    (directory / "hosts.yml").write_text(yaml.safe_dump(groups.as_hosts()))
    (directory / "group_vars/all.yml").write_text(yaml.safe_dump({**given, **connection}, allow_unicode=True))
    return given
