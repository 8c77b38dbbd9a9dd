"""WARC records that we write: the heads of what the site answered, and names that are the same whenever they are written.

    http_head, warcinfo, record_id ──► history/export/warc.py, which writes what a database holds
    policy_member ──► a gzip member with one response, for files that are put together of such (pipelines/shards)

Content and transfer codings are undone, so the headers that told of them are left out and Content-Length is new.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from http.client import responses as REASONS  # noqa: N812 - a constant table
from io import BytesIO
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.archives.timestamps import format_iso

WARC_VERSION: Final = "WARC/1.1"
_CONFORMS: Final = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"
_ORIGINAL: Final = (
    "x-archive-orig-"  # how archives pass a header on that they do not mean themselves (docs/archives.md)
)
# of the transfer and of codings that are undone; Location and Content-Length are written anew
_DROPPED: Final = frozenset({"content-encoding", "transfer-encoding", "connection", "content-length", "location"})
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+")  # a header's name, RFC 9110 5.1
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]+")
_NO_URI: Final = re.compile(r"[\x00-\x20\x7f]")


def uri(text: str) -> str:
    """Return a URL as a header may hold it: an archive's index is somebody else's, too."""
    return _NO_URI.sub(lambda match: f"%{ord(match.group()):02X}", text)


def record_id(*parts: str | None) -> str:
    """Return the ID of a record that is known by these parts: the same ones, the same ID."""
    return f"<urn:uuid:{uuid5(NAMESPACE_URL, json.dumps(['policylapse', *parts]))}>"


def http_head(status: int, sent: Mapping[str, str], location: str, size: int) -> StatusAndHeaders:
    """Return a site's answer: status line and headers, as far as an archive passed them on.

    :param sent: the memento's headers, names lower-cased. :param location: where a redirect leads, on the original site.
    :param size: bytes of the body.
    """
    original = {name.removeprefix(_ORIGINAL): value for name, value in sent.items() if name.startswith(_ORIGINAL)}
    if "content-type" in sent:
        original["content-type"] = sent["content-type"]
    headers = [
        (name.title(), _CONTROL.sub(" ", value).strip())
        for name, value in sorted(original.items())
        if name not in _DROPPED and _TOKEN.fullmatch(name)
    ]
    if location:
        headers.append(("Location", uri(location)))
    headers.append(("Content-Length", str(size)))
    return StatusAndHeaders(f"{status} {REASONS.get(status, 'Unknown')}", headers, protocol="HTTP/1.1")


def warcinfo(program: str, description: str) -> bytes:
    """Return the block of a file's description of itself."""
    fields = {
        "software": program,
        "format": "WARC File Format 1.1",
        "conformsTo": _CONFORMS,
        "description": description,
    }
    return "".join(f"{key}: {_CONTROL.sub(' ', value)}\r\n" for key, value in fields.items()).encode()


def policy_member(url: str, captured_at: datetime, head: StatusAndHeaders, body: bytes, source: str) -> bytes:
    """Return a response as a gzip member.

    :param source: where the record was that shows it, for WARC-Source-URI.
    """
    at = format_iso(captured_at)
    headers = {"WARC-Record-ID": record_id(source, url, at), "WARC-Date": at, "WARC-Source-URI": uri(source)}
    stream = BytesIO()
    writer = WARCWriter(stream, gzip=True, warc_version=WARC_VERSION)
    record = writer.create_warc_record(
        uri(url), "response", BytesIO(body), length=len(body), http_headers=head, warc_headers_dict=headers
    )
    writer.write_record(record)
    return stream.getvalue()
