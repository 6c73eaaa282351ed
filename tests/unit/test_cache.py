"""The cache of a run: which reads it answers, what voids it, and which credentials share it."""

from __future__ import annotations

import os
import threading

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.aws._cache import (
    Cache,
    CachedAws,
    CacheVoid,
    FreshAws,
    is_read,
    void_all,
)
from ansible_collections.mtk.backend.plugins.module_utils.aws._client import Connection


class Aws:
    """Counts what it is asked."""

    def __init__(self):
        self.asked = 0

    def __call__(self):
        self.asked += 1
        return [{"id": self.asked}]


@pytest.fixture
def aws():
    return Aws()


@pytest.fixture
def memory(tmp_path):
    return Cache(str(tmp_path), "account")


def ask(memory, aws, service="ec2", operation="describe_vpcs", region="r", params=None):
    return memory.answer(service, operation, region, params or {}, aws)


def test_an_answer_is_asked_for_once(memory, aws, tmp_path):
    assert ask(memory, aws) == ([{"id": 1}], False)
    assert ask(Cache(str(tmp_path), "account"), aws) == ([{"id": 1}], True), "another process finds it too"


@pytest.mark.parametrize(
    "other",
    [{"service": "rds"}, {"operation": "describe_subnets"}, {"region": "s"}, {"params": {"a": 1}}],
    ids=lambda other: next(iter(other)),
)
def test_another_question_is_another_answer(memory, aws, other):
    ask(memory, aws)
    assert not ask(memory, aws, **other)[1]


def test_another_account_has_another_memory(memory, aws, tmp_path):
    ask(memory, aws)
    assert not ask(Cache(str(tmp_path), "other"), aws)[1]


def test_what_is_global_is_asked_for_once(memory, aws):
    ask(memory, aws, "iam", "get_role", "r")
    assert ask(memory, aws, "iam", "get_role", "s")[1]


def test_a_write_ends_the_memory_of_its_service_and_of_what_it_touches(memory, aws):
    for service in ("ec2", "rds", "secretsmanager", "resourcegroupstaggingapi", "kms"):
        ask(memory, aws, service)
    memory.void("rds", "create_db_cluster", "r")
    known = {s: ask(memory, aws, s)[1] for s in ("ec2", "rds", "secretsmanager", "resourcegroupstaggingapi", "kms")}
    assert known == {"ec2": True, "rds": False, "secretsmanager": False, "resourcegroupstaggingapi": False, "kms": True}
    assert not ask(memory, aws, "rds")[1], "nor is it remembered again"


@pytest.mark.parametrize(
    ("service", "operation", "others"),
    [("ec2", "create_vpc", True), ("ec2", "create_ipam_pool", False), ("dynamodb", "update_table", False)],
)
def test_other_regions_are_forgotten_where_a_write_may_reach_them(memory, aws, service, operation, others):
    for region in ("r", "s"):
        ask(memory, aws, service, region=region)
    memory.void(service, operation, "r")
    assert [ask(memory, aws, service, region=region)[1] for region in ("r", "s")] == [False, others]


def test_what_others_change_ends_all_of_it(memory, aws, tmp_path):
    ask(memory, aws)
    void_all(str(tmp_path))
    assert not ask(memory, aws)[1] and not ask(memory, aws, "rds")[1]


def test_an_answer_that_was_on_its_way_during_a_write_is_not_believed(memory, aws):
    def overtaken():
        memory.void("ec2", "create_vpc", "r")
        return aws()

    ask(memory, overtaken)
    assert not ask(memory, aws)[1]


@pytest.mark.parametrize("operation", ["get_secret_value", "get_random_password"])
def test_secrets_are_never_kept(memory, aws, operation, tmp_path):
    ask(memory, aws, "secretsmanager", operation)
    assert not ask(memory, aws, "secretsmanager", operation)[1]
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_an_error_is_not_remembered(memory, aws):
    def fail():
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        ask(memory, fail)
    assert ask(memory, aws) == ([{"id": 1}], False)


