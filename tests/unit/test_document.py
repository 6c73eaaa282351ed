"""Plans as documents: their collection, their schema and the changes they permit."""

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


class Noted(Thing):
    """A thing whose plan says more than its differences."""

    def notes(self, plan):
        return [f"AWS takes about 60 min: {plan.after['size']}"]


def returned(plan, name="a", check=True, have=None, seconds=0.0, refusal=""):
    """Return the result of the module for a thing."""
    outcome = Outcome(plan, have or {}, refusal, seconds=seconds)
    diff = {"before": dict(plan.before), "after": dict(plan.after)}
    return {"plan": _document.entry("thing", thing(name), outcome, check), "diff": diff}


def collected(*results):
    record = Record()
    for result in results:
        record.add(result)
    return record.document()


CREATE = Plan("create", {}, {"size": 1, "routes": ["a", "b"], "vpc_id": UNKNOWN})
UPDATE = Plan("update", {"size": 1, "tags": {"x": "1"}}, {"size": 2, "tags": {"x": "1", "y": "2"}})
DELETE = Plan("delete", {"size": 1}, {})
REPLACE = Plan("replace", {"size": 1, "routes": []}, {"size": 1, "routes": ["a"], "vpc_id": UNKNOWN})
NONE = Plan("none", {}, {})


@pytest.mark.parametrize(
    "plan", [CREATE, UPDATE, DELETE, REPLACE, NONE, Plan("refuse", {}, {})], ids=lambda p: p.action
)
def test_a_document_matches_the_schema(plan):
    document = collected(returned(plan, have={"thing_id": "t-1"}, seconds=3, refusal="why" * (plan.action == "refuse")))
    jsonschema.validate(document, SCHEMA)
    assert document["counts"][plan.action] == 1 and sum(document["counts"].values()) == 1
    assert document["changes"] is (plan.action != "none")
    (entry,) = document["resources"]
    assert entry["ids"] == ["t-1"]
    assert entry.get("usual_seconds") == (90 if plan.action == "create" else None)


def test_differences_are_listed_by_field_and_key():
    (entry,) = collected(returned(UPDATE))["resources"]
    assert [_document.words(_document.Difference(**d)) for d in entry["differences"]] == [
        "size: 1 -> 2",
        'tags.y: null -> "2"',
    ]


def index(name="by_a", projection="ALL", **capacity):
    return {"index_name": name, "projection": {"projection_type": projection}, **capacity}


READS, WRITES = "max_read_request_units", "max_write_request_units"


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        (
            [index(on_demand_throughput={READS: -1, WRITES: -1}), index("by_b")],
            [index(on_demand_throughput={READS: 100, WRITES: -1}), index("by_b")],
            [f"indexes.by_a.on_demand_throughput.{READS}: -1 -> 100"],
        ),
        (
            [index(provisioned_throughput={"read_capacity_units": 5})],
            [index(on_demand_throughput={READS: 100})],
            [
                'indexes.by_a.provisioned_throughput: {"read_capacity_units": 5} -> null',
                f'indexes.by_a.on_demand_throughput: null -> {{"{READS}": 100}}',
            ],
        ),
        (
            [index(on_demand_throughput={READS: -1})],
            [index(projection="KEYS_ONLY", on_demand_throughput={READS: 100})],
            [
                'indexes: - {"index_name": "by_a", "projection": {"projection_type": "ALL"}, '
                f'"on_demand_throughput": {{"{READS}": -1}}}}',
                'indexes: + {"index_name": "by_a", "projection": {"projection_type": "KEYS_ONLY"}, '
                f'"on_demand_throughput": {{"{READS}": 100}}}}',
            ],
        ),
        (
            [index(), index("by_b", on_demand_throughput={READS: -1})],
            [index("by_b", on_demand_throughput={READS: 5}), index("by_c")],
            [
                'indexes: - {"index_name": "by_a", "projection": {"projection_type": "ALL"}}',
                'indexes: + {"index_name": "by_c", "projection": {"projection_type": "ALL"}}',
                f"indexes.by_b.on_demand_throughput.{READS}: -1 -> 5",
            ],
        ),
    ],
    ids=["one limit", "another billing mode", "built again", "beside other indexes"],
)
def test_fields_of_an_index_that_is_not_built_again_are_listed_by_themselves(approved, before, after, lines):
    plan = Plan("update", {"indexes": before}, {"indexes": after})
    assert [_document.words(difference) for difference in plan.differences()] == lines
    approved(plan).check("thing", thing(), plan)
    (entry,) = collected(returned(plan))["resources"]
    jsonschema.validate(collected(returned(plan)), SCHEMA)
    assert [_document.words(_document.Difference(**d)) for d in entry["differences"]] == lines


