"""Connections that cannot be held for nothing: bounded in number, in the time a request may take to come, in silence;
and from whom one comes.

uvicorn itself waits for ever for the rest of a head or of a body, and for a client that does not read its reply.
"""

import asyncio
import math
import resource
import socket
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any, ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from kb_service.domain.errors import KbError

# The most descriptors that everything else needs: database, index, uploads on their way to the disk, children.
_OTHER_DESCRIPTORS = 1024
_FEWEST_CONNECTIONS = 16
_LONGEST_HEAD = 64 * 1024
# Browsers and proxies send some dozens.
_MOST_HEADERS = 200
# What the system takes of replies that nobody reads yet; it would take megabytes, and so many replies made for nothing.
_UNREAD_BYTES = 128 * 1024
# A body in pieces of a byte each costs thousands of times what it weighs, and all others wait for that: whoever sends
# so many pieces has to send so much in one on the average.
_FREE_PIECES = 1000
_SMALLEST_PIECE = 64


@dataclass(frozen=True, slots=True)
class ClientPatience:
    """How long a client is waited for. A body sent, or a reply read, at less than ``slowest`` bytes a second over
    ``pace_seconds`` ends the connection. Idle ones, between two requests, end after uvicorn's keep-alive time."""

    head_seconds: float = 10
    pace_seconds: float = 20
    slowest: int = 500
    look_seconds: float = 1


