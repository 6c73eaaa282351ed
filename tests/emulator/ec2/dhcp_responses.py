"""The calls that create, delete and associate DHCP options."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from moto.core.responses import ActionResult

from ..core import AwsError
from .base import Ec2, answered, result, tag_dict
from .ids import KINDS


class DhcpResponses(Ec2):
    """DHCP options. Several VPCs can share them, which moto does not know."""

    def create_dhcp_options(self) -> ActionResult:
        self.require("DhcpConfigurations")
        answer: Any = super().create_dhcp_options()
        self.ec2.tags[answer.result["DhcpOptions"].id] = tag_dict(self.params, "dhcp-options")
        self._sort()
        return answered(answer)

    def describe_dhcp_options(self) -> ActionResult:
        self._sort()
        return answered(super().describe_dhcp_options())

    def _sort(self) -> None:
        """Sort the options of each set by name, as AWS lists them."""
        for options in self.ec2.dhcp_options_sets.values():
            options._options = dict(sorted(options._options.items()))

    def associate_dhcp_options(self) -> ActionResult:
        wanted, vpc = self.params["DhcpOptionsId"], self.ec2.get_vpc(self.params["VpcId"])
        none: Any = SimpleNamespace(id="default", vpc=None)  # the VPC uses no options
        known = {**self.ec2.dhcp_options_sets, "default": none}
        if wanted not in known:
            raise KINDS["DhcpOptionsId"].not_found([wanted])
        vpc.dhcp_options = known[wanted]
        return result(Return=True)

    def delete_dhcp_options(self) -> ActionResult:
        options = self.params["DhcpOptionsId"]
        if any(vpc.dhcp_options.id == options for vpc in self.ec2.vpcs.values()):
            text = f"The dhcpOptions '{options}' has dependencies and cannot be deleted."
            raise AwsError("DependencyViolation", text)
        del self.ec2.dhcp_options_sets[options]
        return result(Return=True)
