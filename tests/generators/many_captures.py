"""Many captures of one invented policy page, as one WARC with its index, the same bytes every time.

`build(folder, 1200)` writes them and returns the versions that a crawl of them must find: 13, one of them a return
to an earlier wording. With `nonces` no two pages have the same bytes, save for revisits; without, a page has the
same bytes as long as its wording stays.
"""

import hashlib
import json
import uuid
import zlib
from base64 import b32encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path

URL = "http://many.example/privacy"
URLKEY = "example,many)/privacy"
FILE_NAME = "many.warc.gz"
FIRST = datetime(2006, 3, 1, tzinfo=UTC)
PERIOD = timedelta(days=15 * 365)
EDITIONS = (0, 1, 2, 3, 2, 4, 5, 6, 7, 8, 9, 10, 11)  # of the versions in time order; the fifth is a return
REVISIT_EVERY, REVISIT_AT = 10, 7
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://policylapse.example/many-captures")

# What each edition adds to the one before it.
CLAUSES = (
    "We are a small shop for hand-made paper, and this policy explains which personal information we collect.",
    "We share your delivery address with the carrier who brings your parcel, and with nobody else.",
    "Our newsletter is sent only to customers who asked for it, and every issue tells you how to leave the list.",
    "We use cookies to remember your basket; you may refuse them in your browser and still place an order.",
    "Payment data is processed by our bank, and card numbers never reach our own computers at any moment.",
    "You may ask us for access to your personal data, for its correction and for its deletion at any time.",
    "Server logs with the visitor's address are kept for fourteen days to find out about attacks, then deleted.",
    "We transfer personal data outside the European Union only under the standard contractual clauses.",
    "Children under sixteen may not open an account, and accounts opened against this rule are closed.",
    "Our data protection officer answers letters and messages about privacy within four weeks of their arrival.",
    "We measure how our pages are used with a counter of our own that neither sets cookies nor keeps addresses.",
    "You have the right to lodge a complaint with the supervisory authority of the country in which you live.",
)
SECTIONS = {
    "Who we are": "Quire and Deckle is the controller of the personal data that you give us on this web site. You reach "
    "us by letter at 4 Mill Lane, Paperton, or by the contact form in the menu above.",
    "What we collect": "When you place an order we collect your name, your address, your e-mail address and the things "
    "you have ordered. We need this information to deliver them, and the law requires us to keep invoices.",
    "What we use it for": "We use personal information to carry out your orders, to answer your questions and to prevent "
    "fraud. We do not sell personal information to third parties, and we do not build profiles of visitors.",
    "How long we keep it": "Invoices are kept for ten years, everything else is deleted when it is no longer needed for "
    "the purpose for which it was collected. Accounts that nobody has used for three years are deleted too.",
}


@dataclass(frozen=True)
class Run:
    """A version as a crawl must find it.

    :param edition: which wording it has: equal ones are the same wording.
    """

    first_seen: str
    last_seen: str
    captures: int
    edition: int


@dataclass(frozen=True)
class _Capture:
    number: int
    at: datetime
    edition: int
    body: bytes
    digest: str
    refers_to: datetime | None  # a revisit: when the page was captured that it points at


def build(folder: Path, captures: int, *, nonces: bool = True) -> list[Run]:
    """Write `captures` captures of URL into an empty folder; return their versions, oldest first."""
    offset, index, seen = 0, [], []
    with (folder / FILE_NAME).open("wb") as file:
        for capture in _captures(captures, nonces):
            record = _record(capture)
            file.write(record)
            index.append(_index_line(capture, offset, len(record)))
            offset += len(record)
            seen.append((capture.edition, f"{capture.at:%Y-%m-%dT%H:%M:%SZ}"))
    (folder / "many.cdxj").write_text("".join(index), encoding="utf-8")
    runs = [(edition, [at for _, at in run]) for edition, run in groupby(seen, key=lambda pair: pair[0])]
    return [Run(at[0], at[-1], len(at), edition) for edition, at in runs]


