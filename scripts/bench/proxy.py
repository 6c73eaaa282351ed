#!/usr/bin/env python3
"""An https proxy for the local AWS with the latency of a distant region.

It caches the answers, so that no measurement includes the work of the local AWS.
"""

from __future__ import annotations

import asyncio
import re
import ssl
import sys

KEPT: dict[tuple[str, bytes], bytes] = {}
_SCOPE = re.compile(rb"Credential=[^/]+/\d{8}/([^,]+)")
_TARGET = re.compile(rb"(?im)^x-amz-target: *([^\r]+)")
_HOST = re.compile(rb"(?im)^host: *[^\r]*")
_LENGTH = re.compile(rb"(?im)^content-length: *(\d+)")


async def message(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """Read the head and the body of an HTTP message."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = _LENGTH.search(head)
    return head, await reader.readexactly(int(length.group(1))) if length else b""


async def ask(port: int, head: bytes, body: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(_HOST.sub(b"Host: 127.0.0.1:%d" % port, head) + body)
    answer = b"".join(await message(reader))
    writer.close()
    return answer


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int, latency: float) -> None:
    await asyncio.sleep(2 * latency)  # TCP and TLS
    try:
        while True:
            head, body = await message(reader)
            scope, target = _SCOPE.search(head), _TARGET.search(head)
            key = ((scope.group(1) if scope else b"").decode() + (target.group(1).decode() if target else ""), body)
            if key not in KEPT:
                KEPT[key] = await ask(port, head, body)
            await asyncio.sleep(latency)
            writer.write(KEPT[key])
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main(port: int, latency: float, certificate: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = await asyncio.start_server(
        lambda r, w: serve(r, w, port, latency), "127.0.0.1", 0, ssl=context, backlog=512
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3]))
