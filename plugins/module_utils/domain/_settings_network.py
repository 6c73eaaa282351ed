# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings of the role ipam_vpc: the network of a region, and the address plan of an account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain import _rules_network as rules
from ansible_collections.mtk.backend.plugins.module_utils.domain import _setting_judges, _settings_run
from ansible_collections.mtk.backend.plugins.module_utils.domain._layout import ZONE_SLOTS
from ansible_collections.mtk.backend.plugins.module_utils.domain._limits import LOG_RETENTION, TAG_LETTER
from ansible_collections.mtk.backend.plugins.module_utils.domain._setting import (
    Role,
    Setting,
    Values,
    section,
)
from ansible_collections.mtk.backend.plugins.module_utils.domain._settings_internal import INTERNAL

ROLE = "ipam_vpc"
_NETWORK = ("network", "main", "validate")
_ROUTING = ("routing", "main", "validate")
_ZONES = ("network", "routing", "egress", "outputs", "main", "validate")
_PLAN = ("address_plan", "destroy_address_plan", "validate")

SETTINGS = (
    *_settings_run.shared(ROLE, "Network")[1],
    *section(
        "Network",
        Setting(
            "ipam_vpc_vpc_netmask_length",
            "int",
            "The prefix length of the CIDR block that the VPC gets from the IPAM pool of the environment. AWS cannot "
            "change it later.",
            default=16,
            minimum=16,
            maximum=rules.SMALLEST_VPC,
            entry_points=_NETWORK,
            remedy=f"Set it to 16 to {rules.SMALLEST_VPC}: AWS allows no larger VPC, and 32 subnets need that much.",
        ),
        Setting(
            "ipam_vpc_vpc_cidr",
            "str",
            "The CIDR block of the VPC. If empty, the VPC gets a block from the IPAM pool of the environment. AWS "
            "cannot change it later.",
            default="",
            entry_points=_NETWORK,
            rule=f"a private block of /16 to /{rules.SMALLEST_VPC}, with site.yml inside the pool of the environment",
            judge=rules.vpc_cidr,
        ),
        Setting(
            "ipam_vpc_zone_count",
            "int",
            "The number of availability zones, the first ones by zone id.",
            default=3,
            minimum=1,
            maximum=ZONE_SLOTS,
            by="the layout of the subnets allows",
            entry_points=_ZONES,
        ),
        Setting(
            "ipam_vpc_zone_names",
            "list of str",
            "The names of the zones, instead of O(ipam_vpc_zone_count). Append new zones, because the first zone has "
            "the NAT gateway of mode V(single).",
            default=[],
            entry_points=_ZONES,
            rule="names of zones of the region",
            judge=_setting_judges.zones,
        ),
        Setting(
            "ipam_vpc_nat_gateway_mode",
            "str",
            "The NAT gateways of the private subnets. V(none) for no access to the internet, V(single) for one "
            "gateway in the first zone, V(per_zone) for a gateway in each zone.",
            default="per_zone",
            choices=("none", "single", "per_zone"),
            entry_points=("network", "routing", "egress", "main", "validate"),
        ),
        Setting(
            "ipam_vpc_database_port",
            "int",
            "The port of the database that the application may connect to. It is the same as C(aurora_port).",
            default=5432,
            minimum=1150,
            maximum=65535,
            entry_points=_NETWORK,
        ),
        Setting(
            "ipam_vpc_application_egress_rules",
            "list of dict",
            "The egress rules of the application security group in addition to the database, in the form of "
            "C(rules_egress) of M(mtk.backend.ec2_security_group).",
            default=[
                {
                    "ip_protocol": "tcp",
                    "from_port": 443,
                    "to_port": 443,
                    "cidr_ipv4": "0.0.0.0/0",
                    "description": "HTTPS",
                }
            ],
            entry_points=_NETWORK,
            rule="AWS's rules for security group rules",
            judge=rules.egress_rules,
        ),
        Setting(
            "ipam_vpc_flow_log_traffic_type",
            "str",
            "The traffic to log. AWS cannot change it on an existing flow log.",
            default="ALL",
            choices=("ACCEPT", "REJECT", "ALL"),
            entry_points=_ROUTING,
        ),
        Setting(
            "ipam_vpc_flow_log_aggregation_interval",
            "int",
            "Seconds of traffic in one record. AWS cannot change it on an existing flow log.",
            default=600,
            choices=(60, 600),
            unit="seconds",
            entry_points=_ROUTING,
        ),
        Setting(
            "ipam_vpc_flow_log_retention_in_days",
            "int",
            "Days to keep the flow logs. V(0) keeps them for ever.",
            default=30,
            choices=LOG_RETENTION,
            unit="days",
            entry_points=_ROUTING,
        ),
        Setting(
            "ipam_vpc_key_deletion_window",
            "int",
            "Days in which the deletion of the KMS key can be cancelled.",
            default=30,
            minimum=7,
            maximum=30,
            unit="days",
            entry_points=("destroy_network", "validate"),
        ),
    ),
    *section(
        "Address plan",
        Setting(
            "ipam_vpc_regions",
            "list of str",
            "The regions in which the environment has networks.",
            computed="the region of the host",
            entry_points=_PLAN,
            rule="names of regions with a slot",
            judge=_setting_judges.regions,
        ),
        Setting(
            "ipam_vpc_top_cidr",
            "str",
            "The CIDR block that contains all other blocks. It must be the same in all environments.",
            default="10.0.0.0/8",
            entry_points=_PLAN,
            rule="a block of private addresses",
            judge=rules.top_cidr,
        ),
        Setting(
            "ipam_vpc_region_slots",
            "dict",
            "The slot of each region, counted from 0. It must be the same in all environments.",
            default={"us-east-1": 0, "us-west-2": 1, "eu-west-1": 2},
            entry_points=_PLAN,
            rule="whole numbers that fit into the top block, each once",
            judge=rules.region_slots,
        ),
        Setting(
            "ipam_vpc_region_prefix",
            "int",
            "The prefix length of the block of a region. It cannot be changed once regions exist.",
            default=12,
            minimum=8,
            maximum=rules.SMALLEST_VPC,
            by="the address plan allows",
            entry_points=_PLAN,
        ),
        Setting(
            "ipam_vpc_environment_slots",
            "dict",
            "The slot of each environment, counted from 0. It must be the same in all environments.",
            default={"dev": 0, "qa": 1, "prod": 2},
            entry_points=_PLAN,
            rule="whole numbers that fit into the block of a region, each once",
            judge=rules.environment_slots,
        ),
        Setting(
            "ipam_vpc_environment_prefix",
            "int",
            "The prefix length of the block of an environment in a region. It cannot be changed once environments "
            "exist.",
            default=14,
            minimum=8,
            maximum=rules.SMALLEST_VPC,
            by="the address plan allows",
            entry_points=_PLAN,
        ),
        Setting(
            "ipam_vpc_reserved_cidrs",
            "list of dict",
            "CIDR blocks in the top block that are reserved, because networks outside this collection use them. Each "
            "block is reserved in the smallest pool that contains it, by the environment that manages this pool.",
            default=[],
            entry_points=_PLAN,
            rule="blocks inside the top block",
            judge=rules.reserved_cidrs,
            suboptions={
                "cidr": {"description": "The CIDR block.", "type": "str", "required": True},
                "description": {
                    "description": "The purpose of the block. Defaults to C(Reserved) and the block.",
                    "type": "str",
                },
            },
        ),
        Setting(
            "ipam_vpc_ipam_manage",
            "bool",
            "Whether to create, change and delete the IPAM. V(false) uses an existing IPAM and never changes it.",
            default=True,
            entry_points=_PLAN,
        ),
        Setting(
            "ipam_vpc_ipam_name",
            "str",
            "The Name tag of the IPAM. AWS allows one IPAM per region and account.",
            default="ipam",
            entry_points=_PLAN,
            pattern=rf"{TAG_LETTER}{{1,256}}",
            rule="AWS allows 1 to 256 letters, digits, spaces and _ . : / = + - @ in a Name tag",
        ),
        Setting(
            "ipam_vpc_ipam_tier",
            "str",
            "The tier of the IPAM. Private pools need V(advanced).",
            default="advanced",
            choices=("free", "advanced"),
            entry_points=_PLAN,
        ),
        Setting(
            "ipam_vpc_release_timeout",
            "int",
            "Seconds to wait until AWS has released the blocks of deleted networks, before the pools are deleted. AWS "
            "takes up to 35 minutes.",
            default=2700,
            minimum=1,
            by="a time to wait is",
            unit="seconds",
            entry_points=_PLAN,
        ),
    ),
)


def _compute(values: Values, host: Mapping[str, Any]) -> Values:
    found = _settings_run.shared(ROLE)[0](values, host)
    region = values.get("ipam_vpc_region", found.get("ipam_vpc_region"))
    return {**found, "ipam_vpc_regions": [region]} if region else found


NETWORK = Role(ROLE, SETTINGS, rules.RULES, _compute, INTERNAL.get(ROLE, frozenset()))
