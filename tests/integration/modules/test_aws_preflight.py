"""aws_preflight."""

from __future__ import annotations

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.aws._client import Aws, ClientError
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import Context
from ansible_collections.mtk.backend.plugins.module_utils.resources._preflight import Preflight

from .aurora import instance, subnet_group
from .conftest import ModuleFailed, documentation, examples
from .ipam import pool, tree
from .network import network, tagged

NAME = "aws_preflight"
CLUSTER = "dev-us-east-1-aurora-cluster"
GROUP = "dev-us-east-1-aurora-cluster-parameter-group-16"
(EXAMPLE,) = examples(NAME)


@pytest.fixture
def asked(aws):
    """Return a function that returns the operations that AWS was asked since its last call."""
    seen = [0]

    def since() -> list[str]:
        calls = aws.control.calls(seen[0])
        seen[0] += len(calls)
        return [call["operation"] for call in calls]

    return since


@pytest.fixture
def findings(run, worker):
    """Return a function that runs the example with other options in a collected plan and returns the findings."""
    worker["context"] = Context(collects=True)
    return lambda **options: run(NAME, check=True, **{**EXAMPLE, **options})["findings"]


def cluster(aws, version="16.8", parameters=(("log_statement", "ddl"), ("rds.force_ssl", "1"))):
    """Create the cluster of the example with its instances and its parameter group."""
    rds = aws.client("rds")
    subnet_group(aws)
    rds.create_db_cluster_parameter_group(
        DBClusterParameterGroupName=GROUP, DBParameterGroupFamily="aurora-postgresql16", Description="dev"
    )
    values = [{"ParameterName": n, "ParameterValue": v, "ApplyMethod": "pending-reboot"} for n, v in parameters]
    rds.modify_db_cluster_parameter_group(DBClusterParameterGroupName=GROUP, Parameters=values)
    rds.create_db_cluster(
        DBClusterIdentifier=CLUSTER,
        Engine="aurora-postgresql",
        EngineVersion=version,
        DBSubnetGroupName="dev-subnets",
        MasterUsername="mtkadmin",
        MasterUserPassword="correct-horse-battery",
        ServerlessV2ScalingConfiguration={"MinCapacity": 0.5, "MaxCapacity": 4},
    )
    for zone in "bc":
        instance(aws, CLUSTER, f"i-{zone}", DBInstanceClass="db.serverless", AvailabilityZone=f"us-east-1{zone}")


def gateway(aws):
    """Create a NAT gateway of dev."""
    net, ec2 = network(aws), aws.client("ec2")
    eip = ec2.allocate_address(Domain="vpc", TagSpecifications=tagged("elastic-ip", "nat"))["AllocationId"]
    ec2.create_nat_gateway(SubnetId=net.public[0], AllocationId=eip, TagSpecifications=tagged("natgateway", "nat"))


@pytest.mark.parametrize("check", [False, True])
def test_the_example_has_no_findings_in_an_empty_account(aws, run, check):
    result = run(NAME, check=check, **EXAMPLE)
    assert (result["enabled"], result["findings"], result["unasked"], result["plan"]) == (True, [], [], {})
    assert not result["changed"] and aws.mutating() == []


@pytest.mark.parametrize("check", [False, True])
def test_without_collection_findings_fail_the_task(aws, run, check):
    with pytest.raises(ModuleFailed, match=r"^ipam_vpc_zone_count is 7; .*aurora_engine_version is 16.5; "):
        run(NAME, check=check, **{**EXAMPLE, "zone_count": 7, "engine_version": "16.5"})
    assert aws.mutating() == []


def test_findings_are_one_entry_of_a_collected_plan(run, worker):
    worker["context"] = Context(collects=True)
    options = {**EXAMPLE, "zone_count": 7, "engine_version": "16.5"}
    result = run(NAME, check=True, **options)
    assert len(result["findings"]) == 2 and not result["changed"]
    assert result["plan"] == {
        "resource": NAME, "name": "us-east-1", "region": "us-east-1", "action": "refuse", "mode": "plan",
        "reason": " ".join(result["findings"]),
    }  # fmt: skip
    assert result["plan"].keys() <= documentation(NAME)["RETURN"]["plan"]["contains"].keys()
    with pytest.raises(ModuleFailed, match="ipam_vpc_zone_count is 7"):  # an apply never starts with findings
        run(NAME, **options)


