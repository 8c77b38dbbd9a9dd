"""An archive's answer is hostile input before its body begins: its headers, and the interim answers before them (1xx,
which Twisted passes over one by one), are bounded together.

Scrapy bounds bodies (DOWNLOAD_MAXSIZE), Twisted a header line (16 KiB) but not the number of lines or of interim
answers: 300 MB of headers became 1.4 GB of memory. An answer that passes the bound is cut off and is too_large.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from scrapy.core.downloader.handlers.http11 import (
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
)
from scrapy.exceptions import DownloadCancelledError, DownloadFailedError
from twisted.web._newclient import HEADER, STATUS, HTTP11ClientProtocol, ResponseFailed

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import IAddress
    from twisted.web._newclient import Request as TxRequest
    from twisted.web.iweb import IResponse

MAX_HEADERS = 512 * 1024  # bytes; an archived answer's headers are told twice, its longest are security policies


class HeadersTooLargeError(Exception):
    """An answer whose headers have no end."""


class _BoundedParser(_LenientHTTPClientParser):
    """Scrapy's parser of answers, which counts what comes before the body. Made of a parser that Scrapy made."""

    MAX_LENGTH = MAX_HEADERS  # of one line; default 16 KiB
    _counted = 0

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        if self.state in (STATUS, HEADER):
            self._counted += len(data)  # the body's first bytes too: a read of the socket, 64 KiB
            if self._counted > MAX_HEADERS + 2**16:
                raise HeadersTooLargeError
        super().dataReceived(data)  # type: ignore[no-untyped-call]

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: ARG002, N802
        raise HeadersTooLargeError


class _BoundedProtocol(_LenientHTTP11ClientProtocol):
    def request(self, request: TxRequest) -> Deferred[IResponse]:
        answer = super().request(request)
        assert self._parser is not None
        self._parser.__class__ = _BoundedParser  # as Scrapy does, for the same reason
        return answer


class BoundedFactory(_LenientHTTP11ClientFactory):
    """Makes connections whose answers are bounded."""

    def buildProtocol(self, addr: IAddress | None) -> HTTP11ClientProtocol:  # noqa: ARG002, N802
        return _BoundedProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


@contextmanager
def told_of_headers(url: str) -> Iterator[None]:
    """Turn the failure of an answer whose headers are too large into that of one which is too large as a whole: it
    is not asked for again.
    """
    try:
        yield
    except DownloadFailedError as error:
        cause = error.__cause__
        if isinstance(cause, ResponseFailed) and any(one.check(HeadersTooLargeError) for one in cause.reasons):
            raise DownloadCancelledError(f"{url}: its headers have more than {MAX_HEADERS:,} bytes") from None
        raise
