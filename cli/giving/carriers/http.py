"""One HTTP request to an address that a person configured: no redirect, no proxy, bounded in size and time.

    send(url, body, headers) ──► Reply(status, headers, body)      Unreachable says why there was none

The name is resolved once and the connection goes to an address that was checked: a name that resolves to a private
address is refused unless the person allows it (server-side request forgery; changedetection.io GHSA-gwph-fp79-379w went
through the shared range 100.64.0.0/10). Without that consent only https is spoken. A redirect is an answer like others.
No error of this module quotes the URL: those of webhooks and pings are secrets.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.archives.errors import ConfigError, PolicylapseError

LARGEST = 1_000_000  # bytes of an answer that are read
TIMEOUT = 20.0  # seconds for the whole exchange: Standard Webhooks 1.0 asks for 15 to 30
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: an IPv4 address in its last 32 bits

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Unreachable(PolicylapseError):
    """No answer came: the reason, in plain words."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def is_public(text: str) -> bool:
    """Tell whether an IP address is one of the public Internet.

    >>> [is_public(one) for one in ("8.8.8.8", "100.64.1.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::")]
    [True, False, False, False, False]
    """
    address: _Address = ipaddress.ip_address(text.partition("%")[0])
    inner = _embedded(address)
    return (inner or address).is_global and not (inner or address).is_multicast


def _embedded(address: _Address) -> ipaddress.IPv4Address | None:
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)


def check_address(url: str, *, private: bool) -> None:
    """Refuse a URL that is never to be sent to, before anything is.

    :raises ConfigError: its scheme or its form is wrong; does not quote it.
    """
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises where it is no number
    except ValueError as error:
        raise ConfigError(f"an address cannot be read: {error}") from None
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username or parts.password:
        raise ConfigError("an address must look like https://hooks.example.org/path, without a user name in it")
    if parts.scheme == "http" and not private:
        raise ConfigError("an address must begin with https:// (http:// needs allow_private = true)")


def send(
    url: str,
    *,
    method: str = "POST",
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    timeout: float = TIMEOUT,
    private: bool = False,
) -> Reply:
    """Send a request and return the answer, whatever its status.

    :param timeout: seconds for all of it. :param private: addresses that are not public are allowed, and http.
    :raises Unreachable: there was no answer. :raises ConfigError: the URL is none to send to.
    """
    check_address(url, private=private)
    parts = urlsplit(url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    connection = http.client.HTTPConnection(host, port, timeout=timeout)
    watchdog = threading.Timer(timeout, _break_off, [connection])
    watchdog.daemon = True
    watchdog.start()
    try:
        connection.sock = _connect(_resolve(host, port, private=private), host, timeout, secure=secure)
        connection.request(method, target, body or None, {"Connection": "close", **(headers or {})})
        answer = connection.getresponse()
        content = answer.read(LARGEST)
        return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, content)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unreachable(_why(error)) from None
    finally:
        watchdog.cancel()
        connection.close()


def _break_off(connection: http.client.HTTPConnection) -> None:
    sock = connection.sock
    if sock:
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)


def _resolve(host: str, port: int, *, private: bool) -> tuple[str, int]:
    found = [info[4][:2] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    allowed = [(str(address), int(number)) for address, number in found if private or is_public(str(address))]
    if not allowed or len(allowed) < len(found):  # a name that also leads to a private address is not trusted
        raise Unreachable("its address is private: set allow_private = true if that is meant")
    return allowed[0]


def _connect(address: tuple[str, int], host: str, timeout: float, *, secure: bool) -> socket.socket:
    sock = socket.create_connection(address, timeout)
    if not secure:
        return sock
    try:
        return ssl.create_default_context().wrap_socket(sock, server_hostname=host)
    except BaseException:
        sock.close()
        raise


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, socket.gaierror):
        return "its name cannot be resolved"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not valid: {error.verify_message}"
    if isinstance(error, ConnectionRefusedError):
        return "it refuses the connection"
    return f"the connection broke off ({type(error).__name__})"
