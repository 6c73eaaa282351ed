# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The contract of a resource: data that describes its kind, and verbs that share no state."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Any, NamedTuple

from ansible_collections.mtk.backend.plugins.module_utils.aws._lookup import owner_of, resolve
from ansible_collections.mtk.backend.plugins.module_utils.domain._limits import (
    Check,
    TagRules,
    reference_faults,
    tag_faults,
    up_to,
)
from ansible_collections.mtk.backend.plugins.module_utils.domain._restores import Earlier
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import (
    ADOPTED_TAG,
    CONSENTS,
    OWNER_TAG,
    NotYet,
    Observation,
    Refused,
    overlay,
    unknown_in,
)
from ansible_collections.mtk.backend.plugins.module_utils.engine._plan import Plan, merge_tags

Fields = Mapping[str, Any]


class Claim(NamedTuple):
    """A resource that must bear the owner's tag: its kind and name as the plan shows them, its id and its tags."""

    resource: str
    name: str
    id: str
    tags: Fields

    @property
    def consent(self) -> str:
        """The resource as the extra variables adopt, replace and remove name it."""
        return f"{self.resource}:{self.name}"

    def __str__(self) -> str:
        return f"{self.resource} {self.name}{f' ({self.id})' if self.id and self.id != self.name else ''}"


class Left(NamedTuple):
    """Something that the deletion of a resource leaves behind.

    ``until`` is the day on which AWS deletes it, such as 2027-01-04, empty if nobody knows; ``key`` is the ARN of the
    KMS key without which it cannot be read; ``restore`` says how to bring it back, as a command.
    """

    resource: str
    name: str
    region: str
    until: str = ""
    key: str = ""
    restore: str = ""


