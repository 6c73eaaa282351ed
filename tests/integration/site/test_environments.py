"""dev, qa and prod are planned, applied and destroyed, each of them twice."""

from __future__ import annotations

import ipaddress
import itertools
import json
from typing import Any

import pytest

from .conftest import REGIONS
from .estate import count_by_kind, estate


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("environment", ["dev", pytest.param("qa", marks=pytest.mark.slow), "prod"])
def test_an_environment_is_planned_applied_and_destroyed(aws, site, environment):
    empty = estate(aws, REGIONS)
    live = site(environment)

    plan = live.play("site.yml", "--check", "--diff")
    assert plan.mutating == [] and plan.failed == 0 and plan.changed > 0
    assert estate(aws, REGIONS) == empty

    applied = live.play("site.yml", "-vvv", "--diff")
    assert applied.changed > 0
    assert not [secret for secret in passwords(aws) if secret in applied.text]
    built = estate(aws, REGIONS)
    LOOK[environment](aws)

    again = live.play()
    assert (again.changed, again.mutating) == (0, []), again.text[-6000:]
    check = live.play("site.yml", "--check", "--diff")
    assert (check.changed, check.mutating) == (0, [])
    assert estate(aws, REGIONS) == built

    live.destroy()
    left = sorted(estate(aws, REGIONS) - empty)
    assert [row[:2] for row in left] == LEFT[environment], left
    second = live.destroy()
    assert (second.changed, second.mutating) == (0, []), second.text[-6000:]


def passwords(aws: Any) -> list[str]:
    """Return every password in Secrets Manager, at least that of the master user."""
    found = []
    for region in REGIONS:
        client = aws.client("secretsmanager", region)
        for secret in client.list_secrets()["SecretList"]:
            found.append(json.loads(client.get_secret_value(SecretId=secret["ARN"])["SecretString"])["password"])
    assert found and all(len(password) >= 8 for password in found)
    return found


def vpc_of(aws: Any, environment: str, region: str) -> dict[str, Any]:
    named = [{"Name": "tag:Name", "Values": [f"{environment}_{region}_vpc"]}]
    (vpc,) = aws.client("ec2", region).describe_vpcs(Filters=named)["Vpcs"]
    return vpc


def look_at_network(aws: Any, environment: str, regions: tuple[str, ...]) -> None:
    """Check that CIDRs lie in their pools without overlap, and that only public subnets reach the Internet directly."""
    blocks = []
    for region in regions:
        ec2, vpc = aws.client("ec2", region), vpc_of(aws, environment, region)
        block = ipaddress.ip_network(vpc["CidrBlock"])
        blocks.append(block)
        named = [{"Name": "tag:Name", "Values": [f"{environment}_{region}_ipam_pool"]}]
        (pool,) = ec2.describe_ipam_pools(Filters=named)["IpamPools"]
        cidrs = aws.client("ec2", REGIONS[0]).get_ipam_pool_cidrs(IpamPoolId=pool["IpamPoolId"])["IpamPoolCidrs"]
        assert any(block.subnet_of(ipaddress.ip_network(c["Cidr"])) for c in cidrs)
        inside = [{"Name": "vpc-id", "Values": [vpc["VpcId"]]}]
        subnets = [ipaddress.ip_network(s["CidrBlock"]) for s in ec2.describe_subnets(Filters=inside)["Subnets"]]
        assert all(s.subnet_of(block) for s in subnets)
        assert not any(a.overlaps(b) for a, b in itertools.combinations(subnets, 2))
        look_for_openings(ec2, inside)
    assert not any(a.overlaps(b) for a, b in itertools.combinations(blocks, 2))


def look_for_openings(ec2: Any, inside: list[dict[str, Any]]) -> None:
    for group in ec2.describe_security_groups(Filters=inside)["SecurityGroups"]:
        open_in = [p for p in group["IpPermissions"] if any(r["CidrIp"] == "0.0.0.0/0" for r in p["IpRanges"])]
        assert open_in == [], group["GroupName"]
    for table in ec2.describe_route_tables(Filters=inside)["RouteTables"]:
        name = next((t["Value"] for t in table["Tags"] if t["Key"] == "Name"), "main")
        out = [r for r in table["Routes"] if r.get("DestinationCidrBlock") == "0.0.0.0/0"]
        assert all(r["State"] == "active" for r in table["Routes"]), name
        if "database" in name or name == "main":
            assert out == [], name
        elif "private" in name:
            assert [r["NatGatewayId"] for r in out], name
        else:
            assert out[0]["GatewayId"].startswith("igw-"), name


