# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings of the role ipam_vpc: the network of a region, and the address plan of an account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain import _rules_extra as extras
from ansible_collections.mtk.backend.plugins.module_utils.domain import _rules_network as rules
from ansible_collections.mtk.backend.plugins.module_utils.domain import _setting_judges, _settings_run
from ansible_collections.mtk.backend.plugins.module_utils.domain._layout import ZONE_SLOTS
from ansible_collections.mtk.backend.plugins.module_utils.domain._limits import (
    LOG_RETENTION,
    POLICY_ARN,
    POLICY_PATH,
    REGION,
    TAG_LETTER,
)
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
_ROUTES = ("routing", "egress", "main", "validate")
_ZONES = ("network", "routing", "egress", "main", "validate")
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
            "ipam_vpc_extra_routes",
            "list of dict",
            "Routes of the route tables in addition to those of the role. Routes that are neither here nor of the role "
            "are reported and left alone.",
            default=[],
            entry_points=_ROUTES,
            rule="routes of a tier, each with one destination and one target",
            judge=extras.routes,
            suboptions={
                "tier": {
                    "description": "The tier of the subnets.",
                    "type": "str",
                    "choices": list(extras.TIERS),
                    "required": True,
                },
                "region": {"description": "The region. By default all regions of the inventory.", "type": "str"},
                "zone": {
                    "description": "The name of the zone, for the tier V(private), which has a route table in each "
                    "zone. By default all zones.",
                    "type": "str",
                },
                **{name: {"description": text, "type": "str"} for name, text in extras.ROUTE.items()},
            },
        ),
        Setting(
            "ipam_vpc_extra_rules",
            "list of dict",
            "Rules of the security groups in addition to those of the role, in the form of C(rules) of "
            "M(mtk.backend.ec2_security_group). Rules that are neither here nor of the role are reported and left "
            "alone.",
            default=[],
            entry_points=_NETWORK,
            rule="AWS's rules for security group rules, with group and direction",
            judge=extras.rules,
        ),
        Setting(
            "ipam_vpc_public_ip_on_launch",
            "bool",
            "Whether instances in the public subnets get public addresses. Those in other subnets never do.",
            default=False,
            entry_points=_NETWORK,
        ),
        Setting(
            "ipam_vpc_manage_network_acls",
            "bool",
            "Whether to keep all subnets in the default network ACL of the VPC, and its entries as AWS creates them. "
            "V(false) neither reads nor changes network ACLs.",
            default=True,
            entry_points=_NETWORK,
        ),
        Setting(
            "ipam_vpc_gateway_endpoint_policies",
            "dict",
            "The policies of the gateway endpoints by service, V(s3) and V(dynamodb). An endpoint that is not given "
            "allows everything, as AWS's default policy does.",
            default={},
            entry_points=_ROUTING,
            rule="policies by service: s3, dynamodb",
            judge=extras.endpoint_policies,
        ),
        Setting(
            "ipam_vpc_permissions_boundary",
            "str",
            "The ARN of the permissions boundary of the flow log role. If empty, the role has none, and a "
            "boundary that somebody has set is removed.",
            default="",
            entry_points=("flow_log_role", "validate"),
            pattern=f"({POLICY_ARN})?",
            rule="it is not the ARN of a managed policy",
            permits="the ARN of a managed policy",
            example="'arn:aws:iam::123456789012:policy/boundary'",
        ),
        Setting(
            "ipam_vpc_iam_path",
            "str",
            "The path of the flow log role and its policy. AWS cannot change it later.",
            default="/",
            entry_points=("flow_log_role", "destroy_flow_log_role", *_ROUTING),
            pattern=POLICY_PATH,
            rule="a path has up to 512 letters, digits and /_+=,.@-, and begins and ends with a slash",
            permits="up to 512 letters, digits and /_+=,.@- between two slashes",
            example="'/mtk/'",
        ),
        Setting(
            "ipam_vpc_flow_log_deletion_protection",
            "bool",
            "Whether AWS refuses to delete the log group of the flow logs. The entry point C(destroy_network) lifts "
            "the protection if this is V(true), and refuses to delete a log group that somebody else has protected. "
            "V(false) does not change the protection.",
            default=False,
            entry_points=(*_ROUTING, "destroy_network"),
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
            "ipam_vpc_purge_data",
            "bool",
            "Whether the deletion gives up snapshots and backups that need the KMS key. Nobody can restore them then.",
            computed="whether C(purge_data) names the environment",
            entry_points=("destroy_network", "validate"),
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
            "ipam_vpc_removed_region",
            "str",
            "A region that left the inventory, whose pools are deleted.",
            default="",
            entry_points=("remove_region",),
            pattern=f"{REGION}|",
            rule="it is not the name of a region",
            permits="the name of a region",
            remedy="Write it as eu-west-1.",
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


NETWORK = Role(ROLE, SETTINGS, (*rules.RULES, *extras.RULES), _compute, INTERNAL.get(ROLE, frozenset()))
