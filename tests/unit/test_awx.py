"""The variables of playbooks/awx.yml, what follows from them, and wrong values with their messages."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from ansible_collections.mtk.backend.plugins.module_utils.domain import _awx, _awx_notifications, _settings_awx
from ansible_collections.mtk.backend.plugins.module_utils.domain._setting import shown
from ansible_collections.mtk.backend.plugins.module_utils.domain._settings_run import RUN, VARIABLES
from ansible_collections.mtk.backend.plugins.plugin_utils.settings import NAMES, ROLES
from awx.rules import NOTIFICATIONS, playbooks
from awx.surveys import rrule_errors, survey_error

ROOT = Path(__file__).parents[2]
SETTINGS = {setting.name: setting for role in ROLES.values() for setting in role.settings}
URL = "https://git.example.com/mtk/backend.git"
RIGHT = {"awx_project_url": URL, "awx_environments": {"dev": {"credential": "AWS of dev"}}}
DAILY = "DTSTART:20260101T020000Z RRULE:FREQ=DAILY;INTERVAL=1"
EMAIL = {"host": "mail.example.com", "sender": "awx@example.com", "recipients": ["ops@example.com"]}


def check(**given):
    return _settings_awx.check({**RIGHT, **given}, NAMES)


def objects(inventory=None, **given):
    values, faults = check(**given)
    assert not faults
    inventories = dict.fromkeys(values["awx_environments"], inventory or {"destroy_allowed": True})
    return _awx.objects(values, SETTINGS, inventories)


def environment(**given):
    return {"awx_environments": {"dev": {"credential": "AWS of dev", **given}}}


WRONG = [
    ({"awx_project_url": "backend"}, "awx_project_url is 'backend'; it is not the URL of a Git repository."),
    (
        {"awx_project_url": "https://me:hunter2@git.example.com/x.git"},
        "awx_project_url is '(hidden)'; it contains a password or a token, which AWX would show. Remove what is",
    ),
    ({"awx_project_url": "https://hunter2@git.example.com/x.git"}, "awx_project_url is '(hidden)'; it contains a pass"),
    ({"awx_project_url": "https://me:hunter2/x@git.example.com/x.git"}, "is '(hidden)'; it contains a password or a"),
    ({"awx_project_url": "https:/me:hunter2@git.example.com/x.git"}, "is '(hidden)'; it is not the URL of a Git"),
    ({"awx_projct_url": URL}, "awx_projct_url is not a setting of playbooks/awx.yml. Did you mean awx_project_url?"),
    ({"awx_forks": "many"}, "awx_forks is 'many'; it must be a whole number."),
    ({"awx_forks": 0}, "awx_forks is 0; the playbook allows 1 to 100."),
    ({"awx_name": " mtk"}, "awx_name is ' mtk'; it begins or ends with white space. Set it to 'mtk'."),
    ({"awx_name": "mtk "}, "awx_name is 'mtk '; it begins or ends with white space. Set it to 'mtk'."),
    ({"awx_name": ""}, "awx_name is ''; it must be a name in one line, of at most 200 characters. Correct it."),
    ({"awx_organization": ""}, "awx_organization is ''; it must be a name in one line"),
    ({"awx_directory": ""}, "awx_directory is ''; it must be a name in one line"),
    ({"awx_execution_environment_image": "a b"}, "awx_execution_environment_image is 'a b'; it must be the name of"),
    ({"awx_execution_environment_pull": "allways"}, "awx_execution_environment_pull is 'allways'; the allowed values"),
    (
        {"awx_environments": '{"dev": {"credential": "AWS"}}'},
        "awx_environments is '(hidden)'; it must be a dictionary, and it is text. Write it in a YAML or JSON file",
    ),
    ({"awx_environments": {}}, "awx_environments has no environments. Add one"),
    ({"awx_environments": {"Dev": {"credential": "x"}}}, "the environment awx_environments.Dev is 'Dev'; it must"),
    ({"awx_environments": {"dev": "AWS"}}, "awx_environments.dev is '(hidden)'; it must be a dictionary."),
    ({"awx_environments": {"dev": {}}}, "awx_environments.dev.credential is not set. Name a credential of AWX, or"),
    (environment(crdential="x"), "awx_environments.dev.crdential is not a key of an environment. Did you mean creden"),
    (environment(credential=7), "awx_environments.dev.credential is '(hidden)'; it must be the name of a credential"),
    (environment(credential="AWS "), "awx_environments.dev.credential is 'AWS '; it must be text without white space"),
    (
        environment(credentials={"access_key": "A", "secret_key": "hunter2"}),
        "awx_environments.dev.credentials is '(hidden)'; it must be a list of names.",
    ),
    (
        environment(credentials=[{"access_key": "A", "secret_key": "hunter2"}]),
        "awx_environments.dev.credentials is '(hidden)'; it must be a list of names.",
    ),
    (environment(credentials=["V "]), "awx_environments.dev.credentials is '(hidden)'; it must be a list of names."),
    (environment(inventory="/srv/mtk/dev"), "AWX finds only inventories in the project. Write the path from the top"),
    (environment(inventory="inventories/../../dev"), "AWX finds only inventories in the project."),
    (environment(credential={"access_key": "A"}), "awx_environments.dev.credential.secret_key is not set. Give"),
    (
        environment(credential={"access_key": "A", "secret_key": 5}),
        "awx_environments.dev.credential.secret_key is '(hidden)'; it must be text.",
    ),
    (
        environment(credential={"access_key": "A", "secret_key": "B", "token": "C"}),
        "awx_environments.dev.credential.token is not a key of a credential. Use one of access_key, secret_key, ses",
    ),
    (environment(destroy="yes"), "awx_environments.dev.destroy is 'yes'; it must be true or false."),
    (environment(instance_groups="prod"), "awx_environments.dev.instance_groups is 'prod'; it must be a list of names"),
    (
        environment(inventory=""),
        "awx_environments.dev.inventory is ''; it must be text without white space at its ends.",
    ),
    (environment(drift_rrule="daily"), "awx_environments.dev.drift_rrule is 'daily'; it needs one DTSTART"),
    ({"awx_drift_rrule": DAILY.replace("Z", "")}, "it needs one DTSTART with a time zone"),
    (
        {"awx_drift_rrule": DAILY.replace(";INTERVAL=1", "")},
        "AWX needs an INTERVAL in each RRULE, which is 1 or more. Write it in",
    ),
    ({"awx_drift_rrule": DAILY.replace("DAILY", "SECONDLY")}, "AWX starts no jobs every second."),
    ({"awx_drift_rrule": DAILY.split()[0]}, "it needs a RRULE with FREQ."),
    ({"awx_drift_rrule": DAILY.replace("DAILY", "NIGHTLY")}, "FREQ is one of MINUTELY, HOURLY, DAILY, WEEKLY"),
    ({"awx_drift_rrule": DAILY.replace("INTERVAL=1", "INTERVAL=0")}, "AWX needs an INTERVAL in each RRULE, which is 1"),
    ({"awx_drift_rrule": DAILY.replace("20260101", "20261301")}, "its DTSTART is no date with a time. Write it in"),
    ({"awx_drift_rrule": f"{DAILY};COUNT=2;UNTIL=20270101T000000Z"}, "AWX takes COUNT or UNTIL, and not both."),
    ({"awx_surveys": {"aply": []}}, "awx_surveys.aply is not a template with a survey of settings. Did you mean ap"),
    ({"awx_surveys": {"plan": "x"}}, "awx_surveys.plan is 'x'; it must be a list of names of settings."),
    (
        {"awx_surveys": {"plan": ["aurora_prot"]}},
        "awx_surveys.plan[0] is 'aurora_prot'; no role has such a setting. Did you mean aurora_port?",
    ),
    (
        {"awx_surveys": {"plan": ["aurora_port", "aurora_port"]}},
        "awx_surveys.plan[1] is 'aurora_port'; the survey asks for it already. Remove it.",
    ),
    ({"awx_approval_timeout": 0}, "the plan would be too old before somebody approves it."),
    ({"awx_plan_max_age": 0}, "awx_plan_max_age is 0; no plan is 0 seconds old."),
    ({"awx_notification": {"typ": "slack"}}, "awx_notification.typ is not a key of a notification. Did you mean type?"),
    ({"awx_notification": {"type": "slak"}}, "awx_notification.type is 'slak'; the types are email, mattermost, page"),
    ({"awx_notification": {"type": "slack"}}, "awx_notification.configuration is not set. A slack notification needs"),
    (
        {"awx_notification": {"type": "slack", "configuration": {"token": "xoxb-1", "channels": "#ops"}}},
        "awx_notification.configuration.channels is '#ops'; it must be a list.",
    ),
    (
        {"awx_notification": {"type": "slack", "configuration": {"channels": ["#ops"]}}},
        "awx_notification.configuration.token is not set. Set it; AWX has no default.",
    ),
    (
        {"awx_notification": {"type": "slack", "configuration": {"token": 5, "channels": ["#ops"]}}},
        "awx_notification.configuration.token is '(hidden)'; it must be text.",
    ),
    (
        {"awx_notification": {"type": "mattermost", "configuration": {"mattermost_url": "u", "chanel": ""}}},
        "awx_notification.configuration.chanel is not a field of this type.",
    ),
    (
        {"awx_notification": {"type": "email", "configuration": {**EMAIL, "port": True}}},
        "awx_notification.configuration.port is true; it must be a whole number.",
    ),
    (
        {"awx_notification": {"type": "email", "configuration": {**EMAIL, "use_tls": 1}}},
        "awx_notification.configuration.use_tls is 1; it must be true or false.",
    ),
    (
        {"awx_notification": {"type": "webhook", "configuration": {"url": "https://x", "headers": "X: hunter2"}}},
        "awx_notification.configuration.headers is '(hidden)'; it must be a dictionary.",
    ),
    ({"awx_notification": {"name": " ops"}}, "awx_notification.name is ' ops'; it must be text without white space"),
    (
        {"awx_notification": '{"name": "ops"}'},
        "awx_notification is '(hidden)'; it must be a dictionary, and it is text",
    ),
    ({"awx_update_secrets": "perhaps"}, "awx_update_secrets is 'perhaps'; it must be true or false."),
]


@pytest.mark.parametrize(("given", "words"), WRONG, ids=lambda value: shown(value)[:60])
def test_a_wrong_value_has_a_message_with_value_rule_and_remedy(given, words):
    texts = [str(fault) for fault in check(**given)[1]]
    assert any(words in text for text in texts), texts
    assert all(text.endswith((".", "?")) and "\n" not in text for text in texts)
    assert not any(secret in text for text in texts for secret in ("hunter2", "xoxb"))


def test_every_variable_has_a_wrong_value_here():
    known = {setting.name for setting in _settings_awx.role(NAMES).settings}
    texts = {setting for given, _ in WRONG for setting in given}
    # Names have one rule, and numbers of seconds another.
    alike = {name for name in known if name.endswith(("_credential", "_timeout", "_branch"))}
    assert known - texts - alike == {"awx_execution_environment"}


@pytest.mark.parametrize("name", ["awx_project_url", "awx_environments"])
def test_what_has_to_be_set_is_asked_for(name):
    given = {key: value for key, value in RIGHT.items() if key != name}
    (fault,) = _settings_awx.check(given, NAMES)[1]
    assert str(fault).startswith(f"{name} is not set. Set it in the file that you give with -e @FILE")


def test_variables_of_a_job_of_awx_are_left_alone():
    """AWX gives these to a job that runs playbooks/awx.yml."""
    jobs = ("awx_job_id", "awx_job_template_name", "awx_project_revision", "awx_user_id", "awx_inventory_name")
    assert not check(**dict.fromkeys((*jobs, "awx_workflow_job_id", "awx_schedule_id", "awx_execution_node"), "1"))[1]


def test_the_rule_of_a_schedule_is_one_that_awx_takes():
    for rule in (DAILY, "DTSTART;TZID=Europe/Paris:20260101T020000 RRULE:FREQ=WEEKLY;INTERVAL=1;BYDAY=MO"):
        assert not check(awx_drift_rrule=rule)[1] and rrule_errors(rule) == []


@pytest.mark.parametrize(
    "url",
    [URL, "git@git.example.com:mtk/x.git", "ssh://git@git.example.com:22/x@y.git", "https://git.example.com:8443/x"],
)
def test_a_url_without_a_secret_is_taken(url):
    assert not check(awx_project_url=url)[1]


def test_a_notification_takes_texts_with_tags():
    """Ansible gives texts of a class of its own, with the file that they are from."""
    tagged = type("Tagged", (str,), {})
    given = {"type": tagged("email"), "configuration": {**EMAIL, "host": tagged("mail.example.com")}}
    assert list(_awx_notifications.notification("awx_notification", given)) == []


def test_notifications_have_the_fields_of_awx():
    assert set(_awx_notifications.TYPES) == set(NOTIFICATIONS)
    for kind, fields in _awx_notifications.TYPES.items():
        assert set(fields) == set(NOTIFICATIONS[kind])
        secret = {name for name, (type_, _) in fields.items() if type_ == _awx_notifications.SECRET}
        assert secret == {name for name, (type_, _) in NOTIFICATIONS[kind].items() if type_ == "password"}


def test_playbooks_of_the_templates_are_those_that_awx_offers():
    assert {playbook for playbook, _ in _awx.TEMPLATES.values()} <= set(playbooks(ROOT))


def test_objects_contain_no_secrets():
    keys = {"access_key": "AKIASECRET", "secret_key": "hunter2", "session_token": "hunter3"}
    slack = {"type": "slack", "configuration": {"token": "xoxb-1", "channels": ["#ops"]}}
    found = objects(awx_environments={"dev": {"credential": keys}}, awx_notification=slack)
    assert not [secret for secret in (*keys.values(), "xoxb-1") if secret in str(found)]
    assert found["credentials"][0]["name"] == "mtk dev AWS"
    assert found["notification"]["state"] == "exists", "AWX never shows the token"
    assert objects(awx_notification=slack, awx_update_secrets=True)["notification"]["state"] == "present"


@pytest.mark.parametrize(
    ("given", "names"), [({}, ["AWS of dev"]), ({"credential": ""}, []), ({"credentials": ["V"]}, None)]
)
def test_credentials_of_a_template(given, names):
    found = objects(**environment(**given))
    assert found["job_templates"][0]["credentials"] == (["AWS of dev", "V"] if names is None else names)
    assert found["credentials"] == []


def test_templates_of_an_environment():
    found = {each["name"]: each for each in objects()["job_templates"]}
    assert set(found) == {f"mtk dev {kind}" for kind in _awx.TEMPLATES}
    assert found["mtk dev plan"]["extra_vars"] == {"plan_artifact": True}
    assert found["mtk dev apply-approved"]["extra_vars"] == {"plan_required": True, "plan_max_age": 86400}
    assert found["mtk dev verify"]["extra_vars"] == {"detailed_exitcode": True}
    assert {name for name, each in found.items() if each["survey_enabled"]} == {
        "mtk dev plan",
        "mtk dev apply",
        "mtk dev destroy",
    }
    known = {*VARIABLES, *(setting.name for setting in RUN.settings)}
    assert {name for each in found.values() for name in each["extra_vars"]} <= known
    assert all(survey_error(each["survey_spec"]) == "" for each in found.values() if each["survey_spec"])


@pytest.mark.parametrize(
    ("allowed", "asked", "there"),
    [(True, {}, True), (None, {}, False), (False, {"destroy": True}, True), (True, {"destroy": False}, False)],
)
def test_the_template_that_destroys_is_made_if_the_inventory_or_the_user_allows_it(allowed, asked, there):
    found = objects({"destroy_allowed": allowed}, **environment(**asked))
    assert ("mtk dev destroy" in {each["name"] for each in found["job_templates"]}) is there


def test_nodes_of_a_workflow_follow_each_other():
    nodes = {node["identifier"]: node for node in objects()["nodes"] if "success" in node}
    assert [nodes[name]["success"] for name in ("plan", "approve", "apply", "verify")] == [
        ["approve"],
        ["apply"],
        ["verify"],
        [],
    ]
    assert list(nodes) == ["verify", "apply", "approve", "plan"], "a node names nodes that exist"


def test_what_is_left_of_an_environment_is_named():
    wanted = objects()
    made = objects(awx_environments={"dev": {"credential": "x"}, "qa": {"credential": "x"}})
    foreign = {"name": "mtk qa plan", "description": "by hand"}
    other = {"name": "x dev plan", "description": f"{_awx.MARK} x dev: plans."}
    longer = objects(awx_name="mtk eu", awx_environments={"qa": {"credential": "x"}})["job_templates"]
    listed = [*made["job_templates"], foreign, other, *longer]
    found = {"job_templates": listed, "inventories": made["inventories"]}
    assert _awx.left_over(wanted, found) == [
        *(f"job template mtk qa {kind}" for kind in _awx.TEMPLATES),
        "inventory mtk qa",
    ]
    assert _awx.left_over(made, found) == []
    assert len(_awx.left_over({**wanted, "name": "mtk eu"}, found)) == len(longer)


def test_the_example_is_right():
    given = yaml.safe_load((ROOT / "examples/awx.yml").read_text())
    values, faults = _settings_awx.check(given, NAMES)
    assert not faults and set(values["awx_environments"]) == {"dev", "qa", "prod"}


def test_the_table_in_the_documentation_is_complete():
    page = (ROOT / "docs/using/awx.md").read_text()
    for setting in _settings_awx.role(NAMES).settings:
        assert f"| `{setting.name}` |" in page, setting.name
