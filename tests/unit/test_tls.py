"""One TLS context for all connections that trust the same bundle."""

from __future__ import annotations

import ssl
from pathlib import Path

import boto3
import certifi
import pytest
from ansible_collections.mtk.backend.plugins.module_utils.aws import _tls
from botocore import httpsession


def client_context(verify):
    """Return the TLS context of a client that was created while contexts are shared."""
    with _tls.shared(verify):
        client = boto3.client("sts", "us-east-1", verify=verify, aws_access_key_id="a", aws_secret_access_key="b")
    return client._endpoint.http_session._manager.connection_pool_kw["ssl_context"]


def test_botocore_has_the_hooked_function():
    """A failure means that botocore has changed: contexts are then not shared, and runs are slower."""
    assert callable(getattr(httpsession, _tls._HOOK))


def test_clients_share_a_context_with_the_settings_of_botocore():
    first, stock = client_context(True), httpsession.create_urllib3_context()
    assert client_context(True) is first
    for name in ("verify_mode", "check_hostname", "options", "verify_flags", "minimum_version"):
        assert getattr(first, name) == getattr(stock, name), name
    assert first.verify_mode == ssl.CERT_REQUIRED and first.get_ca_certs()


def test_the_context_of_another_bundle_trusts_no_other_certificate(tmp_path):
    bundle = tmp_path / "bundle.pem"
    end = "-----END CERTIFICATE-----\n"
    bundle.write_text(Path(certifi.where()).read_text().split(end, 1)[0] + end)
    other = client_context(str(bundle))
    assert other is not client_context(True) and len(other.get_ca_certs()) == 1


def test_a_bundle_is_loaded_once(monkeypatch):
    context = _tls.context(certifi.where())
    before = context.cert_store_stats()

    def fail(*args):
        raise AssertionError("loaded again")

    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", fail)
    context.load_verify_locations(certifi.where())
    assert context.cert_store_stats() == before


def test_clients_without_verification_share_no_context():
    assert client_context(False) is not client_context(False)


def test_the_hook_is_removed_afterwards():
    original = httpsession.create_urllib3_context
    with pytest.raises(ValueError, match="x"), _tls.shared(True):
        raise ValueError("x")
    assert httpsession.create_urllib3_context is original


def test_a_botocore_without_the_hook_works(monkeypatch):
    monkeypatch.delattr(httpsession, _tls._HOOK)
    with _tls.shared(True):
        pass
