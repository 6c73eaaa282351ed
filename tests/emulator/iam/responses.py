"""The operations of IAM in which moto differs from AWS."""

from __future__ import annotations

import json
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import TYPE_RESPONSE, ActionResult, EmptyResult
from moto.core.serialize import never_return
from moto.iam.policy_validation import IAMTrustPolicyDocumentValidator
from moto.iam.responses import IamResponse

from ..clock import Timeline
from ..core import AwsError
from .mfa import MfaOperations
from .service_roles import create_service_linked_role
from .words import in_aws_words

POLICIES_PER_ROLE = 10
SPREADING = 10  # seconds until AWS's services know a new role
CHANGES = ("Add", "Attach", "Create", "Delete", "Detach", "Put", "Set", "Tag", "Untag", "Update")
ATTACHING = {f"Attach{entity}Policy" for entity in ("Role", "User", "Group")}
NOT_ATTACHABLE = ATTACHING | {"GetPolicy"}  # these word the refusal of a missing policy of the account in their own way
ATTACHMENTS = ATTACHING | {name.replace("Attach", "Detach") for name in ATTACHING}

PROFILES = (
    "GetInstanceProfileResponse.InstanceProfile",
    "ListInstanceProfilesForRoleResponse.InstanceProfiles.InstanceProfile",
)
NOT_IN_PROFILES = ("MaxSessionDuration", "RoleLastUsed", "Tags")  # fields of a role that its instance profiles lack


