"""Asks a server the same things over and over, on a few connections that stay open."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urlsplit

CONNECTIONS = 16


@dataclass(frozen=True)
class Ask:
    """One request, and the status that it must be answered with."""

    path: str
    headers: dict[str, str]
    method: str = "GET"
    # A `#` in it becomes another number each time.
    body: str = ""
    status: int = 200

    def text(self, host: str, number: int) -> bytes:
        """Returns the request as it is sent."""
        body = self.body.replace("#", str(number)).encode()
        headers = {"Host": host} | self.headers
        if body:
            headers |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
        lines = [f"{name}: {value}\r\n" for name, value in headers.items()]
        return f"{self.method} {self.path} HTTP/1.1\r\n{''.join(lines)}\r\n".encode() + body


@dataclass
class Answers:
    """What came back within some seconds: how long each answer took."""

    seconds: float
    latencies: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Returns answers a second."""
        return len(self.latencies) / self.seconds

    @property
    def p99(self) -> float:
        """Returns the milliseconds within which 99 of 100 answers came."""
        return sorted(self.latencies)[len(self.latencies) * 99 // 100] * 1000


async def _keep_asking(
    url: str, asks: Iterator[Ask], numbers: Iterator[int], until: float, answers: Answers
) -> None:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    while (started := time.perf_counter()) < until:
        ask = next(asks)
        writer.write(ask.text(parts.netloc, next(numbers)))
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(f"HTTP/1.1 {ask.status} ".encode()):
            raise SystemExit(f"error: {ask.method} `{ask.path}` was answered {head.decode()}")
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))
        answers.latencies.append(time.perf_counter() - started)
    writer.close()


def _in_turn(asks: Sequence[Ask], start: int) -> Iterator[Ask]:
    return (asks[number % len(asks)] for number in count(start))


async def _load(url: str, asks: Sequence[Ask], seconds: float, connections: int) -> Answers:
    answers, numbers = Answers(seconds), count(time.time_ns())
    until = time.perf_counter() + seconds
    await asyncio.gather(
        *(
            _keep_asking(url, _in_turn(asks, start), numbers, until, answers)
            for start in range(connections)
        )
    )
    return answers


def load(url: str, asks: Sequence[Ask], seconds: float, connections: int = CONNECTIONS) -> Answers:
    """Returns the answers of some seconds; each must have the status that was expected."""
    return asyncio.run(_load(url, asks, seconds, connections))
