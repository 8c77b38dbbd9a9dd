"""A spider that does nothing with what comes: what Scrapy itself costs (benchmarks/crawl_spent.py).

python -m benchmarks.empty_spider ARCHIVE CAPTURES -s NAME=VALUE …
"""

import json
import sys
from pathlib import Path

from scrapy import Request, Spider
from scrapy.crawler import CrawlerProcess

CAPTURES = json.loads(Path(sys.argv[2]).read_text()) if __name__ == "__main__" else []


class Empty(Spider):
    name = "empty"

    async def start(self):
        for url, digest in CAPTURES:
            yield Request(url, headers={"Accept-Encoding": "gzip"}, meta={"digest": digest}, dont_filter=True)

    async def parse(self, _response):
        return


def run() -> None:
    settings = dict(text.split("=", 1) for text in sys.argv[3:] if text != "-s")
    process = CrawlerProcess(
        {
            "POLICYLAPSE_ARCHIVE": sys.argv[1],
            "DOWNLOAD_HANDLERS": {"warc": "crawler.asking.handlers.WarcHandler"},
            "COMPRESSION_ENABLED": False,  # as ours: the bytes as they came
            "TELNETCONSOLE_ENABLED": False,
            "EXTENSIONS": {"benchmarks.heartbeat.Heartbeat": 1},
            "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
            "DOWNLOAD_DELAY": 0,
            "CONCURRENT_ITEMS": 2,
            "LOG_LEVEL": "ERROR",
            **settings,
        }
    )
    process.crawl(Empty)
    process.start()


if __name__ == "__main__":
    run()
