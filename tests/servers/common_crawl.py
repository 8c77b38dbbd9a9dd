"""Common Crawl on loopback: the list of crawls, an index for each, and files that are given by ranges. It counts.

Shapes of August 2025, as cdx_toolkit keeps them (tests/data/mock_responses). pywb can stand in for an index, but has
neither the list nor the 404 of nothing nor the files.
"""

import json
import re
import subprocess
import sys
import threading
from collections import Counter
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Self
from urllib.parse import parse_qs, urlsplit

from warcio.warcwriter import WARCWriter

from crawler.archives.files.warc import WarcArchive
from crawler.archives.surt import surt
from tests.generators.two_archives import POLICY, Visit
from tests.generators.warc_files import put_response
from tests.servers.threading_server import Server

CODED = [("X-Crawler-Content-Encoding", "gzip"), ("X-Crawler-Content-Length", "77")]


class CommonCrawl:
    """`with CommonCrawl(folder) as server: server.row` are the addresses of the table's row.

    :ivar asked: how often each path was asked for, without its query. :ivar log: paths, in order. :ivar ranges: those that were asked of files.
    :param faults: path -> statuses that it answers with instead, one a request.
    """

    def __init__(self, folder: Path, faults: dict[str, list[int]] | None = None) -> None:
        self._folder, self.faults = folder, faults or {}
        self.asked: Counter[str] = Counter()
        self.log: list[str] = []
        self.ranges: list[str] = []
        self._rows: dict[str, list[dict]] = {}
        self._crawls: list[dict] = []
        self._server = Server(("127.0.0.1", 0), self._handler())
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        self.row = {"index": f"{self.origin}/collinfo.json", "playback": f"{self.origin}/"}

    def crawl(self, name: str, visits: list[Visit], *, cut: str = "", said: str = "", url: str = POLICY) -> None:
        """Add a crawl with these visits; `cut` is what its records say of being truncated, `said` what its index says."""
        path = f"crawl-data/{name}/segments/1/warc/{name}.warc.gz"
        (self._folder / path).parent.mkdir(parents=True)
        with (self._folder / path).open("wb") as file:
            writer = WARCWriter(file, gzip=True)
            for one in visits:
                headers = [("Content-Type", "text/html; charset=utf-8"), *CODED, ("Content-Length", str(len(one.body)))]
                fields = {"WARC-Truncated": cut} if cut else {}
                put_response(writer, f"{one.at:%Y-%m-%dT%H:%M:%SZ}", url, one.body, headers, fields=fields)
        self._rows[name] = [
            {
                "urlkey": c.urlkey,
                "timestamp": c.timestamp,
                "url": c.original,
                "mime": c.mimetype,
                "mime-detected": c.mimetype,
            }
            | {"status": c.statuscode, "digest": c.digest, "length": str(record.place.length), "languages": "eng"}
            | {"offset": str(record.place.offset), "filename": path, "encoding": "UTF-8"}
            | ({"truncated": said} if said else {})
            for record in WarcArchive(self._folder / path).records()
            for c in [record.capture]
        ]
        day = timedelta(days=1)
        first, last = (f"{at:%Y-%m-%dT%H:%M:%S}" for at in (visits[0].at - day, visits[-1].at + day))
        index = f"{self.origin}/{name}-index"
        known = {"id": name, "name": name, "timegate": f"{self.origin}/{name}/", "cdx-api": index}
        self._crawls.insert(0, known | {"from": first, "to": last})

    def index_by_pywb(self, name: str) -> None:
        """Let the index of a crawl say what pywb, which Common Crawl's index server is, says of the crawl's file."""
        path = f"crawl-data/{name}/segments/1/warc/{name}.warc.gz"
        command = [sys.executable, "-W", "ignore", "-m", "pywb.indexer.cdxindexer", "--cdxj", self._folder / path]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        lines = [line.split(" ", 2) for line in told.splitlines() if not line.startswith("!")]
        self._rows[name] = [
            {"urlkey": key, "timestamp": timestamp, **json.loads(fields), "filename": path}
            for key, timestamp, fields in lines
        ]

    def rows(self, name: str) -> list[dict]:
        """The rows of a crawl's index."""
        return self._rows[name]

    def indexes(self) -> set[str]:
        """The crawls whose index was asked."""
        return {path.removesuffix("-index").removeprefix("/") for path in self.asked if path.endswith("-index")}

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _answer(self, path: str, query: str, wanted: str) -> tuple[int, bytes]:
        self.asked[path] += 1
        self.log.append(path)
        if self.faults.get(path):
            return self.faults[path].pop(0), b"SlowDown"
        if path == "/collinfo.json":
            return 200, json.dumps(self._crawls).encode()
        if path.endswith("-index"):
            url = parse_qs(query)["url"][0]
            rows = [row for row in self._rows[path[1:].removesuffix("-index")] if row["urlkey"] == surt(url)]
            body = "".join(f"{json.dumps(row)}\n" for row in rows)
            return (
                (200, body.encode())
                if rows
                else (404, json.dumps({"message": f"No Captures found for: {url}"}).encode())
            )
        self.ranges.append(wanted)
        first, last = map(int, re.fullmatch(r"bytes=(\d+)-(\d+)", wanted).groups())
        return 206, (self._folder / path[1:]).read_bytes()[first : last + 1]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                status, body = server._answer(parts.path, parts.query, self.headers.get("Range", ""))
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler
