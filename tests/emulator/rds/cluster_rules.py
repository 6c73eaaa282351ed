"""The attributes of a new cluster, from the arguments of CreateDBCluster."""

from __future__ import annotations

from typing import Any

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import ec2_backends

from ..core import AwsError
from . import checks, describe, engine
from .models import RdsBackend, cluster_at, home, store
from .resources import Cluster, GlobalCluster, SubnetGroup, resting

BACKUP_WINDOWS = ["07:15-07:45", "03:20-03:50"]
MAINTENANCE_WINDOWS = ["sun:05:00-sun:05:30", "tue:09:10-tue:09:40", "thu:21:00-thu:21:30"]
CREDENTIALS = {
    "MasterUsername": "user name", "MasterUserPassword": "password", "DatabaseName": "database name",
}  # fmt: skip


class Role:
    """The role of a new cluster: alone, or primary or secondary of a global cluster."""

    def __init__(self, backend: RdsBackend, name: str | None) -> None:
        self.global_cluster: GlobalCluster | None = None
        self.primary: Cluster | None = None
        if not name:
            return
        self.global_cluster = store(backend.account_id).get(name.lower())
        if self.global_cluster is None:
            raise AwsError("GlobalClusterNotFoundFault", f"Global cluster {name} not found.")
        if not resting(self.global_cluster.timeline):
            raise AwsError("InvalidGlobalClusterStateFault", f"Global cluster {name} is not in an available state.")
        regions = [member.arn.split(":")[3] for member in self.global_cluster.members]
        if backend.region_name in regions:
            raise checks.combination(f"Global cluster {name} already has a cluster in {backend.region_name}.")
        if len(regions) > 10:
            raise checks.combination(f"Global cluster {name} already has 10 secondary clusters.")
        self.primary = self._ready_primary(backend)
        if self.primary:
            readers = len(home(backend.account_id, self.primary).instances_of(self.primary.name)) - 1
            if readers + len(regions) > 15:
                raise checks.combination("The primary's readers and the secondary clusters are limited to 15 together.")

    def _ready_primary(self, backend: RdsBackend) -> Cluster | None:
        writer = self.global_cluster.writer if self.global_cluster else None
        primary = cluster_at(backend.account_id, writer.arn) if writer else None
        return primary if primary and describe.writer_ready(home(backend.account_id, primary), primary) else None

    @property
    def waits(self) -> bool:
        """Return whether the global cluster has a primary without an available writer."""
        return self.global_cluster is not None and bool(self.global_cluster.members) and self.primary is None


def credentials(p: dict[str, Any], role: Role) -> dict[str, Any]:
    """Return the master user and the first database."""
    if role.primary:
        if "ManageMasterUserPassword" in p:
            raise checks.combination("ManageMasterUserPassword isn't supported for read replica DB clusters.")
        for name, text in CREDENTIALS.items():
            if name in p:
                raise checks.combination(f"Cannot specify {text} for cross region replication cluster")
        return {name: role.primary.data.get(name) for name in ("MasterUsername", "DatabaseName")}
    user = checks.username(p.get("MasterUsername"))
    if role.waits:
        raise AwsError("InvalidGlobalClusterStateFault", "The primary cluster of the global cluster is not available.")
    managed = bool(p.get("ManageMasterUserPassword"))
    if managed and role.global_cluster:
        raise checks.combination("ManageMasterUserPassword isn't supported for a cluster of a global cluster.")
    require_password_source(p, managed)
    database = checks.database_name(p.get("DatabaseName"))
    default = role.global_cluster.data.get("DatabaseName") if role.global_cluster else None
    if default and database and default != database:
        raise checks.combination("The database name does not match the one of the global cluster.")
    return {"MasterUsername": user, "DatabaseName": database or default}


def require_password_source(p: dict[str, Any], managed: bool) -> None:
    """Refuse a password together with a managed one, and a new cluster with neither."""
    if managed and "MasterUserPassword" in p:
        raise checks.combination("You can't specify MasterUserPassword together with ManageMasterUserPassword.")
    if "MasterUserSecretKmsKeyId" in p and not managed:
        raise checks.combination("You can specify MasterUserSecretKmsKeyId only with ManageMasterUserPassword.")
    if not managed:
        checks.password(p.get("MasterUserPassword"))


def version(p: dict[str, Any], role: Role) -> str:
    """Return the engine version, which all members of a global cluster share."""
    if role.global_cluster is None:
        return engine.resolve(p.get("EngineVersion"))
    common = str(role.primary.version if role.primary else role.global_cluster.data["EngineVersion"])
    asked = p.get("EngineVersion")
    if asked and engine.resolve(asked) != common and asked != str(engine.major_of(common)):
        raise checks.combination(
            f"The engine version {asked} does not match the engine version {common} of the global cluster."
        )
    return common


def encryption(backend: RdsBackend, p: dict[str, Any], role: Role) -> dict[str, Any]:
    """Return the storage encryption, which AWS never changes afterwards."""
    wanted, key = p.get("StorageEncrypted"), p.get("KmsKeyId")
    if role.primary:
        wanted = _secondary_encryption(role.primary, p)
    elif role.global_cluster and bool(wanted) != bool(role.global_cluster.data["StorageEncrypted"]):
        raise checks.combination("StorageEncrypted does not match the one of the global cluster.")
    if not wanted:
        if key:
            raise checks.combination("You can't specify KmsKeyId without StorageEncrypted.")
        # Since February 2026 AWS encrypts such a cluster with its own key, but still returns false.
        return {"StorageEncrypted": False, "StorageEncryptionType": "sse-rds"}
    arn = checks.kms_key(backend.account_id, backend.region_name, key or "alias/aws/rds")
    return {"StorageEncrypted": True, "StorageEncryptionType": "sse-kms", "KmsKeyId": arn}


