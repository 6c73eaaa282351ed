"""The rules of what an account may have, in all services."""

from __future__ import annotations

from . import Rule

RULES = (
    Rule("quotas", "A request that creates a resource beyond a quota is refused with the code and words of the service. The table of quotas below names them. A dry run is not refused.", "V quotas, A quotas, D quotas, K quotas, I"),
    Rule("zone-lacks", "A zone can lack NAT gateways (`NotAvailableInZone`), an endpoint service (`InvalidParameter`) or an instance class, which DescribeOrderableDBInstanceOptions then leaves out and CreateDBInstance refuses like that of any zone without it. By default only `use1-az3` lacks newer classes.", "I terraform-aws-eks-blueprints#1095, terraform-aws-vpc#785, TF#20712"),
)  # fmt: skip