def test_nothing_is_asked_without_options(run, asked):
    assert run(NAME, environment="dev")["findings"] == []
    assert asked() == ["DescribeRegions"]


def test_an_existing_cluster_costs_only_listings(aws, run, asked, findings):
    cluster(aws)
    gateway(aws)
    asked()
    assert findings() == []
    assert sorted(asked()) == [
        "DescribeAvailabilityZones", "DescribeDBClusterParameterGroups", "DescribeDBClusterParameters",
        "DescribeDBClusters", "DescribeDBInstances", "DescribeNatGateways", "DescribeRegions",
    ]  # fmt: skip


def test_after_the_listings_of_a_run_only_the_regions_are_asked(aws, run, asked, worker, tmp_path):
    cluster(aws)
    gateway(aws)
    tags = [{"Key": "mtk:environment", "Value": "dev"}]
    arn = f"arn:aws:rds:us-east-1:123456789012:cluster-pg:{GROUP}"
    aws.client("rds").add_tags_to_resource(ResourceName=arn, Tags=tags)
    worker["context"] = Context(cache=str(tmp_path))
    run("aws_environment_info", environment="dev", region="us-east-1")
    run("aws_environment_info", environment="dev", region="us-west-2")
    asked()
    assert run(NAME, **EXAMPLE, home_region="us-east-1")["findings"] == []
    assert asked() == ["DescribeRegions"]
    run(NAME, environment="dev", zone_count=2, home_region="us-east-1", region="us-west-2")
    assert asked() == [], "all regions share one listing of the regions"


def test_a_parameter_with_the_default_value_asks_for_the_group_and_nothing_else(aws, asked, findings):
    cluster(aws)
    asked()
    assert findings(cluster_parameters={"log_statement": "ddl", "rds.adaptive_autovacuum": 1}) == []
    names = [name for name in asked() if "Parameter" in name]
    pages = 4  # of 100 parameters each
    assert names == ["DescribeDBClusterParameterGroups"] + ["DescribeDBClusterParameters"] * (1 + pages)


# Regions.


@pytest.mark.parametrize(("region", "text"), [("ap-east-1", "is not enabled"), ("us-esat-1", "AWS has no Region")])
def test_a_region_that_cannot_be_used_is_asked_nothing(aws, run, asked, worker, region, text):
    worker["context"] = Context(collects=True)
    result = run(NAME, check=True, **{**EXAMPLE, "region": region, "home_region": "us-east-1"})
    assert not result["enabled"] and not result["plannable"]
    assert text in result["findings"][0] and len(result["findings"]) == 1
    assert result["plan"]["region"] == region
    assert asked() == ["DescribeRegions"]


def test_an_enabled_region_is_checked(aws, run):
    aws.control.enable_region("ap-east-1")
    assert run(NAME, **{**EXAMPLE, "region": "ap-east-1", "home_region": "us-east-1"})["enabled"]


def test_refused_credentials_in_the_home_region_are_a_finding(findings):
    (finding,) = findings(region="me-south-1")
    assert finding.startswith("AWS refuses the credentials in Region me-south-1 (AuthFailure).")
    (finding,) = findings(region="us-east-2", home_region="us-esat-1")
    assert "in Region us-esat-1 (SignatureDoesNotMatch)" in finding


# The network.


def test_zones_that_the_region_lacks(findings):
    (finding,) = findings(region="us-west-1", zone_count=3)
    assert finding.startswith(
        "ipam_vpc_zone_count is 3; us-west-1 has 2 usable zones: us-west-1b (usw1-az1), us-west-1a"
    )
    (finding,) = findings(zone_names=["us-east-1a", "us-east-1x"], variables={"zone_names": "zones"})
    assert finding.startswith("zones contains us-east-1x; the zones of us-east-1 are: us-east-1b (use1-az1)")


