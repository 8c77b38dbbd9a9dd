"""Scrapy extension that measures for how long the reactor stood still: the longest gap of a 2 ms heartbeat."""

import time
from pathlib import Path

from scrapy import signals
from twisted.internet import task

BEAT = 0.002  # seconds


class Heartbeat:
    """Writes `longest_gap` (seconds) and the sum of gaps over 50 ms into the file that HEARTBEAT_FILE names."""

    def __init__(self, crawler):
        self.path = crawler.settings["HEARTBEAT_FILE"]
        self.gaps = []
        self.loop = task.LoopingCall(self.beat)
        crawler.signals.connect(self.begin, signal=signals.spider_opened)
        crawler.signals.connect(self.end, signal=signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler):
        return cls(crawler)

    def begin(self):
        self.last = time.perf_counter()
        self.loop.start(BEAT)

    def beat(self):
        now = time.perf_counter()
        self.gaps.append(now - self.last - BEAT)
        self.last = now

    def end(self):
        self.loop.stop()
        Path(self.path).write_text(f"{max(self.gaps):.4f} {sum(gap > 0.05 for gap in self.gaps)}\n")
