"""EC2's kinds: modules of amazon.aws that manage a VPC and what is in it."""

from __future__ import annotations

from .beats import DELETE, GONE
from .kinds import Info, Kind

_TAGS = {"Name": "peer"}
_POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}],
}
_FILTER = {"filters": {"tag:Name": "peer"}}
_ENDPOINT_GONE = ("unchanged, DeleteVpcEndpoints", "It deletes without reading first.")

NETWORK = (
    Kind(
        "amazon.aws.ec2_vpc_net",
        "",
        create={"name": "peer", "cidr_block": ["10.2.0.0/16"], "tags": {"Team": "one"}},
        change={"dns_hostnames": False, "tags": {"Team": "two"}},
        delete={"vpc_id": "{made[vpc][id]}"},
        infos=(
            Info("amazon.aws.ec2_vpc_net_info", _FILTER, "vpcs"),
            Info("amazon.aws.ec2_vpc_net_info", {"filters": {"cidr": "10.2.0.0/16", "isDefault": "false"}}, "vpcs"),
        ),
        deviations={GONE: ("unchanged, DeleteVpc$", "It deletes without reading first.")},
    ),
    Kind(
        "amazon.aws.ec2_vpc_subnet",
        "",
        create={"vpc_id": "{site.vpc}", "cidr": "10.0.9.0/24", "az": "us-east-1a", "tags": _TAGS},
        change={"map_public": True, "tags": {"Name": "peer", "Team": "two"}},
        delete={"vpc_id": "{site.vpc}", "cidr": "10.0.9.0/24"},
        infos=(
            Info("amazon.aws.ec2_vpc_subnet_info", _FILTER, "subnets"),
            Info("amazon.aws.ec2_vpc_subnet_info", {"filters": {"availability-zone": "us-east-1a"}}, "subnets"),
        ),
    ),
    Kind(
        "amazon.aws.ec2_vpc_igw",
        "",
        create={"vpc_id": "{site.vpc}", "tags": _TAGS},
        change={"tags": {"Name": "peer", "Team": "two"}},
        delete={"vpc_id": "{site.vpc}"},
        infos=(Info("amazon.aws.ec2_vpc_igw_info", _FILTER, "internet_gateways"),),
    ),
    Kind(
        "amazon.aws.ec2_vpc_egress_igw",
        "",
        create={"vpc_id": "{site.vpc}"},
        delete={"vpc_id": "{site.vpc}"},
        infos=(Info("amazon.aws.ec2_vpc_egress_igw_info", {}, "egress_only_internet_gateways"),),
    ),
    Kind(
        "amazon.aws.ec2_eip",
        "found by its tag",
        create={
            "in_vpc": True,
            "tags": _TAGS,
            "tag_name": "Name",
            "tag_value": "peer",
            "reuse_existing_ip_allowed": True,
        },
        change={"tags": {"Name": "peer", "Team": "two"}},
        delete={"public_ip": "{made[public_ip]}"},
        infos=(Info("amazon.aws.ec2_eip_info", _FILTER, "addresses"),),
    ),
    Kind(
        "amazon.aws.ec2_eip",
        "of an interface",
        create={"device_id": "{site.interface_of_a_public_subnet}", "in_vpc": True},
        delete={"device_id": "{site.interface}", "in_vpc": True, "release_on_disassociation": True},
    ),
    Kind(
        "amazon.aws.ec2_vpc_nat_gateway",
        "",
        create={
            "subnet_id": "{site.public_subnet}",
            "allocation_id": "{site.allocation}",
            "if_exist_do_not_create": True,
            "wait": True,
            "tags": _TAGS,
        },
        change={"tags": {"Name": "peer", "Team": "two"}},
        delete={"nat_gateway_id": "{made[nat_gateway_id]}", "wait": True},
        infos=(
            Info(
                "amazon.aws.ec2_vpc_nat_gateway_info",
                {"filters": {"tag:Name": "peer", "state": ["available"]}},
                "result",
            ),
        ),
        deviations={GONE: ("failed: .*NatGatewayNotFound", "It deletes a gateway that is already deleted.")},
    ),
    Kind(
        "amazon.aws.ec2_vpc_route_table",
        "",
        create={
            "vpc_id": "{site.vpc}",
            "tags": _TAGS,
            "subnets": ["{site.subnet}"],
            "routes": [{"dest": "0.0.0.0/0", "gateway_id": "{site.gateway}"}],
        },
        change={"routes": []},
        delete={"vpc_id": "{site.vpc}", "tags": _TAGS},
        infos=(Info("amazon.aws.ec2_vpc_route_table_info", _FILTER, "route_tables"),),
    ),
    Kind(
        "amazon.aws.ec2_vpc_endpoint",
        "gateway",
        create={
            "vpc_id": "{site.vpc}",
            "service": "com.amazonaws.us-east-1.s3",
            "route_table_ids": ["{site.table_ids[0]}"],
            "policy": _POLICY,
            "tags": _TAGS,
        },
        change={"tags": {"Name": "peer", "Team": "two"}},
        delete={"vpc_endpoint_id": "{made[result][vpc_endpoint_id]}", "wait": True},
        infos=(Info("amazon.aws.ec2_vpc_endpoint_info", _FILTER, "vpc_endpoints"),),
        deviations={GONE: _ENDPOINT_GONE},
    ),
    Kind(
        "amazon.aws.ec2_vpc_endpoint",
        "interface",
        create={
            "vpc_id": "{site.vpc}",
            "service": "com.amazonaws.us-east-1.kms",
            "vpc_endpoint_type": "Interface",
            "vpc_endpoint_subnets": ["{site.subnet}"],
            "vpc_endpoint_security_groups": ["{site.group}"],
            "wait": True,
        },
        delete={"vpc_endpoint_id": "{made[result][vpc_endpoint_id]}", "wait": True},
        infos=(Info("amazon.aws.ec2_vpc_endpoint_info", {"filters": {"vpc-id": "{site.vpc}"}}, "vpc_endpoints"),),
        deviations={GONE: _ENDPOINT_GONE},
    ),
    Kind(
        "amazon.aws.ec2_security_group",
        "",
        create={
            "name": "peer",
            "description": "peer",
            "vpc_id": "{site.vpc}",
            "rules": [
                {"proto": "tcp", "ports": ["443"], "cidr_ip": "10.0.0.0/8", "rule_desc": "https"},
                {"proto": "tcp", "from_port": 5432, "to_port": 5432, "group_id": "{site.group}"},
            ],
            "tags": _TAGS,
        },
        change={"rules": [{"proto": "all", "cidr_ip": "10.0.0.0/8"}]},
        delete={"group_id": "{made[group_id]}"},
        infos=(
            Info(
                "amazon.aws.ec2_security_group_info",
                {"filters": {"group-name": "peer", "vpc-id": "{site.vpc}"}},
                "security_groups",
            ),
        ),
    ),
    Kind(
        "amazon.aws.ec2_vpc_nacl",
        "",
        create={
            "vpc_id": "{site.vpc}",
            "name": "peer",
            "subnets": ["{site.subnet}"],
            "ingress": [[100, "tcp", "allow", "0.0.0.0/0", None, None, 22, 22]],
            "egress": [[100, "all", "allow", "0.0.0.0/0", None, None, None, None]],
            "tags": {"Team": "one"},
        },
        change={
            "ingress": [
                [100, "icmp", "allow", "0.0.0.0/0", 0, 8],
                [200, "udp", "deny", "10.0.0.0/8", None, None, 53, 53],
            ]
        },
        delete={"vpc_id": "{site.vpc}", "name": "peer"},
        infos=(Info("amazon.aws.ec2_vpc_nacl_info", {"filters": {"vpc-id": "{site.vpc}"}}, "nacls"),),
    ),
    Kind(
        "amazon.aws.ec2_vpc_dhcp_option",
        "of a VPC",
        create={
            "vpc_id": "{site.vpc}",
            "domain_name": "peer.example.com",
            "dns_servers": ["10.0.0.2"],
            "tags": _TAGS,
        },
        change={"domain_name": "other.example.com"},
        delete={"dhcp_options_id": "{made[dhcp_options_id]}"},
        deviations={
            DELETE: ("unchanged$", "The change has already deleted the options of the first apply."),
            GONE: ("unchanged, DeleteDhcpOptions", "It deletes without reading first."),
        },
        infos=(Info("amazon.aws.ec2_vpc_dhcp_option_info", _FILTER, "dhcp_options"),),
    ),
    Kind(
        "amazon.aws.ec2_eni",
        "",
        create={
            "subnet_id": "{site.subnet}",
            "private_ip_address": "10.0.1.9",
            "description": "peer",
            "security_groups": ["{site.group}"],
        },
        delete={"eni_id": "{made[interface][id]}"},
        infos=(Info("amazon.aws.ec2_eni_info", {"filters": {"subnet-id": "{site.subnet}"}}, "network_interfaces"),),
    ),
    Kind(
        "amazon.aws.ec2_vpc_vgw",
        "",
        create={"name": "peer", "vpc_id": "{site.vpc}"},
        delete={"name": "peer"},
        infos=(Info("amazon.aws.ec2_vpc_vgw_info", _FILTER, "virtual_gateways"),),
    ),
    Kind(
        "amazon.aws.ec2_vpc_peering",
        "",
        create={"vpc_id": "{site.vpc}", "peer_vpc_id": "{site.other_vpc}", "tags": _TAGS},
        change={"peering_id": "{made[peering_id]}", "state": "accept"},
        delete={"peering_id": "{made[peering_id]}"},
        infos=(Info("amazon.aws.ec2_vpc_peering_info", _FILTER, "vpc_peering_connections"),),
    ),
    Kind(
        "amazon.aws.ec2_tag",
        "",
        create={"resource": "{site.vpc}", "tags": {"Team": "one"}},
        change={"tags": {"Team": "two"}},
        delete={"resource": "{site.vpc}", "tags": {"Team": "two"}},
        infos=(Info("amazon.aws.ec2_tag_info", {"resource": "{site.vpc}"}, "tags"),),
    ),
)
