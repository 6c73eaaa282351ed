"""The critical path of an apply, and the losses of a run against it."""

from __future__ import annotations

import pytest
from critical_path import BEGIN, END, Step, critical, duration, gaps, length, losses, slack, split
from steps import Apply


def steps(*given: Step) -> dict[str, Step]:
    return {step.name: step for step in given}


# The run lasts from 100 to 190. b needs a and is sent 5 s late; c needs nothing and is sent 50 s late.
RUN = steps(Step("a", 100, 110), Step("b", 115, 135, ("a",)), Step("c", 150, 175))


def test_the_critical_path_is_the_longest_chain_of_any_schedule():
    assert critical(RUN) == [("a", 10), ("b", 20)]
    assert length(critical(RUN)) == 30


def test_the_critical_path_follows_the_slower_of_two_needs():
    found = steps(Step("a", 0, 10), Step("b", 0, 3), Step("c", 40, 45, ("a", "b")))
    assert [name for name, _ in critical(found)] == ["a", "c"]


def test_without_steps_there_is_no_path():
    assert critical({}) == []


def test_the_duration_of_an_early_call_begins_when_its_need_is_usable():
    early = steps(Step("cluster", 0, 60), Step("instance", 10, 540, ("cluster",)))
    assert duration(early["instance"], early) == 480
    assert gaps(early, 0)[0].seconds == 0


def test_an_unknown_need_causes_no_delay():
    assert critical(steps(Step("a", 5, 15, ("unknown",)))) == [("a", 10)]


def test_gaps_name_late_steps_and_their_needs():
    first, second, *_ = gaps(RUN, 100)
    assert (first.step, first.need, first.seconds) == ("c", BEGIN, 50)
    assert (second.step, second.need, second.moment, second.seconds) == ("b", "a", 110, 5)


def test_losses_and_durations_add_up_to_the_run():
    chain = critical(RUN)
    lost = losses(chain, RUN, 100, 190)
    assert [(loss.step, loss.seconds) for loss in lost] == [("a", 0), ("b", 5), (END, 55)]
    assert length(chain) + sum(loss.seconds for loss in lost) == 190 - 100


def test_slack_is_the_harmless_delay_of_a_step():
    assert slack(RUN) == {"a": 0, "b": 0, "c": 5}


def test_two_time_scales_separate_waiting_from_work():
    """100 s of waiting and 10 real seconds of work take 150 s of AWS's time at scale 0.2 and 200 s at 0.1."""
    assert split((150, 200), (0.2, 0.1)) == pytest.approx((100, 10))


def call(moment: float, operation: str, takes: dict[str, float], region: str = "us-east-1", **parameters: object):
    return {
        "time": moment, "operation": operation, "region": region, "status": 200, "takes": takes,
        "parameters": parameters,
    }  # fmt: skip


def tagged(name: str) -> list[dict[str, object]]:
    return [{"ResourceType": "any", "Tags": [{"Key": "Name", "Value": name}]}]


NETWORK = [
    call(1, "CreateIpam", {"create-complete": 20, "associate-complete": 120}),
    call(2, "CreateIpamPool", {"create-complete": 10}, TagSpecifications=tagged("top")),
    call(3, "CreateIpamPool", {"create-complete": 10}, TagSpecifications=tagged("low"), SourceIpamPoolId="pool-1"),
    call(4, "ProvisionIpamPoolCidr", {"provisioned": 20}, IpamPoolId="pool-1"),
    call(5, "ProvisionIpamPoolCidr", {"provisioned": 20}, IpamPoolId="pool-2"),
    call(6, "CreateVpc", {"available": 5, "discovered": 300}, Ipv4IpamPoolId="pool-2", TagSpecifications=tagged("v")),
    call(7, "CreateSubnet", {"available": 3}, VpcId="vpc-1", TagSpecifications=tagged("s")),
    call(8, "AttachInternetGateway", {}, VpcId="vpc-1"),
    call(9, "CreateNatGateway", {"available": 120}, SubnetId="subnet-1", TagSpecifications=tagged("n")),
    call(10, "CreateRoute", {}, NatGatewayId="nat-1"),
    call(11, "CreateRoute", {}, GatewayId="igw-1"),
]
NAMES = {"pool-1": "top", "pool-2": "low", "vpc-1": "v", "subnet-1": "s", "nat-1": "n"}


def test_needs_of_network_steps():
    found = Apply(NETWORK, NAMES).steps
    assert {name: step.needs for name, step in found.items()} == {
        "ipam": (),
        "watch of the ipam": (),
        "pool: top": ("ipam",),
        "pool: low": ("ipam", "pool: top"),
        "block: top": ("pool: top",),
        "block: low": ("pool: low", "block: top"),
        "vpc: v": ("block: low", "watch of the ipam"),
        "subnet: s": ("vpc: v",),
        "internet gateway: us-east-1": ("vpc: v",),
        "nat gateway: n": ("subnet: s", "internet gateway: us-east-1"),
        "route: n": ("nat gateway: n",),
    }
    assert found["vpc: v"].usable == 11, "VPCs are usable before IPAM sees them"


def database(cluster: str, region: str) -> list[dict[str, object]]:
    """Return the calls that create a cluster with two instances."""
    parameters = {"DBClusterIdentifier": cluster, "DBSubnetGroupName": "g", "GlobalClusterIdentifier": "world"}
    return [
        call(1, "CreateDBCluster", {"available": 60}, region, **parameters),
        *(
            call(2, "CreateDBInstance", {"available": 480}, region, DBClusterIdentifier=cluster,
                 DBInstanceIdentifier=f"{cluster}-{number}")
            for number in (1, 2)
        ),
    ]  # fmt: skip


def test_a_secondary_needs_the_writer_of_the_primary():
    found = Apply([*database("first", "us-east-1"), *database("second", "us-west-2")], {}).steps
    assert found["cluster: first"].needs == ("subnet group: g", "global cluster: world")
    assert found["cluster: second"].needs == ("subnet group: g", "global cluster: world", "instance: first-1")
    assert found["instance: second-2"].needs == ("cluster: second",)


def test_each_replica_needs_the_previous_one():
    replicas = [{"Create": {"RegionName": "us-west-2"}}], [{"Create": {"RegionName": "eu-west-1"}}]
    table = {"ACTIVE": 10.0, "AVAILABLE": 30.0}
    calls = [
        call(1, "CreateTable", table),
        call(2, "UpdateTable", {"ACTIVE": 5}, DeletionProtectionEnabled=True),
        *(call(3, "UpdateTable", {"ACTIVE": 40, "AVAILABLE": 60}, ReplicaUpdates=updates) for updates in replicas),
        call(4, "UpdateContinuousBackups", {}, "eu-west-1"),
    ]
    found = Apply(calls, {}).steps
    assert found["table: us-west-2"].needs == ("table: us-east-1",)
    assert found["table: eu-west-1"].needs == ("table: us-west-2",)
    assert found["recovery: eu-west-1"].needs == ("backups: eu-west-1",)


@pytest.mark.parametrize("operation", ["CreateRole", "DescribeVpcs"])
def test_failed_calls_and_reads_are_not_steps(operation):
    assert Apply([{**call(1, operation, {}, RoleName="r"), "status": 400}], {}).steps == {}
