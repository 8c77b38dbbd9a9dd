"""A night in which nothing is new: requests to the index, seconds of CPU, and what is printed.

    python -m benchmarks.quiet_nights [POLICIES]      (default 1000)

A first crawl of generated pages, one a policy, then the same crawl with --quiet against the server on loopback, and
`notify`. Exit code 1: it printed something, or asked the index more than once a policy, or fetched a page.
"""

import random
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from warcio.warcwriter import WARCWriter

from tests.crawling import ROOT, environment
from tests.generators.warc_files import put_response
from tests.servers.receivers import mail_server
from tests.servers.wayback_server import WaybackServer

PLACES = "shop bank news game map mail film book trip food farm park".split()
CLAUSE = (
    "We collect the personal data that you give us, such as your name and your {0} address, and use cookies. We share your "
    "information with {1} partners. You may object to the processing of your data, and ask us to erase it, at any time."
)


def archive(folder: Path, policies: int) -> Path:
    """Write one page of each policy, captured last year; return the list of URLs."""
    chance = random.Random(11)
    with (folder / "pages.warc.gz").open("wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        for number in range(policies):
            clauses = "".join(f"<p>{CLAUSE.format(chance.choice(PLACES), chance.choice(PLACES))}</p>" for _ in range(6))
            page = (
                f"<html><title>Privacy Policy</title><h1>Privacy Policy of site {number}</h1>{clauses}</html>".encode()
            )
            headers = [("Content-Type", "text/html; charset=utf-8")]
            put_response(writer, "2025-11-05T10:00:00Z", url(number), page, headers)
    listed = folder / "list.txt"
    listed.write_text("".join(f"{url(number)}\n" for number in range(policies)))
    return listed


def url(number: int) -> str:
    return f"http://s{number}.example/privacy"


def main() -> None:
    policies = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "warcs").mkdir()
        listed = archive(folder / "warcs", policies).rename(folder / "list.txt")
        with WaybackServer(folder / "warcs") as server, mail_server() as (address, inbox):
            (folder / "notify.toml").write_text(
                f'[channels.me]\nmail = "{address}"\nfrom = "p@x.example"\nto = ["a@x.example"]\n[watches.all]\nchannels = ["me"]\n'
            )
            settings = environment(POLICYLAPSE_STATE=str(folder / "state"), POLICYLAPSE_DB=str(folder / "x.db"))
            crawl = ["crawl", "--archive", server.archive, "--sites", str(listed), "--quiet"]
            tell = ["notify", "--config", str(folder / "notify.toml")]
            first = run(crawl, settings)
            run(tell, settings)
            server.asked.clear()
            night = run(crawl, settings)
            index = sum(number for path, number in server.asked.items() if path.startswith("/cdx"))
            pages = sum(server.asked.values()) - index
            told = run(tell, settings)
    printed = night.text + told.text
    print(
        f"{policies} policies: first crawl {first.cpu:.1f} s of CPU; a night without news: {index} index requests, {pages} pages, "
        f"crawl {night.cpu:.1f} s of CPU, notify {told.cpu:.1f} s, exit codes {night.code} and {told.code}, "
        f"{len(printed)} characters printed, {len(inbox.raw)} mails"
    )
    if printed:
        print(printed[:500])
    sys.exit(bool(printed or index > policies or pages or night.code or told.code or inbox.raw))


class run:  # noqa: N801 - used as a function
    """A command in a process of its own: its exit code, what it printed, and seconds of CPU with its children."""

    def __init__(self, arguments, settings):
        before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "cli.main", *arguments],
            cwd=ROOT,
            env=settings,
            capture_output=True,
            text=True,
            check=False,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        self.code, self.text, self.seconds = done.returncode, done.stdout + done.stderr, time.monotonic() - begun


if __name__ == "__main__":
    main()
