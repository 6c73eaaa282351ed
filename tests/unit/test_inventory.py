"""The rules of an inventory, and of settings that several roles or hosts share."""

from __future__ import annotations

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.domain import _inventory, _settings_run
from ansible_collections.mtk.backend.plugins.module_utils.domain._inventory import Inventory
from ansible_collections.mtk.backend.plugins.module_utils.domain._rules_identity import boundaries
from ansible_collections.mtk.backend.plugins.module_utils.domain._setting import Fault
from wrong_inputs import values

REGIONS = frozenset({"us-east-1", "us-west-2", "eu-west-1"})
PROD = {
    "all": ["us-east-1", "us-west-2", "eu-west-1"],
    "primary": ["us-east-1"],
    "secondary": ["us-west-2", "eu-west-1"],
    "network": ["us-east-1", "us-west-2"],
    "database": ["us-east-1", "us-west-2"],
}
LISTS = {
    "ipam_vpc_regions": ["us-west-2", "us-east-1"],
    "aurora_global": True,
    "aurora_manage_master_user_password": False,
    "aurora_replica_regions": ["us-west-2"],
    "dynamodb_global_replica_regions": ["us-west-2", "eu-west-1"],
    "dynamodb_global_remove_replica_regions": [],
}


def texts(groups, **options):
    return [str(fault) for fault in Inventory(groups, REGIONS, **options).faults()]


def lists(values, groups=PROD):
    return [str(fault) for fault in Inventory(groups).lists(values, "us-east-1")]


def test_right_inventories():
    assert not texts(PROD)
    one = ["us-east-1"]
    assert not texts({"all": one, "primary": one, "secondary": [], "network": one, "database": one})
    assert not texts({"all": one, "primary": one})  # the table only; groups without hosts may be missing
    assert not texts({**PROD, "canary": ["us-west-2"], "ungrouped": []})
    assert not texts(PROD, environments={"inventories/prod": "prod", "inventories/more": "prod"})


def test_an_inventory_without_hosts_has_one_fault():
    (text,) = texts({"all": [], "primary": []})
    assert text.startswith("the inventory has no hosts. Check the path behind -i")
    assert texts({}) == [text]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"primary": []}, ["the group primary has 0 hosts,", "host us-east-1 is in none of them"]),
        ({"primary": ["us-east-1", "us-west-2"]}, ["has 2 hosts (us-east-1,us-west-2)", "in primary and secondary"]),
        ({"secondary": ["eu-west-1"]}, ["host us-west-2 is in none of them"]),
        ({"database": PROD["all"]}, ["host eu-west-1 is in the group database and not in network"]),
        ({"all": [*PROD["all"], "us-west-1"]}, ["host us-west-1 is not an AWS region", "us-west-1 is in none of them"]),
        (
            {"all": [*PROD["all"], "x"]},
            ["host x is not an AWS region, and each host is one. Correct it in", "x is in none"],
        ),
        (
            {"database": [], "Databse": ["us-east-1"]},
            ["the group Databse is not a group of this collection, and database has no hosts. Did you mean database?"],
        ),
        (
            {"primary": [], "primry": ["us-east-1"]},
            ["the group primry is not a group of this collection, and primary has no"],
        ),
        ({"network-east": ["us-east-1"], "secondaries": ["us-west-2"]}, []),  # other groups are permitted
        (
            {"all": [*PROD["all"], "US_WEST-2 "], "secondary": [*PROD["secondary"], "US_WEST-2 "]},
            ["host US_WEST-2  is not an AWS region, and each host is one. Did you mean us-west-2?"],
        ),
    ],
)
def test_groups_and_hosts(changes, words):
    found = texts({**PROD, **changes})
    assert len(found) == len(words)
    assert all(any(each in text for text in found) for each in words), found


def test_a_host_that_is_no_region_is_reported_once():
    found = Inventory({"all": ["us-east-1", "US-EAST-2"]}, REGIONS)
    assert found.repeats(Fault({"ipam_vpc_regions[1]": "US-EAST-2"}, "it is not the name of a region", ""))
    assert not found.repeats(Fault({"ipam_vpc_regions[0]": "us-east-1"}, "", ""))
    assert not found.repeats(Fault({"ipam_vpc_regions[2]": "us-east-x"}, "", ""))
    assert not found.repeats(Fault({"a": "US-EAST-2", "b": "us-east-1"}, "", ""))


