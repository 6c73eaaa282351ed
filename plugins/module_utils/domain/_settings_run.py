# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings that all roles share: the environment, its account and its tags. And the variables of a run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain import _names, _setting_judges
from ansible_collections.mtk.backend.plugins.module_utils.domain._limits import REGION
from ansible_collections.mtk.backend.plugins.module_utils.domain._pools import SHARED
from ansible_collections.mtk.backend.plugins.module_utils.domain._setting import (
    HIDDEN,
    MISSING,
    Fault,
    Role,
    Setting,
    Values,
    did_you_mean,
)
from ansible_collections.mtk.backend.plugins.module_utils.domain._settings_internal import INTERNAL
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import CONSENTS

ENVIRONMENT = r"[a-z]([a-z0-9]|-(?=[a-z0-9]))*"
_ENVIRONMENT_RULE = "it must consist of lower-case letters, digits and single hyphens, and begin with a letter"
_ENVIRONMENT_PERMITS = "lower-case letters, digits and single hyphens, beginning with a letter"
# Extra variables of the playbooks, which no role uses.
VARIABLES = (
    *("plan_out", "plan_file", "plan_max_age", "plan_artifact", "plan_required", "detailed_exitcode"),
    *("drift_json", "drift_markdown", "drift_fail_on"),
    *("topology_html", "topology_drift", "topology_plan"),
    *("destroy_json", "destroy_text", "destroy_allowed", "purge_data", "expected_account_id"),
    *("outputs_json", "outputs_table", "outputs_terraform", "outputs_artifact", "outputs_ssm"),
    *("confirm_environment", "confirm_region", "region", "policies_dir", "lock_timeout", "break_lock", *CONSENTS),
)
# What the playbooks tell their plays. An extra variable or an inventory would go around a guard with it.
OF_PLAYBOOKS = ("mtk_defer_decisions", "mtk_purpose", "mtk_removed_region", "mtk_verdict")
# The tags of the tasks of the playbooks.
TAGS = ("always", "never", "all", "tagged", "untagged", "ipam_vpc", "aurora", "dynamodb_global", "mtk_verdict")


DIFFERENCES = ("ours", "gone", "decision", "left", "foreign")


def _differences(name: str, value: Iterable[str]) -> Iterator[Fault]:
    for index, kind in enumerate(value):
        if kind not in DIFFERENCES:
            near = did_you_mean(kind, DIFFERENCES)
            remedy = f"Did you mean {near}?" if near else "Use some of these."
            yield Fault({f"{name}[{index}]": kind}, f"the kinds of differences are {', '.join(DIFFERENCES)}", remedy)


def _environment_variables(name: str, value: Mapping[Any, Any]) -> Iterator[Fault]:
    """Return the faults of environment variables, without their values."""
    for key, content in value.items():
        if not isinstance(key, str) or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", key):
            rule = "it is not the name of an environment variable"
            yield Fault({f"{name}.{key}": HIDDEN}, rule, "Write it as AWS_PROFILE.")
        elif not isinstance(content, (str, int)):
            rule = "the value of an environment variable is text"
            yield Fault({f"{name}.{key}": HIDDEN}, rule, "Put the value in quotes, or remove the variable.")


def consents(value: Any) -> list[str]:
    """Return the resources that a consent names, given as a list or as text with commas.

    >>> consents("ec2_vpc:dev_us-east-1_vpc, iam_role:dev_flow_log_role")
    ['ec2_vpc:dev_us-east-1_vpc', 'iam_role:dev_flow_log_role']
    """
    given = value if isinstance(value, (list, tuple)) else str(value or "").split(",")
    return [str(each).strip() for each in given if str(each).strip()]


def consent_faults(name: str, value: Any, modules: Iterable[str]) -> Iterator[Fault]:
    """Return the faults of a consent. ``modules`` are the modules that manage resources."""
    modules = tuple(modules)
    if not isinstance(value, (str, list, tuple)) or not consents(value):
        remedy = f"Write it as -e {name}=ec2_vpc:dev_us-east-1_vpc."
        yield Fault({name: value}, "it must name resources as <resource>:<name>", remedy)
        return
    for each in consents(value):
        kind, colon, label = each.partition(":")
        if not colon or not label:
            remedy = f"Write it as the plan names the resource, for example -e {name}=ec2_vpc:dev_us-east-1_vpc."
            yield Fault({name: each}, "it must have the form <resource>:<name>", remedy)
        elif kind not in modules:
            near = next((module for module in modules if module.endswith(f"_{kind}")), did_you_mean(kind, modules))
            remedy = f"Did you mean {near}?" if near else "Write the resource as the plan names it, such as ec2_vpc."
            yield Fault({name: each}, f"there is no resource {kind}", remedy)


