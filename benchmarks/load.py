"""Asks a server the same thing over and over, on a few connections that stay open."""

import asyncio
import time
from urllib.parse import urlsplit

CONNECTIONS = 16


async def _ask(url: str, headers: dict[str, str], until: float) -> int:
    parts = urlsplit(url)
    lines = [f"GET {parts.path}?{parts.query} HTTP/1.1", f"Host: {parts.netloc}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    request = ("\r\n".join(lines) + "\r\n\r\n").encode()
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    count = 0
    while time.perf_counter() < until:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"error: `{url}` answered {head.decode()}")
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))
        count += 1
    writer.close()
    return count


async def _load(url: str, headers: dict[str, str], seconds: float) -> int:
    until = time.perf_counter() + seconds
    return sum(await asyncio.gather(*(_ask(url, headers, until) for _ in range(CONNECTIONS))))


def load(url: str, headers: dict[str, str], seconds: float) -> int:
    """Returns how many answers came within some seconds; each of them must be a 200."""
    return asyncio.run(_load(url, headers, seconds))
