"""Requests to systems outside: only to addresses that are meant, so that no webhook reaches into our own network."""

import ipaddress
import socket
from collections.abc import Collection, Mapping, Sequence

import httpx

from kb_service.domain.errors import WebhookRefused

_SECONDS = 5.0
_LARGEST_REPLY = 64 * 1024
_IPV4_COMPATIBLE = ipaddress.IPv6Network("::/96")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class Outside:
    """Posts to hosts of the internet, and to those of ``own_hosts`` wherever they are.

    The address that was looked at is the one connected to: a name that points elsewhere a moment later changes nothing.
    Redirects are not followed, proxies of the environment not used.
    """

    def __init__(self, own_hosts: Collection[str]) -> None:
        self._own_hosts = {each.strip().lower() for each in own_hosts if each.strip()}
        self._client = httpx.Client(timeout=_SECONDS, trust_env=False, follow_redirects=False)

    def require_allowed(self, url: str) -> None:
        """Raises WebhookRefused."""
        self._target(url)

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """Status and the first 64 kB of the reply. Raises WebhookRefused, and OSError where nobody answers in time."""
        parsed, address = self._target(url)
        pinned = parsed.copy_with(host=address)
        port = "" if parsed.port is None else f":{parsed.port}"
        sent = {**headers, "Host": f"{parsed.host}{port}", "Content-Type": "application/json"}
        try:
            request = self._client.build_request(
                "POST", pinned, content=body, headers=sent, extensions={"sni_hostname": parsed.host}
            )
            reply = self._client.send(request, stream=True)
            try:
                return reply.status_code, _start_of(reply)
            finally:
                reply.close()
        except httpx.HTTPError as error:
            raise OSError(f"{parsed.host} did not take it: {type(error).__name__} {error}".strip()) from error

    def _target(self, url: str) -> tuple[httpx.URL, str]:
        try:
            parsed = httpx.URL(url)
        except httpx.InvalidURL as error:
            raise WebhookRefused(f"{url[:200]!r} is no address; write https://HOST/PATH") from error
        if parsed.scheme not in ("http", "https") or not parsed.host or parsed.userinfo:
            raise WebhookRefused(f"{url[:200]!r} is no address to post to; write https://HOST/PATH")
        addresses = _addresses(parsed.host, parsed.port or (443 if parsed.scheme == "https" else 80))
        if parsed.host.lower() not in self._own_hosts:
            hidden = [each for each in addresses if not _is_public(ipaddress.ip_address(each))]
            if hidden:
                raise WebhookRefused(
                    f"{parsed.host} is at {hidden[0]}, inside a private network; name it in KB_WEBHOOK_HOSTS if that "
                    "is meant"
                )
        return parsed, addresses[0]

    def close(self) -> None:
        self._client.close()


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """An IPv6 address that stands for an IPv4 one (RFC 4291, 3056, 4380, 6052) is where that one is. What goes to many
    receivers (224.0.0.0/4, ff00::/8), or within a site (RFC 3879), is none of the internet's."""
    if address.is_multicast or getattr(address, "is_site_local", False):
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global
    stands_for = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64 or address in _IPV4_COMPATIBLE:
        stands_for.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return address.is_global and all(each.is_global for each in stands_for if each is not None)


def _addresses(host: str, port: int) -> Sequence[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise WebhookRefused(f"{host} has no address; check the name") from error
    return [str(each[4][0]).partition("%")[0] for each in found]


def _start_of(reply: httpx.Response) -> bytes:
    read = b""
    for piece in reply.iter_bytes():
        read += piece
        if len(read) >= _LARGEST_REPLY:
            break
    return read[:_LARGEST_REPLY]
