"""The common base of the RDS calls: state, paging and filters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from moto.core.responses import ActionResult, BaseResponse

from ..core import paged
from . import checks
from .models import RDS, RdsBackend, settle

Fields = Mapping[str, Callable[[dict[str, Any]], list[Any]]]


class Calls(BaseResponse):
    """A group of calls. ``responses.RdsResponse`` combines the subclasses."""

    def __init__(self) -> None:
        super().__init__(service_name="rds")
        self.automated_parameter_parsing = True

    @property
    def backend(self) -> RdsBackend:
        """Return the RDS of the request's region, with all due changes applied."""
        settle(self.current_account)
        return RDS[self.current_account][self.region]  # type: ignore[no-any-return]

    def page(
        self, key: str, items: list[dict[str, Any]], fields: Fields | None = None, largest: int = 100
    ) -> ActionResult:
        """Return one page, by ``MaxRecords`` and ``Marker``, of the items that match ``Filters``.

        ``fields`` maps each known filter to a function that returns the values of an item to match. ``largest`` is the
        maximum of ``MaxRecords``.
        """
        items = self._filtered(items, fields or {})
        size = int(self.params.get("MaxRecords") or 100)
        if not 20 <= size <= largest:
            raise checks.value(f"Invalid value {size} for MaxRecords. Must be between 20 and {largest}")
        refusal = checks.value(f"Invalid value '{self.params.get('Marker')}' for Marker")
        found, marker = paged(items, self.params, 100, ("MaxRecords", "Marker"), refusal)
        return ActionResult({key: found, **({"Marker": marker} if marker else {})})

    def _filtered(self, items: list[dict[str, Any]], fields: Fields) -> list[dict[str, Any]]:
        for flt in self.params.get("Filters") or []:
            if flt["Name"] not in fields:
                raise checks.value(f"Unrecognized filter name: {flt['Name']}")
            wanted = {str(v).lower() for v in flt["Values"]}
            items = [i for i in items if wanted & {str(v).lower() for v in fields[flt["Name"]](i) if v}]
        return items
