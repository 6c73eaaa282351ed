"""The stand-in for the API of AWX refuses what AWX refuses, in its words."""

from __future__ import annotations

from pathlib import Path

import pytest
from awx.rules import Refused
from awx.server import Awx
from awx.store import Store
from awx.surveys import survey_error

ROOT = Path(__file__).parents[2]
DAILY = "DTSTART:20260101T020000Z RRULE:FREQ=DAILY;INTERVAL=1"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Return the files of a project with one playbook, and a file of tasks that is none."""
    project = tmp_path_factory.mktemp("project")
    (project / "tasks").mkdir()
    (project / "plan.yml").write_text("---\n- hosts: all\n")
    (project / "tasks/more.yml").write_text("---\n- hosts: all\n")
    return project


@pytest.fixture
def store(files):
    found = Store(files)
    found.create("projects", {"name": "p", "organization": 1, "scm_type": "git", "scm_url": "https://x/y.git"})
    found.create("inventories", {"name": "i", "organization": 1})
    found.create("job_templates", template(found))
    return found


def template(store, **given):
    ids = {"project": store.named("projects", "p")["id"], "inventory": store.named("inventories", "i")["id"]}
    return {"name": "t", "playbook": "plan.yml", **ids, **given}


def refused(store, endpoint, given):
    with pytest.raises(Refused) as caught:
        store.create(endpoint, given)
    return caught.value.errors


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"job_type": "plan"}, "job_type", '"plan" is not a valid choice.'),
        ({"diff_moed": True}, "diff_moed", "refuses this field"),
        ({"playbook": "apply.yml"}, "playbook", "Playbook not found for project."),
        ({"playbook": "tasks/more.yml"}, "playbook", "Playbook not found for project."),
        ({"playbook": ""}, "playbook", "Must select playbook for project."),
        ({"project": None}, "project", "This field is required."),
        ({"inventory": None}, "inventory", "You must either set a default value or ask to prompt on launch."),
        ({"inventory": 999}, "inventory", 'Invalid pk "999" - object does not exist.'),
        ({"forks": "many"}, "forks", "A valid integer is required."),
        ({"verbosity": 9}, "verbosity", '"9" is not a valid choice.'),
        ({"name": None}, "name", "This field may not be null."),
        ({"allow_simultaneous": "perhaps"}, "allow_simultaneous", "Must be a valid boolean."),
        ({"extra_vars": "[1]"}, "extra_vars", "Cannot parse"),
        ({"scm_branch": "x"}, "scm_branch", "Project does not allow overriding branch."),
        ({"name": "t"}, "__all__", "Job template with this Organization and Name already exists."),
    ],
)
def test_a_wrong_job_template_is_refused(store, given, field, words):
    errors = refused(store, "job_templates", template(store, **{"name": "other", **given}))
    assert words in str(errors[field])


@pytest.mark.parametrize(
    ("endpoint", "given", "field", "words"),
    [
        ("projects", {"description": "x"}, "name", "This field is required."),
        ("projects", {"name": "p", "organization": 1}, "__all__", "already exists"),
        ("inventories", {"name": "k", "organization": 1, "kind": None}, "kind", "This field may not be null."),
        ("schedules", {"name": "s", "unified_job_template": 999, "rrule": DAILY}, "unified_job_template", "Invalid pk"),
        ("notification_templates", {"name": "n", "organization": 1}, "notification_type", "This field is required."),
        (
            "notification_templates",
            {
                "name": "n",
                "organization": 1,
                "notification_type": "slack",
                "notification_configuration": {"token": "x"},
            },
            "non_field_errors",
            "Missing required fields for Notification Configuration: ['channels'].",
        ),
        ("credentials", {"name": "c", "credential_type": 3, "inputs": {}}, "detail", "Missing 'user', 'team', or"),
        (
            "credentials",
            {"name": "c", "organization": 1, "credential_type": 3, "inputs": {"region": "x"}},
            "inputs",
            "'region' was unexpected",
        ),
    ],
)
def test_other_wrong_objects_are_refused(store, endpoint, given, field, words):
    assert words in str(refused(store, endpoint, given)[field])


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("RRULE:FREQ=DAILY;INTERVAL=1", "Valid DTSTART required"),
        ("DTSTART:20260101T020000 RRULE:FREQ=DAILY;INTERVAL=1", "naive datetime"),
        ("DTSTART:20260101T020000Z RRULE:FREQ=DAILY", "INTERVAL required"),
        ("DTSTART:20260101T020000Z RRULE:FREQ=SECONDLY;INTERVAL=1", "SECONDLY is not supported"),
        ("DTSTART:20260101T020000Z RRULE:FREQ=NEVER;INTERVAL=1", "rrule parsing failed validation"),
        ("DTSTART;TZID=Nowhere/City:20260101T020000 RRULE:FREQ=DAILY;INTERVAL=1", "rrule parsing failed validation"),
    ],
)
def test_a_wrong_rule_of_a_schedule_is_refused(store, rule, words):
    number = store.named("job_templates", "t")["id"]
    assert words in str(refused(store, "schedules", {"name": "s", "unified_job_template": number, "rrule": rule}))


def test_secrets_are_stored_and_never_shown(store):
    inputs = {"username": "AKIA", "password": "hunter2"}
    found = store.create("credentials", {"name": "c", "organization": 1, "credential_type": 3, "inputs": inputs})
    assert found["inputs"] == {"username": "AKIA", "password": "$encrypted$"}
    assert "hunter2" not in str(store.list("credentials", ""))
    assert store.secrets[found["id"]] == {"password": "hunter2"}


def test_a_job_template_takes_one_credential_of_a_type(store):
    number = store.named("job_templates", "t")["id"]
    ids = [
        store.create("credentials", {"name": name, "organization": 1, "credential_type": 3, "inputs": {}})["id"]
        for name in "ab"
    ]
    store.attach("job_templates", number, "credentials", {"id": ids[0]})
    with pytest.raises(Refused, match="Cannot assign multiple Amazon Web Services credentials"):
        store.attach("job_templates", number, "credentials", {"id": ids[1]})
    store.attach("job_templates", number, "credentials", {"id": ids[0], "disassociate": True})
    assert store.members("job_templates", number, "credentials", "")["count"] == 0


def test_lists_have_pages_and_filters(store):
    for number in range(30):
        store.create("organizations", {"name": f"o{number}"})
    first = store.list("organizations", "")
    assert (first["count"], len(first["results"])) == (31, 25)
    assert len(store.list(*first["next"].removeprefix("/api/v2/").split("/?"))["results"]) == 6
    assert store.list("organizations", "name=o7")["count"] == 1
    assert store.list("organizations", "name__startswith=o1")["count"] == 11
    with pytest.raises(Refused, match="no field named"):
        store.list("organizations", "colour=red")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v2/job_templates/999/", 404),
        ("GET", "/api/v2/nothing/", 404),
        ("PUT", "/api/v2/job_templates/", 405),
        ("GET", "/api/v2/workflow_approval_templates/1/success_nodes/", 404),
        ("POST", "/api/v2/job_templates/", 400),
    ],
)
def test_wrong_requests_have_the_status_of_awx(files, method, path, status):
    assert Awx(files).answer(method, path, "", {})[0] == status


QUESTION = {"question_name": "q", "variable": "v", "type": "text", "required": False}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"type": "boolean"}, "is not one of"),
        ({"required": "no"}, "'required' in survey question 0 expected to be boolean."),
        ({"question_name": 1}, "'question_name' in survey question 0 expected to be string."),
        ({"type": "integer", "default": "2"}, "Default value 2 in survey question 0 expected to be integer."),
        ({"min": 0.5}, "The min limit in survey question 0 expected to be integer."),
        ({"type": "multiplechoice"}, "must specify choices"),
        ({"type": "multiplechoice", "choices": "a\nb", "default": "c"}, "Default choice must be answered"),
        ({"type": "multiplechoice", "choices": "a\nb", "default": "a\nb"}, "can only have one default value"),
        ({"default": "$encrypted$"}, "$encrypted$ is a reserved keyword"),
    ],
)
def test_a_wrong_question_is_refused(change, words):
    assert survey_error({"name": "s", "description": "", "spec": [QUESTION]}) == ""
    assert words in survey_error({"name": "s", "description": "", "spec": [{**QUESTION, **change}]})


def test_a_wrong_survey_is_refused():
    assert "Field 'description' is missing" in survey_error({"name": "s", "spec": [QUESTION]})
    assert "doesn't contain any items" in survey_error({"name": "s", "description": "", "spec": []})
    assert "duplicated" in survey_error({"name": "s", "description": "", "spec": [QUESTION, QUESTION]})
