"""All calls of the local RDS."""

from __future__ import annotations

from moto.core.responses import ActionResult, EmptyResult

from ..core import AwsError
from . import checks, engine
from .base import Calls
from .cluster_rules import zones_of
from .clusters import ClusterCalls
from .describe import VALID_TILL
from .events import EventCalls
from .global_clusters import GlobalClusterCalls
from .groups import ParameterGroupCalls, SubnetGroupCalls
from .instances import InstanceCalls
from .models import tagged
from .restore import RestoreCalls
from .snapshots import SnapshotCalls


class EngineCalls(Calls):
    """What the engine offers."""

    def describe_db_engine_versions(self) -> ActionResult:
        """DescribeDBEngineVersions."""
        p = self.params
        if p.get("Engine"):
            engine.require_engine(p["Engine"])
        wanted = str(p.get("EngineVersion") or "")
        found = [v for v in engine.VERSIONS if not wanted or v == wanted or v.startswith(f"{wanted}.")]
        if p.get("DefaultOnly"):
            major = wanted.split(".")[0]
            defaults = {str(m): v for m, v in engine.DEFAULT_MINORS.items()}
            found = [v for v in found if v == (defaults.get(major) if major else engine.DEFAULT_VERSION)]
        family = p.get("DBParameterGroupFamily")
        items = [engine.describe_version(v) for v in found if family in (None, engine.family_of(v))]
        return self.page(
            "DBEngineVersions",
            self.filtered(
                items,
                {
                    "db-parameter-group-family": lambda v: [v["DBParameterGroupFamily"]],
                    "engine": lambda v: [v["Engine"]],
                    "engine-mode": lambda v: v["SupportedEngineModes"],
                    "engine-version": lambda v: [v["EngineVersion"]],
                    "status": lambda v: [v["Status"]],
                },
            ),
        )

    def describe_db_major_engine_versions(self) -> ActionResult:
        """DescribeDBMajorEngineVersions: until when each is supported."""
        p = self.params
        if p.get("Engine"):
            engine.require_engine(p["Engine"])
        items = [engine.describe_major(m) for m in engine.SUPPORT if p.get("MajorEngineVersion") in (None, str(m))]
        return self.page("DBMajorEngineVersions", items)

    def describe_certificates(self) -> ActionResult:
        """DescribeCertificates: the authorities that instances can have."""
        name, region = self.params.get("CertificateIdentifier"), self.region
        items = [
            {
                "CertificateIdentifier": authority,
                "CertificateType": "CA",
                "ValidTill": VALID_TILL,
                "CertificateArn": f"arn:aws:rds:{region}::cert:{authority}",
                "CustomerOverride": False,
            }
            for authority in engine.CA_CERTIFICATES
            if name in (None, authority)
        ]
        if not items:
            raise AwsError("CertificateNotFound", f"Certificate {name} not found.")
        return self.page("Certificates", items)

    def describe_orderable_db_instance_options(self) -> ActionResult:
        """DescribeOrderableDBInstanceOptions."""
        p = self.params
        engine.require_engine(p.get("Engine"))
        if p.get("Vpc") is False:
            return self.page("OrderableDBInstanceOptions", [])
        zones = zones_of(self.backend)
        items = [
            engine.describe_option(version, class_, storage, zones)
            for version in engine.VERSIONS
            if p.get("EngineVersion") in (None, version)
            for class_ in engine.CLASSES
            if p.get("DBInstanceClass") in (None, class_)
            for storage in ("aurora", "aurora-iopt1")
        ]
        return self.page("OrderableDBInstanceOptions", items)


class TagCalls(Calls):
    """Tags of everything that has an ARN."""

    def list_tags_for_resource(self) -> ActionResult:
        """ListTagsForResource."""
        return ActionResult({"TagList": tagged(self.backend, str(self.params.get("ResourceName"))).tags})

    def add_tags_to_resource(self) -> ActionResult:
        """AddTagsToResource."""
        tags = checks.tags(self.params.get("Tags"))
        tagged(self.backend, str(self.params.get("ResourceName"))).add_tags(tags)
        return EmptyResult()

    def remove_tags_from_resource(self) -> ActionResult:
        """RemoveTagsFromResource."""
        tagged(self.backend, str(self.params.get("ResourceName"))).remove_tags(self.params.get("TagKeys") or [])
        return EmptyResult()


class RdsResponse(
    ClusterCalls,
    InstanceCalls,
    GlobalClusterCalls,
    SnapshotCalls,
    RestoreCalls,
    ParameterGroupCalls,
    SubnetGroupCalls,
    EngineCalls,
    EventCalls,
    TagCalls,
):
    """Whatever is not here answers that the local AWS does not implement it."""
