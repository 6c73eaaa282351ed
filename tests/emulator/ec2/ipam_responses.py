"""The calls for IPAMs and scopes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from moto.core.responses import ActionResult

from ..account import partition_of
from ..core import AwsError, new_id
from ..iam import service_uses_its_role
from .base import Ec2, result, tag_dict
from .ipam_models import Ipam, IpamBackend, IpamObject, Scope, ipam_of

MAX_SCOPES = 5


def limit(kind: str, count: int, quota: int) -> None:
    """Refuse to exceed a quota."""
    if count >= quota:
        text = f"You've reached the limit for {kind}. You have created {count} {kind} and you are limited to {quota}."
        raise AwsError("ResourceLimitExceeded", text)


class IpamBase(Ec2):
    """Access to the account's IPAM objects."""

    @property
    def ipam(self) -> IpamBackend:
        """Return the account's IPAM objects."""
        return ipam_of(self.current_account)

    def _ipam_shown(self, ipam: Ipam, answer: bool = False) -> dict[str, Any]:
        scopes = [s for s in self.ipam.scopes.values() if s.ipam_id == ipam.id]
        return ipam.shown(answer) | {
            "IpamId": ipam.id,
            "IpamArn": ipam.arn("ipam"),
            "PublicDefaultScopeId": ipam.public_scope,
            "PrivateDefaultScopeId": ipam.private_scope,
            "ScopeCount": len(scopes),
            "OperatingRegions": [{"RegionName": r} for r in sorted(ipam.regions)],
            "DefaultResourceDiscoveryId": ipam.discovery,
            "DefaultResourceDiscoveryAssociationId": ipam.association,
            "ResourceDiscoveryAssociationCount": 1,
            "Tier": ipam.tier,
            "EnablePrivateGua": False,
            "MeteredAccount": "ipam-owner",
        }

    def _scope_shown(self, scope: Scope, answer: bool = False) -> dict[str, Any]:
        return scope.shown(answer) | {
            "IpamScopeId": scope.id,
            "IpamScopeArn": scope.arn("ipam-scope"),
            "IpamArn": self.ipam.ipams[scope.ipam_id].arn("ipam"),
            "IpamScopeType": scope.kind,
            "IsDefault": scope.default,
            "PoolCount": len(self.ipam.pools_in(scope.id)),
        }

    def _wanted(self, ids: str, all_of: Iterable[IpamObject], get: Callable[[str, str], Any]) -> list[Any]:
        """Return the objects requested by id, or all objects of the region."""
        named = self.params.get(ids)
        if named:
            return [get(i, self.region) for i in named]
        return [o for o in all_of if o.region == self.region]


