"""RDS: subnet groups and parameter groups."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from promise import keeps
from rds_site import COMBINATION, EAST, VALUE, Site, refused


@pytest.fixture
def site(aws: Any) -> Site:
    return Site(aws)


@keeps("rds.subnet-groups", "rds.subnet-group-names", "rds.subnet-group-limits")
def test_subnet_groups_are_created_changed_and_deleted(site: Site) -> None:
    rds = site.rds
    args = {"DBSubnetGroupDescription": "x", "SubnetIds": site.subnets}
    refused("DBSubnetGroupAlreadyExists", rds.create_db_subnet_group, DBSubnetGroupName="DATA", **args)
    for name in ("Default", "1st", "a/b", "a" * 256):
        refused(VALUE, rds.create_db_subnet_group, DBSubnetGroupName=name, **args)
    made = rds.create_db_subnet_group(DBSubnetGroupName="My group_1.a", **args)["DBSubnetGroup"]
    assert made["DBSubnetGroupName"] == "my group_1.a"
    one = {**args, "SubnetIds": site.subnets[:1]}
    refused("DBSubnetGroupDoesNotCoverEnoughAZs", rds.create_db_subnet_group, DBSubnetGroupName="n", **one)
    unknown = {**args, "SubnetIds": ["subnet-12345678"]}
    refused("InvalidSubnet", rds.create_db_subnet_group, DBSubnetGroupName="n", **unknown)
    other = site.ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    far = site.ec2.create_subnet(VpcId=other, CidrBlock="10.1.0.0/24", AvailabilityZone=EAST + "b")["Subnet"]
    mixed = {**args, "SubnetIds": [site.subnets[0], far["SubnetId"]]}
    refused("InvalidSubnet", rds.create_db_subnet_group, DBSubnetGroupName="n", **mixed)
    site.create()
    site.add(AvailabilityZone=EAST + "c")
    refused("SubnetAlreadyInUse", rds.modify_db_subnet_group, DBSubnetGroupName="data", SubnetIds=site.subnets[:2])
    rds.modify_db_subnet_group(DBSubnetGroupName="data", DBSubnetGroupDescription="new", SubnetIds=site.subnets[1:])
    (got,) = rds.describe_db_subnet_groups(DBSubnetGroupName="Data")["DBSubnetGroups"]
    assert got["DBSubnetGroupDescription"] == "new" and got["VpcId"] == site.vpc
    assert [s["SubnetIdentifier"] for s in got["Subnets"]] == site.subnets[1:]
    refused("InvalidDBSubnetGroupStateFault", rds.delete_db_subnet_group, DBSubnetGroupName="data")
    rds.delete_db_instance(DBInstanceIdentifier="one")
    rds.delete_db_cluster(DBClusterIdentifier="main", SkipFinalSnapshot=True)
    rds.delete_db_subnet_group(DBSubnetGroupName="data")
    refused("DBSubnetGroupNotFoundFault", rds.describe_db_subnet_groups, DBSubnetGroupName="data")


GROUPS = [
    ("cluster", "DBClusterParameterGroup"),
    ("instance", "DBParameterGroup"),
]


class Group:
    """The calls for cluster or instance parameter groups under common names."""

    def __init__(self, rds: Any, prefix: str) -> None:
        self.field = f"{prefix}Name"
        kind = "db_cluster" if "Cluster" in prefix else "db"
        self.all, self.rds = f"{prefix}s", rds
        for name in ("create", "modify", "reset", "delete"):
            setattr(self, name, self._call(f"{name}_{kind}_parameter_group"))
        self.describe, self.values = (
            self._call(f"describe_{kind}_parameter_groups"),
            self._call(f"describe_{kind}_parameters"),
        )

    def _call(self, name: str) -> Any:
        return lambda **kwargs: getattr(self.rds, name)(**{self.field: "own", **kwargs})

    def user(self) -> dict[str, str]:
        return {p["ParameterName"]: p["ParameterValue"] for p in self.values(Source="user")["Parameters"]}


def change(name: str, value: str, method: str = "pending-reboot") -> list[dict[str, str]]:
    return [{"ParameterName": name, "ParameterValue": value, "ApplyMethod": method}]


@keeps(
    "rds.group-names",
    "rds.parameters",
    "rds.default-groups",
    "rds.group-limits",
    "rds.group-not-found",
    "rds.group-held",
)
@pytest.mark.parametrize(("scope", "prefix"), GROUPS)
def test_parameter_groups_are_created_changed_reset_and_deleted(site: Site, aws: Any, scope: str, prefix: str) -> None:
    group: Any = Group(site.rds, prefix)
    with pytest.raises(ClientError) as caught:
        group.describe()
    assert caught.value.response["Error"]["Code"] == "DBParameterGroupNotFound"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    refused(VALUE, group.create, DBParameterGroupFamily="aurora-postgresql99", Description="x")
    refused(VALUE, group.create, DBParameterGroupFamily="aurora-postgresql17", Description="x", **{group.field: "a_b"})
    tags = [{"Key": "a", "Value": "b"}]
    made = group.create(
        DBParameterGroupFamily="aurora-postgresql17", Description="x", Tags=tags, **{group.field: "Own"}
    )
    assert site.rds.list_tags_for_resource(ResourceName=made[prefix][f"{prefix}Arn"])["TagList"] == tags
    refused(
        "DBParameterGroupAlreadyExists", group.create, DBParameterGroupFamily="aurora-postgresql17", Description="x"
    )
    assert group.describe()[group.all][0][group.field] == "own"
    group.modify(Parameters=change("log_statement", "ddl", "immediate"))
    group.modify(Parameters=change("shared_preload_libraries", "pg_stat_statements,pgaudit"))
    group.modify(Parameters=change("pgaudit.log", "ddl,role"))
    assert group.user() == {
        "log_statement": "ddl", "pgaudit.log": "ddl,role", "shared_preload_libraries": "pg_stat_statements,pgaudit",
    }  # fmt: skip
    refused(VALUE, group.modify, Parameters=change("no_such", "1"))
    refused(VALUE, group.modify, Parameters=change("log_statement", "some"))
    refused(VALUE, group.modify, Parameters=[{"ParameterName": "log_statement", "ApplyMethod": "immediate"}])
    refused(VALUE, group.modify, Parameters=[{"ParameterName": "log_statement", "ParameterValue": "ddl"}])
    refused(VALUE, group.modify, Parameters=change("log_min_duration_statement", "-2"))
    refused(COMBINATION, group.modify, Parameters=change("max_connections", "100", "immediate"))
    refused(VALUE, group.modify, Parameters=change("log_statement", "ddl") * 21)
    refused(
        VALUE, group.modify, Parameters=change("log_statement", "ddl"), **{group.field: "default.aurora-postgresql17"}
    )
    group.modify(Parameters=change("max_connections", "LEAST({DBInstanceClassMemory/9531392},4000)"))
    group.reset(Parameters=[{"ParameterName": "log_statement", "ApplyMethod": "immediate"}])
    assert "log_statement" not in group.user()
    group.reset(ResetAllParameters=True)
    assert group.user() == {}
    site.create(**({"DBClusterParameterGroupName": "own"} if scope == "cluster" else {}))
    site.add(**({"DBParameterGroupName": "own"} if scope == "instance" else {}))
    refused("InvalidDBParameterGroupState", group.delete)
    aws.control.scale(1)
    site.rds.delete_db_instance(DBInstanceIdentifier="one")
    site.rds.delete_db_cluster(DBClusterIdentifier="main", SkipFinalSnapshot=True)
    aws.control.advance(1000)
    refused("DBClusterNotFoundFault", site.cluster)
    refused("InvalidDBParameterGroupState", group.delete)
    aws.control.advance(180)
    group.delete()
    refused("DBParameterGroupNotFound", group.delete)


@keeps("rds.group-limits", "rds.parameter-sources", "rds.describe")
@pytest.mark.parametrize(("scope", "prefix"), GROUPS)
def test_parameter_groups_have_a_quota_and_pages(site: Site, scope: str, prefix: str) -> None:
    group: Any = Group(site.rds, prefix)
    family = {"DBParameterGroupFamily": "aurora-postgresql17", "Description": "x"}
    for number in range(50):
        group.create(**family, **{group.field: f"g{number}"})
    refused("DBParameterGroupQuotaExceeded", group.create, **family)
    kind = "db_cluster" if scope == "cluster" else "db"
    pages = site.rds.get_paginator(f"describe_{kind}_parameter_groups").paginate(PaginationConfig={"PageSize": 20})
    names = [g[group.field] for page in pages for g in page[group.all]]
    assert len(names) == 55 and {"default.aurora-postgresql17", "g49"} <= set(names)
    arn = group.describe(**{group.field: "g1"})[group.all][0][f"{prefix}Arn"]
    assert arn.endswith(":cluster-pg:g1" if scope == "cluster" else ":pg:g1")
    assert group.describe(**{group.field: arn})[group.all][0][group.field] == "g1"
    wanted = {"Filters": [{"Name": "parameter-name", "Values": ["log_statement"]}], group.field: "g1"}
    assert [p["ParameterName"] for p in group.values(**wanted)["Parameters"]] == ["log_statement"]
    pages = site.rds.get_paginator(f"describe_{kind}_parameters").paginate(
        **{group.field: "g1"}, PaginationConfig={"PageSize": 20}
    )
    named = [p["ParameterName"] for page in pages for p in page["Parameters"]]
    assert {"log_statement", "work_mem"} <= set(named) and len(set(named)) == len(named)
    refused(VALUE, group.values, Source="mine", **{group.field: "g1"})
    sources = {"user": 0, "engine-default": 1, "system": 1}
    for source, some in sources.items():
        got = group.values(Source=source, **{group.field: "g1"})["Parameters"]
        assert bool(got) == bool(some) and {p["Source"] for p in got} <= {source}


@keeps("rds.group-pending")
@pytest.mark.parametrize(("scope", "prefix"), GROUPS)
def test_a_parameter_group_with_pending_changes_cannot_be_reset(site: Site, aws: Any, scope: str, prefix: str) -> None:
    group: Any = Group(site.rds, prefix)
    group.create(DBParameterGroupFamily="aurora-postgresql17", Description="x")
    aws.control.scale(1)
    aws.control.advance(1)
    group.modify(Parameters=change("log_statement", "ddl"))
    group.modify(Parameters=change("work_mem", "1024"))
    assert "has pending changes" in refused("InvalidDBParameterGroupState", group.reset, ResetAllParameters=True)
    aws.control.advance(21)
    group.reset(Parameters=[{"ParameterName": "log_statement", "ApplyMethod": "immediate"}])
    refused("InvalidDBParameterGroupState", group.reset, ResetAllParameters=True)
    assert group.user() == {"work_mem": "1024"}
    aws.control.advance(21)
    group.reset(ResetAllParameters=True)
    assert group.user() == {}


@keeps("rds.subnet-group-limits")
def test_subnet_groups_have_a_quota_and_pages(site: Site) -> None:
    create = site.rds.create_db_subnet_group
    args = {"DBSubnetGroupDescription": "x", "SubnetIds": site.subnets}
    for number in range(49):
        made = create(DBSubnetGroupName=f"g{number}", Tags=[{"Key": "a", "Value": "b"}], **args)["DBSubnetGroup"]
    listed = site.rds.list_tags_for_resource(ResourceName=made["DBSubnetGroupArn"])
    assert listed["TagList"] == [{"Key": "a", "Value": "b"}]
    refused("DBSubnetGroupQuotaExceeded", create, DBSubnetGroupName="more", **args)
    pages = site.rds.get_paginator("describe_db_subnet_groups").paginate(PaginationConfig={"PageSize": 20})
    assert [len(page["DBSubnetGroups"]) for page in pages] == [20, 20, 10]
    more = [
        site.ec2.create_subnet(VpcId=site.vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=EAST + "a")["Subnet"]
        for n in range(10, 28)
    ]
    many = [*site.subnets, *(s["SubnetId"] for s in more)]
    refused("DBSubnetQuotaExceededFault", site.rds.modify_db_subnet_group, DBSubnetGroupName="g1", SubnetIds=many)
    site.rds.modify_db_subnet_group(DBSubnetGroupName="g1", SubnetIds=many[:20])
    refused("DBSubnetGroupNotFoundFault", site.rds.modify_db_subnet_group, DBSubnetGroupName="default", SubnetIds=many)


@keeps("rds.default-subnet-group")
def test_a_cluster_without_a_subnet_group_is_in_the_default_one(site: Site) -> None:
    assert "default" in refused("DBSubnetGroupNotFoundFault", site.create, DBSubnetGroupName="default")
    assert refused(VALUE, site.create, DBSubnetGroupName=None, Port=1)
    assert len(site.rds.describe_db_subnet_groups()["DBSubnetGroups"]) == 1
    assert site.create(DBSubnetGroupName=None)["DBSubnetGroup"] == "default"
    (group,) = site.rds.describe_db_subnet_groups(DBSubnetGroupName="default")["DBSubnetGroups"]
    (vpc,) = site.ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    assert (group["VpcId"], group["DBSubnetGroupDescription"]) == (vpc["VpcId"], "default")
    named = {"DBSubnetGroupName": "default"}
    refused(VALUE, site.rds.modify_db_subnet_group, **named, SubnetIds=site.subnets)
    refused(VALUE, site.rds.delete_db_subnet_group, **named)


@keeps("rds.default-subnet-group")
def test_a_cluster_needs_a_subnet_group_if_there_is_no_default_subnet(site: Site) -> None:
    subnets = site.ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])["Subnets"]
    for subnet in subnets:
        site.ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    for wrong in ({"MasterUsername": "admin"}, {"Port": 1}, {"MasterUserPassword": "short"}):
        refused(VALUE, site.create, DBSubnetGroupName=None, **wrong)
    text = refused("InvalidSubnet", site.create, DBSubnetGroupName=None)
    assert text == "No default subnet detected in VPC. Please contact AWS Support to recreate default Subnets."


@keeps("rds.pending-reboot")
def test_a_new_parameter_group_of_an_instance_needs_a_reboot(site: Site) -> None:
    def status() -> str:
        return str(site.instance()["DBParameterGroups"][0]["ParameterApplyStatus"])

    group: Any = Group(site.rds, "DBParameterGroup")
    group.create(DBParameterGroupFamily="aurora-postgresql17", Description="x")
    site.create()
    site.add()
    assert status() == "in-sync"
    site.rds.modify_db_instance(DBInstanceIdentifier="one", DBParameterGroupName="own")
    assert status() == "pending-reboot"
    site.rds.reboot_db_instance(DBInstanceIdentifier="one")
    assert status() == "in-sync"
    group.modify(Parameters=change("max_connections", "100"))
    assert status() == "pending-reboot"
    site.rds.stop_db_cluster(DBClusterIdentifier="main")
    site.rds.start_db_cluster(DBClusterIdentifier="main")
    assert status() == "in-sync"
    (event,) = site.rds.describe_events(SourceType="db-parameter-group")["Events"]
    assert event["Message"] == "Updated parameter max_connections to 100 with apply method pending-reboot"


@keeps("rds.capacity-reboot")
def test_a_new_maximum_capacity_needs_a_reboot(site: Site) -> None:
    def status() -> str:
        return str(site.cluster()["DBClusterMembers"][0]["DBClusterParameterGroupStatus"])

    site.create(ServerlessV2ScalingConfiguration={"MinCapacity": 1, "MaxCapacity": 4})
    site.add(DBInstanceClass="db.serverless")
    site.modify(ServerlessV2ScalingConfiguration={"MinCapacity": 0.5})
    assert status() == "in-sync"
    site.modify(ServerlessV2ScalingConfiguration={"MaxCapacity": 8})
    assert status() == "pending-reboot"
    site.rds.reboot_db_instance(DBInstanceIdentifier="one")
    assert status() == "in-sync"


@keeps("rds.force-ssl", "rds.parameter-sources", "rds.pending-reboot")
def test_static_parameters_need_a_reboot(site: Site) -> None:
    def one(group: str, name: str) -> Any:
        pages = site.rds.get_paginator("describe_db_cluster_parameters").paginate(DBClusterParameterGroupName=group)
        return next(p for page in pages for p in page["Parameters"] if p["ParameterName"] == name)

    assert one("default.aurora-postgresql17", "rds.force_ssl")["ParameterValue"] == "1"
    assert one("default.aurora-postgresql16", "rds.force_ssl")["ParameterValue"] == "0"
    group: Any = Group(site.rds, "DBClusterParameterGroup")
    group.create(DBParameterGroupFamily="aurora-postgresql17", Description="x")
    refused(VALUE, group.modify, Parameters=change("rds.extensions", "x"))
    group.modify(Parameters=change("rds.force_ssl", "1"))
    assert one("own", "rds.force_ssl")["Source"] == "system"
    site.create(DBClusterParameterGroupName="own")
    site.add()
    status = "DBClusterParameterGroupStatus"
    assert site.cluster()["DBClusterMembers"][0][status] == "in-sync"
    group.modify(Parameters=change("log_statement", "ddl", "immediate"))
    assert site.cluster()["DBClusterMembers"][0][status] == "in-sync"
    group.modify(Parameters=change("rds.logical_replication", "1"))
    assert site.cluster()["DBClusterMembers"][0][status] == "pending-reboot"
    site.rds.reboot_db_instance(DBInstanceIdentifier="one")
    assert site.cluster()["DBClusterMembers"][0][status] == "in-sync"


def defaults(rds: Any, major: int, scope: str = "cluster_") -> dict[str, dict[str, Any]]:
    pages = rds.get_paginator(f"describe_engine_default_{scope}parameters").paginate(
        DBParameterGroupFamily=f"aurora-postgresql{major}"
    )
    return {p["ParameterName"]: p for page in pages for p in page["EngineDefaults"]["Parameters"]}


# The size of the groups of each major version: all parameters, and those of instances.
@keeps("rds.parameter-list")
@pytest.mark.parametrize(
    ("major", "cluster", "instance"), [(13, 359, 257), (14, 376, 263), (15, 377, 264), (16, 381, 267), (17, 388, 269)]
)
def test_each_major_version_has_its_parameters(aws: Any, major: int, cluster: int, instance: int) -> None:
    rds = aws.client("rds")
    found, own = defaults(rds, major), defaults(rds, major, "")
    assert (len(found), len(own), own.keys() - found.keys()) == (cluster, instance, set())
    assert ("vacuum_failsafe_age" in found) == (major >= 14)
    assert ("force_parallel_mode" in found) == (major <= 15)
    assert ("transaction_timeout" in found) == (major >= 17)
    assert "rds.force_ssl" not in own and "work_mem" in own


@keeps("rds.parameter-list", "rds.parameter-sources")
def test_parameters_are_described_as_recorded(aws: Any) -> None:
    """The answers for these parameters were recorded, except for their descriptions."""
    found = defaults(aws.client("rds"), 14)
    described = {name: {k: v for k, v in p.items() if k != "Description"} for name, p in found.items()}
    same = {"ApplyMethod": "pending-reboot", "IsModifiable": True, "SupportedEngineModes": ["provisioned"]}
    for name, row in {
        "gin_pending_list_limit": ("engine-default", "dynamic", "integer", "64-2147483647", None),
        "track_activities": ("engine-default", "dynamic", "boolean", "0,1", None),
        "log_min_duration_statement": ("engine-default", "dynamic", "integer", "-1-2147483647", None),
        "max_connections": ("system", "static", "integer", "6-262143", "LEAST({DBInstanceClassMemory/9531392},5000)"),
        "rds.force_ssl": ("system", "dynamic", "boolean", "0,1", "0"),
        "timezone": ("system", "dynamic", "string", None, "UTC"),
        "random_page_cost": ("engine-default", "dynamic", "float", "0-1.79769e+308", None),
        "rds.global_db_rpo": ("engine-default", "dynamic", "integer", "20-2147483647", None),
    }.items():
        keys = ("Source", "ApplyType", "DataType", "AllowedValues", "ParameterValue")
        shown = {key: value for key, value in zip(keys, row, strict=True) if value is not None}
        assert described[name] == {**same, "ParameterName": name, **shown}
    assert all(p["Description"] for p in found.values())
    assert [name for name, p in found.items() if not p["IsModifiable"]][:3] == [
        "babelfishpg_tds.listen_addresses", "backtrace_functions", "config_file",
    ]  # fmt: skip
    assert "SupportedEngineModes" not in defaults(aws.client("rds"), 14, "")["work_mem"]


@keeps("rds.parameters", "rds.parameter-list")
@pytest.mark.parametrize(("scope", "prefix"), GROUPS)
def test_a_parameter_group_refuses_parameters_in_the_words_of_aws(site: Site, scope: str, prefix: str) -> None:
    group: Any = Group(site.rds, prefix)
    group.create(DBParameterGroupFamily="aurora-postgresql16", Description="x")
    for name, value, method, code, text in (
        ("max_conections", "1", "pending-reboot", VALUE, "Could not find parameter with name: max_conections"),
        ("force_parallel_mode", "1", "immediate", VALUE, "Could not find parameter with name: force_parallel_mode"),
        ("log_statement", "some", "immediate", VALUE,
         "Invalid parameter value: some for: log_statement allowed values are: none,ddl,mod,all"),
        ("work_mem", "63", "immediate", VALUE,
         "Invalid parameter value: 63 for: work_mem allowed values are: 64-2147483647"),
        ("log_connections", "on", "immediate", VALUE,
         "Invalid parameter value: on for: log_connections allowed values are: 0,1"),
        ("max_connections", "100", "immediate", COMBINATION,
         "cannot use immediate apply method for static parameter"),
        ("log_directory", "/tmp", "pending-reboot", VALUE, "The parameter log_directory cannot be modified."),
    ):  # fmt: skip
        assert refused(code, group.modify, Parameters=change(name, value, method)) == text
    for name, value in (("random_page_cost", "1.1"), ("random_page_cost", "2e0"), ("pg_stat_statements.track", "all")):
        group.modify(Parameters=change(name, value, "immediate"))
    if scope == "instance":
        text = refused(VALUE, group.modify, Parameters=change("rds.force_ssl", "1", "immediate"))
        assert text == "Could not find parameter with name: rds.force_ssl"
