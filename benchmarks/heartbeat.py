"""Scrapy extension that measures for how long the reactor stood still, and what a crawl costs its main process.

A beat comes every few milliseconds. The gap between two, by the clock, is what a connection waits; on a machine that does
other things, it holds the time in which nobody ran this process. What this process itself did in a gap is told by the
processor time of the reactor's thread: that is what a floor can be held to on any machine.
"""

import cProfile
import json
import threading
import time
from collections import Counter
from pathlib import Path

from scrapy import signals
from twisted.internet import task

BEAT = 0.005  # seconds
LONG = 0.05


class Heartbeat:
    """Writes what it found into the file that HEARTBEAT_FILE names, as JSON; times are in milliseconds.

    `longest_gap` by the clock, `longest_work` of the reactor's thread between two beats, how many of each are `long`, and
    `spent`, the processor time of the main process from the spider's begin to its end, of which `threads` tells whose it is:
    the threads that still live then, by the name of their pool. HEARTBEAT_OFF leaves only these; HEARTBEAT_PROFILE names a
    file for what cProfile sees of the reactor's thread.
    """

    def __init__(self, crawler):
        self.path, self.beats = crawler.settings["HEARTBEAT_FILE"], not crawler.settings.getbool("HEARTBEAT_OFF")
        self.gaps, self.work = [0.0], [0.0]
        self.loop = task.LoopingCall(self.beat)
        self.profile = crawler.settings["HEARTBEAT_PROFILE"]
        crawler.signals.connect(self.begin, signal=signals.spider_opened)
        crawler.signals.connect(self.end, signal=signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler):
        return cls(crawler)

    def begin(self):
        self.spent, self.begun = time.process_time(), by_thread()
        if self.profile:
            self.profiler = cProfile.Profile(time.thread_time)
            self.profiler.enable()
        self.last, self.worked = time.perf_counter(), time.thread_time()
        if self.beats:
            self.loop.start(BEAT)

    def beat(self):
        now, worked = time.perf_counter(), time.thread_time()
        self.gaps.append(now - self.last - BEAT)
        self.work.append(worked - self.worked)
        self.last, self.worked = now, worked

    def end(self):
        if self.profile:
            self.profiler.disable()
            self.profiler.dump_stats(self.profile)
        if self.beats:
            self.loop.stop()
        found = {
            "longest_gap": max(self.gaps) * 1000,
            "longest_work": max(self.work) * 1000,
            "long_gaps": sum(gap > LONG for gap in self.gaps),
            "long_work": sum(gap > LONG for gap in self.work),
            "spent": (time.process_time() - self.spent) * 1000,
            "threads": dict(by_thread() - self.begun),
        }
        Path(self.path).write_text(json.dumps(found))


def by_thread():
    """Return the milliseconds that the threads of this process have computed so far, by the names of their pools (Linux)."""
    spent = Counter()
    names = {thread.native_id: thread.name.rstrip("0123456789").rstrip("_-") for thread in threading.enumerate()}
    for folder in Path("/proc/self/task").glob("*"):
        name = names.get(int(folder.name), "of a library")
        spent[name] += int((folder / "schedstat").read_text().split()[0]) / 1e6
    return spent
