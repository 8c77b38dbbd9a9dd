"""WARC files as tests need them: a response at a time."""

from collections.abc import Mapping, Sequence
from io import BytesIO

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter


def put_response(
    writer: WARCWriter,
    date: str,
    url: str,
    body: bytes,
    headers: Sequence[tuple[str, str]],
    status: str = "200 OK",
    fields: Mapping[str, str] | None = None,
) -> None:
    """Write what a server answered.

    :param date: as in WARC-Date, 2015-01-01T00:00:00Z.
    :param fields: further fields of the record, such as WARC-Truncated.
    """
    http = StatusAndHeaders(status, list(headers), protocol="HTTP/1.1")
    writer.write_record(
        writer.create_warc_record(
            url,
            "response",
            payload=BytesIO(body),
            length=len(body),
            http_headers=http,
            warc_headers_dict={"WARC-Date": date, **(fields or {})},
        )
    )
