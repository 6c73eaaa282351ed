"""What a run remembers of AWS's answers, and when it forgets."""

from __future__ import annotations

import threading

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.aws._cache import Cache, is_read, void_all


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
