"""The cache of a run: its answers, and the writes that void them."""

from __future__ import annotations

import threading

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.aws._cache import (
    Cache,
    CachedAws,
    CacheVoid,
    FreshAws,
    void_all,
)
from ansible_collections.mtk.backend.plugins.module_utils.aws._client import is_read


class Aws:
    """A read of AWS that counts its calls."""

    def __init__(self):
        self.calls = 0

    def __call__(self):
        self.calls += 1
        return [{"id": self.calls}]


@pytest.fixture
def aws():
    return Aws()


@pytest.fixture
def cache(tmp_path):
    return Cache(str(tmp_path), "account")


def ask(cache, aws, service="ec2", operation="describe_vpcs", region="r", params=None):
    return cache.answer(service, operation, region, params or {}, aws)


def test_a_repeated_read_is_answered_from_the_cache(cache, aws, tmp_path):
    assert ask(cache, aws) == ([{"id": 1}], False)
    assert ask(Cache(str(tmp_path), "account"), aws) == ([{"id": 1}], True), "another process finds it too"


@pytest.mark.parametrize(
    "other",
    [{"service": "rds"}, {"operation": "describe_subnets"}, {"region": "s"}, {"params": {"a": 1}}],
    ids=lambda other: next(iter(other)),
)
def test_another_request_has_another_answer(cache, aws, other):
    ask(cache, aws)
    assert not ask(cache, aws, **other)[1]


def test_another_account_has_another_cache(cache, aws, tmp_path):
    ask(cache, aws)
    assert not ask(Cache(str(tmp_path), "other"), aws)[1]


def test_regions_share_the_answers_of_a_global_service(cache, aws):
    ask(cache, aws, "iam", "get_role", "r")
    assert ask(cache, aws, "iam", "get_role", "s")[1]


def test_a_write_voids_its_service_and_dependent_services(cache, aws):
    for service in ("ec2", "rds", "secretsmanager", "resourcegroupstaggingapi", "kms"):
        ask(cache, aws, service)
    cache.void("rds", "create_db_cluster", "r")
    known = {s: ask(cache, aws, s)[1] for s in ("ec2", "rds", "secretsmanager", "resourcegroupstaggingapi", "kms")}
    assert known == {"ec2": True, "rds": False, "secretsmanager": False, "resourcegroupstaggingapi": False, "kms": True}
    assert not ask(cache, aws, "rds")[1], "a void service is not cached again"


@pytest.mark.parametrize(
    ("service", "operation", "other_region_kept"),
    [("ec2", "create_vpc", True), ("ec2", "create_ipam_pool", False), ("dynamodb", "update_table", False)],
)
def test_a_write_voids_other_regions_that_it_may_change(cache, aws, service, operation, other_region_kept):
    for region in ("r", "s"):
        ask(cache, aws, service, region=region)
    cache.void(service, operation, "r")
    assert [ask(cache, aws, service, region=region)[1] for region in ("r", "s")] == [False, other_region_kept]


def test_void_all_voids_every_service(cache, aws, tmp_path):
    ask(cache, aws)
    void_all(str(tmp_path))
    assert not ask(cache, aws)[1] and not ask(cache, aws, "rds")[1]


def test_an_answer_from_before_a_write_is_not_cached(cache, aws):
    def overtaken():
        cache.void("ec2", "create_vpc", "r")
        return aws()

    ask(cache, overtaken)
    assert not ask(cache, aws)[1]


@pytest.mark.parametrize("operation", ["get_secret_value", "get_random_password"])
def test_secrets_are_never_cached(cache, aws, operation, tmp_path):
    ask(cache, aws, "secretsmanager", operation)
    assert not ask(cache, aws, "secretsmanager", operation)[1]
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_an_error_is_not_cached(cache, aws):
    def fail():
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        ask(cache, fail)
    assert ask(cache, aws) == ([{"id": 1}], False)


def test_simultaneous_reads_send_one_request(tmp_path, aws):
    started, released = threading.Event(), threading.Event()

    def slow():
        started.set()
        released.wait(5)
        return aws()

    cached = []
    threads = [
        threading.Thread(target=lambda: cached.append(ask(Cache(str(tmp_path), "account"), slow)[1])) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    started.wait(5)
    released.set()
    for thread in threads:
        thread.join()
    assert (sorted(cached), aws.calls) == ([False, True], 1)


def test_the_directory_is_accessible_to_its_owner_only(cache, tmp_path):
    (directory,) = tmp_path.iterdir()
    assert directory.stat().st_mode & 0o777 == 0o700


def test_reads_are_recognised_by_their_verb():
    assert is_read("describe_vpcs") and is_read("list_keys") and is_read("get_role")
    assert not is_read("create_vpc") and not is_read("modify_vpc_attribute")


@pytest.mark.parametrize("service", ["dynamodb", "rds", "logs", "secretsmanager"])
def test_a_write_to_a_key_voids_the_services_that_show_keys(cache, aws, service):
    ask(cache, aws, service)
    cache.void("kms", "schedule_key_deletion", "r")
    assert not ask(cache, aws, service)[1]


@pytest.fixture
def client(cache):
    """Return ``client()``, which creates the client of another task."""
    return lambda kind=CachedAws, **options: kind(lambda service, region: None, "r", cache, **options)


def read(client, aws, region="r"):
    return client._answer("ec2", "describe_vpcs", region, {}, aws)


def test_reads_are_answered_from_the_cache(client, aws):
    first, second = client(), client()
    assert read(first, aws) == read(second, aws) == [{"id": 1}]
    assert (first.hits, second.hits) == ([], ["describe_vpcs"])


def test_a_read_during_a_write_is_not_cached(client, aws):
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


def test_the_account_of_credentials_is_never_out_of_date(client, cache, aws, tmp_path):
    """No write changes it, and a difference that was found beside it needs no second look."""

    def identity(task):
        return task._answer("sts", "get_caller_identity", "r", {}, aws)

    first = identity(client(FreshAws))
    cache.void("iam", "create_role", "r")
    void_all(str(tmp_path))
    for task in (client(FreshAws), client(), client(strict=True)):
        assert identity(task) == first
        assert task.hits == []
    assert aws.calls == 1


@pytest.mark.parametrize("kind", [CachedAws, FreshAws])
def test_a_refused_write_sends_nothing_and_keeps_the_cache(client, aws, kind):
    class Stop(Exception):
        pass

    def refuse(task):
        raise Stop(task.region)

    read(client(), aws)
    with pytest.raises(Stop, match="r"):
        client(kind, before_write=refuse).call("ec2", "create_vpc")
    assert read(client(), aws) == [{"id": 1}]


def test_a_write_with_other_credentials_voids_the_answers(cache, aws, tmp_path):
    """Two keys may belong to one account."""
    ask(cache, aws)
    Cache(str(tmp_path), "other").void("ec2", "create_vpc", "r")
    assert not ask(cache, aws)[1]


def test_nobody_else_may_read_the_cache(tmp_path):
    Cache(str(tmp_path / "run"), "account")
    assert {p.stat().st_mode & 0o777 for p in tmp_path.rglob("*")} == {0o700}