def test_the_pools_of_the_address_plan_with_the_settings_that_determine_their_blocks():
    given = values({"mtk_environment": "qa", "ipam_vpc_regions": ["us-west-2"]})
    top, region, environment = _inventory.asked(given, ["ipam_vpc"], owner=True)["address_pools"]
    assert top == {
        "name": "shared_ipam_top_pool",
        "source_name": "",
        "cidr": "10.0.0.0/8",
        "variables": {"ipam_vpc_top_cidr": "'10.0.0.0/8'"},
    }
    assert (region["source_name"], region["cidr"]) == (top["name"], "10.16.0.0/12")
    assert region["variables"] == {"ipam_vpc_region_slots.us-west-2": 1, "ipam_vpc_region_prefix": 12}
    assert (environment["source_name"], environment["cidr"]) == (region["name"], "10.20.0.0/14")
    assert environment["variables"] == {"ipam_vpc_environment_slots.qa": 1, "ipam_vpc_environment_prefix": 14}
    assert "address_pools" not in _inventory.asked(given, ["ipam_vpc"])
    assert "address_pools" not in _inventory.asked(given, ["aurora"], owner=True)


def test_without_boto3_every_name_may_be_a_region():
    assert not list(Inventory({"all": ["somewhere"], "primary": ["somewhere"]}).faults())


def test_inventories_of_two_environments():
    (text,) = texts(PROD, environments={"inventories/qa": "qa", "inventories/dev": "dev"})
    assert "qa (inventories/qa), dev (inventories/dev)" in text and "Give one of them with -i" in text


def test_lists_that_agree_with_the_groups_in_any_order():
    assert not lists(LISTS)
    assert not lists({**LISTS, "dynamodb_global_replica_regions": ["eu-west-1", "us-west-2"]})
    removed = {
        "dynamodb_global_replica_regions": ["us-west-2"],
        "dynamodb_global_remove_replica_regions": ["eu-west-1"],
    }
    assert not lists({**LISTS, **removed})
    assert not lists({})  # a wrong list has no value, and is reported by its role


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"ipam_vpc_regions": ["us-east-1"]},
            "it must be the group network: it lacks us-west-2",
        ),
        ({"ipam_vpc_regions": PROD["all"]}, "eu-west-1 is not there. Set it to \"{{ groups['network'] }}\""),
        ({"aurora_replica_regions": []}, "the group database without the primary region: it lacks us-west-2"),
        (
            {"dynamodb_global_replica_regions": []},
            "without the removed replicas: it lacks eu-west-1, us-west-2",
        ),
        ({"dynamodb_global_replica_regions": ["a", "b", *PROD["secondary"]]}, "a, b are not there"),
        (
            {"dynamodb_global_remove_replica_regions": ["eu-west-1"], "dynamodb_global_replica_regions": ["x"]},
            "it lacks us-west-2",
        ),
        ({"aurora_global": False}, "the group database has 2 regions, and several regions need a global database"),
    ],
)
def test_lists_that_do_not_agree(changes, words):
    (text,) = lists({**LISTS, **changes})
    assert words in text


def test_copies_of_a_managed_password_do_not_exist():
    managed = {**LISTS, "aurora_manage_master_user_password": True, "aurora_replica_regions": []}
    assert not lists(managed)


def test_a_region_that_is_kept_and_removed_is_reported_by_the_role():
    both = {"dynamodb_global_remove_replica_regions": ["us-west-2"]}
    assert not lists({**LISTS, **both})


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            {"aurora_port": 5433},
            ["ipam_vpc_database_port is 5432 and aurora_port is 5433", "Set both to the same port"],
        ),
        ({"ipam_vpc_zone_count": 1}, ["ipam_vpc_zone_count is 1", "at least 2 zones", "Use 2 zones or more"]),
        ({"aurora_instance_count": 4}, ["aurora_instance_count is 4 and ipam_vpc_zone_count is 3", "fewer instances"]),
        ({"ipam_vpc_zone_names": ["us-east-1a"]}, ["ipam_vpc_zone_names is", "at least 2 zones"]),
    ],
)
def test_settings_of_network_and_database(given, words):
    (fault,) = _inventory.network_and_database(values(given))
    assert all(each in str(fault) for each in words)


