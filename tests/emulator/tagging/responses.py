"""The operations of the Resource Groups Tagging API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.core.exceptions import JsonRESTError, ServiceException
from moto.core.resource_tagging import TaggedResource, make_tag_matcher, match_resource_type
from moto.core.responses import ActionResult
from moto.resourcegroupstaggingapi.responses import ResourceGroupsTaggingAPIResponse

from ..core import AwsError, paged
from .resources import RENAMED, remember, resources

PAGE = 100


def invalid(message: str) -> AwsError:
    """Return AWS's error for an invalid parameter."""
    return AwsError("InvalidParameterException", message)


class LocalTagging(ResourceGroupsTaggingAPIResponse):
    """The handler of the Resource Groups Tagging API."""

    def _page(self, name: str, items: list[Any]) -> ActionResult:
        params = {name: self._get_param(name) for name in ("ResourcesPerPage", "PaginationToken")}
        if params["ResourcesPerPage"] is not None and not 1 <= int(params["ResourcesPerPage"]) <= PAGE:
            raise invalid(f"ResourcesPerPage must be between 1 and {PAGE}")
        refusal = AwsError("PaginationTokenExpiredException", "The pagination token has expired.")
        page, more = paged(items, params, PAGE, ("ResourcesPerPage", "PaginationToken"), refusal)
        return ActionResult({name: page, "PaginationToken": more or ""})

    def get_resources(self) -> ActionResult:
        """List the resources that have or once had tags and match the filters."""
        arns = self._get_param("ResourceARNList", [])
        if arns and (self._get_param("ResourcesPerPage") or self._get_param("PaginationToken")):
            raise invalid("ResourceARNList cannot be specified with pagination parameters.")
        matches, types = make_tag_matcher(self._get_param("TagFilters")), self._get_param("ResourceTypeFilters")
        found = [
            {"ResourceARN": resource.arn, "Tags": [{"Key": k, "Value": v} for k, v in resource.tags.items()]}
            for resource in remember(self.region, self.current_account)
            if (resource.arn in arns or not arns)
            and matches(resource.tags)
            and match_resource_type(RENAMED.get(resource.resource_type, resource.resource_type), types)
        ]
        return self._page("ResourceTagMappingList", found)

    def _tags(self) -> list[tuple[str, str]]:
        return [tag for resource in remember(self.region, self.current_account) for tag in resource.tags.items()]

    def get_tag_keys(self) -> ActionResult:
        """List the tag keys of the Region."""
        return self._page("TagKeys", sorted({key for key, _ in self._tags()}))

    def get_tag_values(self) -> ActionResult:
        """List the values of a tag key in the Region."""
        return self._page("TagValues", sorted({value for key, value in self._tags() if key == self._get_param("Key")}))

    def tag_resources(self) -> ActionResult:
        """Tag the resources through their services."""
        tags = self._get_param("Tags")
        if any(key.lower().startswith("aws:") for key in tags):
            raise invalid("Tag keys that begin with aws: are reserved.")
        return self._each(lambda backend, resource: backend.tag_resource(resource.arn, tags))

    def untag_resources(self) -> ActionResult:
        """Remove tags from the resources through their services."""
        keys = self._get_param("TagKeys")
        return self._each(
            lambda backend, resource: set(keys) & set(resource.tags) and backend.untag_resource(resource.arn, keys)
        )

    def _each(self, change: Callable[[Any, TaggedResource], Any]) -> ActionResult:
        """Change each resource, and report the failed ones in ``FailedResourcesMap``."""
        known, failed = resources(self.current_account, self.region), {}
        for arn in self._get_param("ResourceARNList"):
            if not arn.startswith("arn:"):
                raise invalid(f"{arn} is not a valid ARN.")
            try:
                if arn not in known:
                    raise invalid(f"The resource {arn} does not exist here, or cannot be tagged here.")
                change(*known[arn])
            except (ServiceException, JsonRESTError) as refusal:
                failed[arn] = {
                    "StatusCode": 400,
                    "ErrorCode": "InvalidParameterException",
                    "ErrorMessage": str(refusal.message),
                }
        return ActionResult({"FailedResourcesMap": failed})
