"""The checks of the settings of alarms."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..clock import DAY
from ..core import AwsError
from .alarms import ACTIONS

_OF_METRIC = ("Namespace", "MetricName", "Dimensions", "Period", "Unit", "Statistic", "ExtendedStatistic")
_OPTIONS = {
    "TreatMissingData": ("breaching", "notBreaching", "ignore", "missing"),
    "EvaluateLowSampleCountPercentile": ("evaluate", "ignore"),
}
_PAIR = r"\((\d+(\.\d+)?%?)?:(\d+(\.\d+)?%?)?\)"
_EXTENDED = re.compile(rf"(p|tm|tc|ts|wm)(100|\d{{1,2}})(\.\d+)?|IQM|(PR|TC|TM|TS|WM){_PAIR}", re.IGNORECASE)
_STATISTICS = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")
_ACTION = re.compile(r"arn:[\w-]+:(automate|swf|autoscaling|lambda|sns|ssm|ssm-incidents|aiops):([\w-]*):.+")
_ID = re.compile(r"[a-z]\w*")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_NAME = re.compile(r"\b[a-z]\w*\b")


def faults(params: Mapping[str, Any], region: str) -> Iterator[str]:
    """Yield what CloudWatch does not accept in a metric alarm."""
    for name in ("EvaluationPeriods", "ComparisonOperator", "Threshold"):
        if params.get(name) is None:
            yield f"{name} must not be null"
    if re.search("Upper|Lower", params["ComparisonOperator"]):
        yield f"ComparisonOperator {params['ComparisonOperator']} needs ThresholdMetricId"
    if params.get("DatapointsToAlarm", 0) > params["EvaluationPeriods"]:
        yield "DatapointsToAlarm must be less than or equal to EvaluationPeriods"
    yield from _of_metrics(params) if params.get("Metrics") else _of_metric(params)
    for name, options in _OPTIONS.items():
        if params.get(name) not in (None, *options):
            listed = " and ".join([", ".join(options[:-1]), options[-1]])
            yield f"Option {params[name]} is not supported. Supported options for parameter {name} are {listed}."
    yield from action_faults(params, region)


def action_faults(params: Mapping[str, Any], region: str) -> Iterator[str]:
    """Yield the actions that are not ARNs of actions in the Region."""
    for arn in [arn for name in ACTIONS for arn in params.get(name) or []]:
        action = _ACTION.fullmatch(arn)
        if action is None:
            yield f"Invalid arn syntax: {arn}"
        elif action[2] not in ("", region):
            yield f"Invalid region {action[2]} specified. Only {region} is supported."


def check_tags(tags: list[dict[str, str]]) -> None:
    """Refuse reserved and too many tags."""
    if any(tag["Key"].lower().startswith("aws:") for tag in tags):
        raise AwsError("InvalidParameterValue", "Tag keys that begin with aws: are reserved.")
    if len(tags) > 50:
        raise AwsError("InvalidParameterValue", "An alarm has at most 50 tags.")


def _of_metric(params: Mapping[str, Any]) -> Iterator[str]:
    for name in ("MetricName", "Namespace", "Period"):
        if params.get(name) is None:
            yield f"{name} must not be null"
    statistic, extended = params.get("Statistic"), params.get("ExtendedStatistic")
    if bool(statistic) == bool(extended):
        yield "Exactly one of Statistic and ExtendedStatistic must be specified"
    if extended and not _EXTENDED.fullmatch(extended):
        text = f"The value {extended} for parameter ExtendedStatistic is not supported."
        raise AwsError("InvalidParameterValue", text)
    yield from _of_periods(params["Period"], params["EvaluationPeriods"])


def _of_periods(period: int, count: int) -> Iterator[str]:
    if period not in (10, 20, 30) and period % 60:
        yield "Period must be 10, 20, 30 or a multiple of 60."
    if period * count > (7 * DAY if period >= 3600 else DAY):
        yield "EvaluationPeriods times Period must be a day at most, or a week with periods of an hour or more."


def _of_metrics(params: Mapping[str, Any]) -> Iterator[str]:
    for name in _OF_METRIC:
        if params.get(name):
            yield f"{name} should not be set if list of Metrics is set."
    metrics = params["Metrics"]
    ids = [metric["Id"] for metric in metrics]
    if len(set(ids)) < len(ids) or not all(_ID.fullmatch(name) for name in ids):
        yield "The ids of the metrics must be unique, begin with a lowercase letter and have letters, digits and _ only"
    if len([metric for metric in metrics if metric.get("ReturnData", True)]) != 1:
        yield "Exactly one element of the metrics list should return data."
    for metric in metrics:
        yield from _of_query(metric, set(ids), params["EvaluationPeriods"])


def _of_query(metric: Mapping[str, Any], ids: set[str], count: int) -> Iterator[str]:
    stat, expression = metric.get("MetricStat"), metric.get("Expression")
    if bool(stat) == bool(expression):
        yield f"Exactly one of MetricStat and Expression must be set for the metric {metric['Id']}"
    period = (stat or metric).get("Period")
    if period:
        yield from _of_periods(period, count)
    if stat and stat["Stat"] not in _STATISTICS and not _EXTENDED.fullmatch(stat["Stat"]):
        yield f"The value {stat['Stat']} for parameter Stat is not supported."
    unknown = sorted(set(_NAME.findall(_QUOTED.sub("", expression or ""))) - ids)
    if unknown and not (expression or "").startswith("SELECT"):
        yield f"The expression of the metric {metric['Id']} has an unknown id: {', '.join(unknown)}"
