"""The expected result of each playbook with the policies of each holder, in every environment.

A cell is PASSES, or the actions of which AWS refuses one, so that the run ends there unless it GOES_ON. A run whose
name ends with empty begins on an account with nothing, every other one on an account with the environment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .runs import ENVIRONMENTS

PASSES: frozenset[str] = frozenset()
LOCK = frozenset({"dynamodb:GetItem"})  # a run that may write looks first whether another run holds the lock
MAKE_LOCKS = frozenset({"dynamodb:CreateTable"})  # the table of the run locks, which the first apply creates
RIGHT = frozenset({"dynamodb:GetItem"})  # a run that deletes reads an item first that only the destroyer may read
PUBLISH = frozenset({"ssm:PutParameter"})


@dataclass(frozen=True)
class Row:
    """A playbook on an account: the name of its recorded run, and the result by holder."""

    playbook: str
    run: str
    planner: frozenset[str]
    builder: frozenset[str]
    operator: frozenset[str]
    destroyer: frozenset[str]

    def expected(self, holder: str) -> frozenset[str]:
        found: frozenset[str] = getattr(self, holder)
        return found


ROWS = (
    Row("plan", "plan-empty", PASSES, PASSES, PASSES, PASSES),
    Row("plan", "plan", PASSES, PASSES, PASSES, PASSES),
    Row("outputs", "outputs", PASSES, PASSES, PASSES, PASSES),
    Row("outputs", "outputs-ssm", LOCK, PASSES, PUBLISH, PUBLISH),
    Row("topology", "topology", PASSES, PASSES, PASSES, PASSES),
    Row("drift", "drift", PASSES, PASSES, PASSES, PASSES),
    Row("site", "site-empty", LOCK, PASSES, MAKE_LOCKS, MAKE_LOCKS),
    Row("site", "site", LOCK, PASSES, PASSES, PASSES),
    Row("site", "change", LOCK, PASSES, PASSES, frozenset({"ec2:CreateTags"})),
    Row("destroy", "destroy", LOCK, RIGHT, RIGHT, PASSES),
    Row("remove_region", "remove_region", LOCK, RIGHT, RIGHT, PASSES),
)


# A run that changes nothing needs no lock, and so no permission to read the table of the locks.
GOES_ON = frozenset({("site", "planner")})

# Runs that an environment does not have, with the reasons.
NOT_RUN = {
    **dict.fromkeys((("repair", "qa"), ("repair-plan", "qa")), "the catalogue of drifts has none of qa"),
    **dict.fromkeys((("site-wide", "qa"), ("site-wide", "prod")), "they have a second region anyway"),
}
# Runs that are not recorded yet. `make access` records all of them.
UNRECORDED: frozenset[tuple[str, str]] = frozenset()


def cells() -> Iterator[tuple[Row, str, str]]:
    """Yield each row with each environment and holder."""
    for row in ROWS:
        for environment in ENVIRONMENTS:
            for holder in ("planner", "builder", "operator", "destroyer"):
                yield row, environment, holder
