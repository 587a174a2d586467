"""The one way in which the house asks another machine over the web; whatever fetches goes through here.

An address may come from a person or from another machine's answer, and the house stands inside a network that strangers
do not reach. So: https only; no private, loopback or link-local address; the name is looked up once and the connection
goes to the address that was checked; a redirect is checked like a first address; answers are capped in bytes and time.
`ALCAIDE_FETCH_ALLOW` names what is let through all the same: networks (10.2.0.0/16), names (idp.example.lan), or whole
origins, which alone may speak plain http (http://127.0.0.1:9000).
"""

import socket
import time
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import SplitResult, urlsplit

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool

CAP_BYTES = 20 * 1024 * 1024
CONNECT_S, READ_S, WHOLE_S = 10, 20, 120
REDIRECTS = 4
PIECE_BYTES = 64 * 1024
PORTS = {"http": 80, "https": 443}
# RFC 6052, section 2.1: IPv6 addresses that stand for an IPv4 one.
NAT64 = IPv6Network("64:ff9b::/96")

Address = IPv4Address | IPv6Address
Session = requests.Session
# Whatever keeps an answer from coming: a refusal here, a fault on the way, an answer that says no.
Unanswered = requests.RequestException


class FetchRefused(requests.RequestException):
    """The address may not be asked; the message says why, and what whoever runs the house can do."""


class FetchTooLarge(requests.RequestException):
    """The answer is longer, or took longer, than is taken."""


@dataclass(frozen=True)
class Allowed:
    """What `ALCAIDE_FETCH_ALLOW` lets through."""

    networks: tuple[Any, ...]
    names: frozenset[str]
    origins: frozenset[str]


def fetch(
    url: str, *, cap_bytes: int = CAP_BYTES, whole_s: float = WHOLE_S, headers: dict[str, str] | None = None
) -> bytes:
    """Return what an address answers. Raises FetchRefused, FetchTooLarge, requests.RequestException."""
    with session(cap_bytes=cap_bytes, whole_s=whole_s) as asking:
        answer = asking.get(url, headers=headers or {})
        answer.raise_for_status()
        return answer.content


def session(*, cap_bytes: int = CAP_BYTES, whole_s: float = WHOLE_S) -> requests.Session:
    """Return a session whose every request, redirects included, is checked, pinned and capped."""
    made = requests.Session()
    # No proxy and no password from the environment's files: the address that was checked is the one that is asked.
    made.trust_env = False
    made.max_redirects = REDIRECTS
    door = _Door(cap_bytes=cap_bytes, whole_s=whole_s)
    for scheme in ("http://", "https://"):
        made.mount(scheme, door)
    return made


def check(url: str) -> tuple[SplitResult, str]:
    """Return the parts of an address and the one network address that may be asked for it. Raises FetchRefused."""
    parts = urlsplit(url)
    allowed = allowed_now()
    host = (parts.hostname or "").rstrip(".").lower()
    if parts.scheme not in PORTS or not host or "\\" in url or parts.username is not None:
        raise FetchRefused(f"“{_shown(url)}” is no plain web address.")
    port = _port(parts)
    is_named = f"{parts.scheme}://{host}:{port}" in allowed.origins
    if parts.scheme == "http" and not is_named:
        raise FetchRefused(f"“{host}” would be asked without encryption. Use https, or name it in ALCAIDE_FETCH_ALLOW.")
    found = _look_up(host, port)
    for each in found:
        if not (is_named or host in allowed.names or is_public(each) or any(each in net for net in allowed.networks)):
            raise FetchRefused(
                f"“{host}” stands at {each}, inside a private network, so it is not asked. "
                "Whoever runs the house can name it in ALCAIDE_FETCH_ALLOW."
            )
    return parts, str(found[0])


def is_public(address: Address) -> bool:
    """Tell whether an address belongs to the open internet, also where it stands for another one.

    >>> [is_public(ip_address(each)) for each in ("93.184.215.14", "10.1.2.3", "169.254.169.254", "::ffff:127.0.0.1")]
    [True, False, False, False]
    """
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address.teredo is not None:
            return False
    return address.is_global and not address.is_multicast


def allowed_now() -> Allowed:
    """Return what the settings let through."""
    networks, names, origins = [], set(), set()
    for each in settings.FETCH_ALLOWED:
        if "://" in each:
            parts = urlsplit(each)
            origins.add(f"{parts.scheme}://{(parts.hostname or '').lower()}:{_port(parts)}")
            continue
        try:
            networks.append(ip_network(each, strict=False))
        except ValueError:
            names.add(each.lower())
    return Allowed(tuple(networks), frozenset(names), frozenset(origins))


def _port(parts: SplitResult) -> int:
    try:
        return parts.port or PORTS[parts.scheme]
    except (ValueError, KeyError) as fault:
        raise FetchRefused("The address names no port between 1 and 65535.") from fault


def _look_up(host: str, port: int) -> list[Address]:
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as fault:
        raise FetchRefused(f"No machine is known by the name “{host}”.") from fault
    found = [ip_address(str(row[4][0]).partition("%")[0]) for row in rows]
    if not found:
        raise FetchRefused(f"No machine is known by the name “{host}”.")
    return found


def _shown(url: str) -> str:
    return "".join(sign for sign in url if sign.isprintable())[:120]


class _Door(HTTPAdapter):
    """Checks each request, connects to the checked address under the asked name, and reads no more than the cap."""

    def __init__(self, *, cap_bytes: int, whole_s: float) -> None:
        self.cap_bytes, self.whole_s = cap_bytes, whole_s
        super().__init__(max_retries=0)

    def get_connection_with_tls_context(
        self, request: requests.PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> Any:
        parts, address = check(request.url or "")
        host = (parts.hostname or "").rstrip(".")
        if parts.scheme == "http":
            return HTTPConnectionPool(address, _port(parts))
        trusted = verify if isinstance(verify, str) else requests.certs.where()
        return HTTPSConnectionPool(
            address, _port(parts), server_hostname=host, assert_hostname=host, cert_reqs="CERT_REQUIRED",
            ca_certs=trusted,
        )  # fmt: skip

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Leave the pool as it was made: certificates are always asked for."""

    def send(self, request: requests.PreparedRequest, **how: Any) -> requests.Response:  # type: ignore[override]  # hands on
        parts = urlsplit(request.url or "")
        request.headers["Host"] = parts.netloc.rpartition("@")[2]
        how = {**how, "stream": True, "timeout": how.get("timeout") or (CONNECT_S, READ_S), "proxies": {}}
        answer = super().send(request, **how)
        answer._content = self._read(answer)  # type: ignore[attr-defined]  # as requests itself keeps what was read
        answer._content_consumed = True  # type: ignore[attr-defined]  # as above
        return answer

    def _read(self, answer: requests.Response) -> bytes:
        ends_at = time.monotonic() + self.whole_s
        held = bytearray()
        for piece in answer.iter_content(PIECE_BYTES):
            held += piece
            if len(held) > self.cap_bytes or time.monotonic() > ends_at:
                answer.close()
                raise FetchTooLarge(f"The answer is longer than {self.cap_bytes:,} bytes, or took too long.")
        return bytes(held)
