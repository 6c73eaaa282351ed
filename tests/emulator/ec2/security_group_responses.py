"""The calls for security groups."""

from __future__ import annotations

import re
from typing import Any

from moto.core.responses import ActionResult

from ..account import require_room
from ..core import AwsError
from .base import Ec2, forget_tags, result, tag_dict, tags_in
from .listing import wildcard
from .security_group_rules import Rule, allow_all_egress, check_text, permissions, read, shown

_NAME = re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{1,255}")


class SecurityGroupResponses(Ec2):
    """Security groups and their rules. A request changes all its rules or none."""

    def create_security_group(self) -> ActionResult:
        params = self.params
        name = params["GroupName"]
        if not _NAME.fullmatch(name) or name.startswith("sg-"):
            text = f"Value ({name}) for parameter GroupName is invalid. Group names may not be in the format sg-*."
            raise AwsError("InvalidParameterValue", text)
        if name == "default":
            raise AwsError("InvalidParameterValue", "Cannot use reserved security group name: default")
        check_text(params["Description"], "security group description")
        default = self.ec2.get_default_vpc()
        if not params.get("VpcId") and not default:
            raise AwsError("VPCIdNotSpecified", "No default VPC for this user")
        vpc = self.ec2.get_vpc(params.get("VpcId") or default.id)
        if any(g.name == name for g in self.ec2.groups[vpc.id].values()):
            text = f"The security group '{name}' already exists for VPC '{vpc.id}'"
            raise AwsError("InvalidGroup.Duplicate", text)
        group = self.ec2.create_security_group(name, params["Description"], vpc.id, tag_dict(params, "security-group"))
        group.egress_rules = [allow_all_egress(group.id)]
        return result(GroupId=group.id, SecurityGroupArn=group.arn, Tags=tags_in(self.ec2, group.id))

    def _groups(self) -> list[Any]:
        return [g for groups in self.ec2.groups.values() for g in groups.values()]

    def _group(self, group_id: str) -> Any:
        return self.ec2.get_security_group_from_id(group_id)

    def describe_security_groups(self) -> ActionResult:
        found = [self._group(i) for i in self.params.get("GroupIds") or []] + self._named_groups()
        asked = self.params.get("GroupIds") or self.params.get("GroupNames")
        return result(SecurityGroups=[self._shown(g) for g in (found if asked else self._groups())])

    def _named_groups(self) -> list[Any]:
        """Return the groups of the default VPC that the request names."""
        names, default = self.params.get("GroupNames") or [], self.ec2.get_default_vpc()
        known = {g.name: g for g in self.ec2.groups[default.id].values()} if names and default else {}
        if missing := [name for name in names if name not in known]:
            text = f"The security group '{missing[0]}' does not exist"
            raise AwsError("InvalidGroup.NotFound", text + (f" in default VPC '{default.id}'" if default else ""))
        return [known[name] for name in names]

    def _name_groups_by_id(self, filters: list[dict[str, Any]]) -> None:
        """Replace the names of the groups that rules name, which no answer shows, by the ids of these groups."""
        for given in filters:
            if str(given.get("Name")).endswith("ip-permission.group-name"):
                given["Name"] = given["Name"].replace("group-name", "group-id")
                named = [wildcard(value) for value in given.get("Values") or []]
                given["Values"] = [g.id for g in self._groups() if any(n.fullmatch(g.name) for n in named)]

    def _shown(self, group: Any) -> dict[str, Any]:
        return {
            "GroupId": group.id,
            "GroupName": group.name,
            "Description": group.description,
            "VpcId": group.vpc_id,
            "OwnerId": group.owner_id,
            "SecurityGroupArn": group.arn,
            "IpPermissions": permissions(group.ingress_rules, group.owner_id),
            "IpPermissionsEgress": permissions(group.egress_rules, group.owner_id),
            "Tags": tags_in(self.ec2, group.id),
        }

    def delete_security_group(self) -> ActionResult:
        self.require("GroupId")
        group = self._group(self.params["GroupId"])
        if group.name == "default":
            text = f'the specified group: "{group.id}" name: "default" cannot be deleted by a user'
            raise AwsError("CannotDelete", text)
        if self._group_in_use(group.id):
            raise AwsError("DependencyViolation", f"resource {group.id} has a dependent object")
        del self.ec2.groups[group.vpc_id][group.id]
        forget_tags(self.ec2, [rule.id for rule in (*group.ingress_rules, *group.egress_rules)])
        return result(Return=True, GroupId=group.id)

    def _group_in_use(self, group_id: str) -> bool:
        others = [g for g in self._groups() if g.id != group_id]
        named = any(r.peer == group_id for g in others for r in (*g.ingress_rules, *g.egress_rules))
        attached = any(group_id in [g.id for g in e.group_set if g] for e in self.ec2.enis.values())
        return named or attached or any(group_id in e.security_group_ids for e in self.ec2.vpc_end_points.values())

    def _rules_in_direction(self) -> tuple[Any, bool, list[Rule]]:
        """Return the group, whether the operation is for egress, and the group's rules in that direction."""
        self.require("GroupId")
        group, egress = self._group(self.params["GroupId"]), self._get_action().endswith("Egress")
        return group, egress, group.egress_rules if egress else group.ingress_rules

    def authorize_security_group_ingress(self) -> ActionResult:
        self.require("IpPermissions")
        group, egress, existing = self._rules_in_direction()
        rules, known = read(self.ec2, group, egress, self.params["IpPermissions"]), {rule.key for rule in existing}
        if len({rule.key for rule in rules}) < len(rules):
            raise AwsError("InvalidParameterValue", "The same permission must not appear multiple times")
        for rule in [rule for rule in rules if rule.key in known]:
            raise AwsError("InvalidPermission.Duplicate", f'the specified rule "{rule.words}" already exists')
        require_room("rules-per-security-group", len(existing) + len(rules) - 1)
        existing.extend(rules)
        for rule in rules:
            self.ec2.tags[rule.id] = tag_dict(self.params, "security-group-rule")
        return result(Return=True, SecurityGroupRules=[shown(self.ec2, rule) for rule in rules])

    def revoke_security_group_ingress(self) -> ActionResult:
        (_, _, existing), ids = self._rules_in_direction(), self.params.get("SecurityGroupRuleIds")
        revoked = [self._rule(existing, rule_id) for rule_id in ids] if ids else [rule for rule, _ in self._matching()]
        answer = [shown(self.ec2, rule) for rule in revoked]
        for rule in revoked:
            existing.remove(rule)
        forget_tags(self.ec2, [rule.id for rule in revoked])
        return result(Return=True, RevokedSecurityGroupRules=answer)

    def update_security_group_rule_descriptions_ingress(self) -> ActionResult:
        for permission in self.params.get("IpPermissions") or []:
            if permission.get("IpProtocol") == "-1" and {"FromPort", "ToPort"} & permission.keys():
                raise AwsError("InvalidParameterValue", "When protocol is ALL, you cannot specify from-port.")
        for rule, text in self._matching():
            rule.text = text
        return result(Return=True)

    authorize_security_group_egress = authorize_security_group_ingress
    revoke_security_group_egress = revoke_security_group_ingress
    update_security_group_rule_descriptions_egress = update_security_group_rule_descriptions_ingress

    def _matching(self) -> list[tuple[Rule, str | None]]:
        """Return the group's rules that the request's permissions name, with the descriptions given for them."""
        self.require("IpPermissions")
        group, egress, existing = self._rules_in_direction()
        known = {rule.key: rule for rule in existing}
        given = {rule.key: rule.text for rule in read(self.ec2, group, egress, self.params["IpPermissions"])}
        if not set(given) <= set(known):
            raise AwsError("InvalidPermission.NotFound", "The specified rule does not exist in this security group.")
        return [(known[key], text) for key, text in given.items()]

    def _rule(self, rules: list[Rule], rule_id: str) -> Rule:
        for rule in rules:
            if rule.id == rule_id:
                return rule
        text = f"The security group rule ID '{rule_id}' does not exist"
        raise AwsError("InvalidSecurityGroupRuleId.NotFound", text)

    def describe_security_group_rules(self) -> ActionResult:
        rules = [r for g in self._groups() for r in (*g.ingress_rules, *g.egress_rules)]
        ids = self.params.get("SecurityGroupRuleIds")
        found = [self._rule(rules, rule_id) for rule_id in ids] if ids else rules
        return result(SecurityGroupRules=[shown(self.ec2, rule) for rule in found])
