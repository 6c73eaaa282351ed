"""Values that AWS never takes: each module refuses them in check mode and in an apply, before its first request."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import Context

from .aurora import master_secret, subnet_group
from .conftest import ModuleFailed
from .ipam import tree
from .network import network

LOGS, KMS, SECRET = {"log_group_name": "x"}, {"alias": "alias/x"}, {"secret_name": "x"}
STATEMENT = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "rds.amazonaws.com"}}
TRUST = {"Version": "2012-10-17", "Statement": [STATEMENT]}
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
ROLE = {"role_name": "x", "assume_role_policy_document": TRUST}
POLICY = {"policy_name": "x", "policy_document": ALLOW}
VPC, SUBNET = {"name": "x", "cidr_block": "10.0.0.0/16"}, {"name": "x", "vpc_name": "dev_us-east-1_vpc"}
GROUP = {"group_name": "x", "description": "x", "vpc_name": "dev_us-east-1_vpc"}
WEB = {"ip_protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_ipv4": "10.0.0.0/8"}
TABLE = {"name": "x", "vpc_name": "dev_us-east-1_vpc"}
FLOW = {"name": "x", "vpc_name": "v", "log_group_name": "x", "deliver_logs_permission_arn": "x"}
ENDPOINT = {"name": "x", "vpc_name": "dev_us-east-1_vpc", "service_name": "s3"}
POOL = {"name": "x", "ipam_scope_name": "x"}
BLOCK = {"ipam_pool_name": "shared_ipam_top_pool"}
CLUSTER = {"db_cluster_identifier": "x", "engine_version": "16"}
INSTANCE = {"db_instance_identifier": "x", "db_cluster_identifier": "x", "db_instance_class": "db.serverless"}
PARAMETERS = {"name": "x", "family": "aurora-postgresql16"}
SUBNETS = {"name": "x", "description": "x", "subnet_ids": ["subnet-1", "subnet-2"]}


def rule(**options: Any) -> dict[str, Any]:
    """Return the options of a group with one rule; a None takes an option away."""
    return {**GROUP, "rules": [{name: value for name, value in {**WEB, **options}.items() if value is not None}]}


def scaling(**options: Any) -> dict[str, Any]:
    return {**CLUSTER, "serverless_v2_scaling_configuration": options}


def windows(backup: str, maintenance: str) -> dict[str, Any]:
    return {**CLUSTER, "preferred_backup_window": backup, "preferred_maintenance_window": maintenance}


# module, options, words of the refusal
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("logs_log_group", {**LOGS, "retention_in_days": 8}, "retention_in_days is 8; AWS takes 0, 1, 3, 5, 7, "),
    ("logs_log_group", {**LOGS, "retention_in_days": -1}, "retention_in_days is -1"),
    ("logs_log_group", {**LOGS, "kms_key_id": "alias/x"}, "kms_key_id is 'alias/x'; AWS takes the full ARN of a key"),
    ("logs_log_group", {"log_group_name": "aws/x"}, "log_group_name is 'aws/x'"),
    ("logs_log_group", {"log_group_name": "a b"}, "log_group_name is 'a b'"),
    ("logs_log_group", {"log_group_name": "a" * 513, "state": "absent"}, "513 characters"),
    ("logs_log_group", {"log_group_name": ""}, "log_group_name is ''"),
    ("kms_key", {"alias": "x"}, "alias is 'x'; AWS takes alias/"),
    ("kms_key", {"alias": "alias/"}, "alias is 'alias/'"),
    ("kms_key", {"alias": "alias/aws/rds"}, "but not alias/aws/"),
    ("kms_key", {"alias": "alias/aws/rds", "state": "absent"}, "but not alias/aws/"),
    ("kms_key", {"alias": "alias/a b"}, "alias is 'alias/a b'"),
    ("kms_key", {**KMS, "rotation_period_in_days": 30}, "rotation_period_in_days is 30; AWS takes 90 to 2560 days"),
    ("kms_key", {**KMS, "rotation_period_in_days": 2561}, "rotation_period_in_days is 2561"),
    ("kms_key", {**KMS, "pending_window_in_days": 5}, "pending_window_in_days is 5; AWS takes 7 to 30 days"),
    ("kms_key", {**KMS, "pending_window_in_days": 31, "state": "absent"}, "pending_window_in_days is 31"),
    ("kms_key", {**KMS, "description": "x" * 8193}, "AWS takes up to 8192 characters"),
    ("kms_key", {**KMS, "policy": "no JSON"}, "policy is 'no JSON'; AWS takes a JSON object"),
    ("kms_key", {**KMS, "policy": "{}"}, "AWS takes a JSON object with Statement"),
    ("kms_key", {**KMS, "policy": {"Statement": ["x" * 32768]}}, "AWS takes up to 32768"),
    ("kms_key", {**KMS, "tags": {"Owner": "a*b"}}, r"tags.Owner is 'a\*b'; the service takes letters"),
    ("iam_role", {**ROLE, "role_name": "a b"}, "role_name is 'a b'"),
    ("iam_role", {**ROLE, "role_name": "a" * 65, "state": "absent"}, "role_name is .* 1 to 64"),
    ("iam_role", {**ROLE, "path": "x"}, "path is 'x'"),
    ("iam_role", {**ROLE, "description": "a → b"}, "description is 'a → b'"),
    ("iam_role", {**ROLE, "max_session_duration": 1}, "max_session_duration is 1; AWS takes 3600 to 43200 seconds"),
    ("iam_role", {**ROLE, "managed_policy_arns": ["x"]}, r"managed_policy_arns\[0\] is 'x'"),
    ("iam_role", {**ROLE, "managed_policy_arns": ["arn:aws:iam::aws:policy/A"] * 2}, "2 times"),
    ("iam_role", {**ROLE, "assume_role_policy_document": "[]"}, "assume_role_policy_document is '\\[\\]'"),
    ("iam_role", {**ROLE, "tags": {"a": "1", "A": "2"}}, "the service ignores their case"),
    ("iam_managed_policy", {**POLICY, "policy_name": "a" * 129}, "1 to 128"),
    ("iam_managed_policy", {**POLICY, "path": "/a b/"}, "path is '/a b/'"),
    ("iam_managed_policy", {**POLICY, "path": "a", "state": "absent"}, "path is 'a'"),
    ("iam_managed_policy", {**POLICY, "description": "x" * 1001}, "up to 1000 characters"),
    ("iam_managed_policy", {**POLICY, "policy_document": {"Statement": ["x" * 6144]}}, "AWS takes up to 6144"),
    ("ec2_vpc", {**VPC, "cidr_block": "10.0.0.0/15"}, "cidr_block is '10.0.0.0/15'; AWS takes .* 16 to 28"),
    ("ec2_vpc", {**VPC, "cidr_block": "10.0.0.0/29"}, "cidr_block is '10.0.0.0/29'"),
    ("ec2_vpc", {**VPC, "cidr_block": "2001:db8::/56"}, "AWS takes an IPv4 block"),
    ("ec2_vpc", {**VPC, "cidr_block": "10.0.0.0.0/16"}, "cidr_block is '10.0.0.0.0/16'"),
    ("ec2_vpc", {"name": "x", "ipv4_ipam_pool_name": "x", "ipv4_netmask_length": 15}, "AWS takes 16 to 28"),
    ("ec2_vpc", {**VPC, "ipv4_netmask_length": 20}, "ipv4_netmask_length is 20 and cidr_block is '10.0.0.0/16'"),
    ("ec2_vpc", {**VPC, "name": "x" * 257}, "up to 256 characters"),
    ("ec2_vpc", {"name": "x", "ipv4_ipam_pool_id": "vpc-1"}, "begins with ipam-pool-"),
    ("ec2_subnet", {**SUBNET, "cidr_block": "10.0.0.0/29"}, "cidr_block is '10.0.0.0/29'"),
    ("ec2_subnet", {**SUBNET, "cidr_block": "10.0.0.0/15"}, "cidr_block is '10.0.0.0/15'"),
    ("ec2_subnet", {"name": "x", "vpc_id": "x", "cidr_block": "10.0.0.0/24"}, "vpc_id is 'x'; .* begins with vpc-"),
    ("ec2_subnet", {"name": "x", "vpc_id": "x", "state": "absent"}, "vpc_id is 'x'"),
    ("ec2_security_group", {**GROUP, "group_name": "sg-x"}, "group_name is 'sg-x'"),
    ("ec2_security_group", {**GROUP, "group_name": "x "}, "group_name is 'x '"),
    ("ec2_security_group", {**GROUP, "description": "Büro"}, "description is 'Büro'"),
    ("ec2_security_group", {**GROUP, "description": ""}, "description is ''"),
    ("ec2_security_group", rule(description="Büro → API"), r"rules\[0\].description is 'Büro → API'"),
    ("ec2_security_group", rule(description="x" * 256), "256 characters"),
    ("ec2_security_group", rule(from_port=443, to_port=80), r"rules\[0\] has the ports 443 to 80"),
    ("ec2_security_group", rule(from_port=0, to_port=65536), "has the ports 0 to 65536"),
    ("ec2_security_group", rule(from_port=-1, to_port=-1), "has the ports -1 to -1"),
    ("ec2_security_group", rule(ip_protocol="6", from_port=None, to_port=None), "needs ports"),
    ("ec2_security_group", rule(ip_protocol="icmp", from_port=256, to_port=0), "ICMP type 256"),
    ("ec2_security_group", rule(ip_protocol="icmp", from_port=-1, to_port=0), "has all ICMP types"),
    ("ec2_security_group", rule(ip_protocol="http"), "ip_protocol is 'http'"),
    ("ec2_security_group", rule(ip_protocol="256"), "ip_protocol is '256'"),
    ("ec2_security_group", rule(cidr_ipv4="::/0"), r"rules\[0\].cidr_ipv4 is '::/0'"),
    ("ec2_security_group", rule(cidr_ipv4=None, cidr_ipv6="0.0.0.0/0"), "AWS takes an IPv6 block"),
    ("ec2_security_group", rule(cidr_ipv4=None, referenced_group_id="x"), "begins with sg-"),
    ("ec2_security_group", {**GROUP, "rules_egress": [{**WEB, "to_port": 80}]}, r"rules_egress\[0\]"),
    (
        "ec2_route_table",
        {**TABLE, "routes": [{"destination_cidr_block": "x/8", "gateway_id": "igw-1"}]},
        r"routes\[0\].destination_cidr_block is 'x/8'",
    ),
    (
        "ec2_route_table",
        {**TABLE, "routes": [{"destination_cidr_block": "0.0.0.0/0", "gateway_id": "nat-1"}]},
        "gateway_id is 'nat-1'",
    ),
    (
        "ec2_route_table",
        {
            **TABLE,
            "routes": [
                {"destination_cidr_block": "10.1.0.0/16", "gateway_id": "igw-1"},
                {"destination_cidr_block": "10.1.2.3/16", "nat_gateway_id": "nat-1"},
            ],
        },
        "routes has 2 routes to 10.1.0.0/16",
    ),
    (
        "ec2_route_table",
        {**TABLE, "routes": [{"destination_cidr_block": "0.0.0.0/0", "egress_only_internet_gateway_id": "eigw-1"}]},
        "an egress-only internet gateway takes IPv6 only",
    ),
    ("ec2_route_table", {**TABLE, "subnet_ids": ["subnet-1", "subnet-1"]}, "subnet_ids contains 'subnet-1' 2 times"),
    ("ec2_flow_log", {**FLOW, "log_group_name": "a b"}, "log_group_name is 'a b'"),
    ("ec2_flow_log", {**FLOW, "deliver_logs_permission_arn": "a b"}, "deliver_logs_permission_arn is 'a b'"),
    ("ec2_nat_gateway", {"name": "x", "subnet_id": "x"}, "subnet_id is 'x'; .* begins with subnet-"),
    ("ec2_internet_gateway", {"name": "x" * 257, "vpc_name": "x"}, "257 characters"),
    ("ec2_vpc_endpoint", {**ENDPOINT, "subnet_ids": ["subnet-1"]}, "takes it for the type Interface only"),
    ("ec2_vpc_endpoint", {**ENDPOINT, "private_dns_enabled": True}, "private_dns_enabled is true"),
    (
        "ec2_vpc_endpoint",
        {**ENDPOINT, "vpc_endpoint_type": "Interface", "route_table_names": ["x"]},
        "takes it for the type Gateway only",
    ),
    ("ec2_vpc_endpoint", {**ENDPOINT, "policy": {"Version": "2012-10-17"}}, "AWS takes a JSON object with Statement"),
    ("ec2_ipam", {"name": "x", "operating_regions": ["us east"]}, r"operating_regions\[0\] is 'us east'"),
    ("ec2_ipam", {"name": "x", "operating_regions": ["us-east-1"] * 51}, "has 51 items; AWS takes up to 50"),
    ("ec2_ipam_scope", {"name": "x", "ipam_id": "ipam"}, "begins with ipam-"),
    ("ec2_ipam_pool", {**POOL, "allocation_min_netmask_length": 33}, "AWS takes 0 to 32"),
    (
        "ec2_ipam_pool",
        {**POOL, "allocation_min_netmask_length": 24, "allocation_max_netmask_length": 16},
        "allocation_min_netmask_length is 24 and allocation_max_netmask_length is 16",
    ),
    (
        "ec2_ipam_pool",
        {**POOL, "allocation_default_netmask_length": 28, "allocation_max_netmask_length": 24},
        "allocation_default_netmask_length is 28 and allocation_max_netmask_length is 24",
    ),
    ("ec2_ipam_pool", {**POOL, "auto_import": True, "locale": ""}, "auto_import is true and locale is ''"),
    ("ec2_ipam_pool", {**POOL, "allocation_resource_tags": {"aws:x": "1"}}, "AWS reserves aws:"),
    ("ec2_ipam_pool_cidr", {**BLOCK, "cidr": "10.0.0/8"}, "cidr is '10.0.0/8'"),
    ("ec2_ipam_pool_cidr", {**BLOCK, "cidr": "10.0.0/8", "state": "absent"}, "cidr is '10.0.0/8'"),
    ("ec2_ipam_pool_cidr", {**BLOCK, "netmask_length": 33}, "AWS takes 0 to 32"),
    ("ec2_ipam_pool_allocation", {**BLOCK, "cidr": "10.0.0/8"}, "cidr is '10.0.0/8'"),
    ("ec2_ipam_pool_allocation", {**BLOCK, "description": "x", "netmask_length": -1}, "netmask_length is -1"),
    ("rds_cluster", {**CLUSTER, "db_cluster_identifier": "1x"}, "db_cluster_identifier is '1x'"),
    ("rds_cluster", {**CLUSTER, "db_cluster_identifier": "a--b", "state": "absent"}, "single hyphens"),
    ("rds_cluster", {**CLUSTER, "db_cluster_identifier": "a-"}, "no hyphen at the end"),
    ("rds_cluster", {**CLUSTER, "db_cluster_identifier": "a" * 64}, "1 to 63"),
    ("rds_cluster", {**CLUSTER, "state": "absent", "final_db_snapshot_identifier": "a_b"}, "is 'a_b'"),
    ("rds_cluster", {**CLUSTER, "engine_version": "16.x"}, "engine_version is '16.x'"),
    ("rds_cluster", {**CLUSTER, "database_name": "my-db"}, "database_name is 'my-db'"),
    ("rds_cluster", {**CLUSTER, "database_name": "a" * 64}, "AWS takes 1 to 63"),
    ("rds_cluster", {**CLUSTER, "master_username": "admin"}, "master_username is 'admin'; the engine reserves"),
    ("rds_cluster", {**CLUSTER, "master_username": "pg_x"}, "the engine reserves this word"),
    ("rds_cluster", {**CLUSTER, "port": 1149}, "port is 1149; AWS takes 1150 to 65535"),
    ("rds_cluster", {**CLUSTER, "port": 65536}, "port is 65536"),
    ("rds_cluster", {**CLUSTER, "backup_retention_period": 0}, "AWS takes 1 to 35 days"),
    ("rds_cluster", {**CLUSTER, "backup_retention_period": 36}, "backup_retention_period is 36"),
    ("rds_cluster", {**CLUSTER, "preferred_backup_window": "03:00-03:29"}, "30 minutes at least"),
    ("rds_cluster", {**CLUSTER, "preferred_backup_window": "3:00-4:00"}, "preferred_backup_window is '3:00-4:00'"),
    ("rds_cluster", {**CLUSTER, "preferred_maintenance_window": "so:05:00-so:06:00"}, "ddd:hh:mm-ddd:hh:mm"),
    ("rds_cluster", {**CLUSTER, "preferred_maintenance_window": "sun:05:00-mon:05:00"}, "less than 24 hours"),
    ("rds_cluster", windows("23:30-00:30", "mon:00:00-mon:01:00"), "AWS takes no windows that overlap"),
    ("rds_cluster", windows("03:00-04:00", "sun:23:30-mon:03:01"), "AWS takes no windows that overlap"),
    ("rds_cluster", {**CLUSTER, "performance_insights_retention_period": 8}, "AWS takes 7, 31, 62"),
    ("rds_cluster", scaling(min_capacity=0.3, max_capacity=1), "min_capacity is 0.3; .* in steps of 0.5"),
    ("rds_cluster", scaling(min_capacity=0, max_capacity=0.5), "max_capacity is 0.5; AWS takes 1 to 256"),
    ("rds_cluster", scaling(min_capacity=1, max_capacity=256.5), "max_capacity is 256.5"),
    ("rds_cluster", scaling(min_capacity=4, max_capacity=2), "min_capacity is 4.0 and max_capacity is 2.0"),
    ("rds_cluster", scaling(min_capacity=0, max_capacity=2, seconds_until_auto_pause=299), "300 to 86400 seconds"),
    ("rds_cluster", {**CLUSTER, "enable_cloudwatch_logs_exports": ["audit"]}, "AWS takes iam-db-auth-error"),
    (
        "rds_cluster",
        {**CLUSTER, "database_insights_mode": "advanced", "performance_insights_retention_period": 434},
        "with 465 days at least",
    ),
    (
        "rds_cluster",
        {**CLUSTER, "database_insights_mode": "advanced", "enable_performance_insights": False},
        "only with Performance Insights",
    ),
    (
        "rds_cluster",
        {**CLUSTER, "global_cluster_identifier": "g", "manage_master_user_password": True},
        "RDS manages no password of a member",
    ),
    ("rds_cluster", {**CLUSTER, "monitoring_role_arn": "role"}, "monitoring_role_arn is 'role'"),
    ("rds_cluster", {**CLUSTER, "source_region": "west"}, "source_region is 'west'"),
    ("rds_cluster", {**CLUSTER, "tags": {"rds:x": "1"}}, "AWS reserves aws: and rds:"),
    ("rds_instance", {**INSTANCE, "db_instance_identifier": "a_b"}, "db_instance_identifier is 'a_b'"),
    ("rds_instance", {**INSTANCE, "promotion_tier": 16}, "promotion_tier is 16; AWS takes 0 to 15"),
    ("rds_instance", {**INSTANCE, "db_instance_class": "serverless"}, "begins with db."),
    ("rds_instance", {**INSTANCE, "preferred_maintenance_window": "sun:05:00-sun:05:29"}, "30 minutes at least"),
    ("rds_global_cluster", {"global_cluster_identifier": "a_b"}, "global_cluster_identifier is 'a_b'"),
    ("rds_global_cluster", {"global_cluster_identifier": "a", "database_name": "1"}, "database_name is '1'"),
    ("rds_cluster_param_group", {**PARAMETERS, "name": "a_b"}, "name is 'a_b'"),
    ("rds_cluster_param_group", {**PARAMETERS, "parameters": {"x": None}}, "parameters.x is null"),
    ("rds_instance_param_group", {**PARAMETERS, "name": "a.b"}, "name is 'a.b'"),
    ("rds_instance_param_group", {**PARAMETERS, "parameters": {"x": [1]}}, r"parameters.x is \[1\]"),
    ("rds_subnet_group", {**SUBNETS, "name": "Default"}, "name is 'default'"),
    ("rds_subnet_group", {**SUBNETS, "name": "1x"}, "name is '1x'"),
    ("rds_subnet_group", {**SUBNETS, "subnet_ids": ["subnet-1", "subnet-1"]}, "2 times"),
    ("rds_subnet_group", {**SUBNETS, "subnet_ids": ["x", "subnet-1"]}, "begins with subnet-"),
    ("rds_subnet_group", {**SUBNETS, "subnet_ids": [f"subnet-{n}" for n in range(21)]}, "AWS takes up to 20"),
    ("secretsmanager_secret", {"secret_name": "a b"}, "secret_name is 'a b'"),
    ("secretsmanager_secret", {**SECRET, "description": "x" * 2049}, "up to 2048 characters"),
    ("secretsmanager_secret", {**SECRET, "recovery_window_in_days": 6}, "AWS takes 7 to 30 days"),
    ("secretsmanager_secret", {**SECRET, "recovery_window_in_days": 31, "state": "absent"}, "is 31"),
    ("secretsmanager_secret", {**SECRET, "generate_secret_string": {"username": "x", "password_length": 3}}, "4096"),
    ("secretsmanager_secret", {**SECRET, "replica_regions": [{"region": "west"}]}, r"replica_regions\[0\].region"),
    ("secretsmanager_secret", {**SECRET, "replica_regions": [{"region": "us-east-1"}]}, "the region of the secret"),
]  # fmt: skip
# The same for every module with tags.
TAGS: list[tuple[Any, str]] = [
    ({"aws:x": "1"}, "tags has the key 'aws:x'; AWS reserves aws:"),
    ({"AWS:x": "1"}, "AWS reserves aws:"),
    ({"": "1"}, "AWS takes 1 to 128 characters"),
    ({"x" * 129: "1"}, "AWS takes 1 to 128 characters"),
    ({"x": "1" * 257}, "AWS takes up to 256 characters"),
    ({"x": 83}, "tags.x is 83, which is not a text"),
    ({"x": None}, "tags.x is null"),
    ({"x": True}, "tags.x is true"),
    ({f"k{number}": "1" for number in range(51)}, "tags has 51 tags"),
]
TAGGED = [("ec2_vpc", VPC), ("iam_role", ROLE), ("kms_key", KMS), ("logs_log_group", LOGS), ("rds_cluster", CLUSTER)]
REFUSED += [(name, {**options, "tags": tags}, words) for name, options in TAGGED for tags, words in TAGS]


@pytest.mark.parametrize(("module", "options", "words"), REFUSED, ids=[f"{m}-{n}" for n, (m, *_) in enumerate(REFUSED)])
def test_value_is_refused_before_the_first_request(aws, run, module, options, words):
    for check in (True, False):
        with pytest.raises(ModuleFailed, match=words):
            run(module, check=check, **options)
    assert aws.control.calls() == []


def test_name_tag_counts(aws, run):
    fifty = {f"k{number}": "1" for number in range(50)}
    with pytest.raises(ModuleFailed, match="tags has 50 tags and 1 of the module; AWS takes up to 50"):
        run("ec2_vpc", check=True, **VPC, tags=fifty)
    assert run("logs_log_group", **LOGS, tags=fifty)["changed"]
    del fifty["k0"]
    assert run("ec2_vpc", **VPC, tags=fifty)["changed"]


def test_all_faults_are_in_one_message(run):
    with pytest.raises(ModuleFailed, match="log_group_name is 'a b'.* retention_in_days is 8; .* tags.x is 1, "):
        run("logs_log_group", log_group_name="a b", retention_in_days=8, tags={"x": 1})


def test_refusal_is_part_of_the_plan_of_a_run(run, worker):
    worker["context"] = Context(collects=True)
    planned = run("logs_log_group", check=True, **LOGS, retention_in_days=8)
    assert not planned["changed"] and planned["plan"]["action"] == "refuse"
    assert planned["plan"]["reason"].startswith("retention_in_days is 8; AWS takes ")


def test_deletion_ignores_options_that_it_does_not_use(run):
    assert not run("logs_log_group", **LOGS, retention_in_days=8, tags={"aws:x": 1}, state="absent")["changed"]


def test_values_that_are_not_known_yet_are_planned(run):
    later = "(known after apply)"
    rules = [*rule(cidr_ipv4=later)["rules"], *rule(cidr_ipv4=None, referenced_group_id=later)["rules"]]
    for module, options in (
        ("logs_log_group", {**LOGS, "kms_key_id": later, "tags": {"x": later}}),
        ("ec2_vpc", {"name": "x", "cidr_block": later, "ipv4_netmask_length": 20}),
        ("ec2_security_group", {**GROUP, "rules": rules}),
        ("ec2_route_table", {**TABLE, "routes": [{"destination_cidr_block": "0.0.0.0/0", "gateway_id": later}]}),
        ("rds_subnet_group", {**SUBNETS, "subnet_ids": [later, later]}),
        ("iam_role", {**ROLE, "managed_policy_arns": [later, later]}),
        ("ec2_ipam_pool_cidr", {**BLOCK, "cidr": later}),
    ):
        assert run(module, check=True, **options)["changed"], module


# The ends of each range, which AWS takes: module, options.
ACCEPTED: list[tuple[str, dict[str, Any]]] = [
    *(("logs_log_group", {**LOGS, "retention_in_days": days}) for days in (0, 1, 3653)),
    ("logs_log_group", {"log_group_name": "/a-b_c.d/" + "e" * 503, "kms_key_id": ""}),
    *(("kms_key", {**KMS, "rotation_period_in_days": days}) for days in (90, 2560)),
    *(("kms_key", {**KMS, "pending_window_in_days": days, "description": "é" * 8192}) for days in (7, 30)),
    ("kms_key", {"alias": "alias/" + "a" * 250, "tags": {"a b_.:/=+-@é": "", "x" * 128: "y" * 256}}),
    *(("iam_role", {**ROLE, "max_session_duration": seconds}) for seconds in (3600, 43200)),
    ("iam_role", {**ROLE, "role_name": "_+=,.@-" + "a" * 57, "path": "/a!~/", "description": "é\n" * 500}),
    ("iam_managed_policy", {**POLICY, "policy_name": "a" * 128, "path": "/a/b/", "description": "x" * 1000}),
    *(("ec2_vpc", {**VPC, "cidr_block": f"10.0.0.0/{length}"}) for length in (16, 28)),
    ("ec2_vpc", {**VPC, "ipv4_netmask_length": 16, "name": "x" * 256, "tags": {"any": "a*b|c"}}),
    *(("ec2_subnet", {**SUBNET, "cidr_block": block}) for block in ("10.0.64.0/28", "10.0.128.5/17")),
    ("ec2_security_group", {**GROUP, "group_name": "a ._-:/()#,@[]+=&;{}!$*", "description": "x" * 255}),
    ("ec2_security_group", rule(from_port=0, to_port=65535, description="x" * 255)),
    ("ec2_security_group", rule(from_port=65535, to_port=65535, cidr_ipv4="10.1.2.3/8")),
    ("ec2_security_group", rule(ip_protocol="TCP", description="")),
    ("ec2_security_group", rule(ip_protocol="icmp", from_port=-1, to_port=-1)),
    ("ec2_security_group", rule(ip_protocol="icmp", from_port=255, to_port=255)),
    ("ec2_security_group", rule(ip_protocol="icmp", from_port=8, to_port=-1)),
    ("ec2_security_group", rule(ip_protocol="icmpv6", from_port=None, to_port=None, cidr_ipv4=None, cidr_ipv6="::/0")),
    *(("ec2_security_group", rule(ip_protocol=p, from_port=None, to_port=None)) for p in ("-1", "all", "0", "255")),
    ("ec2_ipam_pool_cidr", {**BLOCK, "cidr": "11.1.2.3/8"}),
    ("ec2_ipam_pool_allocation", {**BLOCK, "cidr": "10.250.1.1/16", "description": "x"}),
    ("ec2_ipam_pool_allocation", {**BLOCK, "netmask_length": 32, "description": "y"}),
    ("rds_cluster_param_group", {**PARAMETERS, "name": "a" * 255, "parameters": {"rds.force_ssl": True}}),
    ("rds_instance_param_group", {**PARAMETERS, "name": "a-1"}),
    *(("secretsmanager_secret", {**SECRET, "recovery_window_in_days": days}) for days in (7, 30)),
    ("secretsmanager_secret", {"secret_name": "a/_+=.@-" + "b" * 504, "description": "x" * 2048}),
    *(
        ("secretsmanager_secret", {**SECRET, "generate_secret_string": {"username": "x", "password_length": length}})
        for length in (4, 4096)
    ),
]


@pytest.mark.parametrize(("module", "options"), ACCEPTED, ids=[f"{m}-{n}" for n, (m, _) in enumerate(ACCEPTED)])
def test_end_of_a_range_is_applied(aws, run, module, options):
    network(aws) if module in ("ec2_subnet", "ec2_security_group") else tree(aws)
    assert run(module, **options)["changed"]
    assert not run(module, **options)["changed"]


CLUSTERS: list[dict[str, Any]] = [
    {"port": 1150, "backup_retention_period": 1, "database_name": "a" * 63},
    {"port": 65535, "backup_retention_period": 35, "database_name": "a_1", "master_username": "a" * 63},
    windows("03:00-03:30", "sun:03:30-sun:04:00"),
    windows("23:45-00:15", "mon:00:15-mon:23:45"),
    scaling(min_capacity=0, max_capacity=1, seconds_until_auto_pause=300),
    scaling(min_capacity=0, max_capacity=1, seconds_until_auto_pause=86400),
    scaling(min_capacity=256, max_capacity=256),
    scaling(min_capacity=0.5, max_capacity=1.5),
    *({"enable_performance_insights": True, "performance_insights_retention_period": n} for n in (7, 31, 713, 731)),
    {"database_insights_mode": "advanced", "performance_insights_retention_period": 465},
    {"enable_cloudwatch_logs_exports": ["postgresql", "instance", "iam-db-auth-error"]},
    {"db_cluster_identifier": "a" * 63, "tags": {"a b_.:/=+-@é": "x"}},
]


@pytest.mark.parametrize("options", CLUSTERS, ids=range(len(CLUSTERS)))
def test_end_of_a_range_is_applied_to_a_cluster(aws, run, options):
    subnet_group(aws)
    base = {**CLUSTER, "engine_version": "16.6", "db_subnet_group_name": "dev-subnets", "master_username": "mtkadmin"}
    base["manage_master_user_password"] = True
    assert run("rds_cluster", **{**base, **options, "engine_version": "16.6"})["changed"]
    assert not run("rds_cluster", **{**base, **options, "engine_version": "16.6"})["changed"]


@pytest.mark.parametrize("tier", [0, 15])
def test_end_of_the_promotion_tiers_is_applied(aws, run, tier):
    subnet_group(aws)
    secret = {"master_user_secret_name": master_secret(aws), "db_subnet_group_name": "dev-subnets"}
    run("rds_cluster", **scaling(min_capacity=1, max_capacity=2), **secret)
    assert run("rds_instance", **INSTANCE, promotion_tier=tier)["changed"]


def test_blocks_are_written_as_aws_writes_them(aws, run):
    """AWS drops the bits behind the prefix, and the same options must then change nothing."""
    vpc = {"name": "x", "cidr_block": "10.78.1.5/16", "tags": {}}
    assert run("ec2_vpc", **vpc)["vpc"]["cidr_block"] == "10.78.0.0/16"
    assert not run("ec2_vpc", **vpc)["changed"]
    tree(aws)
    reserved = {**BLOCK, "cidr": "10.250.1.1/16", "tags": {}}
    assert run("ec2_ipam_pool_allocation", **reserved)["ipam_pool_allocation"]["cidr"] == "10.250.0.0/16"
    assert run("ec2_ipam_pool_allocation", **reserved, state="absent")["changed"]
    pool = {**BLOCK, "cidr": "11.1.2.3/8"}
    assert run("ec2_ipam_pool_cidr", **pool)["ipam_pool_cidr"]["cidr"] == "11.0.0.0/8"
    assert run("ec2_ipam_pool_cidr", **pool, state="absent")["changed"]
