"""The calls for network ACLs, their entries and their subnets."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult

from ..account import require_room
from ..core import AwsError
from .base import Ec2, result, tag_dict, tags_in
from .checks import canonical

LAST = 32767  # the number of the entry that denies the rest; nobody can change it
PROTOCOLS = ("-1", *map(str, range(256)))
PORTS = ("6", "17")  # the protocols with ports: TCP and UDP
ENTRY = {
    "RuleNumber": "rule_number",
    "Protocol": "protocol",
    "RuleAction": "rule_action",
    "Egress": "egress",
    "CidrBlock": "cidr_block",
    "PortRange": "port_range",
}


class NetworkAclResponses(Ec2):
    """Network ACLs. Each subnet has exactly one, by default the default network ACL of its VPC."""

    def create_network_acl(self) -> ActionResult:
        vpc = self.ec2.get_vpc(self.params["VpcId"])
        acl = self.ec2.create_network_acl(vpc.id)
        self.ec2.tags[acl.id] = tag_dict(self.params, "network-acl")
        for egress in (True, False):
            self._add(acl, LAST, "-1", "deny", egress, "0.0.0.0/0", {})
        return result(NetworkAcl=self._acl_shown(acl))

    def delete_network_acl(self) -> ActionResult:
        acl = self._acl()
        if acl.default:
            raise AwsError("InvalidParameterValue", f"cannot delete default network ACL {acl.id}")
        if acl.associations:
            raise AwsError("DependencyViolation", f"The networkAcl '{acl.id}' has dependencies and cannot be deleted.")
        del self.ec2.network_acls[acl.id]
        return result(Return=True)

    def describe_network_acls(self) -> ActionResult:
        named = self.params.get("NetworkAclIds")
        found = [acl for acl in self.ec2.network_acls.values() if not named or acl.id in named]
        return result(NetworkAcls=[self._acl_shown(acl) for acl in found])

    def _acl_shown(self, acl: Any) -> dict[str, Any]:
        entries = sorted(acl.entries, key=lambda entry: (not entry.egress, entry.rule_number))
        shown = [{name: getattr(entry, field) for name, field in ENTRY.items()} for entry in entries]
        links = [
            {"NetworkAclAssociationId": link.id, "NetworkAclId": acl.id, "SubnetId": link.subnet_id}
            for link in acl.associations
        ]
        return {
            "NetworkAclId": acl.id,
            "VpcId": acl.vpc_id,
            "OwnerId": acl.owner_id,
            "IsDefault": acl.default,
            "Entries": [{k: v for k, v in entry.items() if v is not None} for entry in shown],
            "Associations": links,
            "Tags": tags_in(self.ec2, acl.id),
        }

    def create_network_acl_entry(self) -> ActionResult:
        acl, entry = self._acl(), self._entry()
        if entry is not None:
            number = self.params["RuleNumber"]
            text = f"The network acl entry identified by {number} already exists."
            raise AwsError("NetworkAclEntryAlreadyExists", text)
        same = [e for e in acl.entries if e.egress == self.params["Egress"] and e.rule_number != LAST]
        require_room("entries-per-network-acl", len(same))
        self._add_wanted(acl)
        return result(Return=True)

    def replace_network_acl_entry(self) -> ActionResult:
        acl, entry = self._acl(), self._found_entry()
        self._check_entry()
        acl.entries.remove(entry)
        self._add_wanted(acl)
        return result(Return=True)

    def delete_network_acl_entry(self) -> ActionResult:
        acl, entry = self._acl(), self._found_entry()
        self._check_number()
        acl.entries.remove(entry)
        return result(Return=True)

    def replace_network_acl_association(self) -> ActionResult:
        wanted, acl = self.params["AssociationId"], self._acl()
        old = next((a for a in self.ec2.network_acls.values() if wanted in a._associations), None)
        if old is None:
            raise AwsError("InvalidAssociationID.NotFound", f"The association ID '{wanted}' does not exist")
        if old.vpc_id != acl.vpc_id:
            text = f"network ACL {acl.id} and network ACL {old.id} belong to different networks"
            raise AwsError("InvalidParameterValue", text)
        link = self.ec2.replace_network_acl_association(wanted, acl.id)
        return result(NewAssociationId=link.id)

    def _acl(self) -> Any:
        acl_id = self.params["NetworkAclId"]
        if acl_id not in self.ec2.network_acls:
            raise AwsError("InvalidNetworkAclID.NotFound", f"The networkAcl ID '{acl_id}' does not exist")
        return self.ec2.network_acls[acl_id]

    def _entry(self) -> Any:
        """Return the entry with the request's number and direction, or None."""
        wanted = (self.params["RuleNumber"], self.params["Egress"])
        return next((e for e in self._acl().entries if (e.rule_number, e.egress) == wanted), None)

    def _found_entry(self) -> Any:
        entry = self._entry()
        if entry is None:
            number = self.params["RuleNumber"]
            text = f"The network acl entry identified by rule number {number} does not exist"
            raise AwsError("InvalidNetworkAclEntry.NotFound", text)
        return entry

    def _check_number(self) -> None:
        if not 1 <= self.params["RuleNumber"] < LAST:
            text = f"Value ({self.params['RuleNumber']}) for parameter ruleNumber is invalid. It must be 1 to 32766."
            raise AwsError("InvalidParameterValue", text)

    def _check_entry(self) -> None:
        """Refuse a number out of range, an unknown protocol or action, and missing ports; normalize the block."""
        params = self.params
        self._check_number()
        self.require("CidrBlock")
        params["CidrBlock"] = canonical(params["CidrBlock"])
        if params["Protocol"] not in PROTOCOLS:
            raise AwsError("InvalidParameterValue", f"Invalid value '{params['Protocol']}' for IP protocol.")
        ports = params.get("PortRange") or {}
        if params["Protocol"] in PORTS and not {"From", "To"} <= ports.keys():
            raise AwsError("MissingParameter", "The request must contain the parameter portRange")

    def _add_wanted(self, acl: Any) -> None:
        self._check_entry()
        number, protocol, action, egress, block = (self.params[name] for name in list(ENTRY)[:5])
        self._add(acl, number, protocol, action, egress, block, self.params.get("PortRange") or {})

    def _add(
        self, acl: Any, number: int, protocol: str, action: str, egress: bool, block: str, ports: dict[str, int]
    ) -> None:
        self.ec2.create_network_acl_entry(
            network_acl_id=acl.id,
            rule_number=number,
            protocol=protocol,
            rule_action=action,
            egress=egress,
            cidr_block=block,
            icmp_code=None,
            icmp_type=None,
            port_range_from=ports.get("From"),
            port_range_to=ports.get("To"),
            ipv6_cidr_block=None,
        )