class LocalIam(MfaOperations):
    """The handler of IAM."""

    RESPONSE_KEY_PATH_TO_TRANSFORMER = {
        **IamResponse.RESPONSE_KEY_PATH_TO_TRANSFORMER,
        "CreateRoleResponse.Role.RoleLastUsed": never_return,
        "CreateRoleResponse.Role.MaxSessionDuration": never_return,
        "ListUsersResponse.Users.User.PermissionsBoundary": never_return,
        **{f"{profile}.Roles.Role.{field}": never_return for profile in PROFILES for field in NOT_IN_PROFILES},
    }

    def serialized(self, action_result: ActionResult) -> TYPE_RESPONSE:
        """Return the answer; a refusal is in AWS's words."""
        refusal = action_result.result
        if isinstance(refusal, ServiceException):
            entity = "group" if self._get_param("GroupName") else "user" if self._get_param("UserName") else "role"
            given = {"policy": self._get_param("PolicyArn"), "version": self._get_param("VersionId")}
            refusal.message = in_aws_words(refusal.message, entity=entity, **given)
            if self._get_action() in NOT_ATTACHABLE and ":iam::aws:" not in str(given["policy"]):
                refusal.message = refusal.message.replace("was not found.", "does not exist or is not attachable.")
        return super().serialized(action_result)

    def call_action(self) -> Any:
        """Refuse reserved tags and changes of AWS's own roles and policies, then answer."""
        self.name_own_user()
        operation, name, arn = self._get_action(), self._get_param("RoleName"), self._get_param("PolicyArn", "")
        if operation.startswith(CHANGES):
            role = next((role for role in self.backend.get_roles() if role.name == name), None)
            if role and role.path.startswith("/aws-service-role/"):
                text = f"Cannot perform the operation on the protected role '{name}'"
                raise AwsError("UnmodifiableEntity", f"{text} - this role is only modifiable by AWS")
            if arn.startswith(f"arn:{self.partition}:iam::aws:") and operation not in ATTACHMENTS:
                raise AwsError("AccessDenied", f"The policy {arn} is AWS's.")
        if arn and not arn.startswith("arn:"):
            raise AwsError("ValidationError", "Invalid ARN:  Could not be parsed!")
        if not self._get_param("Marker", "0").isdigit():
            raise AwsError("ValidationError", f"Invalid Marker: {self._get_param('Marker')}")
        if any(tag["Key"].lower().startswith("aws:") for tag in self._get_param("Tags", [])):
            raise AwsError("InvalidInput", "Tag keys that begin with aws: are reserved.")
        return super().call_action()

    def create_role(self) -> ActionResult:
        """Create a role with a valid trust policy and a name that is unique regardless of case."""
        _check_trust_policy(self._get_param("AssumeRolePolicyDocument"))
        self._check_boundary()
        name = self._get_param("RoleName")
        if any(role.name.lower() == name.lower() for role in self.backend.get_roles()):
            raise AwsError("EntityAlreadyExists", f"Role with name {name} already exists.")
        answer: ActionResult = super().create_role()
        self.backend.get_role(name).spread = Timeline(("spreading", SPREADING), ("known", 0))
        return answer

    def update_assume_role_policy(self) -> ActionResult:
        """Replace the trust policy of a role."""
        self.backend.get_role(self._get_param("RoleName"))
        _check_trust_policy(self._get_param("PolicyDocument"))
        return super().update_assume_role_policy()

    def get_role(self) -> ActionResult:
        """Return a role, with the Region of its last use."""
        role = self.backend.get_role(self._get_param("RoleName"))
        keys = [key for key in self.backend.access_keys.values() if key.role_arn == role.arn and key.last_used]
        if keys:
            role.last_used_region = max((key.last_used for key in keys), key=lambda use: use.timestamp).region
        return super().get_role()

    def list_instance_profiles_for_role(self) -> ActionResult:
        """List the instance profiles of a role that exists."""
        role = self.backend.get_role(self._get_param("RoleName"))
        profiles = self.backend.get_instance_profiles_for_role(role.name)
        return ActionResult({"InstanceProfiles": profiles, "IsTruncated": False})

    def remove_role_from_instance_profile(self) -> ActionResult:
        """Remove a role from an instance profile that has it."""
        role = self.backend.get_role(self._get_param("RoleName"))
        if role not in self.backend.get_instance_profile(self._get_param("InstanceProfileName")).roles:
            raise AwsError("NoSuchEntity", f"The role with name {role.name} cannot be found.")
        return super().remove_role_from_instance_profile()

    def put_role_permissions_boundary(self) -> ActionResult:
        """Set the boundary of a role to a policy that exists."""
        self.backend.get_role(self._get_param("RoleName"))
        self._check_boundary()
        return super().put_role_permissions_boundary()

    def delete_role_permissions_boundary(self) -> ActionResult:
        """Remove the boundary of a role, and refuse a role without one."""
        name = self._get_param("RoleName")
        if not self.backend.get_role(name).permissions_boundary_arn:
            raise AwsError("NoSuchEntity", f"The role with name {name} has no permissions boundary.")
        return super().delete_role_permissions_boundary()

    def _check_boundary(self) -> None:
        if self._get_param("PermissionsBoundary"):
            self.backend.get_policy(self._get_param("PermissionsBoundary"))

    def update_role(self) -> ActionResult:
        """Change the description or the session duration; a parameter left out changes nothing."""
        role = self.backend.get_role(self._get_param("RoleName"))
        role.description = self._get_param("Description", role.description)
        role.max_session_duration = self._get_param("MaxSessionDuration", role.max_session_duration)
        return EmptyResult()

    def attach_role_policy(self) -> ActionResult:
        """Attach a policy to a role, which has at most ten. Attaching it again changes nothing."""
        attached = self.backend.get_role(self._get_param("RoleName")).managed_policies
        if self._get_param("PolicyArn") in attached:
            return EmptyResult()
        if len(attached) >= POLICIES_PER_ROLE:
            raise AwsError("LimitExceeded", f"Cannot exceed quota for PoliciesPerRole: {POLICIES_PER_ROLE}")
        return super().attach_role_policy()

    def delete_policy(self) -> ActionResult:
        """Delete a policy that is not attached and has no other versions than its default."""
        policy = self.backend.get_policy(self._get_param("PolicyArn"))
        if policy.attachment_count:
            raise AwsError("DeleteConflict", "Cannot delete a policy attached to entities.")
        if len(policy.versions) > 1:
            text = "This policy has more than one version. Before you delete a policy, you must delete its versions."
            raise AwsError("DeleteConflict", f"{text} The default version is deleted with the policy.")
        return super().delete_policy()

    def list_entities_for_policy(self) -> ActionResult:
        """List the entities that have a policy, and refuse a missing policy."""
        self.backend.get_policy(self._get_param("PolicyArn"))
        return super().list_entities_for_policy()

    def list_policy_versions(self) -> ActionResult:
        """List the versions of a policy, the newest first."""
        versions = self.backend.list_policy_versions(self._get_param("PolicyArn"))
        return ActionResult({"Versions": [_version(each) for each in versions[::-1]], "IsTruncated": False})

    def create_policy_version(self) -> ActionResult:
        """Create a version of a policy. Only GetPolicyVersion returns its document."""
        arn, document = self._get_param("PolicyArn"), self._get_param("PolicyDocument")
        version = self.backend.create_policy_version(arn, document, self._get_param("SetAsDefault", False))
        self.backend.get_policy(arn).update_date = version.create_date
        return ActionResult({"PolicyVersion": _version(version)})

    def create_open_id_connect_provider(self) -> ActionResult:
        """Create an identity provider with an https URL, which is unique in the account."""
        url = str(self._get_param("Url"))
        if not url.startswith("https://"):
            raise AwsError("ValidationError", "Invalid Open ID Connect Provider URL")
        if any(f"https://{each.url}" == url.rstrip("/") for each in self.backend.open_id_providers.values()):
            text = f"Provider with url {url} already exists."
            raise AwsError("EntityAlreadyExists", text)
        self.params["Url"] = url.rstrip("/")
        answer: ActionResult = super().create_open_id_connect_provider()
        return answer

    def simulate_principal_policy(self) -> ActionResult:
        """Evaluate actions for a user, group or role."""
        from ..access.simulation import simulate, simulated_principal

        arn = self._get_param("PolicySourceArn")
        return ActionResult(simulate(simulated_principal(arn, self.current_account, self.partition), self.params))

    def simulate_custom_policy(self) -> ActionResult:
        """Evaluate actions under the given policies."""
        from ..access.simulation import custom_principal, simulate

        return ActionResult(simulate(custom_principal(self.current_account, self.partition), self.params))

    def create_service_linked_role(self) -> ActionResult:
        """Create the service-linked role of a service in ``ROLES``."""
        service, description = self._get_param("AWSServiceName"), self._get_param("Description", "")
        return ActionResult({"Role": create_service_linked_role(self.backend, service, description)})


def _check_trust_policy(document: str) -> None:
    try:
        json.loads(document)
    except ValueError:
        raise AwsError("MalformedPolicyDocument", "This policy contains invalid Json") from None
    IAMTrustPolicyDocumentValidator(document).validate()


def _version(version: Any) -> dict[str, Any]:
    return {
        "VersionId": version.version_id,
        "IsDefaultVersion": version.is_default,
        "CreateDate": version.create_date,
    }
