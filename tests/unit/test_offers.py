"""Judgements on what AWS offers."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.domain import _offers
from ansible_collections.mtk.backend.plugins.module_utils.engine import _document
from ansible_collections.mtk.backend.plugins.module_utils.resources._preflight import VARIABLES
from ansible_collections.mtk.backend.plugins.plugin_utils.record import Record
from ansible_collections.mtk.backend.plugins.plugin_utils.summary import lines

HERE = "us-west-1"


def zone(name: str, id: str) -> dict[str, str]:
    return {"zone_name": name, "zone_id": id}


@pytest.mark.parametrize(
    ("text", "allowed", "data_type", "expected"),
    [
        ("100", "0-100", "integer", True),
        ("101", "0-100", "integer", False),
        ("-1", "-1-2147483647", "integer", True),
        ("-2", "-1-2147483647", "integer", False),
        ("5", "-1,10-20", "integer", False),
        ("15", "-1,10-20", "integer", True),
        ("-15", "-20--10", "integer", True),
        ("1.5", "0-100", "integer", False),
        ("1.5", "0-100", "float", True),
        ("1e300", "0-1.79769e+308", "float", True),
        ("many", "0-100", "integer", False),
        ("{DBInstanceClassMemory/12038}", "16-1073741823", "integer", True),
        ("LEAST({DBInstanceClassMemory/9531392},5000)", "6-262143", "integer", True),
        ("1", "0,1", "boolean", True),
        ("on", "0,1", "boolean", False),
        ("ddl", "none,ddl,mod,all", "string", True),
        ("DDL", "none,ddl,mod,all", "string", True),
        ("all", "NONE,TOP,ALL", "string", True),
        ("ECDHE-RSA-AES128-SHA", "DHE-RSA-AES128-SHA, ECDHE-RSA-AES128-SHA", "list", True),
        ("ddl,mod", "none,ddl,mod,all", "string", False),
        ("ddl, role", "ddl,function,role", "list", True),
        ("ddl,write", "ddl,function,role", "list", False),
        ("anything", "", "string", True),
        ("", "none,ddl", "string", True),
        ("7", "a span that nobody knows", "integer", True),
    ],
)
def test_values_are_compared_with_the_allowed_values(text: str, allowed: str, data_type: str, expected: bool) -> None:
    assert _offers.is_allowed(text, allowed, data_type) is expected


def parameter(name: str, **more: Any) -> dict[str, Any]:
    return {"parameter_name": name, "is_modifiable": True, "data_type": "string", **more}


PARAMETERS = [
    parameter("log_statement", allowed_values="none,ddl,mod,all"),
    parameter("rds.force_ssl", allowed_values="0,1", data_type="boolean", parameter_value="1"),
    parameter("rds.extensions", is_modifiable=False, parameter_value="uuid-ossp"),
]


def judged(**wanted: Any) -> list[str]:
    return _offers.judge_parameters(
        "aurora_parameters", "a cluster parameter of aurora-postgresql16", wanted, PARAMETERS
    )


def test_parameters_that_aws_takes_have_no_finding() -> None:
    assert judged(log_statement="ddl", **{"rds.force_ssl": True, "rds.extensions": "uuid-ossp"}) == []


def test_findings_name_the_parameter_and_the_rule() -> None:
    found = judged(Log_statment="ddl", log_statement="some", **{"rds.force_ssl": 2, "rds.extensions": "x"})
    assert found == [
        "aurora_parameters contains Log_statment, which is not a cluster parameter of aurora-postgresql16. Names are "
        "case-sensitive. Correct or remove it. Did you mean log_statement?",
        "aurora_parameters sets log_statement to some; AWS allows none,ddl,mod,all. Use an allowed value.",
        "aurora_parameters sets rds.force_ssl to 2; AWS allows 0,1. Use an allowed value.",
        "aurora_parameters contains rds.extensions; AWS does not let users change this parameter. Remove it.",
    ]


REGIONS = [
    {"region_name": "us-east-1", "opt_in_status": "opt-in-not-required"},
    {"region_name": "af-south-1", "opt_in_status": "opted-in"},
    {"region_name": "ap-east-1", "opt_in_status": "not-opted-in"},
]


def test_regions_must_exist_and_be_enabled() -> None:
    assert _offers.judge_region("us-east-1", REGIONS) == _offers.judge_region("af-south-1", REGIONS) == []
    (unknown,) = _offers.judge_region("us-esat-1", REGIONS)
    assert unknown.startswith("AWS has no Region us-esat-1.") and "us-east-1" in unknown
    (disabled,) = _offers.judge_region("ap-east-1", REGIONS)
    assert disabled.startswith("Region ap-east-1 is not enabled") and "Enable" in disabled


ZONES = [zone("us-west-1a", "usw1-az3"), zone("us-west-1b", "usw1-az1"), zone("us-west-1c", "usw1-az2")]


def test_zones_must_be_offered() -> None:
    def zones(count: int | None, *names: str) -> list[str]:
        return _offers.judge_zones(VARIABLES, HERE, ZONES, count, names)

    assert zones(2) == zones(None) == zones(3, "us-west-1c", "us-west-1a") == []
    assert zones(3) == [
        "ipam_vpc_zone_count is 3; us-west-1 has 2 usable zones: us-west-1b (usw1-az1), us-west-1a (usw1-az3). Set it "
        "to 2 or less, or use another Region. Only ipam_vpc_zone_names can choose us-west-1c (usw1-az2), which lacks "
        "services."
    ]
    (unknown,) = zones(None, "us-west-1a", "us-west-1x")
    assert unknown.startswith(
        "ipam_vpc_zone_names contains us-west-1x; the zones of us-west-1 are: us-west-1b (usw1-az1)"
    )


def test_addresses_must_fit_into_the_quota() -> None:
    def addresses(count: int, owned: int, used: int) -> list[str]:
        return _offers.judge_addresses(VARIABLES, HERE, count, owned, used, 5)

    assert addresses(3, 0, 2) == addresses(3, 3, 5) == addresses(1, 3, 6) == []
    (finding,) = addresses(3, 1, 4)
    assert finding.startswith("ipam_vpc_nat_gateway_mode needs 2 more Elastic IP addresses in us-west-1; 4 of 5")


def test_clusters_and_instances_must_fit_into_their_quotas() -> None:
    quota = {"account_quota_name": "DBInstances", "used": 39, "max": 40}
    cause = "aurora_instance_count is 2 and"
    assert _offers.judge_quota(cause, HERE, 1, quota) == []
    assert _offers.judge_quota(cause, HERE, 2, quota) == [
        "aurora_instance_count is 2 and needs 2 more DB instances in us-west-1; 39 of 40 (quota DBInstances) are in "
        "use. Delete unused ones, or raise the quota."
    ]


VERSIONS = ["15.8", "16.4", "16.10", "16.4-limitless", "17.5"]


def test_versions_must_be_offered() -> None:
    def version(wanted: str, targets: set[str] | None = None) -> list[str]:
        return _offers.judge_version(VARIABLES, HERE, wanted, VERSIONS, targets)

    assert version("16") == version("16.10") == version("16.4-limitless") == version("16", {"16.10"}) == []
    assert version("16.5") == [
        "aurora_engine_version is 16.5; Aurora PostgreSQL offers 16.4, 16.10 in us-west-1. Use one of these."
    ]
    assert "offers 15.8, 16.4, 16.4-limitless, 16.10, 17.5 in" in version("18")[0]
    assert version("16.10", {"17.5"}) == [
        "aurora_engine_version is 16.10; AWS offers no upgrade of the running version to it, only to 17.5. Use one of "
        "these."
    ]
    assert _offers.newest(VERSIONS) == "17.5"


def test_a_finding_on_a_class_shows_its_family_or_all_families() -> None:
    offered = ["db.serverless", "db.r6g.large", "db.r6g.xlarge", "db.r5.large"]

    def instance_class(wanted: str, versions: list[str], offered: list[str]) -> str:
        (finding,) = _offers.judge_class(VARIABLES, HERE, wanted, versions, offered)
        return finding

    assert instance_class("db.r6g.48xlarge", ["16.4"], offered) == (
        "aurora_instance_class is db.r6g.48xlarge; Aurora PostgreSQL 16.4 offers db.r6g.large, db.r6g.xlarge in "
        "us-west-1. Use one of these."
    )
    assert "PostgreSQL 16 offers db.r5.*, db.r6g.*, db.serverless in" in instance_class("m5", ["16.4", "16.6"], offered)
    assert "Aurora PostgreSQL offers db.r5.*" in instance_class("m5", ["15.8", "16.4"], offered)
    assert "Aurora PostgreSQL does not offer it in us-west-1. Use another class." in instance_class("m5", [], [])


def test_a_class_must_be_offered_in_the_zones_of_its_instances() -> None:
    zones = [("us-east-1b", "use1-az1"), ("us-east-1e", "use1-az3")]
    assert _offers.judge_class_zones(VARIABLES, "db.r5.large", zones, {"us-east-1b", "us-east-1e"}) == []
    assert _offers.judge_class_zones(VARIABLES, "db.serverless", zones, {"us-east-1b", "us-east-1a"}) == [
        "aurora_instance_class is db.serverless; AWS offers this class in us-east-1a, us-east-1b, not in us-east-1e "
        "(use1-az3). Name other zones in ipam_vpc_zone_names, or use another class."
    ]


def test_findings_are_a_decision_in_the_plan() -> None:
    record = Record(collects=True, environment="dev")
    record.add({"plan": {}})
    record.add({"plan": _document.refusal("aws_preflight", "us-esat-1", "AWS has no Region us-esat-1.")})
    document = record.document()
    assert document["counts"]["refuse"] == 1 and document["changes"]
    shown = list(lines(document))
    assert shown[:2] == ["  us-esat-1", "    ! aws_preflight  us-esat-1"]
    assert shown[2].strip() == "AWS has no Region us-esat-1."
    assert shown[-1].startswith("Next: decide what is marked with !")


def pool(name: str, source: str, cidr: str, **variables: Any) -> dict[str, Any]:
    return {"name": name, "source_name": source, "cidr": cidr, "variables": variables}


POOLS = [
    pool("top", "", "10.0.0.0/8", top_cidr="'10.0.0.0/8'"),
    pool("east", "top", "10.0.0.0/12", east=0, region_prefix=12),
    pool("dev", "east", "10.4.0.0/14", dev=1, environment_prefix=14),
    pool("west", "top", "10.16.0.0/12", west=1, region_prefix=12),
]
BUILT = {"": {"top": ["10.0.0.0/8"]}, "top": {"east": ["10.0.0.0/12"]}, "east": {"dev": ["10.4.0.0/14"]}}


@pytest.mark.parametrize(
    ("blocks", "says"),
    [
        ({}, []),  # an empty account
        (BUILT, []),  # one region, and a second one to come
        ({**BUILT, "": {"top": ["172.16.0.0/12", "10.0.0.0/8"]}}, []),  # somebody has added a block
        ({**BUILT, "": {"top": []}}, []),  # AWS has not provisioned it
        (
            {**BUILT, "": {"top": ["172.16.0.0/12"]}, "top": {"east": ["172.16.0.0/14"]}},
            ["top_cidr is '10.0.0.0/8', so the pool top would have the block 10.0.0.0/8; it has 172.16.0.0/12, and"],
        ),
        (
            {**BUILT, "top": {"east": ["10.32.0.0/12"]}, "east": {"dev": ["10.32.0.0/14"]}},
            ["east is 0 and region_prefix is 12, so the pool east would have the block 10.0.0.0/12; it has 10.32"],
        ),
        (
            {**BUILT, "east": {"dev": ["10.0.0.0/14"]}},
            ["environment_prefix is 14, so the pool dev would have the block 10.4.0.0/14; it has 10.0.0.0/14"],
        ),
        (
            {**BUILT, "east": {"qa": ["10.4.0.0/14"], "prod": ["10.8.0.0/14"]}},
            ["the pool dev would have the block 10.4.0.0/14; it overlaps qa (10.4.0.0/14). Use a free slot"],
        ),
        (
            {**BUILT, "top": {"east": ["10.0.0.0/12"], "south": ["10.16.0.0/13", "10.24.0.0/13"]}},
            ["the pool west would have the block 10.16.0.0/12; it overlaps south (10.16.0.0/13), south (10.24."],
        ),
    ],
)
def test_pools_keep_their_blocks(blocks: dict[str, dict[str, list[str]]], says: list[str]) -> None:
    found = _offers.judge_pools(POOLS, blocks)
    assert len(found) == len(says)
    assert all(words in text for words, text in zip(says, found, strict=True)), found
