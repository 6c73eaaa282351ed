"""The operations of users and groups in which moto differs from AWS."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.iam.responses import IamResponse

from ..core import AwsError, paged
from .entities import OWN_USER, OWNER_TOO, set_boundary, unique_id

_KEY = ("UserName", "AccessKeyId", "Status", "CreateDate")
CREATED = datetime(2020, 1, 1)  # of the account


class UserOperations(IamResponse):
    """Users, groups and access keys."""

    def _user(self) -> Any:
        return self.backend.get_user(self._get_param("UserName"))

    def _page(self, name: str, items: list[Any]) -> ActionResult:
        """Return a page of a list, by ``MaxItems`` and ``Marker``."""
        found, marker = paged(items, self.params, 100, ("MaxItems", "Marker"))
        more = {"Marker": marker} if marker else {}
        return ActionResult({name: found, "IsTruncated": bool(marker), **more})

    def list_users(self) -> ActionResult:
        """List the users below a path."""
        prefix = self._get_param("PathPrefix", "/")
        return self._page("Users", [user for user in self.backend.users.values() if user.path.startswith(prefix)])

    def name_own_user(self) -> None:
        """Name the calling user in a request that concerns a user and names none."""
        if self._get_action() not in OWN_USER or self._get_param("UserName"):
            return
        user = self.backend.get_user_from_access_key_id(self.get_access_key())
        if user:
            self.params["UserName"] = user.name
        elif self._get_action() not in OWNER_TOO or self.get_access_key().startswith("ASIA"):
            raise AwsError("ValidationError", "Must specify userName when calling with non-User credentials")

    def get_user(self) -> ActionResult:
        """Return a user; without a name the caller, who may be the owner of the account."""
        if self._get_param("UserName"):
            return super().get_user()
        account = self.current_account
        arn = f"arn:{self.partition}:iam::{account}:root"
        return ActionResult(
            {"User": {"UserId": account, "Arn": arn, "Path": "/", "UserName": "", "CreateDate": CREATED}}
        )

    def create_user(self) -> ActionResult:
        """Create a user, with an id in AWS's form and a permissions boundary."""
        boundary, name = self._get_param("PermissionsBoundary"), str(self._get_param("UserName"))
        if boundary:
            self.backend.get_policy(boundary)
        if any(known.lower() == name.lower() for known in self.backend.users):
            raise AwsError("EntityAlreadyExists", f"User with name {name} already exists.")
        answer: ActionResult = super().create_user()
        user = self._user()
        user.id = unique_id("AIDA", user.account_id)
        set_boundary(user, self.backend, boundary)
        return answer

    def delete_user(self) -> ActionResult:
        """Delete a user that has no keys, policies and groups."""
        user = self._user()
        if user.access_keys:
            raise AwsError("DeleteConflict", "Cannot delete entity, must delete access keys first.")
        if self.backend.get_groups_for_user(user.name):
            raise AwsError("DeleteConflict", "Cannot delete entity, must remove users from group first.")
        return super().delete_user()

    def put_user_permissions_boundary(self) -> ActionResult:
        """Set the permissions boundary of a user."""
        set_boundary(self._user(), self.backend, self._get_param("PermissionsBoundary"))
        return EmptyResult()

    def delete_user_permissions_boundary(self) -> ActionResult:
        """Remove the permissions boundary of a user, and refuse a user without one."""
        user = self._user()
        if not getattr(user, "permissions_boundary_arn", None):
            raise AwsError("NoSuchEntity", f"The user with name {user.name} has no permissions boundary.")
        set_boundary(user, self.backend, None)
        return EmptyResult()

    def attach_user_policy(self) -> ActionResult:
        """Attach a policy to a user. Attaching it again changes nothing."""
        attached = self._get_param("PolicyArn") in self._user().managed_policies
        return EmptyResult() if attached else super().attach_user_policy()

    def create_group(self) -> ActionResult:
        """Create a group, with an id in AWS's form."""
        answer: ActionResult = super().create_group()
        group = self.backend.get_group(self._get_param("GroupName"))
        group.id = unique_id("AGPA", group.account_id)
        return answer

    def delete_group(self) -> ActionResult:
        """Delete a group that has no users and policies."""
        group = self.backend.get_group(self._get_param("GroupName"))
        if group.users:
            raise AwsError("DeleteConflict", "Cannot delete entity, must remove users from group first.")
        if group.managed_policies:
            raise AwsError("DeleteConflict", "Cannot delete entity, must detach all policies first.")
        if group.policies:
            raise AwsError("DeleteConflict", "Cannot delete entity, must delete policies first.")
        return super().delete_group()

    def list_groups(self) -> ActionResult:
        """List the groups below a path."""
        prefix = self._get_param("PathPrefix", "/")
        found = [group for group in self.backend.list_groups() if group.path.startswith(prefix)]
        return self._page("Groups", found)

    def get_group(self) -> ActionResult:
        """Return a group with its users."""
        group = self.backend.get_group(self._get_param("GroupName"))
        return ActionResult({"Group": group, "Users": group.users, "IsTruncated": False})

    def list_group_policies(self) -> ActionResult:
        """List the inline policies of a group."""
        group = self.backend.get_group(self._get_param("GroupName"))
        return ActionResult({"PolicyNames": list(group.policies), "IsTruncated": False})

    def list_access_keys(self) -> ActionResult:
        """List the keys of a user. IAM has issued none to the owner of the account here."""
        keys = self._user().access_keys if self._get_param("UserName") else []
        fields = ("user_name", "access_key_id", "status", "create_date")
        shown = [dict(zip(_KEY, (getattr(key, name) for name in fields), strict=True)) for key in keys]
        return self._page("AccessKeyMetadata", shown)

    def list_service_specific_credentials(self) -> ActionResult:
        """List the credentials of a user for single services, which nobody can create here."""
        self._user()
        return ActionResult({"ServiceSpecificCredentials": [], "IsTruncated": False})
