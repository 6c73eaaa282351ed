"""The calls for flow logs."""

from __future__ import annotations

import re
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import InvalidDependantParameterTypeError
from moto.logs.models import logs_backends

from ..admission import Missing
from ..core import AwsError
from ..iam import can_assume
from .base import Ec2, answered, result

RESOURCES = {"VPC": "vpc", "Subnet": "subnet"}


class FlowLogResponses(Ec2):
    """Flow logs."""

    def create_flow_logs(self) -> ActionResult:
        self._check_flow_log()
        log_ids: list[str] = []
        destination = self.params.pop("LogDestination", None)
        unsuccessful: list[Any] = []
        for resource_id in self.params["ResourceIds"]:
            if self._already_exists(resource_id):
                text = "Error. There is an existing Flow Log with the same configuration and log destination."
                error = {"Code": "FlowLogAlreadyExists", "Message": text}
                unsuccessful.append({"ResourceId": resource_id, "Error": error})
                continue
            self.params["ResourceIds"] = [resource_id]
            answer: Any = super().create_flow_logs().result
            log_ids += answer["FlowLogIds"]
            unsuccessful += answer["Unsuccessful"]
        for log_id in log_ids:
            self.ec2.flow_logs[log_id].log_destination = destination
        return result(FlowLogIds=log_ids, Unsuccessful=unsuccessful, ClientToken=self._client_token())

    def _check_flow_log(self) -> None:
        params = self.params
        kind = params["ResourceType"]
        if kind not in RESOURCES:
            raise Missing(f"flow logs of a {kind}")
        for resource_id in params["ResourceIds"]:
            if not re.fullmatch(RESOURCES[kind] + r"-[0-9a-f]{8,17}", resource_id):
                raise AwsError("InvalidParameter", f"The resource {resource_id} is not a {kind}.")
        self.require("TrafficType")
        if not (params.get("LogGroupName") or params.get("LogDestination")):
            raise AwsError("InvalidParameter", "LogDestination can't be empty if LogGroupName is not provided.")
        self._check_log_group()
        params["LogDestinationType"] = destination = params.get("LogDestinationType") or "cloud-watch-logs"
        if destination != "cloud-watch-logs":
            if params.get("LogGroupName"):
                raise InvalidDependantParameterTypeError("LogDestination", "cloud-watch-logs", "LogGroupName")
            raise Missing(f"flow logs to {destination}")

    def _check_log_group(self) -> None:
        """Check the log group and the role, and replace the log group's ARN by the name that descriptions show."""
        params, arn = self.params, self.params.get("LogDestination")
        if arn and params.get("LogGroupName"):
            raise AwsError("InvalidParameter", "Please only provide LogGroupName or only provide LogDestination.")
        if arn and params.get("LogDestinationType") in (None, "cloud-watch-logs"):
            match = re.fullmatch(r"arn:aws[\w-]*:logs:([\w-]+):\d{12}:log-group:([^:*]+)(:\*)?", arn)
            if not match or match.group(1) != self.region:
                raise AwsError("InvalidParameter", f"LogDestination: {arn} is not a log group of this Region.")
            params["LogGroupName"] = match.group(2)
        role = params.get("DeliverLogsPermissionArn")
        if role and not re.fullmatch(r"arn:aws[\w-]*:iam::\d{12}:role/.+", role):
            raise AwsError("InvalidParameter", f"DeliverLogsPermissionArn is not the ARN of a role: {role}")
        if role and not can_assume(self.current_account, self.region, "vpc-flow-logs.amazonaws.com", role):
            raise AwsError("InvalidParameter", f"Unable to assume given IAM role: '{role}'")

    def _already_exists(self, resource_id: str) -> bool:
        wanted = (resource_id, self.params.get("LogGroupName"))
        return any((f.resource_id, f.log_group_name) == wanted for f in self.ec2.flow_logs.values())

    def describe_flow_logs(self) -> ActionResult:
        """List the flow logs. A flow log whose log group or role is missing stays ACTIVE and delivers nothing."""
        groups = logs_backends[self.current_account][self.region].groups
        for log in self.ec2.flow_logs.values():
            role = log.deliver_logs_permission_arn
            delivers = log.log_group_name in groups and can_assume(
                self.current_account, self.region, "vpc-flow-logs.amazonaws.com", role
            )
            log.deliver_logs_status = "SUCCESS" if delivers else "FAILED"
            log.deliver_logs_error_message = None if delivers else "Access error"
        return answered(super().describe_flow_logs())

    def delete_flow_logs(self) -> ActionResult:
        unsuccessful = []
        for log_id in self.params["FlowLogIds"]:
            if self.ec2.flow_logs.pop(log_id, None) is None:
                error = {"Code": "InvalidFlowLogId.NotFound", "Message": f"The flow log ID '{log_id}' does not exist"}
                unsuccessful.append({"ResourceId": log_id, "Error": error})
        return result(Unsuccessful=unsuccessful)
