# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan as one text that travels between the jobs of AWX: compressed JSON in base64."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Mapping
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._values import Refused
from ansible_collections.mtk.backend.plugins.module_utils.engine._document import canonical

# AWX has no limit for artifacts. It leaves results with more than 700,000 characters out of its events
# (MAX_EVENT_RES_DATA), and keeps an artifact of a workflow about ten times: in the events of the job, in the job, and
# in the nodes and the extra variables of all later jobs.
LONGEST = 500_000
_LARGEST = 64 * 1024 * 1024  # bytes of the JSON, so that a small text cannot fill the memory
_GZIP = 16 + zlib.MAX_WBITS


def pack(document: Mapping[str, Any], longest: int = LONGEST) -> str:
    """Return a plan document as a text. Raise :class:`Refused` if it is too long to be handed over."""
    packer = zlib.compressobj(9, zlib.DEFLATED, _GZIP)
    text = base64.b64encode(packer.compress(canonical(document).encode()) + packer.flush()).decode()
    if len(text) <= longest:
        return text
    raise Refused(
        f"plan_artifact is true, and the plan of {len(document['resources'])} resources has {len(text)} characters as "
        f"an artifact; {longest} are allowed. Plan and apply in parts, with --limit REGION or --tags ROLE (limit and "
        "job tags of the job template), or hand the plan over as a file, with plan_out and plan_file."
    )


def unpack(text: str) -> Any:
    """Return the document that a text contains. Raise :class:`Refused` if it contains none."""
    try:
        unpacker = zlib.decompressobj(_GZIP)
        content = unpacker.decompress(base64.b64decode("".join(text.split()), validate=True), _LARGEST)
        if unpacker.eof and not unpacker.unused_data:
            return json.loads(content)
    except (binascii.Error, zlib.error, ValueError):
        pass
    raise Refused("it is not a whole plan as playbooks/plan.yml -e plan_artifact=true hands it over")
