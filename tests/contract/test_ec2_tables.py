"""The tables of the local EC2 name every kind of resource that its operations create."""

from __future__ import annotations

import pytest
from emulator.ec2.checks import DELETED_BY, TAGGABLE
from emulator.promises.ec2 import OPERATIONS
from emulator.tagging.resources import EC2_IDS

# IPAM has a listing of its own, and GetResources does not list rules of security groups.
OTHER_LISTINGS = {"ipam", "ipam-scope", "ipam-pool", "ipam-pool-allocation", "security-group-rule"}
# Kinds that stay listed as deleting or deleted for a while, and keep their tags as long.
LISTED_AFTER_DELETION = {"DeleteIpam", "DeleteIpamPool", "DeleteIpamScope", "DeleteNatGateway"}
LISTED_AFTER_DELETION |= {"DeleteVpcEndpoint"}


@pytest.mark.parametrize("operation", [name for name, given in OPERATIONS.items() if "TagSpecifications" in given])
def test_operations_that_take_tags_have_a_resource_type(operation):
    assert operation in TAGGABLE, f"add {operation} to TAGGABLE in tests/emulator/ec2/checks.py"


@pytest.mark.parametrize("kind", sorted(set(TAGGABLE.values()) - OTHER_LISTINGS))
def test_tagged_resources_are_listed_by_get_resources(kind):
    assert kind in EC2_IDS, f"add {kind} to EC2_IDS in tests/emulator/tagging/resources.py"


@pytest.mark.parametrize("operation", [name for name in TAGGABLE if name.startswith("Create")])
def test_tags_end_with_the_resource(operation):
    delete = operation.replace("Create", "Delete")
    if delete in OPERATIONS and delete not in LISTED_AFTER_DELETION:
        assert delete in DELETED_BY, f"add {delete} to DELETED_BY in tests/emulator/ec2/checks.py"
