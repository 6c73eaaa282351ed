#!/usr/bin/python
# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ec2_security_group
version_added: 0.1.0
short_description: Manage a security group
description:
  - Manage a security group and its rules. New rules are added before old rules are removed, so that no allowed traffic
    is interrupted.
  - The security group C(default) of a VPC can be managed too. AWS creates and deletes it with the VPC.
  - O(vpc_id) or O(vpc_name) is required.
author: MTK Backend contributors (@mtk)
options:
  group_name:
    description: >-
      The name, which identifies the security group in its VPC. 1 to 255 letters, digits, spaces and
      C(._-:/(\)#,@[]+=&;{}!$*), not beginning with C(sg-), without spaces at both ends.
    type: str
    required: true
  description:
    description: >-
      The description, of the same characters as the name. Required to create the security group. AWS cannot change it
      later.
    type: str
  rules:
    description: The inbound rules, each with one source. If not given, the inbound rules are not changed.
    type: list
    elements: dict
    suboptions: &rule
      ip_protocol:
        description: V(tcp), V(udp), V(icmp), V(icmpv6), the number of another protocol, or V(-1) for all protocols.
        type: str
        required: true
      from_port:
        description: >-
          The first port, V(0) to V(65535), or the ICMP type, V(0) to V(255) or V(-1) for all. Required for V(tcp) and
          V(udp).
        type: int
      to_port:
        description: >-
          The last port, V(0) to V(65535), or the ICMP code, V(0) to V(255) or V(-1) for all. Required for V(tcp) and
          V(udp).
        type: int
      cidr_ipv4:
        description: An IPv4 block. AWS drops the bits behind the prefix.
        type: str
      cidr_ipv6:
        description: An IPv6 block. AWS drops the bits behind the prefix.
        type: str
      prefix_list_id:
        description: The id of a prefix list.
        type: str
      referenced_group_id:
        description: The id of a security group.
        type: str
      referenced_group_name:
        description: The name of a security group in the same VPC, which may be the managed one.
        type: str
      description:
        description: >-
          The description of the rule, up to 255 characters of those that a name may have. If not given, it is not
          changed.
        type: str
  rules_egress:
    description:
      - The outbound rules, each with one destination. If not given, the outbound rules are not changed.
      - AWS gives a new security group a rule that allows all outbound traffic.
    type: list
    elements: dict
    suboptions: *rule
  purge_rules:
    description:
      - Whether to remove inbound rules that O(rules) does not contain.
      - With V(false), and if O(tags) has C(mtk:environment), the module tags the rules that it adds with C(mtk:rule-of)
        and the environment. It removes rules with this tag that the options no longer contain. Other rules are reported
        as foreign and left alone, unless O(remove) names this security group.
    type: bool
    default: true
  purge_rules_egress:
    description: >-
      The same for outbound rules. The rule that allows all outbound traffic to all IPv4 addresses, which AWS gives to a
      new security group, is never foreign.
    type: bool
    default: true
extends_documentation_fragment:
  - mtk.backend.resource
  - mtk.backend.resource.tags
  - mtk.backend.references
  - mtk.backend.references.vpc
  - mtk.backend.connection
"""

EXAMPLES = r"""
- name: Allow connections to the database from a block, and no outbound traffic
  mtk.backend.ec2_security_group:
    region: us-east-1
    group_name: dev_us-east-1_database_security_group
    description: Access to the database
    vpc_name: dev_us-east-1_vpc
    rules:
      - ip_protocol: tcp
        from_port: 5432
        to_port: 5432
        cidr_ipv4: 10.0.64.0/18
        description: Application
    rules_egress: []
    tags:
      Name: dev_us-east-1_database_security_group
      mtk:environment: dev

- name: Remove the security group
  mtk.backend.ec2_security_group:
    region: us-east-1
    group_name: dev_us-east-1_database_security_group
    vpc_name: dev_us-east-1_vpc
    state: absent

- name: Remove all rules of the default security group
  mtk.backend.ec2_security_group:
    region: us-east-1
    group_name: default
    vpc_name: dev_us-east-1_vpc
    rules: []
    rules_egress: []
"""

RETURN = r"""
security_group:
  description: The security group; empty if it does not exist.
  returned: success
  type: dict
  contains:
    group_id: {description: The id of the security group., type: str}
    group_name: {description: The name of the security group., type: str}
    security_group_arn: {description: The ARN of the security group., type: str}
    description: {description: The description., type: str}
    vpc_id: {description: The id of the VPC., type: str}
    rules: {description: "The inbound rules in the form of the option, with ids.", type: list, elements: dict}
    rules_egress: {description: "The outbound rules in the form of the option, with ids.", type: list, elements: dict}
    tags: {description: The tags., type: dict}
  sample:
    description: Access to the database
    group_id: sg-0123456789abcdef0
    group_name: dev_us-east-1_database_security_group
    rules:
      - cidr_ipv4: 10.0.64.0/18
        description: Application
        from_port: 5432
        ip_protocol: tcp
        to_port: 5432
    rules_egress: []
    tags: {"Name": dev_us-east-1_database_security_group, "mtk:environment": dev}
    vpc_id: vpc-0123456789abcdef0
settled:
  description:
    - Whether nothing is left to do and AWS is not at work on the resource.
    - False in check mode if something would change, and with O(wait=false) while AWS is still at work.
  returned: success
  type: bool
  sample: true
"""

from ansible_collections.mtk.backend.plugins.module_utils.aws._lookup import security_groups
from ansible_collections.mtk.backend.plugins.module_utils.aws._tags import tag_specifications, write_tags
from ansible_collections.mtk.backend.plugins.module_utils.domain._ec2_limits import (
    PROTOCOLS,
    SECURITY_GROUP_RULES,
    TEXT,
    protocol,
)
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import (
    OWNER_TAG,
    UNKNOWN,
    Observation,
    Refused,
)
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import run
from ansible_collections.mtk.backend.plugins.module_utils.engine._resource import Resource, aws_error
from ansible_collections.mtk.backend.plugins.module_utils.resources._ec2 import cidr
from ansible_collections.mtk.backend.plugins.module_utils.resources._interfaces import way_on

# The lists of AWS's permissions that hold a rule's source or destination.
ENDS = {
    "cidr_ipv4": ("ip_ranges", "cidr_ip"),
    "cidr_ipv6": ("ipv6_ranges", "cidr_ipv6"),
    "prefix_list_id": ("prefix_list_ids", "prefix_list_id"),
    "referenced_group_id": ("user_id_group_pairs", "group_id"),
}
PORTS = ("from_port", "to_port")
DIRECTIONS = {"rules": ("ip_permissions", "ingress"), "rules_egress": ("ip_permissions_egress", "egress")}
ITSELF = "(this group)"  # a reference of the group to itself, before the group has an id
RULES = {
    "type": "list",
    "elements": "dict",
    "options": {
        "ip_protocol": {"type": "str", "required": True},
        **{name: {"type": "int"} for name in PORTS},
        **{name: {"type": "str"} for name in (*ENDS, "referenced_group_name", "description")},
    },
    "mutually_exclusive": [(*ENDS, "referenced_group_name")],
    "required_one_of": [(*ENDS, "referenced_group_name")],
    "required_if": [("ip_protocol", "tcp", PORTS), ("ip_protocol", "udp", PORTS)],
}
OPTIONS = {
    "group_name": {"type": "str", "required": True},
    "description": {"type": "str"},
    "rules": RULES,
    "rules_egress": RULES,
    "purge_rules": {"type": "bool", "default": True},
    "purge_rules_egress": {"type": "bool", "default": True},
}
# The tag of rules that the module made. It is not the owner's tag, because each run lists all resources with that tag.
RULE_TAG = "mtk:rule-of"
# The rule that AWS gives to a new group.
AWS_RULE = ("rules_egress", {"ip_protocol": "-1", "cidr_ipv4": "0.0.0.0/0"})
FOREIGN = (
    "others added this rule, and it is left alone. To keep it, declare it in {option} (with the role ipam_vpc in "
    "ipam_vpc_extra_rules). To remove it, run with -e remove=ec2_security_group:{name}"
)
REFERENCE = "{group} is named in an {direction} rule of the security group {other}. "
REVOKE = "ec2 revoke-security-group-{} --group-id {} --security-group-rule-ids {}"

ALL = {"ip_protocol": "-1", "ip_ranges": [], "ipv6_ranges": [], "prefix_list_ids": [], "user_id_group_pairs": []}
# The default group of a planned VPC, as AWS will create it.
DEFAULT_GROUP = {
    "group_name": "default",
    "group_id": UNKNOWN,
    "vpc_id": UNKNOWN,
    "description": "default VPC security group",
    "ip_permissions": [{**ALL, "user_id_group_pairs": [{"group_id": UNKNOWN}]}],
    "ip_permissions_egress": [{**ALL, "ip_ranges": [{"cidr_ip": "0.0.0.0/0"}]}],
    "tags": {},
}


class SecurityGroup(Resource):
    """A security group with its rules."""

    kind = "security_group"
    identity = ("group_name",)
    references = {"vpc_name": ("vpc_id", "vpc")}
    managed = ("description", "vpc_id", *DIRECTIONS)
    immutable = frozenset({"description"})
    computed = ("group_id",)
    name_tag = False
    limits = {
        "group_name": TEXT["group_name"],
        "description": TEXT["description"],
        **dict.fromkeys(DIRECTIONS, SECURITY_GROUP_RULES["rules"]),
    }
    retry_codes = ("DependencyViolation",)

    def siblings(self):
        vpc = self.resolved["vpc_id"]
        if vpc == UNKNOWN:
            return [DEFAULT_GROUP]
        listed = self.aws.pages("ec2", "describe_security_groups", "security_groups")
        groups = [group for group in listed if group.get("vpc_id") == vpc]
        ids = {group["group_name"]: group["group_id"] for group in groups}
        return [{**group, "_ids": ids} for group in groups]

    def is_me(self, sibling):
        return sibling["group_name"] == self.params["group_name"]

    def describe(self, sibling):
        if self.params["state"] == "absent" and sibling["group_name"] == "default":
            raise Refused("group_name default: AWS deletes this group with its VPC; set rules and rules_egress to []")
        rules = {name: in_order(pair[0] for pair in split(sibling[fields[0]])) for name, fields in DIRECTIONS.items()}
        have = {"tags": {}, **sibling, **rules}
        return {**have, "_foreign": {name: self._foreign(name, have) for name in DIRECTIONS}}

    def desired(self, have):
        want = super().desired(have)
        if have is None and "description" not in want and self.params["group_name"] != "default":
            raise Refused(f"{self} does not exist. To create it, give description.")
        ids = self._ids(have, want)
        for name in DIRECTIONS:
            if name in want:
                old = {key(rule): rule for rule in (have or {}).get(name, [])}
                new = [self._rule(rule, ids) for rule in want[name]] + self._left_alone(name, have)
                want[name] = in_order({key(rule): {**old.get(key(rule), {}), **rule} for rule in new}.values())
        return want

    def tolerated(self, have):
        """Rules of others are reported and left alone."""
        for name in DIRECTIONS:
            for rule in self._left_alone(name, have):
                reason = FOREIGN.format(option=name, name=self.params["group_name"])
                yield Observation(name, None, rule, "foreign", reason)

    def create(self, want):
        if self.params["group_name"] == "default":  # AWS creates it with the VPC, or answers that there is no VPC
            self.aws.call("ec2", "describe_vpcs", vpc_ids=[want["vpc_id"]])
            return
        given = {"group_name": self.params["group_name"], "description": want["description"], "vpc_id": want["vpc_id"]}
        tags = tag_specifications("security-group", want.get("tags"))
        self.aws.call("ec2", "create_security_group", **given, tag_specifications=tags)

    def update(self, have, changes):
        for name in DIRECTIONS:
            if name in changes:
                self._change(name, have, changes[name])
        if "tags" in changes:
            write_tags(self.aws, "ec2", [have["group_id"]], have["tags"], changes["tags"])

    def obstacles(self, have):
        """Return the rules of others that refer to the group. AWS deletes no group while another group names it."""
        others = [group for group in self.siblings() if self._names(group, have["group_id"])]
        for group in others:
            for rule in self._rules(group["group_id"]):
                if with_group(rule)["referenced_group_id"] == have["group_id"]:
                    direction = "egress" if rule["is_egress"] else "ingress"
                    yield REFERENCE.format(
                        group=self, other=f"{group['group_id']} ({group['group_name']})", direction=direction
                    ) + way_on(self, REVOKE.format(direction, group["group_id"], rule["security_group_rule_id"]))

    def _names(self, group, referenced):
        """Return whether a rule of a group of others refers to a group. The rules of the owner go with the run."""
        own = self.owner and (group.get("tags") or {}).get(OWNER_TAG) == self.owner
        if own or group["group_id"] == referenced or self.is_going(group["group_id"]):
            return False
        rules = (rule for field, _direction in DIRECTIONS.values() for rule, _sent in split(group[field]))
        return any(rule.get("referenced_group_id") == referenced for rule in rules)

    def delete(self, have):
        self.aws.call("ec2", "delete_security_group", group_id=have["group_id"])

    def is_not_yet(self, error, have):
        """A wrong id in a rule has the code of a group that is not found yet, and waiting does not help it."""
        new = have is not None and aws_error(error)[0] == "InvalidGroup.NotFound" and have["group_id"] in str(error)
        return new or super().is_not_yet(error, have)

    def belongs(self, have):
        """AWS creates the default group with its VPC, without tags."""
        return have["group_name"] == "default"

    def _left_alone(self, name, have):
        return [] if self.consents("remove") else (have or {}).get("_foreign", {}).get(name, [])

    def _foreign(self, name, have):
        """Return the rules that the options do not name and that no earlier run has made.

        The module tags its rules with the owner. Only a group with more rules than the options costs another request.
        """
        if self.params[f"purge_{name}"] or self.params[name] is None:
            return []
        declared = {key(self._rule(rule, have.get("_ids", {}))) for rule in self.params[name]}
        others = [rule for rule in have[name] if key(rule) not in declared and (name, rule) != AWS_RULE]
        own = self._own_rules(name, have["group_id"]) if others and self.owner else set()
        return [rule for rule in others if key(rule) not in own]

    def _own_rules(self, name, group):
        own = [rule for rule in self._rules(group) if (rule.get("tags") or {}).get(RULE_TAG) == self.owner]
        egress = DIRECTIONS[name][1] == "egress"
        return {key(plain(with_group(rule))) for rule in own if rule["is_egress"] == egress}

    def _rules(self, group):
        filters = [{"name": "group-id", "values": [group]}]
        return self.aws.pages("ec2", "describe_security_group_rules", "security_group_rules", filters=filters)

    def _ids(self, have, want):
        """Return the ids of the VPC's groups by name. Look them up if a rule of a new group needs them."""
        named = any(rule.get("referenced_group_name") for name in DIRECTIONS for rule in want.get(name) or [])
        if have is None:
            return security_groups(self.aws, want["vpc_id"]) if named else {}
        return have.get("_ids", {})

    def _rule(self, rule, ids):
        name = rule.get("referenced_group_name")
        if name:
            missing = ITSELF if name == self.params["group_name"] else UNKNOWN
            rule = {**rule, "referenced_group_id": ids.get(name, missing)}
        return plain(rule)

    def _change(self, name, have, rules):
        field, direction = DIRECTIONS[name]
        old, new = ({key(rule): rule for rule in side} for side in (have[name], rules))
        sent = {key(rule): as_sent for rule, as_sent in split(have[field])}
        calls = {
            "authorize_security_group_": [permission(new[k]) for k in new if k not in old],
            "revoke_security_group_": [sent[k] for k in old if k not in new],
            "update_security_group_rule_descriptions_": [
                permission(new[k]) for k in new if k in old and new[k] != old[k]
            ],
        }
        for operation, permissions in calls.items():
            if permissions:
                group = {"group_id": have["group_id"], "ip_permissions": permissions}
                own = not self.params[f"purge_{name}"] and self.owner and operation.startswith("authorize")
                tagged = tag_specifications("security-group-rule", {RULE_TAG: self.owner}) if own else None
                self.aws.call("ec2", operation + direction, **group, **({"tag_specifications": tagged} if own else {}))


def plain(rule):
    """Return a rule as AWS writes it: protocol, ports, source or destination, and the description if there is one."""
    traffic = protocol(rule["ip_protocol"])
    end = next(name for name in ENDS if rule.get(name))
    ports = {name: rule.get(name, -1) for name in PORTS} if traffic in PROTOCOLS.values() and traffic != "-1" else {}
    text = {"description": rule["description"]} if rule.get("description") else {}
    return {"ip_protocol": traffic, **ports, end: cidr(rule[end]) if "cidr" in end else rule[end], **text}


def with_group(rule):
    """Return a row of DescribeSecurityGroupRules with the id of the group that it refers to."""
    return {**rule, "referenced_group_id": (rule.get("referenced_group_info") or {}).get("group_id")}


def key(rule):
    """Return the identity of a rule: everything but its description."""
    return tuple(sorted((name, str(value)) for name, value in rule.items() if name != "description"))


def in_order(rules):
    """Return rules in a stable order."""
    return sorted(rules, key=key)


def permission(rule):
    """Return a rule in the shape of AWS's permissions."""
    fields = {name: rule[name] for name in ("ip_protocol", *PORTS) if name in rule}
    end = next(name for name in ENDS if name in rule)
    field, name = ENDS[end]
    return {**fields, field: [{name: rule[end], "description": rule.get("description")}]}


def split(permissions):
    """Yield each rule of AWS's permissions in the shape of the options, and in AWS's own."""
    for permitted in permissions:
        fields = {name: permitted[name] for name in ("ip_protocol", *PORTS) if name in permitted}
        for end, (field, name) in ENDS.items():
            for item in permitted.get(field) or []:
                yield (
                    plain({**fields, end: item[name], "description": item.get("description")}),
                    {**fields, field: [item]},
                )


def main(context=None):
    run(
        SecurityGroup,
        OPTIONS,
        context,
        required_one_of=[("vpc_id", "vpc_name")],
    )


if __name__ == "__main__":
    main()
