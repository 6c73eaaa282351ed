"""Surveys from the descriptions of the settings: AWX takes them, and the check takes what AWX makes of the answers."""

from __future__ import annotations

import json

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.domain import _awx_survey
from ansible_collections.mtk.backend.plugins.module_utils.domain._setting import Setting
from ansible_collections.mtk.backend.plugins.plugin_utils.settings import NAMES, ROLES, Settings
from awx.surveys import launched, survey_error

EVERY = [setting for role in ROLES.values() for setting in role.settings]
INVENTORY = _awx_survey.INVENTORY
# Right values of settings whose description has neither a default nor an example.
SAMPLES = {
    "environment": "dev",
    "region": "us-east-1",
    "tags": {"owner": "team"},
    "purge_data": True,
    "regions": ["us-east-1", "eu-west-1"],
    "aurora_manage_master_user_password": True,
}


def sample(setting):
    """Return a right value that differs from an empty one."""
    stem = setting.name.removeprefix(next(f"{role}_" for role in ROLES if setting.name.startswith(role)))
    found = SAMPLES.get(setting.name, SAMPLES.get(stem))
    for value in (found, setting.default, setting.example.strip("'"), *setting.choices, setting.minimum):
        if value not in (None, "", [], {}):
            return setting.convert(value)
    return {"str": "", "dict": {"owner": "team"}, "list of str": ["us-east-1b"], "list of dict": [{"name": "x"}]}[
        setting.type
    ]


def answer(setting, value):
    """Return a value as a user enters it into the form of AWX."""
    kind = _awx_survey.question(setting, {})["type"]
    if kind in ("integer", "float"):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if setting.type == "list of str":
        return ", ".join(value)
    return json.dumps(value) if kind == "textarea" else str(value)


@pytest.mark.parametrize("setting", EVERY, ids=lambda each: each.name)
def test_an_answer_means_the_value_that_the_user_meant(setting):
    spec = _awx_survey.survey("All", [setting], {})
    assert survey_error(spec) == ""
    value = sample(setting)
    variables = launched(spec, {f"survey_{setting.name}": answer(setting, value)})
    got = _awx_survey.answered({setting.name: "of the inventory", **variables}, NAMES)[setting.name]
    if value == "":
        assert got == "of the inventory"
    else:
        assert setting.convert(got) == value


@pytest.mark.parametrize("setting", EVERY, ids=lambda each: each.name)
def test_no_answer_means_the_value_of_the_inventory(setting):
    spec = _awx_survey.survey("All", [setting], {})
    kind = spec["spec"][0]["type"]
    forms = {"multiplechoice": [INVENTORY], "text": ["", "  "], "textarea": [""]}.get(kind, [])
    for answers in ({}, *({f"survey_{setting.name}": form} for form in forms)):
        variables = launched(spec, answers)
        given = {setting.name: "of the inventory", **variables}
        assert _awx_survey.answered(given, NAMES)[setting.name] == "of the inventory"
        assert setting.name not in variables, "an extra variable would hide the variable of the inventory"


def test_one_survey_may_ask_for_all_settings():
    spec = _awx_survey.survey("All", EVERY, {})
    assert survey_error(spec) == "" and len(spec["spec"]) == len(EVERY) > 100
    assert _awx_survey.survey("None", [], {}) == {}


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("aurora_instance_count", 17, "too large"),
        ("aurora_instance_count", -1, "too small"),
        ("aurora_instance_count", "2", "expected to be an integer"),
        ("aurora_serverless_v2_max_capacity", "4", "expected to be an float"),
        ("dynamodb_global_billing_mode", "PER_REQUEST", "expected to be one of"),
        ("aurora_global", True, "expected to be one of"),
        ("aurora_engine_version", 16, "expected to be a string"),
    ],
)
def test_the_form_refuses_a_wrong_answer(name, value, words):
    (setting,) = [each for each in EVERY if each.name == name]
    with pytest.raises(ValueError, match=words):
        launched(_awx_survey.survey("One", [setting], {}), {f"survey_{name}": value})


@pytest.mark.parametrize("name", ["aurora_serverless_v2_min_capacity", "aurora_port", "aurora_engine_version"])
def test_the_check_refuses_what_the_form_lets_through(name):
    """AWX knows neither steps nor patterns."""
    wrong = {"aurora_serverless_v2_min_capacity": 0.7, "aurora_port": 80, "aurora_engine_version": "x"}[name]
    found = settings({"mtk_environment": "dev", "inventory_hostname": "us-east-1", f"survey_{name}": wrong})
    _, faults = found.check(ROLES["aurora"])
    assert any(name in fault.values for fault in faults)


def settings(variables):
    return Settings(variables, lambda _: lambda value: value, fresh=True)


def test_the_settings_of_a_run_are_the_answers():
    given = {
        "mtk_environment": "dev",
        "inventory_hostname": "us-east-1",
        "aurora_instance_count": 3,
        "aurora_backup_retention_period": 5,
        "survey_aurora_instance_count": 4,
        "survey_aurora_backup_retention_period": "",
        "survey_aurora_storage_type": INVENTORY,
        "survey_aurora_deletion_protection": "false",
        "survey_aurora_parameters": '{"log_statement": "all"}',
    }
    values, faults = settings(given).check(ROLES["aurora"])
    assert not faults
    assert (values["aurora_instance_count"], values["aurora_backup_retention_period"]) == (4, 5)
    assert (values["aurora_storage_type"], values["aurora_deletion_protection"]) == ("aurora", False)
    assert values["aurora_parameters"] == {"log_statement": "all"}


@pytest.mark.parametrize(
    ("answer", "value"),
    [('"16.10"', "16.10"), ("'16.10' ", "16.10"), ("16", "16"), ('"a","b"', '"a","b"'), ('"', '"'), ("it's", "it's")],
)
def test_quotes_around_an_answer_keep_it_a_text(answer, value):
    assert _awx_survey.answered({"survey_aurora_x": answer}, ["aurora_x"])["aurora_x"] == value


def test_an_answer_to_no_setting_is_refused():
    faults = list(_awx_survey.unknown_answers(["survey_aurora_prot", "survey_x", "aurora_port"], NAMES))
    assert [str(fault) for fault in faults] == [
        "survey_aurora_prot is the answer to no setting of a role. Did you mean survey_aurora_port?",
        "survey_x is the answer to no setting of a role. Remove the question from the survey.",
    ]


def test_a_question_shows_the_value_of_the_inventory_and_the_allowed_values():
    setting = Setting(
        "aurora_x", "float", "The V(size), see O(aurora_y).", default=1, minimum=0.5, maximum=7.5, unit="ACU"
    )
    found = _awx_survey.question(setting, {"aurora_x": 4})
    assert found["question_description"] == "The size, see aurora_y. Allowed: 0.5 to 7.5 ACU. Inventory: 4."
    assert (found["min"], found["max"]) == (0, 8), "AWX takes whole numbers as limits only"
    assert "default" not in found, "AWX would pass the default in place of a later value of the inventory"
    assert _awx_survey.question(setting, {})["question_description"].endswith("Default: 1.")
    version = _awx_survey.question(ROLES["aurora"].by_name["aurora_engine_version"], {})
    assert version["question_description"].endswith('Put it in quotes: "16". Default: 16.')
