"""Every promise has a test, every operation an answer, and the documentation lists the promises."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import boto3
import pytest
import requests
from botocore import UNSIGNED
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from emulator.promises import services
from emulator.promises.page import page
from emulator.requests import service_model

HERE = Path(__file__).parent
RULES = {f"{name}.{rule.name}" for name, service in services().items() for rule in service.rules}


def kept() -> set[str]:
    """Return the rules that the tests name with ``keeps``."""
    found = set()
    for path in HERE.glob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "keeps":
                found |= {argument.value for argument in node.args if isinstance(argument, ast.Constant)}
    return found


def test_every_rule_has_a_test():
    assert RULES - kept() == set()


def test_every_test_names_existing_rules():
    assert kept() - RULES == set()


def test_every_rule_has_a_source():
    for service in services().values():
        for rule in service.rules:
            assert rule.source and rule.text, rule.name
        assert len({rule.name for rule in service.rules}) == len(service.rules)


@pytest.mark.parametrize("service", services())
def test_promised_operations_and_parameters_exist_in_botocore(service):
    model = service_model(service)
    for operation in services()[service].operations:
        shape = model.operation_model(operation).input_shape
        assert services()[service].parameters(operation) <= set(shape.members if shape else ()), operation


@pytest.fixture
def raw(aws):
    """Return a function that sends a signed request without parameters and returns AWS's error code and message."""

    def ask(service, operation):
        model = service_model(service)
        if "targetPrefix" in model.metadata:
            headers = {"X-Amz-Target": f"{model.metadata['targetPrefix']}.{operation}"}
            headers["Content-Type"], data = f"application/x-amz-json-{model.metadata.get('jsonVersion', '1.0')}", "{}"
        else:
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            data = f"Action={operation}&Version={model.api_version}"
        request = AWSRequest("POST", f"{aws.url}/", headers, data)
        SigV4Auth(Credentials("local", "emulator-secret-key"), model.signing_name, "us-east-1").add_auth(request)
        done = requests.post(request.url, request.data, headers=dict(request.headers), timeout=10)
        if done.status_code < 400:
            return "", ""
        if "targetPrefix" in model.metadata:
            error = done.json()
            return error["__type"].rsplit("#", 1)[-1], error.get("message") or error.get("Message") or ""
        return tuple(re.search(f"<{tag}>(.*?)</{tag}>", done.text, re.S)[1] for tag in ("Code", "Message"))

    return ask


@pytest.mark.parametrize("service", services())
def test_operations_without_a_promise_are_refused(raw, service):
    """An operation that botocore knows is promised, or refused with an error that names it."""
    known = service_model(service).operation_names
    for operation in sorted(set(known) - set(services()[service].operations)):
        code, message = raw(service, operation)
        assert code in ("InvalidAction", "UnknownOperationException"), operation
        assert f"The local AWS does not implement {service}:{operation}." in message


@pytest.mark.parametrize("service", services())
def test_an_empty_request_never_causes_an_internal_error(raw, service):
    """A promised operation without parameters is answered, or refused with an error of the service."""
    for operation in services()[service].operations:
        code, message = raw(service, operation)
        assert code != "LocalAwsFault", (operation, message)
        assert "does not implement" not in message, operation


def test_boto3_does_not_retry_a_missing_operation(aws):
    with pytest.raises(ClientError, match="The local AWS does not implement"):
        aws.client("ec2").describe_hosts()
    assert len(aws.control.calls()) == 1


def test_unsigned_requests_are_refused_with_the_code_of_the_service(aws):
    unsigned = boto3.client(
        "sts", region_name="us-east-1", endpoint_url=aws.url, config=Config(signature_version=UNSIGNED)
    )
    with pytest.raises(ClientError) as refusal:
        unsigned.get_caller_identity()
    assert refusal.value.response["Error"]["Code"] == "MissingAuthenticationToken"


@pytest.mark.parametrize(
    ("service", "operation"), [("s3", "list_buckets"), ("lambda", "list_functions"), ("sqs", "list_queues")]
)
def test_other_services_are_refused(aws, service, operation):
    with pytest.raises(ClientError, match="The local AWS does not implement"):
        getattr(aws.client(service), operation)()


def test_the_documentation_is_generated_from_the_promises():
    assert (HERE.parents[1] / "docs/developing/local-aws.md").read_text() == page().rstrip() + "\n", "run `make docs`"
