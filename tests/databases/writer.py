"""A process that stores captures as a crawl does, and says what it has stored; to be killed.

python -m tests.databases.writer DATABASE FIRST_DAY ──► "kept 17", "read 17", "folded 17" … a line as soon as it is so
"""

import os
import sys
from pathlib import Path

from crawler.archives.capture import Listing, Memento, Outcome, Period
from pipelines.store.store import Store
from tests.databases.stored import EXTRACTOR, NOW, SITE, URL, Seen

DAYS, AT_ONCE, FOLD_EVERY = 4000, 8, 5  # a listing brings so many captures; a fold comes after so many readings


def seen(day):
    """What was captured on a day: most days a page of its own bytes, a new wording now and then, once a bot check."""
    return Seen(
        day, f"We keep your data for {day // 7 % 5} years.\nWrite to us.", "bot" if day % 11 == 3 else "fetched"
    )


def serve():
    """Start a writer for each line "DATABASE FIRST_DAY" of standard input; say who it is, and how it ended.

    Each is a process of its own that needs not load all modules again, since it is forked before any file is open.
    """
    for line in sys.stdin:
        path, _, start = line.strip().rpartition(" ")
        child = os.fork()
        if not child:
            try:
                write_on(Path(path), int(start))
            finally:
                os._exit(1)
        say(f"writer {child}")
        _, status = os.waitpid(child, 0)
        say(f"ended {os.waitstatus_to_exitcode(status)}")


def write_on(path, start):
    store = Store(path, lambda: NOW)
    run = store.runs.begin(program="test", archive="test", strategy="all", arguments={})
    policy = store.policies.named(SITE, URL, "named")
    say("opened")
    for kept in store.readings.unread(policy, EXTRACTOR):  # what the last one had kept and not read
        store.readings.put(kept.capture_id, seen(day_of(kept.captured_at)).reading())
    for first in range(start, start + DAYS, AT_ONCE):
        captures = tuple(seen(day).capture for day in range(first, first + AT_ONCE))
        citations = tuple(f"https://archive.example/{capture.timestamp}" for capture in captures)
        store.listings.put(run, Listing(policy, "test", URL, Period(), captures, citations))
        period = Period(captures[0].captured_at, captures[-1].captured_at)
        for listed in store.captures.of(policy, "test", period):
            put(store, policy, listed)


def put(store, policy, listed):
    at = listed.capture.captured_at
    day = day_of(at)
    if not listed.outcome.settled:
        store.captures.keep(listed, Memento(200, {}, seen(day).body, URL, at), Outcome.FETCHED)
        say(f"kept {day}")
        store.readings.put(listed.capture_id, seen(day).reading())
        say(f"read {day}")
    if day % FOLD_EVERY == 0:
        store.versions.fold(policy, EXTRACTOR)
        say(f"folded {day}")


def day_of(moment):
    return (moment - Seen(0).capture.captured_at).days


def say(text):
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    serve()