def test_addresses_beyond_the_quota(aws, findings, asked):
    ec2 = aws.client("ec2")
    for _ in range(4):
        ec2.allocate_address()
    assert findings(nat_gateway_count=1) == []
    (finding,) = findings(nat_gateway_count=3)
    assert finding.startswith("ipam_vpc_nat_gateway_mode needs 3 more Elastic IP addresses in us-east-1; 4 of 5")
    gateway(aws)
    assert findings(nat_gateway_count=1) == []
    assert findings(nat_gateway_count=2)[0].startswith("ipam_vpc_nat_gateway_mode needs 1 more")
    aws.control.quota("vpc-max-elastic-ips", 6)
    assert findings(nat_gateway_count=2) == []


# The database.


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"engine_version": "16.5"}, "aurora_engine_version is 16.5; Aurora PostgreSQL offers 16.4, 16.6, 16.8, "),
        ({"engine_version": "99"}, "aurora_engine_version is 99; Aurora PostgreSQL offers 14.9, "),
        (
            {"instance_class": "db.m5.large"},
            "aurora_instance_class is db.m5.large; Aurora PostgreSQL 16 offers db.r5.*",
        ),
        (
            {"instance_class": "db.nonsense"},
            "aurora_instance_class is db.nonsense; Aurora PostgreSQL 16 offers db.r5.*",
        ),
        (
            {"engine_version": "15.6", "instance_class": "db.r8g.large"},
            "aurora_instance_class is db.r8g.large; Aurora PostgreSQL 15.6 offers db.r5.*, ",
        ),
        (
            {"instance_class": "db.r6g.32xlarge"},
            "aurora_instance_class is db.r6g.32xlarge; Aurora PostgreSQL 16 offers db.r6g.12xlarge, db.r6g.16xlarge, ",
        ),
        (
            {"zone_names": ["us-east-1e", "us-east-1b"]},
            "aurora_instance_class is db.serverless; AWS offers this class in us-east-1a, us-east-1b, us-east-1c, "
            "us-east-1d, us-east-1f, not in us-east-1e (use1-az3). Name other zones in ipam_vpc_zone_names",
        ),
    ],
)
def test_what_aws_does_not_offer(findings, options, text):
    (finding,) = findings(**options)
    assert finding.startswith(text)


def test_named_old_zones_that_get_no_instance_or_offer_the_class(findings):
    assert findings(zone_names=["us-east-1b", "us-east-1e"], instance_count=1) == []
    assert findings(zone_names=["us-east-1b", "us-east-1e"], instance_class="db.r5.large") == []


def test_only_differences_of_an_existing_cluster_are_checked(aws, findings, asked):
    cluster(aws)
    assert findings(engine_version="16.4") == [], "AWS has raised the minor version already"
    assert findings(engine_version="15") == [], "the task of the cluster refuses a downgrade"
    assert findings(instance_class="db.m5.large")[0].startswith("aurora_instance_class is db.m5.large")
    assert findings(engine_version="16.12")[0].startswith(
        "aurora_engine_version is 16.12; Aurora PostgreSQL offers 16.4"
    )
    asked()
    assert findings(instance_count=3, zone_count=3) == []
    assert {"DescribeOrderableDBInstanceOptions", "DescribeAccountAttributes"} <= set(asked())
    (finding,) = findings(instance_count=3, zone_names=["us-east-1b", "us-east-1c", "us-east-1e"])
    assert "not in us-east-1e (use1-az3)" in finding


def test_versions_without_an_upgrade_path(aws, findings):
    cluster(aws, version="16.11")
    (finding,) = findings(engine_version="17.6")
    assert finding.startswith(
        "aurora_engine_version is 17.6; AWS offers no upgrade of the running version to it, only to "
    )
    assert findings(engine_version="17") == []


def test_clusters_and_instances_beyond_the_quota(aws, findings):
    aws.control.quota("DBInstances", 1)
    (finding,) = findings()
    assert finding.startswith("aurora_instance_count is 2 and needs 2 more DB instances in us-east-1; 0 of 1")
    aws.control.quota("DBClusters", 0)
    assert findings()[0].startswith(f"{CLUSTER} needs 1 more DB cluster in us-east-1; 0 of 0 (quota DBClusters)")
    assert findings(db_cluster_identifier=None) == []


# The parameters.


