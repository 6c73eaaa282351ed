"""Plan documents for the tests of the topology page: any number of regions and zones, planned or built."""

from __future__ import annotations

from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._values import UNKNOWN
from ansible_collections.mtk.backend.plugins.module_utils.engine import _document

REGIONS = ("us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-southeast-1", "sa-east-1")
TIERS = ("public", "private", "database")
Found = list[tuple[str, str, str, dict[str, Any]]]  # region, type, name and fields


def built(regions: int = 3, zones: int = 3, *, only_tables: tuple[str, ...] = ()) -> Found:
    """Return the resources of a built environment. Regions in ``only_tables`` have a replica of the table only."""
    home, found = REGIONS[0], Found()
    found.append((home, "ec2_ipam", "ipam", {"ipam_id": "ipam-1"}))
    found += _pool(home, "shared_ipam_top_pool", "10.0.0.0/8", "")
    for number, region in enumerate(REGIONS[:regions]):
        found += _table(home, region)
        if region in only_tables:
            continue
        found += _pool(home, f"shared_{region}_ipam_pool", f"10.{16 * number}.0.0/12", region)
        found += _pool(home, f"prod_{region}_ipam_pool", f"10.{16 * number}.0.0/14", region)
        found += _network(region, f"10.{16 * number}", zones)
        found += _database(region, zones, region == home)
    found.append(("global", "rds_global_cluster", "prod-aurora-global-cluster", {"writer_region": home}))
    found.append(("global", "iam_role", "prod_flow_log_role", {}))
    found.append(("global", "iam_managed_policy", "prod_flow_log_policy", {}))
    found.append((home, "secretsmanager_secret", "prod_aurora_master_secret", {}))
    reserved = {"cidr": "10.200.0.0/16"}
    found.append((home, "ec2_ipam_pool_allocation", "shared_ipam_top_pool 10.200.0.0/16", reserved))
    found.append((home, "ec2_ipam_scope", "scope", {}))
    return found


def _pool(home: str, name: str, cidr: str, locale: str) -> Found:
    return [
        (home, "ec2_ipam_pool", name, {"locale": locale}),
        (home, "ec2_ipam_pool_cidr", f"{name} {cidr}", {"cidr": cidr}),
    ]


def _network(region: str, block: str, zones: int) -> Found:
    prefix = f"prod_{region}"
    found: Found = [(region, "ec2_vpc", f"{prefix}_vpc", {"cidr_block": f"{block}.0.0/16", "ipv4_netmask_length": 16})]
    found.append((region, "ec2_internet_gateway", f"{prefix}_internet_gateway", {"internet_gateway_id": "igw-1"}))
    public: list[str] = []
    for index, zone in enumerate(f"{region}{letter}" for letter in "abcdef"[:zones]):
        for offset, tier in enumerate(TIERS):
            subnet = {
                "subnet_id": f"subnet-{tier}-{zone}",
                "cidr_block": f"{block}.{64 * offset + 8 * index}.0/21",
                "availability_zone": zone,
                "tags": {"mtk:tier": tier},
            }
            found.append((region, "ec2_subnet", f"{prefix}_{zone}_{tier}_subnet", subnet))
        public.append(f"subnet-public-{zone}")
        gateway = {"nat_gateway_id": f"nat-{zone}", "public_ip": "203.0.113.9", "subnet_id": f"subnet-public-{zone}"}
        found.append((region, "ec2_nat_gateway", f"{prefix}_{zone}_nat_gateway", gateway))
        route = {"destination_cidr_block": "0.0.0.0/0", "nat_gateway_id": f"nat-{zone}"}
        private = {"routes": [route], "subnet_ids": [f"subnet-private-{zone}"]}
        found.append((region, "ec2_route_table", f"{prefix}_{zone}_private_route_table", private))
    open_route = {"destination_cidr_block": "0.0.0.0/0", "gateway_id": "igw-1"}
    table = {"routes": [open_route], "subnet_ids": public}
    found.append((region, "ec2_route_table", f"{prefix}_public_route_table", table))
    closed = {"routes": [], "subnet_ids": [each.replace("public", "database") for each in public]}
    found.append((region, "ec2_route_table", f"{prefix}_database_route_table", closed))
    service = {"service_name": f"com.amazonaws.{region}.s3"}
    found.append((region, "ec2_vpc_endpoint", f"{prefix}_s3_endpoint", service))
    found.append((region, "ec2_flow_log", f"{prefix}_flow_log", {"traffic_type": "ALL"}))
    found.append((region, "logs_log_group", f"{prefix}_flow_log_group", {"retention_in_days": 30}))
    found.append((region, "kms_key", f"alias/{prefix}_network_key", {"enable_key_rotation": True}))
    return found + groups(region)


