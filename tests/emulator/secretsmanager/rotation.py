"""The rotation of secrets: its settings, its dates and its versions. The function of a rotation does not run here."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from typing import Any

from moto.secretsmanager.models import FakeSecret
from moto.secretsmanager.responses import SecretsManagerResponse

from ..clock import CLOCK, DAY
from ..core import AwsError

_RATE = re.compile(r"rate\((\d+) (hour|day)s?\)")
_HOURS = {"hour": 1, "day": 24}


class Rotation(SecretsManagerResponse):
    """The operations on the rotation of a secret."""

    def _changeable_secret(self) -> FakeSecret:
        raise NotImplementedError

    def rotate_secret(self) -> str:
        """Set the rotation of a secret and, unless RotateImmediately is false, rotate it."""
        secret, given = self._changeable_secret(), self._get_param("RotationLambdaARN")
        function, rules = given or secret.rotation_lambda_arn, self._get_param("RotationRules")
        _require_function(function)
        if not re.match(rf"arn:[\w-]+:lambda:{self.region}:{self.current_account}:function:[\w-]+", function):
            text = (
                "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants "
            )
            raise AwsError("AccessDeniedException", f"{text}access to the principal secretsmanager.amazonaws.com.")
        rules = rules or getattr(secret, "rotation_rules", {})
        secret.rotation_interval, secret.rotation_rules = _hours(rules) * 3600, rules
        secret.rotation_requested = secret.rotation_enabled = True
        secret.rotation_lambda_arn, secret.next_rotation_date = function, _next(secret, CLOCK.now())
        answer = {"ARN": secret.arn, "Name": secret.name}
        if self._get_param("RotateImmediately") is not False:
            answer["VersionId"] = _rotate(secret, self._get_param("ClientRequestToken"), CLOCK.now())
        return json.dumps(answer)

    def cancel_rotate_secret(self) -> str:
        """Stop the rotation of a secret, which keeps the settings."""
        secret = self._changeable_secret()
        _require_function(secret.rotation_lambda_arn)
        secret.next_rotation_date = None
        return str(super().cancel_rotate_secret())


def _require_function(arn: str | None) -> None:
    if not arn:
        text = "No Lambda rotation function ARN is associated with this secret."
        raise AwsError("InvalidRequestException", text)


def settle(secret: FakeSecret) -> None:
    """Rotate a secret whose date of rotation is reached."""
    due = secret.next_rotation_date
    if secret.rotation_enabled and hasattr(secret, "rotation_rules") and due and due <= CLOCK.now():
        _rotate(secret, None, due)
        secret.next_rotation_date = _next(secret, CLOCK.now())


def _hours(rules: Mapping[str, Any]) -> int:
    """Return the hours between two rotations, 0 without a schedule."""
    days, expression = rules.get("AutomaticallyAfterDays"), rules.get("ScheduleExpression")
    if days and expression:
        text = "You can't specify both AutomaticallyAfterDays and ScheduleExpression."
        raise AwsError("InvalidParameterException", text)
    rate = _RATE.fullmatch(expression or "rate(0 hours)")
    if not rate:
        text = "The local AWS does not implement ScheduleExpression other than rate(n hours) and rate(n days)."
        raise AwsError("InvalidParameterException", text)
    hours = int(rate[1]) * _HOURS[rate[2]]
    if expression and not 4 <= hours <= 999 * 24:
        raise AwsError("InvalidParameterException", "A secret rotates every four hours to 999 days.")
    return days * 24 if days else hours


def _next(secret: FakeSecret, moment: float) -> int | None:
    """Return the end of the day on which a secret rotates next."""
    moment += secret.rotation_interval
    return int(moment // DAY * DAY + DAY - 1) if secret.rotation_interval else None


def _rotate(secret: FakeSecret, version_id: str | None, moment: float) -> str:
    """Make a version with the same value the current one, as if the function had ended, and return its id."""
    version_id = version_id or str(uuid.uuid4())
    present = secret.versions.get(str(secret.default_version_id))
    if present:
        version = {**present, "createdate": moment, "version_id": version_id, "version_stages": ["AWSCURRENT"]}
        secret.reset_default_version(version, version_id)
    secret.last_rotation_date = secret.last_changed_date = moment
    return version_id
