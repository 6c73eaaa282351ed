# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sentences for the errors of botocore and AWS: what is wrong, and what to do.

Errors are recognised by the names of their classes and by AWS's codes, so this file needs no boto3. Texts that may
contain a secret are left out: AWS repeats the session token in its words about a wrong signature, botocore the value of
a wrong parameter, and configparser the lines of a wrong file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_NETWORK = "Check the network, HTTPS_PROXY and NO_PROXY, and run again."
_LOGIN = "Log in again, for example with aws sso login, or set other credentials, and run again."
_CREDENTIALS = "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"

# Errors of botocore: the name of the class or of one of its bases, and the sentences. {} are botocore's fields.
_BOTOCORE: Mapping[str, str] = {
    # The configuration.
    "ProfileNotFound": "The AWS profile '{profile}' does not exist. Correct AWS_PROFILE or the option profile, or add "
    "the profile to the AWS configuration files.",
    "ConfigParseError": "The AWS configuration file {path} cannot be read: it must have [sections] with lines of the "
    "form 'name = value'. Correct the file, or name another one in AWS_CONFIG_FILE or AWS_SHARED_CREDENTIALS_FILE.",
    "InvalidConfigError": "The AWS configuration is not valid: {error_msg}. Correct the AWS configuration files, the "
    "variables AWS_*, or the options of the module.",
    "NoRegionError": "No region is given. Set region on the task, in module_defaults or as AWS_REGION.",
    "InvalidRegionError": "region is '{region_name}', which is not a name such as us-east-1. Correct the region.",
    # Credentials.
    "NoCredentialsError": f"No AWS credentials were found. Log in, for example with aws sso login, or {_CREDENTIALS}.",
    "PartialCredentialsError": "The AWS credentials are incomplete: {cred_var} is missing (source: {provider}). Give "
    "it, or remove the other parts.",
    "CredentialRetrievalError": f"The AWS credentials could not be loaded from {{provider}}: {{error_msg}}. {_LOGIN}",
    "MetadataRetrievalError": f"The AWS credentials could not be loaded from the metadata service. Correct the role of "
    f"the instance or container, or {_CREDENTIALS}.",
    "RefreshWithMFAUnsupportedError": "The session of a profile with MFA has ended, and a run cannot ask for the MFA "
    "code. Log in again, for example with aws sts get-caller-identity --profile NAME, and run again.",
    "NoAuthTokenError": f"There is no AWS SSO session. {_LOGIN}",
    "TokenRetrievalError": f"The AWS SSO session has expired. {_LOGIN}",
    "SSOError": f"The AWS SSO session has expired or does not exist. {_LOGIN}",
    "LoginError": "The session of aws login has expired or does not exist. Run aws login, and run again.",
    # The connection.
    "ProxyConnectionError": "The proxy {proxy_url} does not answer. Correct HTTPS_PROXY, or add the host of AWS to "
    "NO_PROXY, and run again.",
    "SSLError": "The certificate of {endpoint_url} could not be verified. If a proxy replaces certificates, name its "
    "CA bundle in AWS_CA_BUNDLE. Otherwise check the clock of this machine.",
    "EndpointConnectionError": "AWS cannot be reached at {endpoint_url}. Check the name of the region, "
    "AWS_ENDPOINT_URL, the network, HTTPS_PROXY and NO_PROXY, and run again.",
    "ConnectTimeoutError": f"AWS cannot be reached at {{endpoint_url}}: the connection timed out. {_NETWORK}",
    "ReadTimeoutError": f"AWS did not answer in time at {{endpoint_url}}. {_NETWORK}",
    "ConnectionClosedError": f"The connection to {{endpoint_url}} was closed before AWS answered. {_NETWORK}",
    "ConnectionError": f"AWS cannot be reached: {{error}}. {_NETWORK}",
    "HTTPClientError": f"The request to AWS failed: {{error}}. {_NETWORK}",
}