def room_for_connections(wanted: int) -> int:
    """How many of the wanted ones fit into the limit of open files, which is raised as far as this user may.

    Raises KbError where hardly any would.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + _OTHER_DESCRIPTORS
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return wanted
    room = min(wanted, soft // 2)
    if room < _FEWEST_CONNECTIONS:
        raise KbError(f"this process may open only {soft} files at a time; raise the limit (`ulimit -n {needed}`)")
    return room


class _Conversation(h11.Connection):
    """Raises RemoteProtocolError for a body in too many too small pieces, and for one that says in two ways where it
    ends, which are answered with 400; for a head that is too long, which h11 itself lets pass where it comes in one go,
    or has too many lines, with 431: ``fault_status``."""

    _pieces = _in_pieces = 0
    fault_status = 400

    def next_event(self) -> Any:
        try:
            return self._checked(super().next_event())
        except h11.RemoteProtocolError as error:
            self.fault_status = error.error_status_hint
            raise

    def _checked(self, event: Any) -> Any:
        if isinstance(event, h11.Request):
            self._pieces = self._in_pieces = 0
            _require_plain_head(event)
        elif isinstance(event, h11.Data):
            self._pieces += event.chunk_end
            self._in_pieces += len(event.data)
            if self._pieces > _FREE_PIECES and self._in_pieces < self._pieces * _SMALLEST_PIECE:
                raise h11.RemoteProtocolError("a body in too many too small pieces")
        return event


def _require_plain_head(request: h11.Request) -> None:
    """What stands before us (a proxy) may read the length where we read the coding, and take two requests for one."""
    size = len(request.target) + sum(len(name) + len(value) + 4 for name, value in request.headers)
    if size > _LONGEST_HEAD:
        raise h11.RemoteProtocolError("a head that is too long", error_status_hint=431)
    if len(request.headers) > _MOST_HEADERS:
        raise h11.RemoteProtocolError("a head of too many lines", error_status_hint=431)
    if {b"content-length", b"transfer-encoding"} <= {name for name, _ in request.headers}:
        raise h11.RemoteProtocolError("both a length and a coding of the body")


class BoundedProtocol(H11Protocol):
    """At the cap, whoever has kept us waiting longest gives way; when all are at work, one of a sender who has more
    than half of all gives way to another sender, and else the new one is refused with 503.

    `of` makes the class that uvicorn wants.
    """

    most: ClassVar[int]
    patience: ClassVar[ClientPatience]
    _look: ClassVar[asyncio.TimerHandle | None]

    @classmethod
    def of(cls, most: int, patience: ClientPatience) -> type["BoundedProtocol"]:
        return type("BoundedProtocol", (cls,), {"most": most, "patience": patience, "_look": None})

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        # Nothing lies in our buffer unless the client has stopped reading: what lies there is what it owes.
        transport.set_write_buffer_limits(high=0)
        if (connected := transport.get_extra_info("socket")) is not None:
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _UNREAD_BYTES)
        super().connection_made(transport)
        self.conn = self._conversation = _Conversation(h11.SERVER, _LONGEST_HEAD)
        self._came_at = time.monotonic()
        # Since when its request is awaited; None between two of them.
        self._since: float | None = self._came_at
        self._start_pace()
        self._sender = sender_at(self.client[0] if self.client else "")[0]
        if len(self.connections) > self.most and not (self._make_room() or self._take_from_the_greatest()):
            self._refuse(503, "Service Unavailable")
        self._look_again()

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        if self._since is None:
            self._since = time.monotonic()
        self._received += len(data)
        super().data_received(data)
        if self.flow.read_paused:
            self._start_pace()

    def on_response_complete(self) -> None:
        self._since = None
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        """What goes wrong in a body while its reply is under way, or sent, cannot be told any more."""
        can_tell = self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE)
        if can_tell and self._conversation.fault_status == 431:
            self._refuse(431, "Request Header Fields Too Large")
        elif can_tell:
            super().send_400_response(msg)
        else:
            self.transport.abort()

    def timeout_keep_alive_handler(self) -> None:
        if not self.flow.write_paused:  # else its reply is still being read, and the pace of that counts
            super().timeout_keep_alive_handler()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._start_pace()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._waits_for_head and self.timeout_keep_alive_task is not None:
            self._unset_keepalive_if_required()
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    @property
    def _waits_for_head(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    @property
    def _is_awaited(self) -> bool:
        """To read its reply, or to send a body: not what we do not read, nor have asked for."""
        if self.flow.write_paused:
            return True
        is_read = not (self.flow.read_paused or self.cycle.waiting_for_100_continue)
        return self.cycle.more_body and is_read and self.conn.their_state is h11.SEND_BODY

    def _make_room(self) -> bool:
        """Idle ones go first, then those that are awaited, but none that has just begun."""
        now = time.monotonic()
        waiting = [(each._waited(now), each) for each in self._others()]
        longest, held_by = max(waiting, key=lambda each: each[0], default=(0.0, self))
        if longest < self.patience.look_seconds:
            return False
        held_by.transport.abort()
        return True

    def _take_from_the_greatest(self) -> bool:
        """So that one sender, however lively, keeps nobody out. What came first of theirs ends: a stream mostly."""
        count_of = Counter(each._sender for each in self._others())
        greatest, count = count_of.most_common(1)[0] if count_of else ("", 0)
        if greatest == self._sender or 2 * count <= self.most:
            return False
        its = (each for each in self._others() if each._sender == greatest)
        min(its, key=lambda each: each._came_at).transport.abort()
        return True

    def _waited(self, now: float) -> float:
        """Seconds that the client has kept us waiting; none while we are at work."""
        if self._waits_for_head and not self.flow.write_paused:
            return math.inf if self._since is None else now - self._since
        return now - self._pace_since if self._is_awaited else 0.0

    def _others(self) -> Iterator["BoundedProtocol"]:
        for each in self.connections:
            if each is not self and isinstance(each, BoundedProtocol) and not each.transport.is_closing():
                yield each

    def _refuse(self, status: int, phrase: str) -> None:
        again = "" if status == 431 else "Retry-After: 5\r\n"
        head = f"HTTP/1.1 {status} {phrase}\r\nContent-Length: 0\r\nConnection: close\r\n{again}\r\n"
        self.transport.write(head.encode())
        self.transport.close()

    def _look_again(self) -> None:
        """One timer for all connections, as long as there is one."""
        kind: Any = type(self)
        if kind._look is None and self.connections:
            kind._look = self.loop.call_later(self.patience.look_seconds, self._look_at_all)

    def _look_at_all(self) -> None:
        kind: Any = type(self)
        kind._look = None
        now = time.monotonic()
        for each in list(self.connections):
            if isinstance(each, BoundedProtocol):
                each._end_if_overdue(now)
        self._look_again()

    def _end_if_overdue(self, now: float) -> None:
        if self._waits_for_head and not self.flow.write_paused:
            is_overdue = self._since is not None and now - self._since > self.patience.head_seconds
            if is_overdue and not self.transport.is_closing():
                self._refuse(408, "Request Timeout")
            return
        if not self._is_awaited:
            self._start_pace()
        elif now - self._pace_since > self.patience.pace_seconds:
            moved = self._received + max(0, self._unread - self.transport.get_write_buffer_size())
            if moved < self.patience.slowest * self.patience.pace_seconds:
                self.transport.abort()
            self._start_pace()

    def _start_pace(self) -> None:
        self._pace_since = time.monotonic()
        self._received = 0
        self._unread = self.transport.get_write_buffer_size()


def sender_at(host: str) -> tuple[str, bool]:
    """A name for the sender, and whether it is this machine. Of IPv6 the network of one subscriber, who has 2⁶⁴
    addresses in it."""
    try:
        address = ip_address(host)
    except ValueError:  # a proxy may write anything
        return host[:64], False
    if isinstance(address, IPv6Address) and not address.is_loopback and not address.ipv4_mapped:
        return str(ip_network((address, 64), strict=False)), False
    return str(address), address.is_loopback