def _secondary_encryption(primary: Cluster, p: dict[str, Any]) -> bool:
    if not primary.encrypted:
        if p.get("StorageEncrypted"):
            raise checks.combination("Cannot create an encrypted cross region replica of an unencrypted cluster.")
        return False
    if p.get("StorageEncrypted") is False:
        raise checks.combination("Cannot create an unencrypted cross region replica of an encrypted cluster.")
    if not p.get("PreSignedUrl"):
        raise checks.combination(f"Source cluster {primary.arn} is encrypted; pre-signed URL has to be specified")
    if not p.get("KmsKeyId"):
        raise checks.combination(f"Source cluster {primary.arn} is encrypted; KmsKeyId has to be specified")
    return True


def security_groups(backend: RdsBackend, ids: list[str] | None, group: SubnetGroup) -> list[dict[str, str]]:
    """Return the security groups of a cluster, by default the VPC's default group."""
    ec2 = ec2_backends[backend.account_id][backend.region_name]
    if ids is None:
        default = ec2.get_default_security_group(group.vpc)
        ids = [default.id] if default else []
    for id_ in ids:
        found = ec2.get_security_group_from_id(id_)
        if found is None:
            raise checks.value(f"Invalid security group , groupId= {id_}, groupName=.")
        if found.vpc_id != group.vpc:
            raise checks.combination(
                "The DB instance and EC2 security group are in different VPCs. "
                f"The DB instance is in {group.vpc} and the EC2 security group is in {found.vpc_id}"
            )
    return [{"VpcSecurityGroupId": id_, "Status": "active"} for id_ in ids]


def storage_zones(backend: RdsBackend, group: SubnetGroup) -> list[str]:
    """Return the three zones of the storage: the zones of the subnets, filled up with others."""
    known = ec2_backends[backend.account_id][backend.region_name].describe_availability_zones()
    all_zones = [zone.name for zone in known if zone.zone_type == "availability-zone"]  # not Local Zones
    return sorted(list(dict.fromkeys([*group.zones, *all_zones]))[:3])


def parameter_group(backend: RdsBackend, scope: str, name: str | None, version_: str) -> str:
    """Return the parameter group to use with a version."""
    family = engine.family_of(version_)
    code = "DBClusterParameterGroupNotFound" if scope == "cluster" else "DBParameterGroupNotFound"
    group = backend.parameter_group(scope, name or f"default.{family}", code)
    if group.family != family:
        raise checks.combination(
            f"The Parameter Group {group.name} with DBParameterGroupFamily {group.family} can't be used for this "
            f"instance. Please use a Parameter Group with DBParameterGroupFamily {family}"
        )
    return group.name


def both_windows(p: dict[str, Any]) -> dict[str, str]:
    """Return the backup and maintenance windows. A window not given is chosen so that the two do not overlap."""
    for backup in [p["PreferredBackupWindow"]] if "PreferredBackupWindow" in p else BACKUP_WINDOWS:
        given = "PreferredMaintenanceWindow" in p
        for maintenance in [p["PreferredMaintenanceWindow"].lower()] if given else MAINTENANCE_WINDOWS:
            try:
                checks.windows(backup, maintenance)
            except AwsError as error:
                refusal = error
            else:
                return {"PreferredBackupWindow": backup, "PreferredMaintenanceWindow": maintenance}
    raise refusal


def storage_type(asked: str | None) -> str | None:
    """Return the ``StorageType`` to store; None for the default, which AWS never returns."""
    if asked not in (None, "", "aurora", "aurora-iopt1"):
        raise checks.value(f"Invalid storage type: {asked}")
    return "aurora-iopt1" if asked == "aurora-iopt1" else None


def lifecycle(asked: str | None) -> str:
    """Return ``EngineLifecycleSupport``. By default AWS enrols the cluster in paid Extended Support."""
    checks.one_of("EngineLifecycleSupport", asked or checks.LIFECYCLES[0], checks.LIFECYCLES)
    return asked or checks.LIFECYCLES[0]


def subnets_in(backend: RdsBackend, ids: list[str]) -> tuple[str, list[tuple[str, str]]]:
    """Return the VPC of the subnets, and each subnet with its zone."""
    ec2 = ec2_backends[backend.account_id][backend.region_name]
    try:
        subnets = [ec2.get_subnet(id_) for id_ in dict.fromkeys(ids)]
    except EC2ClientError as error:
        raise AwsError("InvalidSubnet", f"Some input subnets in :[{', '.join(ids)}] are invalid.") from error
    vpcs = {subnet.vpc_id for subnet in subnets}
    if len(vpcs) != 1:
        raise AwsError("InvalidSubnet", "The subnets of a DB subnet group must all be in the same VPC.")
    zones = [(subnet.id, subnet.availability_zone) for subnet in subnets]
    return vpcs.pop(), sorted(zones, key=lambda pair: (pair[1], pair[0]))
