"""A crawl of an archive on a bad day, killed once: what is lost, what is asked for twice, what is asked in a pause.

    python -m benchmarks standin [SITES] [CAPTURES]        (make bench-standin)

The stand-in (tests/servers/standin.py) allows 20 index requests and 120 playbacks in 5 seconds, answers 5 % with 503 and breaks
off 2 %. 20 sites of 22 captures each have 440 payloads; the old and the new URL of each site is given, and the old one
redirects to the new. The first run is killed (SIGKILL) when it has half of them; the same crawl is run again until it is
complete. Floors: 0 lost, 0 requests in a pause, at most 40 repeats, under 12 minutes.

A repeat is a request for what had been delivered whole. A request that was under way when the archive asked for a pause
(a quarter of a second) is none in that pause.
"""

import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from benchmarks.floors import met
from tests.crawling import ROOT, environment
from tests.servers.standin import StandIn, write_sites

MINUTES, RUNS = 12, 4


def main():
    sites, captures = (int(text) for text in (sys.argv[1:] + ["20", "22"][len(sys.argv) - 1 :])[:2])
    with tempfile.TemporaryDirectory() as folder:
        archive, database = Path(folder) / "archive", Path(folder) / "x.db"
        archive.mkdir()
        urls = write_sites(archive, sites, captures)
        begun = time.monotonic()
        with StandIn(archive) as server:
            codes = [crawl(database, server, urls, kill_at=sites * captures // 2)]
            while codes[-1] != 0 and len(codes) < RUNS:
                codes.append(crawl(database, server, urls))
            seconds = time.monotonic() - begun
            ok = report(server, database, sites * captures, seconds, codes)
    sys.exit(not ok)


def crawl(database, server, urls, kill_at=0):
    """Run one crawl to its end, or kill it when so many payloads were delivered; return its exit code."""
    command = [sys.executable, "-m", "scrapy", "crawl", "policies", "-a", "url=" + ",".join(urls)]
    command += ["-a", "strategy=all", "-s", f"POLICYLAPSE_ARCHIVE={server.archive}", "-s", f"POLICYLAPSE_DB={database}"]
    state = environment(POLICYLAPSE_STATE=str(database.parent / "state"), POLICYLAPSE_LOG_LEVEL="WARNING")
    process = subprocess.Popen(command, cwd=ROOT, env=state, start_new_session=True)
    deadline = time.monotonic() + MINUTES * 60
    while process.poll() is None and time.monotonic() < deadline:
        if kill_at and len(server.delivered) >= kill_at:
            process.send_signal(signal.SIGKILL)
            break
        time.sleep(0.05)
    if process.poll() is None and time.monotonic() >= deadline:
        os.kill(process.pid, signal.SIGKILL)
    return process.wait()


def report(server, database, payloads, seconds, codes):
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        (kept,) = db.execute(
            "SELECT count(DISTINCT payload_id) FROM captures WHERE payload_id IS NOT NULL AND statuscode = '200'"
        ).fetchone()
        open_ones = db.execute(
            "SELECT outcome, count(*) FROM captures WHERE outcome IN ('pending', 'playback_failed', 'rate_limited') GROUP BY 1"
        ).fetchall()
    playbacks = sum(times for path, times in server.asked.items() if path.startswith("/web/"))
    print(f"runs ended with {codes}; {seconds:.0f} s")
    print(f"{payloads} payloads, {payloads - kept} lost; left: {dict(open_ones) or 'nothing'}")
    print(f"{server.asked.total()} requests, {playbacks} of them playback; {server.failed} failed (503, broken off)")
    print(
        f"{server.refused} refused (429), {server.in_pause} in a pause, {server.repeats} repeats of what was delivered"
    )
    met("standin", "payloads lost", payloads - kept)
    met("standin", "captures left open", sum(number for _, number in open_ones))
    met("standin", "requests in a pause", server.in_pause)
    met("standin", "repeats of what was delivered", server.repeats)
    met("standin", "time", seconds / 60)
    return codes[-1] == 0


if __name__ == "__main__":
    main()
