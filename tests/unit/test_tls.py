"""One TLS context for all connections that trust the same bundle."""

from __future__ import annotations

import ssl
from pathlib import Path

import boto3
import certifi
import pytest
from ansible_collections.mtk.backend.plugins.module_utils.aws import _tls
from botocore import httpsession


def made(verify):
    """The context of a client that was made while contexts are shared."""
    with _tls.shared(verify):
        client = boto3.client("sts", "us-east-1", verify=verify, aws_access_key_id="a", aws_secret_access_key="b")
    return client._endpoint.http_session._manager.connection_pool_kw["ssl_context"]


def test_botocore_has_what_is_hooked():
    """Where this fails, a version of botocore has changed: nothing is shared then, and runs are slower."""
    assert callable(getattr(httpsession, _tls._HOOK))


def test_clients_share_a_context_that_verifies_as_botocores_does():
    first, stock = made(True), httpsession.create_urllib3_context()
    assert made(True) is first
    for name in ("verify_mode", "check_hostname", "options", "verify_flags", "minimum_version"):
        assert getattr(first, name) == getattr(stock, name), name
    assert first.verify_mode == ssl.CERT_REQUIRED and first.get_ca_certs()


def test_another_bundle_has_a_context_that_trusts_it_alone(tmp_path):
    one = tmp_path / "one.pem"
    end = "-----END CERTIFICATE-----\n"
    one.write_text(Path(certifi.where()).read_text().split(end, 1)[0] + end)
    other = made(str(one))
    assert other is not made(True) and len(other.get_ca_certs()) == 1


def test_a_bundle_is_loaded_once(monkeypatch):
    context = _tls.context(certifi.where())
    before = context.cert_store_stats()

    def fail(*args):
        raise AssertionError("loaded again")

    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", fail)
    context.load_verify_locations(certifi.where())
    assert context.cert_store_stats() == before


def test_who_does_not_verify_shares_nothing():
    assert made(False) is not made(False)


def test_the_hook_is_gone_afterwards():
    own = httpsession.create_urllib3_context
    with pytest.raises(ValueError, match="x"), _tls.shared(True):
        raise ValueError("x")
    assert httpsession.create_urllib3_context is own


def test_a_botocore_without_the_hook_works(monkeypatch):
    monkeypatch.delattr(httpsession, _tls._HOOK)
    with _tls.shared(True):
        pass