@pytest.mark.parametrize("exists", [False, True])
def test_parameters_that_aws_refuses(aws, findings, exists):
    if exists:
        cluster(aws, parameters=(("log_statement", "mod"),))
    wanted = {
        "log_statment": "ddl", "log_statement": "some", "log_min_duration_statement": -2, "work_mem": 64,
        "rds.extensions": "x", "max_connections": "LEAST({DBInstanceClassMemory/9531392},5000)", "autovacuum": True,
    }  # fmt: skip
    assert findings(cluster_parameters=wanted) == [
        "aurora_parameters contains log_statment, which is not a cluster parameter of aurora-postgresql16. Names are "
        "case-sensitive. Correct or remove it. Did you mean log_statement?",
        "aurora_parameters sets log_statement to some; AWS allows none,ddl,mod,all. Use an allowed value.",
        "aurora_parameters sets log_min_duration_statement to -2; AWS allows -1-2147483647. Use an allowed value.",
        "aurora_parameters contains rds.extensions; AWS does not let users change this parameter. Remove it.",
    ]


def test_instance_parameters_have_names_of_their_own(aws, findings):
    (finding,) = findings(instance_parameters={"rds.force_ssl": 1, "log_statement": "ddl"})
    assert finding.startswith("aurora_instance_parameters contains rds.force_ssl, which is not an instance parameter")
    aws.client("rds").create_db_parameter_group(
        DBParameterGroupName="mine", DBParameterGroupFamily="aurora-postgresql16", Description="dev"
    )
    (finding,) = findings(instance_parameters={"log_statement": "x"}, instance_parameter_group_name="Mine")
    assert finding.startswith("aurora_instance_parameters sets log_statement to x; AWS allows")


# The credentials.

READS = [
    "ec2:DescribeRegions", "ec2:DescribeAvailabilityZones", "ec2:DescribeNatGateways", "ec2:DescribeAddresses",
    "ec2:DescribeAccountAttributes", "rds:DescribeDBClusters", "rds:DescribeDBEngineVersions",
    "rds:DescribeOrderableDBInstanceOptions", "rds:DescribeAccountAttributes", "rds:DescribeDBClusterParameterGroups",
    "rds:DescribeEngineDefaultClusterParameters",
]  # fmt: skip


@pytest.mark.parametrize("read", READS)
def test_a_read_that_is_not_permitted_is_skipped_and_named(aws, run, read):
    code = "UnauthorizedOperation" if read.startswith("ec2") else "AccessDenied"
    aws.control.fault(read, "error", code=code, times=9)
    result = run(NAME, **EXAMPLE)
    assert (result["enabled"], result["findings"], result["unasked"]) == (True, [], [read])
    assert read in str(result["warnings"])


@pytest.mark.parametrize("read", ["rds:DescribeDBInstances", "rds:DescribeDBClusterParameters"])
def test_reads_of_existing_resources_that_are_not_permitted(aws, run, read):
    cluster(aws)
    aws.control.fault(read, "error", code="AccessDenied", times=9)
    result = run(NAME, **EXAMPLE)
    assert (result["findings"], result["unasked"]) == ([], [read])


def test_a_list_of_parameters_that_can_be_read_only_in_part_is_not_judged(aws):
    """AWS may withdraw the permission between two pages."""

    pages = iter([{"engine_defaults": {"parameters": [{"parameter_name": "a"}], "marker": "1"}}])

    class OnePage(Aws):
        def call(self, service, operation, region=None, **params):
            for page in pages:
                return page
            raise ClientError({"Error": {"Code": "AccessDenied"}}, operation)

    preflight = Preflight(OnePage(aws.client, "us-east-1"), {"environment": "dev"})
    assert preflight._defaults("db_cluster_", "aurora-postgresql16") == []
    assert preflight.unasked == ["rds:DescribeEngineDefaultClusterParameters"]


def test_other_errors_fail_the_task(aws, run):
    aws.control.fault("rds:DescribeDBClusters", "error", code="InternalFailure", times=99)
    with pytest.raises(ModuleFailed, match="AWS has an error of its own in DescribeDBClusters"):
        run(NAME, **EXAMPLE)


