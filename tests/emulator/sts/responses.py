"""The operations of STS: the caller, and sessions of roles and users."""

from __future__ import annotations

import re
import secrets
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from moto.core.responses import TYPE_RESPONSE, ActionResult
from moto.iam.models import IAMBackend, Role, iam_backends
from moto.iam.policy_validation import IAMPolicyDocumentValidator
from moto.sts.responses import TokenResponse

from ..access.policies import Principal
from ..access.principals import MFA, Session, default_version, known, owner, sessions
from ..access.refusals import NotAuthorized
from ..clock import CLOCK
from ..core import AwsError

HOUR = 3600


class LocalSts(TokenResponse):
    """The handler of STS."""

    def serialized(self, action_result: ActionResult) -> TYPE_RESPONSE:
        """Return the answer, with AWS's HTTP status of a refusal."""
        status, headers, body = super().serialized(action_result)
        refusal = action_result.result
        return refusal.status if isinstance(refusal, NotAuthorized) else status, headers, body

    @property
    def iam(self) -> IAMBackend:
        return iam_backends[self.current_account][self.partition]

    def _caller(self) -> Principal:
        """Return the principal of the key; a key that IAM did not issue belongs to the owner of the account."""
        found = known(self.get_access_key(), self.current_account, self.partition)
        return found or owner(self.current_account, self.partition)

    def get_caller_identity(self) -> ActionResult:
        """Return the caller."""
        caller = self._caller()
        return ActionResult({"UserId": caller.user_id, "Account": caller.account, "Arn": caller.arn})

    def get_access_key_info(self) -> ActionResult:
        """Return the account of a key that IAM or STS has issued."""
        if self._get_param("AccessKeyId") not in self.iam.access_keys:
            raise AwsError("ValidationError", "The access key does not exist.")
        return ActionResult({"Account": self.current_account})

    def get_session_token(self) -> ActionResult:
        """Return temporary credentials of a user, or of the owner, whose sessions last an hour at most."""
        key, caller = self.get_access_key(), self._caller()
        if key in sessions(self.current_account):
            raise NotAuthorized("AccessDenied", "Cannot call GetSessionToken with session credentials", 403)
        user = self.iam.get_user_from_access_key_id(key)
        seconds = int(self._get_param("DurationSeconds") or 43200)
        name, mfa = user.name if user else "", self._checks_mfa()
        session = self._begin(seconds if user else min(seconds, HOUR), caller.arn, user=name, mfa=mfa)
        return ActionResult({"Credentials": _credentials(session)})

    def assume_role(self) -> ActionResult:
        """Return temporary credentials of a role whose trust policy allows it to the caller."""
        from .trust import require_trust

        arn, name = str(self._get_param("RoleArn")), str(self._get_param("RoleSessionName"))
        if not re.fullmatch(r"arn:[^:]+:[^:]+:[^:]*:[^:]*:.+", arn):
            raise AwsError("ValidationError", f"{arn} is invalid")
        calling = sessions(self.current_account).get(self.get_access_key())
        tags, transitive = self._tags(calling)
        caller, mfa = self._caller(), self._checks_mfa()
        if mfa:
            caller = replace(caller, keys={**caller.keys, **MFA})
        role = require_trust(caller, self.current_account, self.region, self.params)
        seconds = int(self._get_param("DurationSeconds") or HOUR)
        if calling and calling.role and seconds > HOUR:
            text = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
            raise AwsError("ValidationError", text)
        _require_duration(role, seconds)
        given = {"policies": self._policies(), "tags": tags, "transitive": frozenset(transitive), "mfa": mfa}
        session = self._begin(seconds, name, role=role.arn, **given)
        shown: dict[str, Any] = {"Credentials": _credentials(session), "AssumedRoleUser": self._assumed(role, name)}
        if session.policies or session.tags:
            size = sum(map(len, session.policies or ())) + sum(len(key) + len(value) for key, value in session.tags)
            shown["PackedPolicySize"] = min(99, 1 + size * 100 // 4096)
        return ActionResult(shown)

    def assume_role_with_web_identity(self) -> ActionResult:
        """Return temporary credentials of a role whose trust policy allows it to the subject of a token."""
        from .web_identity import identity, trusting_role

        who = identity(self.iam, str(self._get_param("WebIdentityToken")))
        role = trusting_role(self.iam, self.params, who, self.region)
        seconds, name = int(self._get_param("DurationSeconds") or HOUR), str(self._get_param("RoleSessionName"))
        _require_duration(role, seconds)
        session = self._begin(seconds, name, role=role.arn, policies=self._policies())
        shown = {"Credentials": _credentials(session), "AssumedRoleUser": self._assumed(role, name)}
        about = {"SubjectFromWebIdentityToken": who.subject, "Audience": who.audience, "Provider": who.provider.arn}
        return ActionResult({**shown, **about})

    def _assumed(self, role: Role, name: str) -> dict[str, str]:
        arn = f"arn:{self.partition}:sts::{self.current_account}:assumed-role/{role.name}/{name}"
        return {"AssumedRoleId": f"{role.id}:{name}", "Arn": arn}

    def _checks_mfa(self) -> bool:
        """Check the code of an MFA device, if the request has one, and return whether it has."""
        from ..iam.mfa import require_code

        serial, code = self._get_param("SerialNumber"), self._get_param("TokenCode")
        if not serial and not code:
            calling = sessions(self.current_account).get(self.get_access_key())
            return bool(calling and calling.mfa and self._get_action() == "AssumeRole")
        user = self.iam.get_user_from_access_key_id(self.get_access_key())
        require_code(self.iam, user, str(serial), str(code))
        return True

    def _begin(self, seconds: int, name: str, **of: Any) -> Session:
        key = self.iam.create_temp_access_key()
        key.role_arn = of.get("role") or None
        token = secrets.token_urlsafe(120)
        session = Session(key.access_key_id, key.secret_access_key, token, CLOCK.now() + seconds, name, **of)
        sessions(self.current_account)[session.access_key] = session
        return session

    def _policies(self) -> tuple[str, ...] | None:
        """Return the session policies, if there are any."""
        inline, arns = self._get_param("Policy"), [each["arn"] for each in self._get_param("PolicyArns") or ()]
        if inline:
            IAMPolicyDocumentValidator(inline).validate()
        found = (*([inline] if inline else []), *(default_version(self.iam.get_policy(arn)) for arn in arns))
        return found or None

    def _tags(self, calling: Session | None) -> tuple[tuple[tuple[str, str], ...], set[str]]:
        """Return the tags of the new session, and the keys of those that later sessions inherit."""
        given = {tag["Key"]: tag["Value"] for tag in self._get_param("Tags") or ()}
        transitive = {key.lower() for key in self._get_param("TransitiveTagKeys") or ()}
        inherited = {key: value for key, value in calling.tags if key.lower() in calling.transitive} if calling else {}
        keys = [key.lower() for key in given]
        if len(keys) != len(set(keys)) or len(keys) != len(self._get_param("Tags") or ()):
            text = "Duplicate tag keys found. Please note that Tag keys are case insensitive."
            raise AwsError("InvalidParameterValue", text)
        if transitive - set(keys):
            text = "The specified transitive tag key must be included in the requested tags."
            raise AwsError("InvalidParameterValue", text)
        if set(keys) & {key.lower() for key in inherited}:
            text = (
                "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key"
            )
            raise AwsError("InvalidParameterValue", f"{text} from the calling session.")
        return tuple({**inherited, **given}.items()), transitive | {key.lower() for key in inherited}


def _require_duration(role: Role, seconds: int) -> None:
    if seconds > int(role.max_session_duration or HOUR):
        text = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        raise AwsError("ValidationError", text)


def _credentials(session: Session) -> dict[str, Any]:
    return {
        "AccessKeyId": session.access_key,
        "SecretAccessKey": session.secret_key,
        "SessionToken": session.token,
        "Expiration": datetime.fromtimestamp(int(session.expires), UTC).replace(tzinfo=None),
    }