def look_at_table(aws: Any, environment: str, regions: tuple[str, ...]) -> None:
    """Check that items are replicated, and that each region has its own key, recovery and protection."""
    name = f"{environment}_user_locations"
    item = {"user_id": {"S": "u1"}, "date_time": {"S": "2026-01-02T03:04:05.006Z"}, "is_private": {"BOOL": True}}
    aws.client("dynamodb", regions[-1]).put_item(TableName=name, Item=item)
    for region in regions:
        dynamodb = aws.client("dynamodb", region)
        read = dynamodb.get_item(
            TableName=name, Key={k: item[k] for k in ("user_id", "date_time")}, ConsistentRead=True
        )
        assert read["Item"] == item, region
        table = dynamodb.describe_table(TableName=name)["Table"]
        indexes = {i["IndexName"] for i in table["GlobalSecondaryIndexes"]}
        assert indexes == {"lat_long_index", "is_private_index", "is_real_index"}
        assert table["StreamSpecification"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"
        if "SSEDescription" in table:
            assert f":{region}:" in table["SSEDescription"]["KMSMasterKeyArn"]
        recovery = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
        assert recovery["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
        assert table["DeletionProtectionEnabled"] is (environment != "dev")


def look_at_clusters(aws: Any, environment: str, regions: tuple[str, ...]) -> None:
    """Check that clusters use the region's key, force TLS and export logs, and that zones of instances differ."""
    for region in regions:
        rds = aws.client("rds", region)
        (cluster,) = rds.describe_db_clusters()["DBClusters"]
        assert cluster["DBClusterIdentifier"] == f"{environment}-{region}-aurora-cluster"
        assert cluster["StorageEncrypted"] and f":{region}:" in cluster["KmsKeyId"]
        assert cluster["EnabledCloudwatchLogsExports"] == ["postgresql"]
        assert cluster["DeletionProtection"] is (environment != "dev")
        group = cluster["DBClusterParameterGroup"]
        parameters = rds.describe_db_cluster_parameters(DBClusterParameterGroupName=group, Source="user")["Parameters"]
        assert {p["ParameterName"]: p["ParameterValue"] for p in parameters}["rds.force_ssl"] == "1"
        zones = [i["AvailabilityZone"] for i in rds.describe_db_instances()["DBInstances"]]
        assert zones and len(set(zones)) == len(zones)
        keys = {g.get("kmsKeyId", "") for g in aws.client("logs", region).describe_log_groups()["logGroups"]}
        assert keys and all(f":{region}:" in key for key in keys)


def look_at_dev(aws: Any) -> None:
    look_at_network(aws, "dev", REGIONS[:1])
    look_at_table(aws, "dev", REGIONS[:1])
    look_at_clusters(aws, "dev", REGIONS[:1])
    assert not {
        row for row in count_by_kind(estate(aws, REGIONS[1:])) if row[1] in ("table", "cluster", "nat_gateway", "key")
    }


def look_at_qa(aws: Any) -> None:
    look_at_network(aws, "qa", REGIONS[:1])
    look_at_table(aws, "qa", REGIONS[:2])
    look_at_clusters(aws, "qa", REGIONS[:1])


def look_at_prod(aws: Any) -> None:
    look_at_network(aws, "prod", REGIONS)
    look_at_table(aws, "prod", REGIONS)
    look_at_clusters(aws, "prod", REGIONS)
    (world,) = aws.client("rds").describe_global_clusters()["GlobalClusters"]
    members = {m["DBClusterArn"].split(":")[3]: m for m in world["GlobalClusterMembers"]}
    assert set(members) == set(REGIONS)
    assert [region for region, m in members.items() if m["IsWriter"]] == [REGIONS[0]]
    writer = members[REGIONS[0]]
    assert set(writer["Readers"]) == {m["DBClusterArn"] for m in members.values() if not m["IsWriter"]}


# Each table leaves a backup that needs its key. Destroying prod also keeps a final snapshot of its database, and the
# automated backups of all its clusters (aurora_skip_final_snapshot, aurora_delete_automated_backups).
KEY, EAST, WEST, EUROPE = ("alias", "key"), *REGIONS
LEFT = {
    "dev": [(EAST, kind) for kind in KEY],
    "qa": [(region, kind) for region in (EAST, WEST) for kind in KEY],
    "prod": sorted([*((region, kind) for region in REGIONS for kind in KEY * 2), (EAST, "snapshot")]),
}
LOOK = {"dev": look_at_dev, "qa": look_at_qa, "prod": look_at_prod}
