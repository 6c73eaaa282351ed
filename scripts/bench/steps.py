"""The steps of an apply, from the call log of the local AWS.

Each method of :class:`Apply` adds the step of a call with the steps that AWS requires before it. The name of a step is
its kind, a colon and the resource's name. Calls whose results and needs take no time (keys, ...) are no steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from critical_path import Step

Call = Mapping[str, Any]


def tag_name(parameters: Mapping[str, Any]) -> str:
    """Return the Name tag in a call that creates a resource of EC2."""
    tags = [tag for spec in parameters.get("TagSpecifications", []) for tag in spec["Tags"]]
    return next((str(tag["Value"]) for tag in tags if tag["Key"] == "Name"), "?")


class Apply:
    """The steps of a run. ``names`` holds the Name tags of resources by id."""

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
        """Add a step that is usable when the resource reaches ``state``."""
        usable = call["time"] + call["takes"].get(state, 0.0)
        self.steps.setdefault(name, Step(name, call["time"], usable, needs))

    def _named(self, kind: str, resource_id: str) -> str:
        return f"{kind}: {self._names.get(resource_id, resource_id)}"

    # Addresses and network

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
        needs = [self._named("vpc", vpc) for vpc in p["ResourceIds"]]
        self._add(call, f"flow log: {tag_name(p)}", "", f"role: {role}", *needs)

    # Database

    def subnet_group(self, call: Call, p: Mapping[str, Any]) -> None:
        needs = [self._named("subnet", subnet) for subnet in p["SubnetIds"]]
        self._add(call, f"subnet group: {p['DBSubnetGroupName']}", "", *needs)

    def global_cluster(self, call: Call, p: Mapping[str, Any]) -> None:
        self._add(call, f"global cluster: {p['GlobalClusterIdentifier']}", "available")

    def cluster(self, call: Call, p: Mapping[str, Any]) -> None:
        """Add a cluster; AWS accepts a secondary once the primary has a writer."""
        needs = [f"subnet group: {p['DBSubnetGroupName']}"]
        if "GlobalClusterIdentifier" in p:
            needs += [f"global cluster: {p['GlobalClusterIdentifier']}", *self._writer]
        self._primary = self._primary or p["DBClusterIdentifier"]
        self._add(call, f"cluster: {p['DBClusterIdentifier']}", "available", *needs)

    def cluster_change(self, call: Call, p: Mapping[str, Any]) -> None:
        """Add a change of a cluster; AWS enables insights of a member of a global database only after its creation."""
        cluster = p["DBClusterIdentifier"]
        self._add(call, f"change: {cluster}", "available", f"cluster: {cluster}")

    def instance(self, call: Call, p: Mapping[str, Any]) -> None:
        """Add an instance; AWS accepts it before its cluster is available, and the first becomes the writer."""
        name = f"instance: {p['DBInstanceIdentifier']}"
        self._add(call, name, "available", f"cluster: {p['DBClusterIdentifier']}")
        if p["DBClusterIdentifier"] == self._primary and not self._writer:
            self._writer = [name]

    def secret_copies(self, call: Call, p: Mapping[str, Any]) -> None:
        self._add(call, "copies of the secret", "InSync")

    # Table

    def table(self, call: Call, p: Mapping[str, Any]) -> None:
        self._copies = [self._copy(call, call["region"])]

    def table_change(self, call: Call, p: Mapping[str, Any]) -> None:
        """Add replicas; AWS creates the replicas of a table one after the other."""
        made = [update["Create"]["RegionName"] for update in p.get("ReplicaUpdates", []) if "Create" in update]
        self._copies += [self._copy(call, region, *self._copies[-1:]) for region in made]

    def _copy(self, call: Call, region: str, *needs: str) -> str:
        """Add a table in a region; AWS enables its backups later than the table itself."""
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
