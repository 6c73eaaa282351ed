"""All calls of the local RDS."""

from __future__ import annotations

from moto.core.responses import ActionResult, EmptyResult

from . import checks
from .automated_backups import AutomatedBackupCalls
from .base import Calls
from .certificates import CertificateCalls
from .clusters import ClusterCalls
from .events import EventCalls
from .global_clusters import GlobalClusterCalls
from .groups import ParameterGroupCalls, SubnetGroupCalls
from .instances import InstanceCalls
from .models import tagged
from .offers import OfferCalls
from .restore import RestoreCalls
from .snapshot_copies import SnapshotCopyCalls
from .snapshots import SnapshotCalls
from .subscriptions import SubscriptionCalls


class TagCalls(Calls):
    """The calls on tags."""

    def list_tags_for_resource(self) -> ActionResult:
        return ActionResult({"TagList": tagged(self.backend, str(self.params.get("ResourceName"))).tags})

    def add_tags_to_resource(self) -> ActionResult:
        tags = checks.tags(self.params.get("Tags"))
        tagged(self.backend, str(self.params.get("ResourceName"))).add_tags(tags)
        return EmptyResult()

    def remove_tags_from_resource(self) -> ActionResult:
        tagged(self.backend, str(self.params.get("ResourceName"))).remove_tags(self.params.get("TagKeys") or [])
        return EmptyResult()


class RdsResponse(
    ClusterCalls,
    InstanceCalls,
    GlobalClusterCalls,
    SnapshotCalls,
    SnapshotCopyCalls,
    AutomatedBackupCalls,
    RestoreCalls,
    ParameterGroupCalls,
    SubnetGroupCalls,
    OfferCalls,
    CertificateCalls,
    EventCalls,
    SubscriptionCalls,
    TagCalls,
):
    """Handler of RDS requests. The local AWS refuses all other operations as not implemented."""