def _captures(count: int, nonces: bool) -> Iterator[_Capture]:
    step = PERIOD // count
    last: _Capture | None = None
    for number in range(count):
        at = (FIRST + number * step).replace(microsecond=0)
        if last and number % REVISIT_EVERY == REVISIT_AT:
            yield _Capture(number, at, last.edition, last.body, last.digest, last.at)
            continue
        edition = EDITIONS[number * len(EDITIONS) // count]
        body = page(edition, f"{number}" if nonces else f"edition {edition}")
        last = _Capture(number, at, edition, body, sha1(body), None)
        yield last


def sha1(body: bytes) -> str:
    return b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()


def page(edition: int, seed: str) -> bytes:
    """The page with the wording of an edition; all else that differs between two visits hangs on `seed`."""
    noise = hashlib.sha512(seed.encode()).hexdigest()
    sections = "".join(f"<h2>{title}</h2>\n<p>{text}</p>\n" for title, text in SECTIONS.items())
    clauses = "".join(f"<p>{clause}</p>\n" for clause in CLAUSES[: edition + 1])
    menu = "".join(
        f'<li><a href="/{name}/?sid={noise[at : at + 8]}">{name.title()}</a></li>\n'
        for at, name in enumerate(("paper", "envelopes", "ink", "workshops", "basket", "contact"))
    )
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Privacy Policy - Quire and Deckle</title>
<link rel="stylesheet" href="/style.css?v={noise[:6]}">
<script nonce="{noise[8:24]}">window.page = {{"request": "{noise[24:56]}", "variant": "{noise[56]}"}};</script>
</head><body>
<div id="header"><a href="/">Quire and Deckle</a><ul class="menu">
{menu}</ul><form action="/search"><input type="hidden" name="token" value="{noise[60:100]}"><input name="q"></form></div>
<div id="content">
<h1>Privacy Policy</h1>
<p>Your privacy matters to us. This privacy policy tells you what we do with your personal information.</p>
{clauses}{sections}</div>
<div id="footer"><a href="/terms">Terms</a> <a href="/privacy">Privacy</a></div>
<!-- served by web{noise[100]} request {noise[101:125]} -->
</body></html>
""".encode()


def _record(capture: _Capture) -> bytes:
    """One gzip member: the WARC record of a capture."""
    http = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(capture.body)}\r\n\r\n"
    block = http.encode() + (b"" if capture.refers_to else capture.body)
    headers = [
        "WARC/1.0",
        f"WARC-Type: {'revisit' if capture.refers_to else 'response'}",
        f"WARC-Record-ID: <urn:uuid:{uuid.uuid5(NAMESPACE, str(capture.number))}>",
        f"WARC-Target-URI: {URL}",
        f"WARC-Date: {capture.at:%Y-%m-%dT%H:%M:%SZ}",
        f"WARC-Payload-Digest: sha1:{capture.digest}",
        "Content-Type: application/http; msgtype=response",
        f"Content-Length: {len(block)}",
    ]
    if capture.refers_to:
        headers += [
            "WARC-Profile: http://netpreserve.org/warc/1.0/revisit/identical-payload-digest",
            f"WARC-Refers-To-Target-URI: {URL}",
            f"WARC-Refers-To-Date: {capture.refers_to:%Y-%m-%dT%H:%M:%SZ}",
        ]
    packer = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS + 16)
    return packer.compress("\r\n".join([*headers, "", ""]).encode() + block + b"\r\n\r\n") + packer.flush()


def _index_line(capture: _Capture, offset: int, length: int) -> str:
    revisit = capture.refers_to
    row = {
        "url": URL,
        "mime": "warc/revisit" if revisit else "text/html",
        "status": "-" if revisit else "200",
        "digest": capture.digest,
        "length": str(length),
        "offset": str(offset),
        "filename": FILE_NAME,
    }
    if revisit:
        row |= {"refers-to-url": URL, "refers-to-date": f"{revisit:%Y-%m-%dT%H:%M:%SZ}"}
    return f"{URLKEY} {capture.at:%Y%m%d%H%M%S} {json.dumps(row)}\n"
