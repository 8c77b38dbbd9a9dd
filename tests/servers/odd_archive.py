"""A server whose index and playback do not agree: the host of a URL says what each of them answers.

`http://revisit-redirect-to-itself.example/privacy`: the index calls its captures revisits, playback answers each with an
archived redirect to the same URL. Both dialects. It counts every request that it is asked.
"""

import json
import re
import threading
from collections import Counter
from datetime import timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, unquote, urlsplit

from crawler.archives.surt import surt
from crawler.archives.timestamps import format_timestamp, parse_timestamp
from tests.builders import utc
from tests.servers.threading_server import Server

STATUSES = {
    "page": ("200", "text/html"),
    "revisit": ("-", "warc/revisit"),
    "redirect": ("301", "text/html"),
    "none": ("", "-"),
    "pdf": ("200", "application/pdf"),
}
CAPTURES = 4
_DAY = timedelta(days=1)


def _redirect(to):
    return lambda ask: (301, ask.memento | {"Location": f"{ask.prefix}{ask.timestamp}id_/{to(ask)}"}, b"moved")


def _moved_on(timestamp, to):
    return lambda ask: (302, {"Location": f"{ask.prefix}{timestamp(ask)}id_/{to(ask)}"}, b"")


def _same(ask):
    return ask.url


def _text(ask):
    return f"Privacy policy of {ask.url} at {ask.timestamp}".encode()


def _dated(days):
    def answer(ask):
        at = parse_timestamp(ask.timestamp) + days * _DAY
        return 200, {"Memento-Datetime": format_datetime(at, usegmt=True)}, _text(ask)

    return answer


# What playback answers: ask -> (status, headers, body).
ANSWERS = {
    "page": lambda ask: (200, ask.memento, _text(ask)),
    "one-page": lambda ask: (200, ask.memento, b"Privacy policy"),
    "redirect-to-itself": _redirect(_same),
    "redirect-to-https": _redirect(lambda ask: ask.url.replace("http:", "https:")),
    "redirect-on": _redirect(lambda ask: f"http://{ask.host}/new"),
    "redirect-to-strangers-rows": _redirect(lambda ask: f"http://{ask.host}/rows-of-privacy"),
    "redirect-to-ever-new": _redirect(lambda ask: f"http://{ask.host}/new{ask.timestamp}"),
    "redirect-to-company": _redirect(lambda ask: f"http://company{ask.timestamp}-of-{ask.host}/privacy"),
    "redirect-home": _redirect(lambda ask: f"http://{ask.host}/"),
    "redirect-nowhere": lambda ask: (301, ask.memento, b"moved"),
    "archived-404": lambda ask: (404, ask.memento, b"gone"),
    "archived-503": lambda ask: (503, ask.memento, b"busy"),
    "missing": lambda _ask: (404, {}, b"not archived"),
    "transient": lambda _ask: (503, {}, b"busy"),
    "excluded": lambda _ask: (403, {}, b"org.archive.wayback.exception.AdministrativeAccessControlException"),
    "robots": lambda _ask: (403, {}, b"org.archive.wayback.exception.RobotAccessControlException"),
    "empty": lambda ask: (200, ask.memento, b""),
    "undecodable": lambda ask: (200, ask.memento | {"Content-Encoding": "gzip"}, b"no gzip"),
    "no-memento": lambda _ask: (200, {}, b"<html>welcome"),
    "teapot": lambda _ask: (418, {}, b""),
    "moved-to-itself": _moved_on(lambda ask: ask.timestamp, _same),
    "moved-far": _moved_on(lambda _ask: "19990101000000", _same),
    "moved-elsewhere": _moved_on(lambda ask: ask.timestamp, lambda _ask: "http://else.example/x"),
    "an-hour-off": _dated(1 / 24),
    "a-year-off": _dated(365),
    "explode": lambda ask: (200, ask.memento, b"explode"),
}


class Ask:
    def __init__(self, prefix, timestamp, url):
        self.prefix, self.timestamp, self.url = prefix, timestamp, url
        self.host = urlsplit(url).hostname
        self.memento = {"Memento-Datetime": format_datetime(parse_timestamp(timestamp), usegmt=True)}


class OddArchive:
    """`with OddArchive() as server`: `server.wayback` and `server.pywb` are values of POLICYLAPSE_ARCHIVE."""

    def __init__(self):
        self.asked = Counter()
        self._server = Server(("127.0.0.1", 0), self._handler())
        self._server.handle_error = lambda *_: None
        origin = f"http://127.0.0.1:{self._server.server_port}"
        self.wayback, self.pywb = f"wayback+{origin}", f"pywb+{origin}/coll"
        self.origin = origin

    def __enter__(self):
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, path):
        parts = urlsplit(path)
        if parts.path in ("/cdx/search/cdx", "/coll/cdx"):
            query = parse_qs(parts.query)
            if "filter" in query:
                return 200, {}, b""
            return 200, {}, self._listing(query["url"][0], query, pywb=parts.path == "/coll/cdx")
        match = re.fullmatch(r"(/web/|/coll/)(\d{14})id_/(.*)", path, re.DOTALL)
        if not match:
            return 404, {}, b""
        ask = Ask(f"{self.origin}{match[1]}", match[2], unquote(match[3]))
        kind = ask.host.removesuffix(".example").partition("-")[2]
        if urlsplit(ask.url).path != "/privacy" or kind not in ANSWERS:
            kind = "page"
        return ANSWERS[kind](ask)

    def _listing(self, url, query, *, pywb):
        host, path = urlsplit(url).hostname, urlsplit(url).path
        status, mimetype = STATUSES.get(host.partition("-")[0], STATUSES["page"])
        if path != "/privacy":
            status, mimetype = STATUSES["page"]
        if "rows-of-privacy" in path:
            url = f"http://{host}/privacy"
            status, mimetype = STATUSES["page"]
        if host.startswith("endless"):
            return self._endless(host, url, query)
        rows = []
        for n in range(CAPTURES):
            at = format_timestamp(utc(2015, 1, 1) + n * 70 * _DAY)
            digest = "SAME" if host.endswith("-one-page.example") else f"D{n}{abs(hash(url)) % 10**6}"
            rows.append((surt(url), at, url, mimetype, status, digest, "1000"))
        since = query.get("from", [""])[0]
        rows = [row for row in rows if row[1] >= since]
        if not pywb:
            return "".join(" ".join(row) + "\n" for row in rows).encode()
        names = ("urlkey", "timestamp", "url", "mime", "status", "digest", "length")
        return "".join(json.dumps(dict(zip(names, row, strict=True))) + "\n" for row in rows).encode()

    @staticmethod
    def _endless(host, url, query):
        """A new resume key for ever: with the same rows, with older ones again, or with one that is always new."""
        number = int(query.get("resumeKey", ["0"])[0])
        day = {"endless-same": 0, "endless-turning": number % 3, "endless-new": number}[host.removesuffix(".example")]
        at = format_timestamp(utc(2005, 1, 1) + day * timedelta(hours=1))
        return f"{surt(url)} {at} {url} text/html 200 D 1000\n\n{number + 1}\n".encode()

    def _handler(self):
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                if ".invalid" not in self.path:  # the probe of crawler/reach.py
                    server.asked[self.path] += 1
                status, headers, body = server.answer(self.path)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        return Handler
