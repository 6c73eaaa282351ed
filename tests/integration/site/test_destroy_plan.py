"""A deletion deletes what its plan names, and nothing else, according to its report and the call log of AWS."""

from __future__ import annotations

import json

import jsonschema
import pytest

from .conftest import REGIONS, Site
from .subjects import Names, subjects
from .test_plan import SCHEMA

pytestmark = pytest.mark.timeout(3600)
DESTROY = "playbooks/destroy.yml"


def actions(path):
    """Return the deletions and the kept resources in a plan file."""
    whole = json.loads(path.read_text())
    jsonschema.validate(whole, SCHEMA)
    assert (whole["complete"], whole["purpose"], whole["remaining"]) == (True, "destroy", [])
    entries = {(entry["region"], entry["resource"], entry["name"]): entry for entry in whole["resources"]}
    return {subject: (entry["action"], entry.get("reason")) for subject, entry in entries.items()}


def deletions(found):
    return {subject for subject, (action, _reason) in found.items() if action == "delete"}


def kept(found):
    """Return the resources of the address plan that are kept, with the reasons."""
    staying = {subject[1:]: reason for subject, (action, reason) in found.items() if action == "keep"}
    return {subject: reason for subject, reason in staying.items() if subject[0].startswith("ec2_ipam")}


def destroy(aws, environment, path):
    """Plan and carry out a deletion; return its plan and what was deleted according to the call log."""
    live, plan, report = Site(aws, environment), path / "plan.json", path / "report.json"
    allowed = ("-e", "destroy_allowed=true")
    checked = live.play(DESTROY, "--check", *allowed, "-e", f"plan_out={plan}")
    assert checked.mutating == []
    names, since = Names().read(aws, REGIONS), len(aws.control.calls())
    live.play(DESTROY, "-e", f"confirm_environment={environment}", *allowed, "-e", f"plan_out={report}")
    planned, carried_out = actions(plan), actions(report)
    assert {subject: action for subject, (action, _reason) in carried_out.items()} == {
        subject: action for subject, (action, _reason) in planned.items()
    }
    assert kept(carried_out) == kept(planned)
    return planned, subjects(aws.control.calls(since, mutating=True), names)


@pytest.mark.parametrize(
    "environment", ["dev", *(pytest.param(name, marks=pytest.mark.removal) for name in ("qa", "prod"))]
)
def test_a_deletion_does_what_its_plan_says(aws, built, environment, tmp_path):
    built(environment)
    planned, done = destroy(aws, environment, tmp_path)
    assert {subject for subject, action in done.items() if action == "delete"} == deletions(planned)
    assert set(done) == deletions(planned), "a deletion changes nothing but what it deletes"
    assert not kept(planned)


def test_another_environment_keeps_what_it_shares(aws, built, tmp_path):
    qa = built("qa")
    Site(aws, "dev").play()
    planned, done = destroy(aws, "dev", tmp_path)
    assert {subject for subject, action in done.items() if action == "delete"} == deletions(planned)
    shared = [("ec2_ipam_pool", "shared_ipam_top_pool"), ("ec2_ipam_pool", "shared_us-east-1_ipam_pool")]
    blocks = [("ec2_ipam_pool_cidr", f"{pool} {block}") for (_, pool), block in zip(shared, BLOCKS, strict=True)]
    assert sorted(kept(planned)) == sorted([("ec2_ipam", "ipam"), *shared, *blocks])
    assert set(kept(planned).values()) == {"environment qa uses it (pool qa_us-east-1_ipam_pool)"}
    again = qa.play("site.yml", "--check")
    assert (again.changed, again.mutating) == (0, []), again.text[-6000:]


BLOCKS = ("10.0.0.0/8", "10.0.0.0/12")