def test_another_capacity_of_an_index_than_planned_is_refused(approved):
    def plan(units):
        limits = ({READS: units} for units in (-1, units))
        before, after = ([index(on_demand_throughput=limit)] for limit in limits)
        return Plan("update", {"indexes": before}, {"indexes": after})

    with pytest.raises(Refused, match=rf"indexes.by_a.on_demand_throughput.{READS}: -1 -> 200"):
        approved(plan(100)).check("thing", thing(), plan(200))


@pytest.mark.parametrize(
    ("plan", "check", "noted"), [(UPDATE, True, True), (UPDATE, False, False), (NONE, True, False)]
)
def test_notes_are_in_the_plan_of_an_update(plan, check, noted):
    entry = _document.entry("thing", Noted(None, {"name": "a"}), Outcome(plan, {}), check)
    assert ("notes" in entry) is noted
    document = collected({"plan": entry, "diff": {"before": dict(plan.before), "after": dict(plan.after)}})
    jsonschema.validate(document, SCHEMA)


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
        (REPLACE, UPDATE, "replace"),
        (REPLACE, NONE, "replace"),
        (REPLACE, DELETE, "delete"),
    ],
    ids=lambda value: getattr(value, "action", ""),
)
def test_two_tasks_for_a_resource_share_an_entry(first, later, action):
    document = collected(returned(first, seconds=2), returned(later, seconds=3))
    (entry,) = document["resources"]
    assert entry["action"] == action
    if "refuse" not in (later.action,) and first.action != "none":
        assert entry["seconds"] == 5
    jsonschema.validate(document, SCHEMA)


def test_two_updates_are_merged():
    first, later = (
        Plan("update", {"size": 1}, {"size": 2}),
        Plan("update", {"size": 2, "routes": []}, {"size": 3, "routes": ["a"]}),
    )
    (entry,) = collected(returned(first), returned(later))["resources"]
    assert (entry["before"], entry["after"]) == ({"size": 1, "routes": []}, {"size": 3, "routes": ["a"]})


def test_errors_make_the_document_incomplete():
    record = Record()
    record.errors.append({"host": "h", "task": "t", "message": "m"})
    document = record.document()
    jsonschema.validate(document, SCHEMA)
    assert not document["complete"]


@pytest.fixture
def approved(tmp_path):
    """Return ``approved(plan, ...)``, which writes these plans to a file and approves it."""

    def approve(*plans, **changed):
        path = tmp_path / "plan.json"
        document = {**collected(*(returned(p) for p in plans)), **changed}
        path.write_text(json.dumps({**document, "hash": _document.digest(document)}))
        return _approval.Approved(str(path))

    return approve


@pytest.mark.parametrize(
    ("planned", "actual"),
    [
        (CREATE, Plan("create", {}, {"size": 1, "routes": ["a", "b"], "vpc_id": "vpc-1"})),
        (CREATE, Plan("create", {}, {"size": 1, "routes": ["b"], "vpc_id": "vpc-1"})),  # the first task of two
        (CREATE, Plan("update", {"routes": ["b"]}, {"routes": ["b", "a"]})),  # the second task
        (CREATE, Plan("update", {"size": 7}, {"size": 1})),  # somebody has created it; the result is the same
        (Plan("create", {}, {"routes": [UNKNOWN]}), Plan("create", {}, {"routes": ["x", "y"]})),
        (
            Plan("create", {}, {"routes": [{"id": UNKNOWN}, {"id": "a"}]}),
            Plan("create", {}, {"routes": [{"id": "a"}, {"id": "b"}]}),
        ),
        (Plan("create", {}, {"size": f"arn:{UNKNOWN}:*"}), Plan("create", {}, {"size": "arn:x:*"})),
        (UPDATE, UPDATE),
        (UPDATE, Plan("update", {"tags": {"x": "1"}}, {"tags": {"x": "1", "y": "2"}})),  # the size is already changed
        (DELETE, DELETE),
        (DELETE, Plan("update", {"routes": ["a"]}, {"routes": []})),  # the step before the deletion
        (REPLACE, REPLACE),
        (REPLACE, Plan("replace", {"size": 7}, {"size": 1, "routes": ["a"], "vpc_id": "vpc-1"})),
        (REPLACE, Plan("create", {}, {"size": 1, "routes": ["a"], "vpc_id": "vpc-1"})),  # it is already deleted
        (REPLACE, Plan("update", {"routes": []}, {"routes": ["a"]})),  # it is created, and half done
    ],
)
def test_planned_changes_are_permitted(approved, planned, actual):
    approved(planned).check("thing", thing(), actual)


