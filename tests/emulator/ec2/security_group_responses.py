"""The calls for security groups."""

from __future__ import annotations

from moto.core.responses import ActionResult

from ..core import AwsError
from .base import Ec2
from .checks import canonical


class SecurityGroupResponses(Ec2):
    """Security groups and their rules."""

    def delete_security_group(self) -> ActionResult:
        group_id = self.params.get("GroupId")
        group = self.ec2.get_security_group_from_id(group_id) if group_id else None
        if group and group.name == "default":
            text = f'the specified group: "{group.id}" name: "default" cannot be deleted by a user'
            raise AwsError("CannotDelete", text)
        if group and self._group_in_use(group.id):
            raise AwsError("DependencyViolation", f"resource {group.id} has a dependent object")
        answer: ActionResult = super().delete_security_group()
        return answer

    def _group_in_use(self, group_id: str) -> bool:
        others = [g for groups in self.ec2.groups.values() for g in groups.values() if g.id != group_id]
        rules = [r for g in others for r in (*g.ingress_rules, *g.egress_rules)]
        named = any((r.source_group or {}).get("GroupId") == group_id for r in rules)
        faces = any(group_id in [g.id for g in e.group_set if g] for e in self.ec2.enis.values())
        return named or faces or any(group_id in e.security_group_ids for e in self.ec2.vpc_end_points.values())

    def authorize_security_group_ingress(self) -> ActionResult:
        self._canonical_rules()
        answer: ActionResult = super().authorize_security_group_ingress()
        return answer

    def authorize_security_group_egress(self) -> ActionResult:
        self._canonical_rules()
        answer: ActionResult = super().authorize_security_group_egress()
        return answer

    def _canonical_rules(self) -> None:
        if self.params.get("CidrIp"):
            self.params["CidrIp"] = canonical(self.params["CidrIp"], "cidrIp")
        for rule in self.params.get("IpPermissions") or []:
            for ip_range in rule.get("IpRanges") or []:
                ip_range["CidrIp"] = canonical(ip_range.get("CidrIp"), "cidrIp")
