"""AWS's refusals of credentials and of actions, in the form of each service."""

from __future__ import annotations

from ..account import NotAuthenticated
from ..requests import protocols


class NotAuthorized(NotAuthenticated):
    """The refusal of a call that no policy allows, or that one denies."""


def not_authorized(service: str, caller_arn: str, action: str, resource: str, reason: str) -> NotAuthorized:
    """Return AWS's refusal of an action in the service's form."""
    shown = resource.removesuffix("-AbCdEf").rpartition(":")[2] if action == "secretsmanager:CreateSecret" else resource
    place = "" if service == "ec2" and resource == "*" else f" on resource: {shown}"
    text = f"User: {caller_arn} is not authorized to perform: {action}{place} {reason}".strip()
    if service == "ec2":
        return NotAuthorized("UnauthorizedOperation", f"You are not authorized to perform this operation. {text}", 403)
    if _in_xml(service):
        return NotAuthorized("AccessDenied", text, 403)
    return NotAuthorized("AccessDeniedException", text, 400)


def expired(service: str) -> NotAuthenticated:
    """Return AWS's refusal of a session that is over."""
    if service == "ec2":
        return NotAuthenticated("RequestExpired", "Request has expired.", 400)
    text = "The security token included in the request is expired"
    if _in_xml(service):
        return NotAuthenticated("ExpiredToken", text, 403)
    return NotAuthenticated("ExpiredTokenException", text, 400)


def _in_xml(service: str) -> bool:
    """Return whether a service answers, or once answered, in XML: its codes are those of the first services."""
    return bool({"query", "rest-xml"} & set(protocols(service)))