class IpamResponses(IpamBase):
    """IPAMs and scopes."""

    def create_ipam(self) -> ActionResult:
        """Create the only IPAM of the region, with two scopes and a resource discovery."""
        limit("ipams", sum(i.region == self.region for i in self.ipam.ipams.values()), 1)
        account, params = self.current_account, self.params
        regions = self._regions("OperatingRegions") | {self.region}
        ipam = Ipam(
            new_id("ipam"),
            account,
            self.region,
            20,
            params.get("Description") or "",
            tag_dict(params, "ipam"),
            regions=regions,
            tier=params.get("Tier") or "advanced",
        )
        self.ipam.ipams[ipam.id] = ipam
        service_uses_its_role(account, self.region, "ipam.amazonaws.com")
        for kind in ("public", "private"):
            scope = Scope(new_id("ipam-scope"), account, self.region, 20, ipam_id=ipam.id, kind=kind, default=True)
            self.ipam.scopes[scope.id] = scope
            setattr(ipam, f"{kind}_scope", scope.id)
        return result(Ipam=self._ipam_shown(ipam, answer=True))

    def _regions(self, name: str) -> set[str]:
        regions = [r.get("RegionName") or "" for r in self.params.get(name) or []]
        known = {r.name for r in self.ec2.describe_regions() if partition_of(r.name) == self.partition}
        for region in regions:
            if region not in known:
                raise AwsError("InvalidParameterValue", f"The Region '{region}' in {name} is not valid.")
        return set(regions)

    def describe_ipams(self) -> ActionResult:
        found = self._wanted("IpamIds", self.ipam.ipams.values(), self.ipam.ipam)
        return result(Ipams=[self._ipam_shown(i) for i in found])

    def modify_ipam(self) -> ActionResult:
        params = self.params
        ipam = self.ipam.ipam(params["IpamId"], self.region)
        ipam.check_ready()
        add, remove = self._regions("AddOperatingRegions"), self._regions("RemoveOperatingRegions")
        self._check_removal(ipam, remove - add)
        tier = params.get("Tier") or ipam.tier
        if (tier, ipam.tier) == ("free", "advanced"):
            self._check_free(ipam)
        if ipam.start_modify(params.get("Description")):
            ipam.regions = (ipam.regions | add) - (remove - add)
            ipam.tier = tier
        return result(Ipam=self._ipam_shown(ipam, answer=True))

    def _check_removal(self, ipam: Ipam, regions: set[str]) -> None:
        if ipam.region in regions:
            raise AwsError("InvalidParameterValue", "The home Region of an IPAM cannot be removed from it.")
        for region in sorted(regions):
            if region not in ipam.regions:
                raise AwsError("InvalidParameterValue", f"The Region '{region}' is not an operating Region.")
        used = [p.id for p in self._pools_of(ipam) if p.locale in regions]
        if used:
            raise AwsError("DependencyViolation", f"The Region is the locale of pools: {', '.join(used)}")

    def _check_free(self, ipam: Ipam) -> None:
        extra = [s.id for s in self.ipam.scopes.values() if s.ipam_id == ipam.id and not s.default]
        if extra or self._pools_of(ipam):
            text = "The tier cannot become free while there are pools in private scopes or further private scopes."
            raise AwsError("UnsupportedOperation", text)

    def _pools_of(self, ipam: Ipam) -> list[Any]:
        return [p for p in self.ipam.pools.values() if self.ipam.scopes[p.scope_id].ipam_id == ipam.id]

    def delete_ipam(self) -> ActionResult:
        ipam = self.ipam.ipam(self.params["IpamId"], self.region)
        ipam.check_ready(delete=True)
        scopes = [s for s in self.ipam.scopes.values() if s.ipam_id == ipam.id]
        pools = self._pools_of(ipam)
        if not self.params.get("Cascade") and (pools or any(not s.default for s in scopes)):
            raise AwsError("DependencyViolation", f"The IPAM {ipam.id} has pools or scopes and cannot be deleted.")
        for ipam_object in [ipam, *scopes, *pools]:
            ipam_object.seconds = ipam.seconds
            ipam_object.start_delete()
        return result(Ipam=self._ipam_shown(ipam, answer=True))

    def create_ipam_scope(self) -> ActionResult:
        ipam = self.ipam.ipam(self.params["IpamId"], self.region)
        ipam.check_ready()
        if ipam.tier == "free":
            raise AwsError("UnsupportedOperation", "An IPAM of the free tier cannot have further private scopes.")
        limit("scopes", sum(s.ipam_id == ipam.id for s in self.ipam.scopes.values()), MAX_SCOPES)
        text, tags = self.params.get("Description") or "", tag_dict(self.params, "ipam-scope")
        scope = Scope(new_id("ipam-scope"), self.current_account, self.region, 5, text, tags, ipam_id=ipam.id)
        self.ipam.scopes[scope.id] = scope
        return result(IpamScope=self._scope_shown(scope, answer=True))

    def describe_ipam_scopes(self) -> ActionResult:
        found = self._wanted("IpamScopeIds", self.ipam.scopes.values(), self.ipam.scope)
        return result(IpamScopes=[self._scope_shown(s) for s in found])

    def modify_ipam_scope(self) -> ActionResult:
        scope = self.ipam.scope(self.params["IpamScopeId"], self.region)
        scope.check_ready()
        scope.start_modify(self.params.get("Description"))
        return result(IpamScope=self._scope_shown(scope, answer=True))

    def delete_ipam_scope(self) -> ActionResult:
        scope = self.ipam.scope(self.params["IpamScopeId"], self.region)
        scope.check_ready(delete=True)
        if scope.default:
            raise AwsError("OperationNotPermitted", f"The default scope {scope.id} cannot be deleted.")
        if self.ipam.pools_in(scope.id):
            raise AwsError("DependencyViolation", f"The scope {scope.id} has pools and cannot be deleted.")
        scope.start_delete()
        return result(IpamScope=self._scope_shown(scope, answer=True))