_DENIED = (
    "AWS refuses {operation} ({code}): {message}. Add the permission to the role or user, or use other credentials: "
    "docs/using/permissions.md says which policies a run needs."
)
_FORBIDDEN = (
    "AWS refuses {operation} ({code}): {message}. A policy denies the action, and no permission outweighs that. Change "
    "that policy, or use other credentials: docs/using/permissions.md says where such policies are."
)
_EXPIRED = f"The AWS credentials have expired ({{code}}). {_LOGIN}"
_INVALID = (
    "AWS does not accept the credentials ({code}): the keys are wrong or deleted, or the region is not enabled for the "
    "account. Correct the credentials, or enable the region."
)
_CLOCK = "The clock of this machine differs from AWS's by several minutes ({code}). Set the clock, and run again."
_THROTTLED = (
    "AWS limits the number of requests ({code}), and {operation} was refused repeatedly. Run again later, or find what "
    "else sends requests in this account."
)
# The codes with which services refuse a request because there were too many: it was not carried out.
_THROTTLES = (
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
)
_UNAVAILABLE = "AWS has an error of its own in {operation} ({code}): {message}. Run again later."
_NOT_ENABLED = "The account is not enabled for the service or the region ({code}): {message}. Enable it, and run again."
_OTHER = "AWS refuses {operation} ({code}): {message}."

# Errors of AWS: the codes, and the sentences.
_AWS: Mapping[str, str] = {
    **dict.fromkeys(("ExpiredToken", "ExpiredTokenException"), _EXPIRED),
    "RequestExpired": f"{_EXPIRED} If they have not, the clock of this machine is wrong: set it.",
    **dict.fromkeys(
        (
            "AuthFailure",
            "IncompleteSignature",
            "IncompleteSignatureException",
            "InvalidAccessKeyId",
            "InvalidClientTokenId",
            "InvalidSignatureException",
            "MissingAuthenticationToken",
            "MissingAuthenticationTokenException",
            "SignatureDoesNotMatch",
            "UnrecognizedClientException",
        ),
        _INVALID,
    ),
    **dict.fromkeys(("RequestTimeTooSkewed", "RequestInTheFuture"), _CLOCK),
    **dict.fromkeys(
        ("AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"),
        _DENIED,
    ),
    **dict.fromkeys(("OptInRequired", "SubscriptionRequiredException"), _NOT_ENABLED),
    **dict.fromkeys(
        (
            "RequestLimitExceeded",
            "RequestThrottled",
            "RequestThrottledException",
            "Throttling",
            "ThrottlingException",
            "TooManyRequestsException",
        ),
        _THROTTLED,
    ),
    **dict.fromkeys(
        (
            "InternalError",
            "InternalFailure",
            "InternalServerError",
            "InternalServiceError",
            "ServiceUnavailable",
            "ServiceUnavailableException",
            "Unavailable",
        ),
        _UNAVAILABLE,
    ),
}
_ENCODED = re.compile(r"\s*Encoded authorization failure message: \S+")  # EC2 repeats the refusal in a long code
# The same for the request that turns the token of an identity provider, such as that of a CI service, into credentials.
_WEB_IDENTITY = "AssumeRoleWithWebIdentity"
_TOKEN: Mapping[str, str] = {
    "AccessDenied": "The role does not trust the token of the identity provider ({code}): {message}. Compare the "
    "conditions of the role's trust policy with the subject (sub) and the audience (aud) of the token, and check "
    "AWS_ROLE_ARN.",
    "ExpiredTokenException": "The token of the identity provider has expired ({code}). Ask for a new token right "
    "before the run, and run again.",
    "InvalidIdentityToken": "AWS does not accept the token of the identity provider ({code}): {message}. Correct the "
    "identity provider in IAM and its audience, or AWS_WEB_IDENTITY_TOKEN_FILE.",
}
_SKEWED = ("Signature expired", "Signature not yet current")  # AWS's words about a wrong clock, with several codes
# A line of botocore's report about parameters. Nothing of the value is captured.
_FAULT = re.compile(
    r"^(?P<kind>Invalid (?:type|value|length)) for (?:document )?parameter (?P<name>[^,\n]+), value: "
    r"(?:.*, valid types: (?P<types>(?:<class '[\w.]+'>(?:, )?)+)$)?"
    r'|^(?P<rest>(?:Missing required|Unknown) parameter in [^\n"]+: "\w+")',
    re.MULTILINE,
)


