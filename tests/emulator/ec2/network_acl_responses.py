"""The calls for network ACLs, their entries and their subnets."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models.network_acls import NetworkAclEntry

from ..account import require_room
from ..core import AwsError
from .base import Ec2, result
from .checks import canonical, canonical_ipv6

LAST = 32767  # the number of the entry that denies the rest; nobody can change it
NUMBERS = {"all": "-1", "tcp": "6", "udp": "17", "icmp": "1"}
PROTOCOLS = ("-1", *map(str, range(256)))
PORTS = ("6", "17")  # the protocols with ports: TCP and UDP
ICMP, ICMPV6 = "1", "58"


class NetworkAclResponses(Ec2):
    """Network ACLs. Each subnet has exactly one, by default the default network ACL of its VPC."""

    def create_network_acl(self) -> ActionResult:
        answer: ActionResult = super().create_network_acl()
        created: Any = answer.result
        acl = created["NetworkAcl"]
        for egress in (True, False):
            self._add(acl, LAST, {"Protocol": "-1", "RuleAction": "deny", "CidrBlock": "0.0.0.0/0"}, egress)
        return result(NetworkAcl=acl, ClientToken=self._client_token())

    def delete_network_acl(self) -> ActionResult:
        acl = self._acl()
        if acl.default:
            raise AwsError("InvalidParameterValue", f"cannot delete default network ACL {acl.id}")
        if acl.associations:
            raise AwsError("DependencyViolation", f"The networkAcl '{acl.id}' has dependencies and cannot be deleted.")
        del self.ec2.network_acls[acl.id]
        return result(Return=True)

    def create_network_acl_entry(self) -> ActionResult:
        acl, number, egress = self._acl(), self.params["RuleNumber"], self.params["Egress"]
        if self._entry(acl) is not None:
            text = f"The network acl entry identified by {number} already exists."
            raise AwsError("NetworkAclEntryAlreadyExists", text)
        taken = sum(e.egress == egress and e.rule_number != LAST for e in acl.entries)
        require_room("entries-per-network-acl", taken)
        self._check_entry()
        self._add(acl, number, self.params, egress)
        return result(Return=True)

    def replace_network_acl_entry(self) -> ActionResult:
        acl = self._acl()
        entry = self._found_entry(acl)
        self._check_entry()
        acl.entries.remove(entry)
        self._add(acl, entry.rule_number, self.params, entry.egress)
        return result(Return=True)

    def delete_network_acl_entry(self) -> ActionResult:
        acl = self._acl()
        entry = self._found_entry(acl)
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
        return self.ec2.network_acls[self.params["NetworkAclId"]]

    def _entry(self, acl: Any) -> Any:
        """Return the entry with the request's number and direction, or None."""
        wanted = (self.params["RuleNumber"], self.params["Egress"])
        return next((e for e in acl.entries if (e.rule_number, e.egress) == wanted), None)

    def _found_entry(self, acl: Any) -> Any:
        entry = self._entry(acl)
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
        """Refuse a number out of range, an unknown protocol, and missing blocks, ports and ICMP types."""
        params = self.params
        self._check_number()
        self._check_block()
        params["Protocol"] = protocol = NUMBERS.get(params["Protocol"], params["Protocol"])
        if protocol not in PROTOCOLS:
            raise AwsError("InvalidParameterValue", f"Invalid value '{protocol}' for IP protocol.")
        if protocol in PORTS:
            self._check_ports(params.get("PortRange") or {})
        if protocol == ICMP or protocol == ICMPV6 and params.get("Ipv6CidrBlock"):
            for field in ("Type", "Code"):
                if (params.get("IcmpTypeCode") or {}).get(field) is None:
                    text = f"The request must contain the parameter icmpTypeCode.{field.lower()}"
                    raise AwsError("MissingParameter", text)

    def _check_block(self) -> None:
        """Refuse an entry without exactly one block, and normalize the block."""
        params = self.params
        if params.get("CidrBlock") and params.get("Ipv6CidrBlock"):
            text = "The parameters cidrBlock and ipv6CidrBlock cannot be used together"
            raise AwsError("InvalidParameterCombination", text)
        if params.get("Ipv6CidrBlock"):
            params["Ipv6CidrBlock"] = canonical_ipv6(params["Ipv6CidrBlock"])
        else:
            self.require("CidrBlock")
            params["CidrBlock"] = canonical(params["CidrBlock"])

    def _check_ports(self, ports: dict[str, int]) -> None:
        if not {"From", "To"} <= ports.keys():
            raise AwsError("MissingParameter", "The request must contain the parameter portRange")
        if not 0 <= ports["From"] <= ports["To"] <= 65535:
            text = f"Invalid port range ({ports['From']}-{ports['To']})"
            raise AwsError("InvalidParameterValue", text)

    def _add(self, acl: Any, number: int, entry: dict[str, Any], egress: bool) -> None:
        """Add an entry; AWS lists those for egress first, by number."""
        ports, icmp = entry.get("PortRange") or {}, entry.get("IcmpTypeCode") or {}
        added = NetworkAclEntry(
            self.ec2,
            acl.id,
            number,
            entry["Protocol"],
            entry["RuleAction"],
            egress,
            entry.get("CidrBlock", ""),
            icmp_code=icmp.get("Code"),
            icmp_type=icmp.get("Type"),
            port_range_from=ports.get("From"),
            port_range_to=ports.get("To"),
            ipv6_cidr_block=entry.get("Ipv6CidrBlock"),
        )
        added.cidr_block = entry.get("CidrBlock")
        acl.entries.append(added)
        acl.entries.sort(key=lambda e: (not e.egress, e.rule_number))
