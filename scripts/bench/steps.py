"""What an apply asked the local AWS for, from its call log: what takes time, and what AWS itself makes it wait for.

Each method of :class:`Apply` is one row of the table of what AWS forces: the call, and the steps that it needs. The
name of a step is its kind, a colon and the resource's name. What needs nothing that takes time (keys, ...) is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from critical_path import Step

Call = Mapping[str, Any]


def tag_name(parameters: Mapping[str, Any]) -> str:
    """The Name tag that a call of EC2 gives to what it makes."""
    tags = [tag for spec in parameters.get("TagSpecifications", []) for tag in spec["Tags"]]
    return next((str(tag["Value"]) for tag in tags if tag["Key"] == "Name"), "?")


class Apply:
    """The steps of one run. ``names`` tells the Name tags of the ids that calls mention."""

    def __init__(self, calls: Iterable[Call], names: Mapping[str, str]) -> None:
        self.steps: dict[str, Step] = {}
        self._names = names
        self._sources: dict[str, str] = {}
        self._primary = ""
        self._writer: list[str] = []
        self._copies: list[str] = []
        for call in calls:
            row = self.ROWS.get(call["operation"])
            if row and call["status"] < 400:
                row(self, call, call["parameters"])

    def _add(self, call: Call, name: str, state: str, *needs: str) -> None:
        """A step that is usable once something that began with its call has come to ``state``."""
        usable = call["time"] + call["takes"].get(state, 0.0)
        self.steps.setdefault(name, Step(name, call["time"], usable, needs))

    def _named(self, kind: str, resource_id: str) -> str:
        return f"{kind}: {self._names.get(resource_id, resource_id)}"

    # --- addresses and network ---

    def ipam(self, call: Call, p: Mapping[str, Any]) -> None:
        self._add(call, "ipam", "create-complete")
        self._add(call, "watch of the ipam", "associate-complete")

    def pool(self, call: Call, p: Mapping[str, Any]) -> None:
        name = tag_name(p)
        source = p.get("SourceIpamPoolId")
        if source:
            self._sources[name] = self._names.get(source, source)
        self._add(call, f"pool: {name}", "create-complete", "ipam", *([self._named("pool", source)] if source else []))

    def block(self, call: Call, p: Mapping[str, Any]) -> None:
        name = self._names.get(p["IpamPoolId"], p["IpamPoolId"])
        source = [f"block: {self._sources[name]}"] if name in self._sources else []
        self._add(call, f"block: {name}", "provisioned", f"pool: {name}", *source)

    def vpc(self, call: Call, p: Mapping[str, Any]) -> None:
        pool = p.get("Ipv4IpamPoolId")
        needs = [self._named("block", pool), "watch of the ipam"] if pool else []
        self._add(call, f"vpc: {tag_name(p)}", "available", *needs)

    def subnet(self, call: Call, p: Mapping[str, Any]) -> None:
        self._add(call, f"subnet: {tag_name(p)}", "available", self._named("vpc", p["VpcId"]))

    def way_in(self, call: Call, p: Mapping[str, Any]) -> None:
        self._add(call, f"internet gateway: {call['region']}", "", self._named("vpc", p["VpcId"]))

    def nat_gateway(self, call: Call, p: Mapping[str, Any]) -> None:
        needs = self._named("subnet", p["SubnetId"]), f"internet gateway: {call['region']}"
        self._add(call, f"nat gateway: {tag_name(p)}", "available", *needs)

    def route(self, call: Call, p: Mapping[str, Any]) -> None:
        if "NatGatewayId" in p:
            self._add(
                call,
                f"route: {self._names.get(p['NatGatewayId'], '?')}",
                "",
                self._named("nat gateway", p["NatGatewayId"]),
            )

    def endpoint(self, call: Call, p: Mapping[str, Any]) -> None:
        self._add(call, f"endpoint: {tag_name(p)}", "available", self._named("vpc", p["VpcId"]))

    def role(self, call: Call, p: Mapping[str, Any]) -> None:
        self._add(call, f"role: {p['RoleName']}", "known")

    def flow_log(self, call: Call, p: Mapping[str, Any]) -> None:
        role = str(p.get("DeliverLogsPermissionArn", "")).rsplit("/", 1)[-1]
        needs = [self._named("vpc", one) for one in p["ResourceIds"]]
        self._add(call, f"flow log: {tag_name(p)}", "", f"role: {role}", *needs)

    # --- database ---

    def subnet_group(self, call: Call, p: Mapping[str, Any]) -> None:
        needs = [self._named("subnet", one) for one in p["SubnetIds"]]
        self._add(call, f"subnet group: {p['DBSubnetGroupName']}", "", *needs)

    def global_cluster(self, call: Call, p: Mapping[str, Any]) -> None:
        self._add(call, f"global cluster: {p['GlobalClusterIdentifier']}", "available")

    def cluster(self, call: Call, p: Mapping[str, Any]) -> None:
        """A secondary is taken once the primary has a writer."""
        needs = [f"subnet group: {p['DBSubnetGroupName']}"]
        if "GlobalClusterIdentifier" in p:
            needs += [f"global cluster: {p['GlobalClusterIdentifier']}", *self._writer]
        self._primary = self._primary or p["DBClusterIdentifier"]
        self._add(call, f"cluster: {p['DBClusterIdentifier']}", "available", *needs)

    def cluster_change(self, call: Call, p: Mapping[str, Any]) -> None:
        """AWS gives a member of a global database its insights only when it is there."""
        cluster = p["DBClusterIdentifier"]
        self._add(call, f"change: {cluster}", "available", f"cluster: {cluster}")

    def instance(self, call: Call, p: Mapping[str, Any]) -> None:
        """The first one becomes the writer. It is taken before its cluster is there, and comes after it."""
        name = f"instance: {p['DBInstanceIdentifier']}"
        self._add(call, name, "available", f"cluster: {p['DBClusterIdentifier']}")
        if p["DBClusterIdentifier"] == self._primary and not self._writer:
            self._writer = [name]

    def secret_copies(self, call: Call, p: Mapping[str, Any]) -> None:
        self._add(call, "copies of the secret", "InSync")

    # --- table ---

    def table(self, call: Call, p: Mapping[str, Any]) -> None:
        self._copies = [self._copy(call, call["region"])]

    def table_change(self, call: Call, p: Mapping[str, Any]) -> None:
        """AWS makes one replica of a table after the other."""
        made = [one["Create"]["RegionName"] for one in p.get("ReplicaUpdates", []) if "Create" in one]
        self._copies += [self._copy(call, region, *self._copies[-1:]) for region in made]

    def _copy(self, call: Call, region: str, *needs: str) -> str:
        """A table in one region; it can be backed up a little later than it can be used."""
        self._add(call, f"table: {region}", "ACTIVE", *needs)
        self._add(call, f"backups: {region}", "AVAILABLE", *needs)
        return f"table: {region}"

    def backups(self, call: Call, p: Mapping[str, Any]) -> None:
        self._add(call, f"recovery: {call['region']}", "", f"backups: {call['region']}")

    def insights(self, call: Call, p: Mapping[str, Any]) -> None:
        self._add(call, f"insights: {call['region']}", "ENABLED", f"table: {call['region']}")

    ROWS: Mapping[str, Callable[[Apply, Call, Mapping[str, Any]], None]] = {
        "CreateIpam": ipam,
        "CreateIpamPool": pool,
        "ProvisionIpamPoolCidr": block,
        "CreateVpc": vpc,
        "CreateSubnet": subnet,
        "AttachInternetGateway": way_in,
        "CreateNatGateway": nat_gateway,
        "CreateRoute": route,
        "CreateVpcEndpoint": endpoint,
        "CreateRole": role,
        "CreateFlowLogs": flow_log,
        "CreateDBSubnetGroup": subnet_group,
        "CreateGlobalCluster": global_cluster,
        "CreateDBCluster": cluster,
        "ModifyDBCluster": cluster_change,
        "CreateDBInstance": instance,
        "ReplicateSecretToRegions": secret_copies,
        "CreateTable": table,
        "UpdateTable": table_change,
        "UpdateContinuousBackups": backups,
        "UpdateContributorInsights": insights,
    }