def error_code(error: Exception) -> str:
    """Return AWS's code of an error; an empty string for an error that is not AWS's."""
    return str(_details(error).get("Code", ""))


def is_unanswered(error: Exception) -> bool:
    """Return whether an error leaves it open whether AWS carried out the request.

    The answer did not arrive, or AWS reports an error of its own. A request that was throttled or refused was not
    carried out, nor was one for which there was no connection.
    """
    code = error_code(error)
    if not code:
        return any(kind.__name__ in ("HTTPClientError", "SSLError") for kind in type(error).__mro__)
    status = getattr(error, "response", {}).get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return bool(status >= 500) and code not in _THROTTLES


def explain(error: Exception) -> str:
    """Return what is wrong and what to do, in one or two sentences without secrets.

    >>> explain(ProfileNotFound(profile="work"))
    "The AWS profile 'work' does not exist. Correct AWS_PROFILE or the option profile, or add the profile to ..."
    """
    code = error_code(error)
    if code:
        return _masked(_explain_aws(code, str(_details(error).get("Message", "")), error))
    names = [kind.__name__ for kind in type(error).__mro__]
    if "ParamValidationError" in names:
        return _explain_parameters(str(error))
    template = next((_BOTOCORE[name] for name in names if name in _BOTOCORE), "")
    fields = {name: _plain(value) for name, value in (getattr(error, "kwargs", None) or {}).items()}
    return _masked(template.format_map(_Fields(fields)) if template else str(error))


class _Fields(dict[str, str]):
    """The fields of an error. A field that a version of botocore lacks is a question mark."""

    def __missing__(self, name: str) -> str:
        return "?"


def _details(error: Exception) -> dict[str, Any]:
    response = getattr(error, "response", None)
    details = response.get("Error") if isinstance(response, dict) else None
    return details if isinstance(details, dict) else {}


def _explain_aws(code: str, message: str, error: Exception) -> str:
    skewed = any(words in message for words in _SKEWED)
    operation, message = str(getattr(error, "operation_name", "the request")), _ENCODED.sub("", message)
    known = {**_AWS, **_TOKEN} if operation == _WEB_IDENTITY else _AWS
    template = _CLOCK if skewed else known.get(code, _OTHER)
    if template is _DENIED and "explicit deny" in message:
        template = _FORBIDDEN
    return template.format(code=code, operation=operation, message=_plain(message) or "no reason is given")


def _explain_parameters(report: str) -> str:
    """Return which parameters botocore refuses, without their values: a value may be a password."""
    faults = []
    for found in _FAULT.finditer(report):
        types = ", ".join(re.findall(r"'([\w.]+)'", found["types"] or ""))
        fault = f"{found['kind'].lower()} of {found['name']}" if found["kind"] else found["rest"]
        faults.append(f"{fault} (it must be {types})" if types else fault)
    listed = f": {'; '.join(faults)}" if faults else ""
    return f"The request is not valid{listed}. Correct the options of the task."


def _plain(value: Any) -> str:
    """Return a text of AWS without the period at its end, so that it can stand inside a sentence."""
    return str(value).strip().rstrip(".")


def _masked(text: str) -> str:
    """Return a text whose URLs contain no user and password."""
    return re.sub(r"(?<=://)[^/@\s]+@", "***@", text)