def environment(name: str, value: str) -> Iterator[Fault]:
    """Return the fault of the name of an environment."""
    if value == SHARED:
        yield Fault({name: value}, "the pools that all environments share have this name", "Choose another name.")
    elif value.startswith("sg-"):
        rule = "AWS refuses security groups whose names begin with sg-"
        yield Fault({name: value}, rule, "Choose another name.")
    elif not re.fullmatch(ENVIRONMENT, value):
        near = re.sub(r"[^a-z0-9]+", "-", value.lower()).lstrip("-0123456789").rstrip("-")
        remedy = f"Use '{near}', for example." if near else "Choose a name, for example 'dev'."
        yield Fault({name: value}, _ENVIRONMENT_RULE, remedy)


def names(variable: str) -> Callable[[str, str], Iterator[Fault]]:
    """Return a rule that the names of all resources are short enough for AWS. ``variable`` holds the environment."""

    def rule(name: str, region: str) -> Iterator[Fault]:
        excess = _names.excess(name, region)
        if excess:
            longest, characters, limit = excess
            yield Fault(
                {variable: name},
                f"the name {longest} would have {characters} characters, and AWS allows {limit}",
                f"Shorten the environment by at least {characters - limit} characters.",
            )

    return rule


SETTINGS = (
    Setting(
        "mtk_environment",
        "str",
        "The name of the environment, as part of all names.",
        computed="none, it has to be set",
        permits=_ENVIRONMENT_PERMITS,
        judge=environment,
    ),
    Setting(
        "expected_account_id",
        "str",
        "The AWS account of the environment. A run with credentials of another account changes nothing.",
        computed="none, site.yml needs it",
        pattern=r"[0-9]{12}",
        rule="the id of an account has 12 digits",
        permits="12 digits",
        remedy='Put it in quotes, because YAML drops a leading zero: expected_account_id: "012345678901".',
    ),
    Setting(
        "mtk_tags",
        "dict",
        "Tags for all resources, in addition to those of the roles.",
        default={},
        rule="AWS's rules for tags; Name and mtk:... belong to the roles",
        judge=_setting_judges.tags,
    ),
    Setting(
        "destroy_allowed",
        "bool",
        "Whether playbooks/destroy.yml may delete the environment, and switch deletion protection off for it.",
        default=False,
    ),
    Setting(
        "purge_data",
        "str",
        "The name of the environment whose snapshots and backups playbooks/destroy.yml gives up, with their KMS keys.",
        default="",
        rule="the name of the environment",
        permits="the name of the environment",
    ),
    Setting("mtk_check_mode", "bool", "Whether to plan only.", default=False),
    Setting("mtk_verdict", "bool", "Whether a run with decisions fails.", default=True),
    Setting(
        "mtk_defer_decisions",
        "bool",
        "Whether an apply goes on without a resource that needs a decision.",
        default=True,
    ),
    Setting(
        "mtk_purpose",
        "str",
        "Whether the run applies the inventory or deletes the environment.",
        default="apply",
        choices=("apply", "destroy"),
    ),
    Setting(
        "mtk_removed_region",
        "str",
        "The region that playbooks/remove_region.yml removes.",
        default="",
        pattern=f"({REGION})?",
        rule="it is not the name of a region",
        permits="the name of a region",
        remedy="Give it as -e region=eu-west-1.",
    ),
    Setting(
        "mtk_aws_environment",
        "dict",
        "Environment variables of all AWS modules, for example AWS_PROFILE.",
        default={},
        judge=_environment_variables,
        secret=True,
    ),
    Setting(
        "lock_timeout",
        "int",
        "How long to wait for a run lock that another run holds.",
        computed="0 for the environment, 900 for what environments share",
        minimum=0,
        maximum=86400,
        unit="seconds",
        by="a run waits for",
    ),
    Setting(
        "break_lock",
        "str",
        "The id of a run that is known to be dead, whose run lock is taken from it.",
        default="",
        pattern="([0-9a-f]{12})?",
        rule="the id of a run has 12 characters of 0-9 and a-f",
        remedy="Copy it from the message that says which run holds the lock.",
    ),
    Setting(
        "plan_max_age",
        "int",
        "The greatest age of an approved plan.",
        default=86400,
        minimum=1,
        maximum=604800,
        unit="seconds",
        by="an apply takes",
    ),
    Setting(
        "plan_artifact",
        "bool",
        "Whether playbooks/plan.yml hands its plan over to the later jobs of an AWX workflow.",
        default=False,
    ),
    Setting("plan_required", "bool", "Whether site.yml refuses to apply without an approved plan.", default=False),
    Setting(
        "mtk_plan_artifact",
        "str",
        "The approved plan, as an earlier job of an AWX workflow has handed it over.",
        default="",
        permits="what playbooks/plan.yml -e plan_artifact=true hands over",
    ),
    Setting(
        "detailed_exitcode", "bool", "Whether playbooks/plan.yml fails if the plan contains changes.", default=False
    ),
    Setting(
        "outputs_ssm_prefix",
        "str",
        "The path of the SSM parameters with the outputs, such as /mtk/prod. If empty, there are none.",
        default="",
        pattern=r"((?!/(?i:aws|ssm))(/[A-Za-z0-9_.-]+){1,13})?",
        rule="it must be a path of letters, digits and _.- that begins with /, and not with /aws or /ssm",
        remedy="Write it as /mtk/prod.",
    ),
    Setting(
        "outputs_ssm",
        "bool",
        "Whether playbooks/outputs.yml writes the outputs to SSM parameters.",
        default=False,
    ),
    Setting(
        "outputs_artifact",
        "bool",
        "Whether playbooks/outputs.yml hands the outputs to later jobs of an AWX workflow.",
        default=False,
    ),
    Setting(
        "mtk_outputs_artifact",
        "dict",
        "The outputs, as an earlier job of an AWX workflow has handed them over. No playbook here reads them.",
        default={},
        permits="what playbooks/outputs.yml -e outputs_artifact=true hands over",
    ),
    Setting(
        "topology_drift",
        "bool",
        "Whether playbooks/topology.yml also looks into regions that are not in the inventory.",
        default=False,
    ),
    Setting(
        "drift_fail_on",
        "list of str",
        "The kinds of differences for which playbooks/drift.yml fails.",
        default=list(DIFFERENCES),
        rule=", ".join(DIFFERENCES),
        judge=_differences,
    ),
)