def groups(region: str) -> Found:
    """Return the security groups of a region."""
    to_database = {"ip_protocol": "tcp", "from_port": 5432, "to_port": 5432}
    https = {"ip_protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_ipv4": "0.0.0.0/0"}
    application = {
        "group_id": "sg-app",
        "rules": [],
        "rules_egress": [https, {**to_database, "referenced_group_id": "sg-db", "description": "Database"}],
    }
    rule = {**to_database, "referenced_group_id": "sg-app", "description": "Application"}
    database = {"group_id": "sg-db", "rules": [rule], "rules_egress": []}
    return [
        (region, "ec2_security_group", "default", {"group_id": "sg-default", "rules": [], "rules_egress": []}),
        (region, "ec2_security_group", f"prod_{region}_application_security_group", application),
        (region, "ec2_security_group", f"prod_{region}_database_security_group", database),
    ]


def _database(region: str, zones: int, writes: bool) -> Found:
    prefix = f"prod-{region}"
    names = [f"{prefix}-{region}{letter}-aurora-instance" for letter in "ab"[:zones]]
    members = [{"db_instance_identifier": name, "is_cluster_writer": name == names[0]} for name in names]
    cluster = {
        "engine": "aurora-postgresql",
        "engine_version": "16.11",
        "endpoint": f"{prefix}.cluster-x.{region}.rds.amazonaws.com",
        "backup_retention_period": 35,
        "deletion_protection": True,
        "db_cluster_members": members,
        "serverless_v2_scaling_configuration": {"min_capacity": 8.0, "max_capacity": 64.0},
        "is_writer": writes,
    }
    found: Found = [(region, "rds_cluster", f"{prefix}-aurora-cluster", cluster)]
    for name in names:
        zone = name.removeprefix(f"{prefix}-").removesuffix("-aurora-instance")
        instance = {"db_instance_class": "db.serverless", "availability_zone": zone}
        found.append((region, "rds_instance", name, instance))
    others = ("rds_cluster_param_group", "rds_instance_param_group", "rds_subnet_group")
    return found + [(region, kind, f"{prefix}-{kind}", {}) for kind in others]


def _table(home: str, region: str) -> Found:
    name = "prod_user_locations"
    targets = [{"min_capacity": 25, "max_capacity": 1000}]
    scaling = (region, "dynamodb_table_auto_scaling", name, {"targets": targets})
    recovery = {"point_in_time_recovery_specification": {"recovery_period_in_days": 35}}
    if region != home:
        return [(region, "dynamodb_table_replica", name, recovery), scaling]
    indexes = [{"index_name": "is_real_index"}, {"index_name": "lat_long_index"}]
    table = {**recovery, "billing_mode": "PROVISIONED", "global_secondary_indexes": indexes}
    return [(region, "dynamodb_table", name, table), scaling]


def document(found: Found, action: str = "none", **more: Any) -> dict[str, Any]:
    """Return the plan document of resources that a run leaves alone, creates, or refuses."""
    entries = []
    for region, resource, name, fields in found:
        after = {key: _planned(key, value) for key, value in fields.items()} if action == "create" else {}
        heading = {"region": region, "resource": resource, "name": name, "action": action}
        ids = {} if action == "create" else {"ids": [f"id-of-{name}"]}
        entries.append({**heading, **ids, "before": {}, "after": after})
    return {**_document.document("prod", "plan", entries, []), **more}


def _planned(key: str, value: Any) -> Any:
    """Return a value as a plan shows it before the resource exists."""
    if key.endswith(("_id", "_ids")) or key in ("cidr_block", "endpoint", "public_ip"):
        return UNKNOWN
    if key in ("routes", "rules", "rules_egress"):
        return [{k: _planned(k, v) for k, v in each.items()} for each in value]
    return value


def states(found: Found) -> dict[tuple[str, str, str], dict[str, Any]]:
    """Return the fields of resources as a run records them."""
    return {(region, resource, name): fields for region, resource, name, fields in found}