@pytest.mark.parametrize(
    ("planned", "actual", "message"),
    [
        (NONE, UPDATE, "update"),
        (NONE, DELETE, "delete"),
        (NONE, REPLACE, "replace"),
        (CREATE, REPLACE, "replace"),
        (UPDATE, REPLACE, "replace"),
        (DELETE, REPLACE, "replace"),
        (REPLACE, DELETE, "delete"),
        (REPLACE, Plan("replace", {}, {"size": 2}), "size: null -> 2"),
        (REPLACE, Plan("create", {}, {"routes": ["z"]}), r'routes: \+ "z"'),
        (CREATE, DELETE, "delete"),
        (UPDATE, DELETE, "delete"),
        (DELETE, UPDATE, "update"),
        (DELETE, Plan("update", {"routes": ["a"]}, {"routes": ["b"]}), "update"),
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
def test_unplanned_changes_are_refused_by_name(approved, planned, actual, message):
    with pytest.raises(Refused, match=message):
        approved(planned).check("thing", thing(), actual)


def test_another_resource_is_refused(approved):
    with pytest.raises(
        Refused, match=r"thing b in us-east-1 differs from the approved plan.*says none.*Make and approve"
    ):
        approved(CREATE).check("thing", thing("b"), CREATE)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"schema_version": 2}, "schema_version 2"),
        ({"mode": "apply"}, "not a complete plan"),
        ({"complete": False}, "not a complete plan"),
    ],
)
def test_incomplete_plan_is_refused(approved, changed, message):
    with pytest.raises(Refused, match=message):
        approved(CREATE, **changed)


def test_missing_plan_file_is_named(tmp_path):
    with pytest.raises(Refused, match="plan_file .*nowhere.json cannot be read"):
        _approval.Approved(str(tmp_path / "nowhere.json"))


@given(JSON)
def test_every_value_fits_itself_and_unknown(value):
    assert _approval.fits(value, value)
    assert _approval.fits(UNKNOWN, value)


def canonical(value):
    """Return a value with sorted lists, whose order AWS does not keep, and with booleans as numbers, as Python does."""
    if isinstance(value, dict):
        return "mapping", sorted((key, canonical(item)) for key, item in value.items())
    if isinstance(value, list):
        return sorted((canonical(item) for item in value), key=repr)
    return int(value) if isinstance(value, bool) else value


@given(JSON, JSON)
def test_only_equal_values_fit(planned, actual):
    assert _approval.fits(planned, actual) == (canonical(planned) == canonical(actual))


@given(FIELDS, FIELDS)
def test_every_plan_permits_itself(before, after):
    plan = make_plan(after, {**dict.fromkeys(after), **before})
    document = collected(returned(plan))
    (entry,) = json.loads(json.dumps(document))["resources"]
    assert _approval._unplanned(entry, plan) == []


def test_a_resource_that_is_to_be_replaced_is_known_by_its_present_id():
    replaced = Plan("replace", {"thing_id": "old"}, {"size": 1}, "It failed.")
    for check, after, ids in ((True, UNKNOWN, ["old"]), (False, "new", ["new", "old"])):
        entry = _document.entry("thing", thing(), Outcome(replaced, {"thing_id": after}), check)
        assert (entry["ids"], entry["reason"]) == (ids, "It failed.")
