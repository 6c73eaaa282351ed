"""The items of the user_locations table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
import user_locations as items
from hypothesis import given
from hypothesis import strategies as st

MOMENT = datetime(2026, 1, 2, 3, 4, 5, 678999, UTC)
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(2999, 1, 1), timezones=ZONES)
USERS = st.from_regex(r"[0-9A-Za-z]{1,40}", fullmatch=True)


def test_example_of_an_item():
    assert items.encode("u1", MOMENT, 52.52, "13.4049540", True, False) == {
        "user_id": "u1",
        "date_time": "2026-01-02T03:04:05.678Z",
        "lat_long": "52.520000,13.404954",
        "is_private": True,
        "is_real": False,
        "is_private_key": f"true#{items.shard('u1'):02d}",
        "is_real_key": f"false#{items.shard('u1'):02d}",
    }


def test_index_keys_of_the_layouts():
    flags = {"is_private": True, "is_real": False}
    assert items.index_keys("u1", flags, "sparse") == {"is_private_key": "true"}
    assert items.index_keys("u1", flags, "plain") == {"is_private_key": "true", "is_real_key": "false"}


def test_shards_are_stable():
    """If these numbers change, stored items cannot be found."""
    assert [items.shard(user) for user in ("u1", "u2", "alice", "0")] == [13, 8, 9, 6]


@given(MOMENTS, MOMENTS)
def test_moments_sort_as_strings(moment, other):
    first, second = items.format_date_time(moment), items.format_date_time(other)
    assert items.DATE_TIME.fullmatch(first) and len(first) == 24
    if moment < other:
        assert first <= second


@given(st.decimals(-90, 90, places=8), st.decimals(-180, 180, places=8))
def test_formatting_a_point_is_idempotent(latitude, longitude):
    text = items.format_lat_long(latitude, longitude)
    assert items.LAT_LONG.fullmatch(text)
    assert items.format_lat_long(*text.split(",")) == text
    assert not text.startswith("-0.000000") and ",-0.000000" not in text


def test_equal_points_have_equal_texts():
    assert len({items.format_lat_long(*p) for p in (("52.0", -0.0), (52, "0"), (Decimal("52.00"), -1e-9))}) == 1


@given(USERS, st.booleans(), st.sampled_from(items.LAYOUTS), st.integers(1, 100))
def test_readers_find_what_writers_store(user, flag, layout, shards):
    keys = items.index_keys(user, {"is_real": flag}, layout, shards)
    if layout == "sparse" and not flag:
        assert keys == {}
    else:
        assert keys["is_real_key"] in items.query_keys(flag, layout, shards)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"user_id": "a b"}, "user_id 'a b'"),
        ({"user_id": ""}, "user_id ''"),
        ({"date_time": datetime(2026, 1, 2)}, "has no time zone"),
        ({"latitude": 90.1}, "latitude 90.1 must be between"),
        ({"latitude": "NaN"}, "latitude"),
        ({"longitude": "east"}, "longitude 'east' is no number"),
        ({"longitude": "Infinity"}, "longitude"),
        ({"is_private": "false"}, "is_private must be True or False"),
        ({"layout": "round"}, "layout 'round'"),
        ({"shards": 0}, "shards 0"),
    ],
)
def test_invalid_values_are_refused(change, message):
    good = {"user_id": "u", "date_time": MOMENT, "latitude": 1, "longitude": 2, "is_private": True, "is_real": True}
    with pytest.raises(ValueError, match=message):
        items.encode(**{**good, **change})


def test_sparse_layout_has_no_keys_for_false():
    with pytest.raises(ValueError, match="layout sparse indexes only what is true"):
        items.query_keys(False, "sparse")
