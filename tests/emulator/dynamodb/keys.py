"""Tables whose customer managed key is disabled or deleted: they are inaccessible, and leave their global table."""

from __future__ import annotations

import copy

from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import Table
from moto.kms.models import kms_backends

from ..clock import CLOCK
from ..kms.keys import lookup, settle
from .state import GLOBAL_TABLES, HOME, members_of, state_of

PATIENCE = 20 * 3600  # seconds after which AWS turns a replica without its key into a regional table for good
LOST = ("Disabled", "PendingDeletion", "PendingReplicaDeletion")


def run() -> None:
    """Record on each table with a customer managed key since when the key has been unusable."""
    for account, region, tables in list(dynamodb_backends.iter_backends()):
        for table in tables.tables.values():
            sse = table.sse_specification or {}
            if sse.get("Enabled") and not sse.get("Managed"):
                settle(account)
                key, state = lookup(kms_backends[account][region], sse["KMSMasterKeyId"]), state_of(table)
                since = CLOCK.now() if state.key_lost is None else state.key_lost
                state.key_lost = since if key is None or key.key_state in LOST else None
                if state.key_lost is not None and CLOCK.now() - since > PATIENCE and members_of(table):
                    _detach(table)


def _detach(table: Table) -> None:
    """Turn a replica into a regional table that keeps its items."""
    known = GLOBAL_TABLES[table.account_id][HOME]
    del known.members[table.name][table.region_name]
    known.sources[table.name] = [
        source for source in known.sources.get(table.name, []) if table.region_name not in source[:2]
    ]
    table.items = copy.deepcopy(table.items)