def address_pools(dev: str, top: str = "10.0.0.0/8"):
    slot = {"ipam_vpc_environment_slots.dev": 0}
    child = {"source_name": "shared_ipam_top_pool", "cidr": dev, "variables": slot}
    return [
        {"name": "shared_ipam_top_pool", "cidr": top, "variables": {"ipam_vpc_top_cidr": top}},
        {"name": "dev_us-east-1_ipam_pool", **child},
    ]


def test_pools_that_exist_have_the_blocks_of_the_address_plan(aws, run, asked, findings):
    tree(aws)
    asked()
    assert findings(address_pools=address_pools("10.0.0.0/14")) == []
    operations = asked()
    assert (operations.count("DescribeIpamPools"), operations.count("GetIpamPoolCidrs")) == (1, 2)
    (other,) = findings(address_pools=address_pools("10.4.0.0/14"))
    assert other.startswith("ipam_vpc_environment_slots.dev is 0, so the pool dev_us-east-1_ipam_pool would have the")
    assert "block 10.4.0.0/14; it has 10.0.0.0/14, and the address plan of an account cannot be changed" in other
    (other,) = findings(address_pools=address_pools("172.16.0.0/14", "172.16.0.0/12"))
    assert other.startswith("ipam_vpc_top_cidr is 172.16.0.0/12, so the pool shared_ipam_top_pool would have the block")
    assert aws.mutating()[-1] == "ec2:ProvisionIpamPoolCidr"  # of the test itself


def test_a_new_pool_does_not_overlap_other_pools_of_its_source(aws, findings):
    ids = tree(aws)
    pool(aws, ids["scope"], "qa_us-east-1_ipam_pool", "10.4.0.0/14", SourceIpamPoolId=ids["top"], Locale="us-east-1")
    new = address_pools("10.4.0.0/14")
    new[1]["name"] = "test_us-east-1_ipam_pool"
    (found,) = findings(address_pools=new)
    assert "10.4.0.0/14; it overlaps qa_us-east-1_ipam_pool (10.4.0.0/14). Use a free slot" in found
    new[1]["cidr"] = "10.8.0.0/14"
    assert findings(address_pools=new) == []


def test_a_major_upgrade_without_permission_is_found_before_its_parameter_groups(aws, findings):
    cluster(aws)
    wanted = {"engine_version": "17", "cluster_parameter_group_name": f"{GROUP[:-2]}17"}
    (finding,) = findings(**wanted, allow_major_version_upgrade=False)
    assert finding == (
        "aurora_engine_version is 17, and the cluster in us-east-1 runs 16.8; that is a major upgrade. Set "
        "aurora_allow_major_version_upgrade to true to have it, or keep version 16."
    )
    assert findings(**wanted, allow_major_version_upgrade=True) == []
    assert findings(engine_version="16", allow_major_version_upgrade=False) == []


def test_a_permissions_boundary_that_does_not_exist(aws, findings, run):
    missing = "arn:aws:iam::123456789012:policy/no/boundary"
    variables = ("ipam_vpc_permissions_boundary", "aurora_permissions_boundary")
    (finding,) = findings(permissions_boundaries=dict.fromkeys(variables, missing))
    assert finding == (
        f"{variables[0]} is {missing} and {variables[1]} is {missing}; IAM has no such policy, and refuses roles with "
        "this boundary. Create the policy first, or correct the ARN."
    )
    allow = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
    aws.client("iam").create_policy(PolicyName="boundary", Path="/no/", PolicyDocument=allow)
    assert not findings(permissions_boundaries={variables[0]: missing})
    assert not findings(permissions_boundaries={variables[1]: "arn:aws:iam::aws:policy/ReadOnlyAccess"})


def test_a_permissions_boundary_that_may_not_be_read(aws, run, worker):
    worker["context"] = Context(collects=True)
    aws.control.fault("iam:GetPolicy", "error", code="AccessDenied", times=9)
    arn = "arn:aws:iam::123456789012:policy/boundary"
    found = run(NAME, check=True, **EXAMPLE, permissions_boundaries={"aurora_permissions_boundary": arn})
    assert (found["findings"], found["unasked"]) == ([], ["iam:GetPolicy"])