def test_two_at_once_ask_once(tmp_path, aws):
    begun, go = threading.Event(), threading.Event()

    def slow():
        begun.set()
        go.wait(5)
        return aws()

    found = []
    threads = [
        threading.Thread(target=lambda: found.append(ask(Cache(str(tmp_path), "account"), slow)[1])) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    begun.wait(5)
    go.set()
    for thread in threads:
        thread.join()
    assert (sorted(found), aws.asked) == ([False, True], 1)


def test_only_the_user_reads_it(memory, tmp_path):
    (directory,) = tmp_path.iterdir()
    assert directory.stat().st_mode & 0o777 == 0o700


def test_reads():
    assert is_read("describe_vpcs") and is_read("list_keys") and is_read("get_role")
    assert not is_read("create_vpc") and not is_read("modify_vpc_attribute")


@pytest.mark.parametrize("service", ["dynamodb", "rds", "logs", "secretsmanager"])
def test_a_write_to_a_key_voids_the_services_that_show_keys(memory, aws, service):
    ask(memory, aws, service)
    memory.void("kms", "schedule_key_deletion", "r")
    assert not ask(memory, aws, service)[1]


@pytest.fixture
def client(memory):
    """``client()`` is a CachedAws of a task of its own."""
    return lambda kind=CachedAws, **options: kind(lambda service, region: None, "r", memory, **options)


def read(client, aws, region="r"):
    return client._answer("ec2", "describe_vpcs", region, {}, aws)


def test_reads_are_answered_from_the_cache(client, aws):
    first, second = client(), client()
    assert read(first, aws) == read(second, aws) == [{"id": 1}]
    assert (first.hits, second.hits) == ([], ["describe_vpcs"])


def test_a_read_during_a_write_is_not_kept(client, aws):
    """The cache is void before the write: another task may receive an answer from before the change."""

    def write():
        read(client(), aws)
        return {}

    client(FreshAws)._answer("ec2", "create_vpc", "r", {}, write)
    assert read(client(), aws) == [{"id": 2}]


def test_a_failed_write_voids_the_cache(client, aws):
    """A request whose answer is lost may have changed something."""

    def fail():
        raise TimeoutError

    read(client(), aws)
    with pytest.raises(TimeoutError):
        client(FreshAws)._answer("ec2", "create_vpc", "r", {}, fail)
    assert read(client(), aws) == [{"id": 2}]


def test_fresh_reads_ask_every_time(client, aws):
    fresh = client(FreshAws)
    assert [read(fresh, aws), read(fresh, aws)] == [[{"id": 1}], [{"id": 2}]]
    assert fresh.hits == []


def test_strict_reads_of_a_void_service_are_refused(client, aws):
    strict = client(strict=True)
    assert read(strict, aws) == [{"id": 1}]
    client(FreshAws)._answer("ec2", "create_vpc", "r", {}, dict)
    with pytest.raises(CacheVoid):
        read(strict, aws)
    assert read(client(), aws) == [{"id": 2}], "an info module asks AWS instead"
    assert read(strict, aws, "s") == [{"id": 3}], "a write to EC2 voids its own region only"


class Module:
    """The options of an AnsibleAWSModule."""

    def __init__(self, **params):
        names = ("region", "endpoint_url", "access_key", "secret_key", "session_token", "profile", "aws_ca_bundle")
        self.params = {**dict.fromkeys((*names, "aws_config")), "validate_certs": True, **params}


KEYS = {"access_key": "AKIA1", "secret_key": "secret-of-the-test"}


@pytest.fixture
def no_credentials(monkeypatch):
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)


@pytest.mark.parametrize(
    "other",
    [
        {"access_key": "AKIA2"},
        {"endpoint_url": "http://127.0.0.1:1"},
        {"validate_certs": False},
        {"aws_ca_bundle": "/etc/hosts"},
    ],
    ids=lambda other: next(iter(other)),
)
def test_other_credentials_endpoint_or_validation_have_another_key(no_credentials, other):
    assert Connection(Module(**KEYS)).key() == Connection(Module(**KEYS)).key()
    assert Connection(Module(**KEYS)).key() != Connection(Module(**{**KEYS, **other})).key()


@pytest.mark.parametrize(("profile", "variable"), [("work", None), (None, "AWS_PROFILE")])
def test_another_credentials_file_has_another_key(no_credentials, monkeypatch, tmp_path, profile, variable):
    if variable:
        monkeypatch.setenv(variable, "work")
    found = []
    for number in (1, 2, 1):
        file = tmp_path / "credentials"
        file.write_text(f"[work]\naws_access_key_id = AKIA{number}\naws_secret_access_key = secret-of-the-test\n")
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
        found.append(Connection(Module(profile=profile)).key())
    assert found[0] == found[2] != found[1]
    assert not any("secret-of-the-test" in key for key in found)


def test_another_region_has_the_same_key(no_credentials, monkeypatch):
    first = Connection(Module(**KEYS, region="us-east-1")).key()
    monkeypatch.setenv("AWS_REGION", "us-west-2")
    assert Connection(Module(**KEYS, region="us-west-2")).key() == first, "answers have their region in their own key"


def test_an_assumed_role_has_the_key_of_its_source(no_credentials, monkeypatch, tmp_path):
    """Each process assumes the role again and gets another access key id; no request is sent for the key."""
    source = "[work]\naws_access_key_id = AKIA1\naws_secret_access_key = secret-of-the-test\n"
    keys = []
    for role in ("one", "one", "two"):
        file = tmp_path / "config"
        file.write_text(
            f"[profile role]\nrole_arn = arn:aws:iam::123456789012:role/{role}\nsource_profile = work\n{source}"
        )
        monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
        (tmp_path / "credentials").write_text(source)
        keys.append(Connection(Module(profile="role")).key())
    assert keys[0] == keys[1] != keys[2]
    assert not any("secret-of-the-test" in key for key in keys)
