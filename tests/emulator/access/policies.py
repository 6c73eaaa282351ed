"""The evaluation of policies: the statements that apply to a request, and AWS's decision about it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from .conditions import Values, met, pattern

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_LITERAL = {"*": "*", "?": "?", "$": "$"}
Statement = Mapping[str, Any]


@dataclass(frozen=True)
class Principal:
    """A caller with its policies. ``names`` are the ARNs and ids by which a resource policy may name it."""

    arn: str
    user_id: str
    account: str
    names: frozenset[str]
    policies: tuple[str, ...]
    boundary: str | None = None
    session: tuple[str, ...] | None = None
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # the condition keys of the principal


@dataclass(frozen=True)
class Request:
    """An action on one resource. ``value_of`` returns the values of a condition key."""

    action: str
    resource: str
    value_of: Callable[[str], Values]


@dataclass(frozen=True)
class Decision:
    """AWS's decision and, unless it is ``allowed``, the reason in AWS's words."""

    decision: str
    reason: str = ""

    @property
    def allowed(self) -> bool:
        return self.decision == "allowed"


@lru_cache(maxsize=4096)
def _statements(document: str) -> tuple[Statement, ...]:
    return tuple(listed(json.loads(document).get("Statement", [])))


def listed(value: Any) -> list[Any]:
    """Return a list of what a policy states alone or in a list."""
    return value if isinstance(value, list) else [value]


def _expand(text: str, request: Request, quote: bool) -> str | None:
    """Replace the policy variables of a text; None if one has no value, because such a text matches nothing."""
    missing = False

    def value(match: re.Match[str]) -> str:
        nonlocal missing
        name, _, default = match[1].partition(",")
        if name in _LITERAL:
            return f"\0{_LITERAL[name]}" if quote else _LITERAL[name]
        found = request.value_of(name.strip())
        if found is None and not default:
            missing = True
        return found[0] if found else default.strip().strip("'")

    expanded = _VARIABLE.sub(value, text) if "${" in text else text
    return None if missing else expanded


def _names(patterns: Any, request: Request) -> bool:
    expanded = (_expand(text, request, quote=True) for text in listed(patterns))
    return any(text is not None and pattern(text).fullmatch(request.resource) for text in expanded)


def _acts(patterns: Any, action: str) -> bool:
    return any(pattern(text, fold=True).fullmatch(action) for text in listed(patterns))


def _applies(statement: Statement, request: Request) -> bool:
    acts = (
        not _acts(statement["NotAction"], request.action)
        if "NotAction" in statement
        else _acts(statement.get("Action", []), request.action)
    )
    if not acts:
        return False
    if "NotResource" in statement:
        names = not _names(statement["NotResource"], request)
    else:
        names = _names(statement.get("Resource", "*"), request)  # a trust policy has no resources
    return names and met(
        statement.get("Condition", {}), request.value_of, lambda text: _expand(text, request, quote=False)
    )


def principals(block: Any) -> Iterator[str]:
    """Yield the principals that a statement names."""
    if isinstance(block, str):
        yield block
    else:
        for names in block.values():
            yield from listed(names)


def _concerns(statement: Statement, names: Iterable[str]) -> bool:
    if "NotPrincipal" in statement:
        return not set(principals(statement["NotPrincipal"])) & set(names)
    return bool(set(principals(statement.get("Principal", {}))) & {"*", *names})


def effects(documents: Iterable[str], request: Request, names: Iterable[str] | None = None) -> set[str]:
    """Return the effects of the statements that apply. ``names`` selects those of a resource policy by principal."""
    return {
        str(statement["Effect"])
        for document in documents
        for statement in _statements(document)
        if (names is None or _concerns(statement, names)) and _applies(statement, request)
    }


def decide(principal: Principal, request: Request, resource_policy: str | None = None, only: bool = False) -> Decision:
    """Return AWS's decision. ``only``: identity policies count only if the resource policy names the account.

    This is AWS's order within one account: an explicit deny anywhere, then the resource policy, then identity
    policies, boundary and session policy, which must all allow the action.
    """
    identity = effects(principal.policies, request)
    boundary = None if principal.boundary is None else effects([principal.boundary], request)
    session = None if principal.session is None else effects(principal.session, request)
    account = {principal.account, re.sub(r"^(arn:[^:]+):.*", rf"\1:iam::{principal.account}:root", principal.arn)}
    own = effects([resource_policy] if resource_policy else [], request, principal.names)
    delegated = effects([resource_policy] if resource_policy else [], request, account)
    kinds = {"an identity-based policy": identity, "a permissions boundary": boundary, "a session policy": session}
    for kind, found in {**kinds, "a resource-based policy": own | delegated}.items():
        if found is not None and "Deny" in found:
            return Decision("explicitDeny", f"with an explicit deny in {kind}")
    if only and "Allow" not in own | delegated:
        return Decision("implicitDeny", f"because no resource-based policy allows the {request.action} action")
    if "Allow" in own:  # a boundary does not limit what a resource policy allows to a user
        kinds = {} if ":user/" in principal.arn else {**kinds, "an identity-based policy": own}
    for kind, found in kinds.items():
        if found is not None and "Allow" not in found:
            name = kind.partition(" ")[2]
            return Decision("implicitDeny", f"because no {name} allows the {request.action} action")
    return Decision("allowed")