def test_settings_of_network_and_database_that_fit():
    assert not list(_inventory.network_and_database(values({})))
    zones = {"ipam_vpc_zone_names": "us-east-1a,us-east-1b", "aurora_zone_names": "us-east-1b,us-east-1a"}
    assert not list(_inventory.network_and_database(values(zones)))
    assert not list(_inventory.network_and_database({}))


@pytest.mark.parametrize("cidr", ["10.0.0.0/16", "10.3.0.0/16", "10.3.254.0/23", ""])
def test_a_vpc_inside_of_its_pool(cidr):
    assert not list(_inventory.vpc_in_pool(values({"ipam_vpc_vpc_cidr": cidr})))


@pytest.mark.parametrize("cidr", ["10.4.0.0/16", "10.16.0.0/16", "172.16.0.0/16"])
def test_a_vpc_outside_of_its_pool(cidr):
    (fault,) = _inventory.vpc_in_pool(values({"ipam_vpc_vpc_cidr": cidr}))
    assert f"ipam_vpc_vpc_cidr is '{cidr}'; it is not inside the pool dev_us-east-1_ipam_pool (10.0.0.0/14)" in str(
        fault
    )


@pytest.mark.parametrize(
    ("tag", "remedy"),
    [("aurra", "Did you mean aurora?"), ("dynamo", "Did you mean dynamodb_global?"), ("x", "Use ipam_vpc, aurora or")],
)
def test_tags_that_select_nothing(tag, remedy):
    (fault,) = _inventory.run_tags([tag, "aurora", "all", "always"], "--tags", _settings_run.TAGS)
    assert str(fault).startswith(f"--tags {tag} selects no task. {remedy}")


def test_a_fault_of_all_hosts_is_reported_once_and_others_with_their_hosts():
    every, single = (
        Fault({"aurora_port": 80}, "wrong", "Correct it."),
        Fault({"aurora_port": 81}, "wrong", "Correct it."),
    )
    found = _inventory.merged({"a": [every, every], "b": [every, single], "c": [single, every]})
    assert [str(fault) for fault in found] == [
        "aurora_port is 80; wrong. Correct it.",
        "aurora_port is 81 (in b, c); wrong. Correct it.",
    ]


def test_settings_that_describe_what_spans_regions_agree():
    host = {"aurora_global": True, "aurora_engine_version": "16", "aurora_port": 5432}
    assert not list(_inventory.same({"a": host, "b": {**host, "aurora_port": 5433}, "c": {}}))
    assert not list(_inventory.same({"a": host, "b": {**host, "aurora_engine_version": "16.6"}}))
    (fault,) = _inventory.same({"a": host, "b": {**host, "aurora_engine_version": "17.4"}, "c": host})
    assert str(fault).startswith("aurora_engine_version of a, c is '16' and aurora_engine_version of b is '17'; ")


def test_hosts_of_two_environments():
    assert not list(_inventory.environments({"a": "dev", "b": "dev"}))
    (fault,) = _inventory.environments({"a": "dev", "b": "qa"})
    assert "mtk_environment of a is 'dev' and mtk_environment of b is 'qa'" in str(fault)


def test_the_environment_and_the_region_of_a_role():
    own = {"aurora_environment": "dev", "aurora_region": "us-east-1"}
    assert not list(_inventory.own_names(own, ["aurora"], "dev", "us-east-1"))
    assert not list(_inventory.own_names({}, ["aurora"], None, "us-east-1"))
    found = [str(fault) for fault in _inventory.own_names(own, ["aurora"], "qa", "us-west-2")]
    assert found == [
        "aurora_environment is 'dev' and mtk_environment is 'qa'; a run manages one environment. "
        "Remove aurora_environment.",
        "aurora_region is 'us-east-1'; each host is its region, and this is us-west-2. Remove aurora_region.",
    ]