class Resource:
    """One AWS resource: five verbs and some data. Subclass it and run it with :func:`._reconcile.reconcile`.

    ``params`` are the module's options. A read returns one mapping in snake_case, called ``have``: the options' fields
    in the options' shape, beside everything else that AWS returns. Verbs set no attributes: what one verb finds and
    another verb needs travels in ``have``. A field whose name begins with ``_`` is not returned to the user.
    """

    kind = ""  # the name of the result
    identity: Sequence[str] = ("name",)  # the options that identify the resource
    references: Mapping[str, tuple[str, str]] = {}  # option that holds a name: (option that holds the id, kind)
    managed: Sequence[str] = ()  # the options whose values are compared and kept
    immutable: frozenset[str] = frozenset()  # the managed fields that AWS cannot change
    needed: Sequence[str] = ()  # the managed fields that a creation requires
    expendable = False  # whether a failed resource of this kind holds no data, so that it is replaced without asking
    limits: Mapping[str, Check] = {}  # the values that AWS takes, by option
    deletion: Sequence[str] = ()  # the options with limits that a deletion uses, beside the identity
    tag_rules = TagRules()  # the service's rules for tags
    computed: Sequence[str] = ()  # fields that AWS decides on creation; the first one is the id
    gradual: frozenset[str] = frozenset()  # fields of which AWS takes one item a request
    secret: frozenset[str] = frozenset()  # options that are sent, and never compared, shown or returned
    status_field = "state"
    ready: frozenset[str] = frozenset({"available"})
    failed: frozenset[str] = frozenset({"failed"})
    leaving: frozenset[str] = frozenset({"deleting"})
    name_tag = True  # whether the Name tag identifies the resource
    usual: Mapping[str, int] = {}  # seconds that AWS usually takes, by action, where it takes long
    shared_locks: Sequence[str] = ()  # the locks that a change needs beside that of the environment
    # Error codes that mean 'not yet', each alone or with a text that the message contains.
    retry_codes: Sequence[str | tuple[str, str]] = ()

    def __init__(self, aws: Any, params: Fields) -> None:
        self.aws = aws
        self.params = params

    def fresh(self) -> Resource:
        """Return the resource without what it has looked up so far, to be read again."""
        self.aws.ids.clear()
        return type(self)(self.aws, self.params)

    # The options, before AWS is asked.

    def faults(self, present: bool) -> Iterator[str]:
        """Yield a sentence for each option whose value AWS never takes. A deletion uses few of the options."""
        limits = {"name": up_to(256), **self.limits} if self.name_tag else self.limits
        used = limits if present else [name for name in (*self.identity, *self.deletion) if name in limits]
        for name in used:
            yield from limits[name](name, self.params.get(name))
        yield from reference_faults(self.references, self.params)
        tags = self.params.get("tags")
        if present and tags:
            yield from tag_faults("tags", tags, self.tag_rules, len(self.named(tags)) - len(tags))

    def conflicts(self) -> Iterable[str]:
        """Return a sentence for each combination of options that AWS never takes. Each option keeps its own limits."""
        return ()

    # The verbs.

    def siblings(self) -> list[dict[str, Any]]:
        """List all resources of this kind in the region, with as few calls as AWS allows."""
        raise NotImplementedError

    def is_me(self, sibling: Fields) -> bool:
        """Return whether ``sibling`` is this resource. By default the Name tag decides."""
        return bool((sibling.get("tags") or {}).get("Name") == self.params["name"])

    def describe(self, sibling: dict[str, Any]) -> dict[str, Any]:
        """Return the resource in the options' shape. Make more calls only for fields that the listing lacks."""
        return sibling

    def desired(self, have: Fields | None) -> dict[str, Any]:
        """Return the wanted values of the managed fields. An option that is not given keeps the present value."""
        want = {name: overlay(self.params[name], (have or {}).get(name)) for name in self.managed if self._given(name)}
        managed = {option: target for option, target in self.references.items() if target[0] in self.managed}
        want.update(resolve(self.aws, managed, self.params))
        tags = self._wanted_tags(have)
        return want if tags is None else {**want, "tags": self.named(tags)}

    def _wanted_tags(self, have: Fields | None) -> dict[str, str] | None:
        """Return the wanted tags; None if tags are not managed. An adopted resource keeps the tags of others."""
        wanted, present = self.params.get("tags"), (have or {}).get("tags") or {}
        if wanted is None and have is None and self.name_tag:
            wanted = {}  # without its Name the resource could not be found again
        purge = self.params.get("purge_tags", True)
        if wanted is not None and self.adopts(have):
            wanted, purge = {**wanted, ADOPTED_TAG: "true"}, False
        return merge_tags(wanted, present, purge)

    def create(self, want: Fields) -> None:
        """Start the creation. The loop sends as updates what AWS does not take at creation."""
        raise NotImplementedError

    def update(self, have: Fields, changes: Fields) -> Iterable[str] | None:
        """Send one step towards ``changes``. Return the fields that have to wait for a later step, or None."""
        raise NotImplementedError

    def delete(self, have: Fields) -> None:
        """Start the deletion, or send the step that AWS requires before it."""
        raise NotImplementedError

    # Properties that follow from the data.

    @property
    def resolved(self) -> dict[str, Any]:
        """The ids of the references, by the option that holds the id; ``(known after apply)`` for an unused name."""
        return resolve(self.aws, self.references, self.params)

    def named(self, tags: dict[str, str]) -> dict[str, str]:
        """Return ``tags`` with the Name that identifies the resource, for kinds that are identified by it."""
        return {**tags, "Name": self.params["name"]} if self.name_tag else tags

    # Ownership.

    @property
    def resource(self) -> str:
        """The name of the resource's kind as the plan shows it: the name of the module."""
        return str(self.params.get("resource") or self.kind)

    @property
    def owner(self) -> str | None:
        """The environment that the resource must belong to; None if the options name none."""
        return owner_of(self.params)

    def owned(self, have: Fields | None) -> Iterable[Claim]:
        """Return what must bear the owner's tag. By default the resource itself, if it exists.

        A kind without tags of its own returns the resource that it is a part of.
        """
        if have is None:
            return ()
        ids = [str(have[name]) for name in self.computed[:1] if have.get(name)]
        return (Claim(self.resource, self.label, "".join(ids), have.get("tags") or {}),)

    def belongs(self, have: Fields) -> bool:
        """Return whether the resource is taken although it lacks the owner's tag, such as one that AWS creates itself.

        docs/using/ownership.md lists these exceptions.
        """
        return False

    def consents(self, consent: str) -> bool:
        """Return whether one of the options of :data:`CONSENTS`, such as ``adopt``, names this resource."""
        return f"{self.resource}:{self.label}" in (self.params.get(consent) or ())

    def adopts(self, have: Fields | None) -> bool:
        """Return whether the resource was taken over earlier, or is taken over now because it has no owner."""
        tags = (have or {}).get("tags") or {}
        return have is not None and (ADOPTED_TAG in tags if OWNER_TAG in tags else self.consents("adopt"))

    def waits_for(self) -> Iterator[str]:
        """Yield the refused resources of this run that the options name, as the plan shows them.

        Without this, a resource could be built on one of somebody else, such as a key, that has our name.
        """
        named = set(_texts({name: value for name, value in self.params.items() if name not in _NO_REFERENCES}))
        for region, resource, name in self.params.get("refused") or ():
            own = (resource, name) == (self.resource, self.label)
            if name in named and not own and _is_distinct(name) and region in (self.region, "global"):
                yield f"{resource} {name}"

    def is_expendable(self, have: Fields) -> bool:
        """Return whether a failed resource may be replaced without asking, because it holds no data."""
        return self.expendable

    def read(self) -> dict[str, Any] | None:
        """Return the resource, or None if it does not exist or if its identity is not known yet."""
        if any(unknown_in(self.params.get(name)) for name in self.identity):
            return None
        found = [sibling for sibling in self.siblings() if self.is_me(sibling)]
        if len(found) > 1:
            found = self._ours(found) or found
        if len(found) > 1:
            raise Refused(
                f"{len(found)} resources match {self}, and the module manages exactly one. Remove or rename the others."
            )
        return self.describe(found[0]) if found else None

    def _ours(self, siblings: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return those of several resources of one name that bear the owner's tag."""
        return [each for each in siblings if self.owner and (each.get("tags") or {}).get(OWNER_TAG) == self.owner]

    def status(self, have: Fields) -> str:
        """Return ``ready``, ``busy``, ``failed`` or ``leaving``."""
        state = have.get(self.status_field)
        if state is None or state in self.ready:
            return "ready"
        if state in self.failed:
            return "failed"
        return "leaving" if state in self.leaving else "busy"

    def is_unfinished(self, have: Fields, sent: Set[str]) -> bool:
        """Return whether AWS, though ``ready``, is still applying the fields ``sent`` in this run."""
        return False

    def reason(self, have: Fields) -> str:
        """Return why the resource failed, in AWS's words."""
        return str(have.get("state_message") or have.get("failure_message") or "AWS gives no reason")

    def kept(self, have: Fields) -> str:
        """Return why ``state: absent`` leaves the resource alone, such as who still uses it; empty if it is deleted."""
        return ""

    def obstacles(self, have: Fields) -> Iterable[str]:
        """Return a sentence for all that stands in the way of the deletion, each with the way on.

        What this run deletes before it is no obstacle; see :meth:`is_going`.
        """
        return ()

    def leaves(self, have: Fields) -> Iterable[Left]:
        """Return what the deletion leaves behind, such as a final snapshot."""
        return ()

    def takes_along(self, have: Fields) -> Iterable[str]:
        """Return a sentence for all that is deleted together with the resource, because the user has consented."""
        return ()

    def earlier_data(self) -> Earlier | None:
        """Return what is left of the data of an earlier resource of this name, before an empty one is created."""
        return None

    def is_going(self, *names: str | None, region: str | None = None) -> bool:
        """Return whether the plan of this run deletes a resource that has one of these names or ids.

        Without ``region`` the resource is in this region. Always False outside of check mode: there, AWS itself says
        what is gone.
        """
        going = self.params.get("going") or ()
        return any((region or self.region, name) in going for name in names if name)

    def is_not_yet(self, error: Exception, have: Fields | None) -> bool:
        """Return whether ``error`` means that AWS refuses the call now and will accept it later."""
        code, message = aws_error(error)
        codes = (known if isinstance(known, tuple) else (known, "") for known in self.retry_codes)
        return isinstance(error, NotYet) or any(known == code and text in message for known, text in codes)

    @property
    def region(self) -> str:
        """The region of the resource as the plan shows it."""
        return str(self.aws.region)

    @property
    def label(self) -> str:
        """The name of the resource as the plan shows it."""
        values = (self.params.get(name) for name in self.identity if not name.endswith("_id"))
        return " ".join(str(value) for value in values if value is not None)

    def tolerated(self, have: Fields) -> Iterable[Observation]:
        """Return the differences that no apply repairs: AWS's own doing, and changes that AWS has still to make."""
        return ()

    def notes(self, plan: Plan) -> Sequence[str]:
        """Return what the plan has to say beside the differences, such as a limit of AWS by time."""
        return ()

    def leftovers(self) -> Sequence[str]:
        """Return the ids that an earlier, deleted resource left behind and that a creation takes over."""
        return ()

    def _given(self, name: str) -> bool:
        return self.params.get(name) is not None

    def __str__(self) -> str:
        return f"{self.kind} {' '.join(str(self.params.get(name)) for name in self.identity)}"


def lifting(protected: str, way: str) -> str:
    """Return a sentence about a protected resource, and how to have it deleted nevertheless: ``way`` in a task."""
    return (
        f"{protected} To delete it, {way}. For playbooks/destroy.yml, set destroy_allowed: true in the inventory "
        "instead."
    )


_NO_REFERENCES = ("tags", "refused", "going", "left", *CONSENTS)


def _texts(value: Any) -> Iterator[str]:
    """Yield all texts inside a value."""
    if isinstance(value, str):
        yield value
    for each in value.values() if isinstance(value, Mapping) else value if isinstance(value, (list, tuple)) else ():
        yield from _texts(each)


def _is_distinct(name: str) -> bool:
    """Return whether a text is the name of a resource and no common word, such as the name of the default group."""
    return any(mark in name for mark in "-_/")


def aws_error(error: Exception) -> tuple[str, str]:
    """Return the code and the message of an error of AWS; two empty strings for any other error."""
    details = (getattr(error, "response", None) or {}).get("Error", {})  # None for a broken connection
    return details.get("Code", ""), details.get("Message", "")
