"""Every request is answered in a protocol that its client speaks: unknown services, and older SDKs."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from typing import Any

import boto3
import botocore.session
import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

KEYS = {"aws_access_key_id": "local", "aws_secret_access_key": "emulator-secret-key"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "Foo_20260101.DoThis"}
REST = {"Content-Type": "application/json"}
ALARM = {
    "AlarmName": "a",
    "MetricName": "m",
    "Namespace": "n",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Statistic": "Sum",
    "Threshold": 1.5,
    "ComparisonOperator": "GreaterThanThreshold",
    "Dimensions": [{"Name": "TableName", "Value": "t"}],
}


@pytest.fixture
def send(aws: Any) -> Any:
    """Return a function that sends a signed request of a service and returns the answer."""

    def request(service: str, verb: str, path: str, headers: dict[str, str], data: str) -> requests.Response:
        signed = AWSRequest(verb, f"{aws.url}{path}", dict(headers), data)
        SigV4Auth(Credentials("local", "emulator-secret-key"), service, "us-east-1").add_auth(signed)
        return requests.request(verb, signed.url, data=data, headers=dict(signed.headers), timeout=10)

    return request


@pytest.mark.parametrize("service", ["foo", "snowball"])
def test_a_json_service_that_nobody_knows(aws: Any, send: Any, service: str) -> None:
    answer = send(service, "POST", "/", JSON, "{}")
    assert (answer.status_code, answer.json()["__type"]) == (400, "UnknownOperationException")
    assert f"The local AWS does not implement {service}:DoThis." in json.dumps(answer.json())
    entry = aws.control.calls()[-1]
    assert (entry["service"], entry["operation"], entry["tier"]) == (service, "DoThis", "refused")


def test_a_query_service_that_nobody_knows(send: Any) -> None:
    answer = send("foo", "POST", "/", FORM, "Action=DoThis&Version=2026-01-01")
    assert answer.status_code == 400 and "<Code>InvalidAction</Code>" in answer.text
    assert "does not implement foo:DoThis." in answer.text


def test_a_rest_service_that_nobody_knows(aws: Any, send: Any) -> None:
    answer = send("foo", "PUT", "/things/1", REST, "{}")
    assert answer.status_code == 400 and answer.headers["x-amzn-errortype"] == "UnknownOperationException"
    assert "does not implement foo:PUT /things/1." in answer.text
    assert aws.control.calls()[-1]["operation"] == "PUT /things/1"


@pytest.mark.parametrize(
    ("service", "headers", "data", "code"),
    [
        ("ec2", FORM, "Action=DoThis&Version=2016-11-15", "InvalidAction"),
        ("rds", FORM, "Action=DoThis&Version=2014-10-31", "InvalidAction"),
        ("sns", FORM, "Action=DoThis&Version=2010-03-31", "InvalidAction"),
        ("kms", {**JSON, "X-Amz-Target": "TrentService.DoThis"}, "{}", "UnknownOperationException"),
        ("ssm", {**JSON, "X-Amz-Target": "AmazonSSM.DoThis"}, "{}", "UnknownOperationException"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isalnum() else "",
)
def test_an_operation_that_nobody_knows(send: Any, service: str, headers: Any, data: str, code: str) -> None:
    answer = send(service, "POST", "/", headers, data)
    assert answer.status_code == 400 and code in answer.text
    assert f"does not implement {service}:DoThis." in answer.text


def test_a_path_that_a_rest_service_does_not_know(send: Any) -> None:
    answer = send("backup", "GET", "/no/such/path", REST, "")
    assert answer.status_code == 400 and "does not implement backup:GET /no/such/path." in answer.text


@pytest.fixture
def older(aws: Any) -> Any:
    """Return a client of CloudWatch as older SDKs have it: it posts forms and reads XML."""
    session = botocore.session.Session()
    loader = session.get_component("data_loader")
    load = loader.load_service_model

    def load_older(service: str, kind: str, **version: Any) -> Any:
        model = load(service, kind, **version)
        if (service, kind) == ("cloudwatch", "service-2"):
            metadata = {k: v for k, v in model["metadata"].items() if k != "awsQueryCompatible"}
            return {**model, "metadata": {**metadata, "protocol": "query", "protocols": ["query"]}}
        return model

    loader.load_service_model = load_older
    client = boto3.Session(botocore_session=session)
    return client.client("cloudwatch", region_name="us-east-1", endpoint_url=aws.url, **KEYS)


def test_older_sdks_manage_alarms_in_the_query_protocol(aws: Any, older: Any) -> None:
    older.put_metric_alarm(**ALARM, TreatMissingData="missing")
    (alarm,) = older.describe_alarms(AlarmNames=["a"])["MetricAlarms"]
    (same,) = aws.client("cloudwatch").describe_alarms(AlarmNames=["a"])["MetricAlarms"]
    assert {name: alarm[name] for name in ALARM} == {name: same[name] for name in ALARM} == ALARM
    assert alarm["StateUpdatedTimestamp"] - same["StateUpdatedTimestamp"] < timedelta(seconds=1)
    older.delete_alarms(AlarmNames=["a"])
    assert older.describe_alarms()["MetricAlarms"] == []


def test_older_sdks_read_metrics_in_the_query_protocol(aws: Any, older: Any) -> None:
    older.put_metric_data(Namespace="N", MetricData=[{"MetricName": "m", "Value": 3.0}])
    now = datetime.fromtimestamp(aws.control.ask("GET", "health")["now"], UTC)
    (point,) = older.get_metric_statistics(
        Namespace="N",
        MetricName="m",
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(hours=1),
        Period=60,
        Statistics=["Sum"],
    )["Datapoints"]
    assert point["Sum"] == 3.0


@pytest.mark.parametrize("client", ["older", "newer"])
def test_errors_come_in_the_protocol_of_the_request(aws: Any, older: Any, client: str) -> None:
    cloudwatch = older if client == "older" else aws.client("cloudwatch")
    found = []
    for call, parameters in (
        ("set_alarm_state", {"AlarmName": "missing", "StateValue": "OK", "StateReason": "test"}),
        ("put_metric_alarm", {**ALARM, "ComparisonOperator": "Equals"}),
        ("put_metric_data", {"Namespace": "AWS/RDS", "MetricData": [{"MetricName": "m", "Value": 1.0}]}),
        ("list_dashboards", {}),
    ):
        with pytest.raises(ClientError) as error:
            getattr(cloudwatch, call)(**parameters)
        found.append(error.value.response["Error"]["Code"])
    missing = "InvalidAction" if client == "older" else "UnknownOperationException"
    assert found == ["ResourceNotFound", "InvalidParameterValue", "InvalidParameterValue", missing]


def test_a_form_is_answered_in_xml(send: Any) -> None:
    answer = send("monitoring", "POST", "/", FORM, "Action=DescribeAlarms&Version=2010-08-01")
    assert answer.text.startswith("<DescribeAlarmsResponse") and answer.headers["content-type"] == "text/xml"


@pytest.mark.parametrize(
    ("service", "headers", "data"),
    [
        ("dynamodb", {**JSON, "X-Amz-Target": "DynamoDB_20120810.ListTables"}, "{bad"),
        ("dynamodb", {**JSON, "X-Amz-Target": "DynamoDB_20120810.ListTables"}, "[1]"),
        ("ssm", {**JSON, "X-Amz-Target": "AmazonSSM.GetParameter"}, "{bad"),
        ("ec2", FORM, b"Action=DescribeVpcs&Version=2016-11-15&Foo=\xff"),
    ],
)
@pytest.mark.parametrize("resource", ["", "vpc-1"])
def test_a_body_that_cannot_be_read_is_refused(
    aws: Any, send: Any, service: str, headers: Any, data: Any, resource: str
) -> None:
    if resource:  # a fault looks for its resource in the body
        aws.control.fault(f"{service}:*", "throttle", resource=resource)
    aws.control.unverified(True)
    answer = send(service, "POST", "/", headers, data)
    aws.control.unverified(False)
    assert (answer.status_code, "SerializationException" in answer.text) == (400, True), answer.text


@pytest.mark.parametrize("headers", [{"Content-Encoding": "gzip"}, {"Content-Length": "-1"}, {"Content-Length": "x"}])
def test_a_wrong_length_or_compression_is_refused(aws: Any, headers: dict[str, str]) -> None:
    connection = HTTPConnection(aws.url.removeprefix("http://"), timeout=10)
    connection.request("POST", "/", b"data", {"Content-Length": "4", **headers})
    answer = connection.getresponse()
    assert (answer.status, answer.getheader("Content-Type")) == (400, "text/plain")
    assert b"Content-Length" in (text := answer.read()) or b"gzip" in text or b"invalid literal" in text
    connection.close()


def test_services_with_one_signing_name_are_told_apart_by_their_paths(aws: Any) -> None:
    aws.control.unverified(True)
    assert aws.client("apigatewayv2").get_apis()["Items"] == []
    aws.control.unverified(False)
    call = aws.control.calls()[-1]
    assert (call["service"], call["operation"], call["tier"]) == ("apigatewayv2", "GetApis", "unverified")