def test_extra_variables_that_resemble_those_of_the_playbooks():
    given = dict.fromkeys(
        [
            "plan_outt",
            "plan_out",
            "my_variable",
            "auroa_port",
            "my_aurora_port",
            "aurora_prt",
            "version",
            "environment",
        ],
        "x",
    )
    given["_raw_params"] = "aurora_port = 5433"
    known = ["aurora_port", "aurora_engine_version"]
    found = [str(fault) for fault in _settings_run.unknown_extra_variables(given, ("mtk", "aurora"), known)]
    assert found == [
        "plan_outt is not a variable of the playbooks. Did you mean plan_out?",
        "auroa_port is not a variable of the playbooks. Did you mean aurora_port?",
        "-e aurora_port sets no variable. Write it as -e name=value, without spaces around =, and a value with "
        "spaces in quotes.",
    ]


@pytest.mark.parametrize(
    ("region", "words"),
    [
        ("", "region is not set. Name the region that playbooks/remove_region.yml removes"),
        ("eu-wst-1", "region eu-wst-1 is not an AWS region. Did you mean eu-west-1?"),
        ("us-east-1", "region us-east-1 is the primary region"),
        ("us-west-2", "region us-west-2 is a region of the inventory"),
        (
            "cn-north-1",
            "region cn-north-1 belongs to the partition aws-cn of AWS, and no host of the inventory does. Name",
        ),
    ],
)
def test_regions_that_cannot_be_removed(region, words):
    (fault,) = Inventory(PROD, REGIONS | {"cn-north-1"}).removed(region)
    assert str(fault).startswith(words)


def test_an_inventory_has_the_regions_of_one_partition():
    groups = {"all": ["us-east-1", "cn-north-1"], "primary": ["us-east-1"], "secondary": ["cn-north-1"]}
    (fault,) = Inventory(groups, REGIONS | {"cn-north-1"}).faults()
    assert str(fault) == (
        "the hosts have regions of several partitions of AWS: us-east-1 (aws), cn-north-1 (aws-cn). An account belongs "
        "to one partition. Make an inventory for each partition."
    )


def test_a_region_that_left_the_inventory_can_be_removed():
    small = {name: [host for host in hosts if host != "eu-west-1"] for name, hosts in PROD.items()}
    assert not list(Inventory(small, REGIONS).removed("eu-west-1"))


def test_permissions_boundaries_are_asked_for_once_by_the_region_that_owns_the_roles():
    arn = "arn:aws:iam::123456789012:policy/boundary"
    given = values({"ipam_vpc_permissions_boundary": arn})
    asked = _inventory.asked(given, ["ipam_vpc", "aurora"], owner=True)
    assert asked["permissions_boundaries"] == {"ipam_vpc_permissions_boundary": arn}
    assert "permissions_boundaries" not in _inventory.asked(given, ["ipam_vpc", "aurora"])
    assert "permissions_boundaries" not in _inventory.asked(given, ["aurora"], owner=True)


@pytest.mark.parametrize(
    ("arn", "region", "words"),
    [
        ("arn:aws:iam::123456789012:policy/b", "us-east-1", ""),
        ("arn:aws:iam::aws:policy/ReadOnlyAccess", "eu-west-1", ""),
        ("arn:aws-us-gov:iam::123456789012:policy/b", "us-gov-west-1", ""),
        (
            "arn:aws-cn:iam::aws:policy/p/b",
            "us-east-1",
            "belongs to the partition aws. Write it as arn:aws:iam::aws:policy/p/b",
        ),
        (
            "arn:aws:iam::aws:policy/b",
            "cn-north-1",
            "belongs to the partition aws-cn. Write it as arn:aws-cn:iam::aws:",
        ),
        (
            "arn:aws:iam::999999999999:policy/b",
            "us-east-1",
            "expected_account_id is '123456789012'; a permissions boundary",
        ),
    ],
)
def test_permissions_boundaries_belong_to_the_account_and_its_partition(arn, region, words):
    found = " ".join(map(str, boundaries({"aurora_permissions_boundary": arn}, "123456789012", region)))
    assert found.startswith(f"aurora_permissions_boundary is '{arn}'") == bool(words)
    assert words in found
