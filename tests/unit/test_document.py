"""The plan as a document: what is collected, what is read back, what it permits."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import UNKNOWN, Refused
from ansible_collections.mtk.backend.plugins.module_utils.engine import _approval, _document
from ansible_collections.mtk.backend.plugins.module_utils.engine._plan import Plan, make_plan
from ansible_collections.mtk.backend.plugins.module_utils.engine._reconcile import Outcome
from ansible_collections.mtk.backend.plugins.module_utils.engine._resource import Resource
from ansible_collections.mtk.backend.plugins.plugin_utils.record import Record
from hypothesis import given
from hypothesis import strategies as st

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/using/plan.schema.json").read_text())
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.dictionaries(st.sampled_from(["size", "tags", "routes"]), JSON, min_size=1)


class Thing(Resource):
    """A thing with an id."""

    kind = "thing"
    managed = ("size", "routes")
    computed = ("thing_id",)
    usual = {"create": 90}
    region = "us-east-1"


def thing(name="a"):
    return Thing(None, {"name": name})


def returned(plan, name="a", check=True, have=None, seconds=0.0, refusal=""):
    """What the module of a thing would return."""
    outcome = Outcome(plan, have or {}, refusal, seconds=seconds)
    diff = {"before": dict(plan.before), "after": dict(plan.after)}
    return {"plan": _document.entry("thing", thing(name), outcome, check), "diff": diff}


def collected(*results):
    record = Record()
    for one in results:
        record.add(one)
    return record.document()


CREATE = Plan("create", {}, {"size": 1, "routes": ["a", "b"], "vpc_id": UNKNOWN})
UPDATE = Plan("update", {"size": 1, "tags": {"x": "1"}}, {"size": 2, "tags": {"x": "1", "y": "2"}})
DELETE = Plan("delete", {"size": 1}, {})
NONE = Plan("none", {}, {})


@pytest.mark.parametrize("plan", [CREATE, UPDATE, DELETE, NONE, Plan("refuse", {}, {})], ids=lambda p: p.action)
def test_document_is_as_its_schema_says(plan):
    whole = collected(returned(plan, have={"thing_id": "t-1"}, seconds=3, refusal="why" * (plan.action == "refuse")))
    jsonschema.validate(whole, SCHEMA)
    assert whole["counts"][plan.action] == 1 and sum(whole["counts"].values()) == 1
    assert whole["changes"] is (plan.action != "none")
    (one,) = whole["resources"]
    assert one["ids"] == ["t-1"]
    assert one.get("usual_seconds") == (90 if plan.action == "create" else None)


def test_differences_are_single():
    (one,) = collected(returned(UPDATE))["resources"]
    assert [_document.words(_document.Difference(**d)) for d in one["differences"]] == [
        "size: 1 -> 2",
        'tags.y: null -> "2"',
    ]


@pytest.mark.parametrize(
    ("first", "later", "action"),
    [
        (CREATE, NONE, "create"),  # applied, and awaited later
        (CREATE, UPDATE, "create"),
        (NONE, UPDATE, "update"),
        (UPDATE, DELETE, "delete"),
        (UPDATE, NONE, "update"),
        (CREATE, Plan("refuse", {}, {}), "refuse"),
        (DELETE, DELETE, "delete"),
    ],
    ids=lambda value: getattr(value, "action", ""),
)
def test_two_tasks_about_one_resource_are_one_entry(first, later, action):
    whole = collected(returned(first, seconds=2), returned(later, seconds=3))
    (one,) = whole["resources"]
    assert one["action"] == action
    if "refuse" not in (later.action,) and first.action != "none":
        assert one["seconds"] == 5
    jsonschema.validate(whole, SCHEMA)


def test_two_updates_are_from_the_first_to_the_last():
    first, later = (
        Plan("update", {"size": 1}, {"size": 2}),
        Plan("update", {"size": 2, "routes": []}, {"size": 3, "routes": ["a"]}),
    )
    (one,) = collected(returned(first), returned(later))["resources"]
    assert (one["before"], one["after"]) == ({"size": 1, "routes": []}, {"size": 3, "routes": ["a"]})


def test_errors_make_it_incomplete():
    record = Record()
    record.errors.append({"host": "h", "task": "t", "message": "m"})
    whole = record.document()
    jsonschema.validate(whole, SCHEMA)
    assert not whole["complete"]


@pytest.fixture
def approved(tmp_path):
    """``approved(plan, ...)`` is the approval of these plans, by way of a file."""

    def approve(*plans, **changed):
        path = tmp_path / "plan.json"
        path.write_text(json.dumps({**collected(*(returned(p) for p in plans)), **changed}))
        return _approval.Approved(str(path))

    return approve


@pytest.mark.parametrize(
    ("planned", "done"),
    [
        (CREATE, Plan("create", {}, {"size": 1, "routes": ["a", "b"], "vpc_id": "vpc-1"})),
        (CREATE, Plan("create", {}, {"size": 1, "routes": ["b"], "vpc_id": "vpc-1"})),  # a first task of two
        (CREATE, Plan("update", {"routes": ["b"]}, {"routes": ["b", "a"]})),  # the second one
        (CREATE, Plan("update", {"size": 7}, {"size": 1})),  # somebody made it meanwhile, and it comes to the same
        (Plan("create", {}, {"routes": [UNKNOWN]}), Plan("create", {}, {"routes": ["x", "y"]})),
        (
            Plan("create", {}, {"routes": [{"id": UNKNOWN}, {"id": "a"}]}),
            Plan("create", {}, {"routes": [{"id": "a"}, {"id": "b"}]}),
        ),
        (Plan("create", {}, {"size": f"arn:{UNKNOWN}:*"}), Plan("create", {}, {"size": "arn:x:*"})),
        (UPDATE, UPDATE),
        (UPDATE, Plan("update", {"tags": {"x": "1"}}, {"tags": {"x": "1", "y": "2"}})),  # half of it is done by now
        (DELETE, DELETE),
    ],
)
def test_what_was_planned_is_permitted(approved, planned, done):
    approved(planned).check("thing", thing(), done)


@pytest.mark.parametrize(
    ("planned", "done", "named"),
    [
        (NONE, UPDATE, "update"),
        (NONE, DELETE, "delete"),
        (CREATE, DELETE, "delete"),
        (UPDATE, DELETE, "delete"),
        (DELETE, UPDATE, "update"),
        (UPDATE, CREATE, "create"),
        (CREATE, Plan("create", {}, {"size": 2}), "size: 1 -> 2|size: null -> 2"),
        (CREATE, Plan("create", {}, {"routes": ["a", "c"]}), r'routes: \+ "c"'),
        (CREATE, Plan("create", {}, {"colour": "red"}), 'colour: null -> "red"'),
        (CREATE, Plan("update", {"routes": ["z"]}, {"routes": ["a"]}), r'routes: - "z"'),
        (UPDATE, Plan("update", {"size": 3}, {"size": 2}), "size: 3 -> 2"),
        (UPDATE, Plan("update", {"size": 1}, {"size": 4}), "size: 1 -> 4"),
        (UPDATE, Plan("update", {"tags": {"z": "9", "x": "1"}}, {"tags": {"x": "1"}}), 'tags.z: "9" -> null'),
    ],
)
def test_what_was_not_planned_is_refused_by_name(approved, planned, done, named):
    with pytest.raises(Refused, match=named):
        approved(planned).check("thing", thing(), done)


def test_another_resource_is_refused(approved):
    with pytest.raises(
        Refused, match=r"thing b in us-east-1 differs from the approved plan.*says none.*Make and approve"
    ):
        approved(CREATE).check("thing", thing("b"), CREATE)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"schema_version": 2}, "schema_version 2"),
        ({"mode": "apply"}, "not a complete plan"),
        ({"complete": False}, "not a complete plan"),
    ],
)
def test_what_is_no_plan_is_refused(approved, changed, told):
    with pytest.raises(Refused, match=told):
        approved(CREATE, **changed)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(Refused, match="plan_file .*nowhere.json cannot be read"):
        _approval.Approved(str(tmp_path / "nowhere.json"))


@given(JSON)
def test_a_value_fits_itself(value):
    assert _approval.fits(value, value)
    assert _approval.fits(UNKNOWN, value)


def canonical(value):
    """A value without the order of its lists, which is no difference, since AWS has its own; true is 1 in Python."""
    if isinstance(value, dict):
        return "mapping", sorted((key, canonical(one)) for key, one in value.items())
    if isinstance(value, list):
        return sorted((canonical(one) for one in value), key=repr)
    return int(value) if isinstance(value, bool) else value


@given(JSON, JSON)
def test_only_equal_values_fit(planned, actual):
    assert _approval.fits(planned, actual) == (canonical(planned) == canonical(actual))


@given(FIELDS, FIELDS)
def test_every_plan_permits_itself(before, after):
    plan = make_plan(after, {**dict.fromkeys(after), **before})
    whole = collected(returned(plan))
    (one,) = json.loads(json.dumps(whole))["resources"]
    assert _approval._unplanned(one, plan) == []