def _nothing(values: Values, host: Mapping[str, Any]) -> Values:
    return {}


def _purge(purge_data: str, environment: str) -> Iterator[Fault]:
    if purge_data not in ("", environment):
        rule = f"it must be {environment}, the name of the environment whose backups nobody will be able to restore"
        remedy = "Leave it out to keep the snapshots, the backups and their keys."
        yield Fault({"purge_data": purge_data}, rule, remedy)


RUN = Role(
    "mtk",
    SETTINGS,
    ((("purge_data", "mtk_environment"), _purge),),
    _nothing,
    INTERNAL.get("mtk", frozenset()),
    title="this collection",
)


def shared(prefix: str, section: str = "") -> tuple[Callable[[Values, Mapping[str, Any]], Values], tuple[Setting, ...]]:
    """Return the settings that every role has, with the function that computes their defaults."""

    def compute(values: Values, host: Mapping[str, Any]) -> Values:
        name = values.get(f"{prefix}_environment", host.get("mtk_environment"))
        found = {f"{prefix}_environment": name, f"{prefix}_region": host.get("inventory_hostname")}
        found[f"{prefix}_purge_data"] = name is not None and host.get("purge_data") == name
        return {**{k: v for k, v in found.items() if v is not None}, f"{prefix}_tags": host.get("mtk_tags") or {}}

    settings = (
        Setting(
            f"{prefix}_environment",
            "str",
            "The name of the environment.",
            computed="C(mtk_environment)",
            permits=_ENVIRONMENT_PERMITS,
            judge=environment,
            section=section,
        ),
        Setting(
            f"{prefix}_region",
            "str",
            "The region, as part of the names.",
            computed="the name of the host",
            pattern=REGION,
            rule="it is not the name of a region",
            permits="the name of a region",
            remedy="Write it as us-east-1.",
            section=section,
        ),
        Setting(
            f"{prefix}_tags",
            "dict",
            "The tags of all resources. The role adds the tags of environment, stack and component.",
            computed="C(mtk_tags)",
            rule="AWS's rules for tags; Name and mtk:... belong to the role",
            judge=_setting_judges.tags,
            section=section,
        ),
    )
    return compute, settings


def unknown_extra_variables(
    given: Mapping[str, Any], prefixes: Iterable[str], settings: Iterable[str] = ()
) -> Iterator[Fault]:
    """Return a fault for each extra variable that resembles a variable of the playbooks or a setting without being one.

    Variables with one of the prefixes are left to the roles.
    """
    known = [*settings]
    for name in given:
        if name == "_raw_params":  # Ansible's name for words that are no assignment
            remedy = "Write it as -e name=value, without spaces around =, and a value with spaces in quotes."
            word = re.match(r"[a-z]\w*(?=\s*=)", str(given[name]))  # what follows = may be a secret
            yield Fault({f"-e {word[0] if word else HIDDEN}": MISSING}, "sets no variable", remedy)
        if name in (*VARIABLES, *known) or name.startswith(tuple(f"{prefix}_" for prefix in prefixes)):
            continue
        near = did_you_mean(name, VARIABLES, 0.8) or did_you_mean(name, known, 0.9)
        if near:
            yield Fault({name: MISSING}, "is not a variable of the playbooks", f"Did you mean {near}?")
