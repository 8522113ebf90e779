"""A local HTTP server that costs next to nothing, so that what is measured is the client."""

from __future__ import annotations

import asyncio

BODY = b'{"ok": true, "rides": [{"id": 1, "title": "Warm Up"}, {"id": 2, "title": "Climb"}]}'
ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nSet-Cookie: session=1; Path=/\r\nContent-Length: "
    + str(len(BODY)).encode()
    + b"\r\n\r\n"
    + BODY
)


class Rider(asyncio.Protocol):
    """Answers each request head with the same response; the requests of the benchmark have no bodies."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._received = b""

    def data_received(self, data: bytes) -> None:
        """Answer as often as there is the end of a head."""
        self._received += data
        *heads, self._received = self._received.split(b"\r\n\r\n")
        self._transport.write(ANSWER * len(heads))


async def serve() -> None:
    """Listen on a free port and print it."""
    server = await asyncio.get_running_loop().create_server(Rider, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
