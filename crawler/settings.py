"""Every setting that deviates from Scrapy's default, with that default and our reason.

The settings named POLICYLAPSE_* are ours; each is read from the environment variable of its name, and from
`scrapy crawl -s NAME=VALUE`, which wins.
"""

import os
import sys

from crawler import __version__

BOT_NAME = "policylapse"
SPIDER_MODULES = ["crawler.spiders"]
NEWSPIDER_MODULE = "crawler.spiders"
COMMANDS_MODULE = "crawler.commands"  # default "": `crawl` with our exit codes

# ours

POLICYLAPSE_ARCHIVE = os.environ.get("POLICYLAPSE_ARCHIVE") or "wayback"
# Archives that are asked where the first has a hole, in this order; 1: for what an owner had excluded, too.
POLICYLAPSE_FALLBACK = os.environ.get("POLICYLAPSE_FALLBACK") or ""
POLICYLAPSE_FALLBACK_EXCLUDED = os.environ.get("POLICYLAPSE_FALLBACK_EXCLUDED") or "0"
POLICYLAPSE_DB = os.environ.get("POLICYLAPSE_DB") or "policylapse.db"
POLICYLAPSE_CONTACT = os.environ.get("POLICYLAPSE_CONTACT") or ""  # e-mail or URL, sent in the User-Agent
# Where the archives' limits stand, for all crawls of this machine; what a pause may last before a run ends (seconds;
# --wait: as long as it takes, --no-wait: 0); and budgets such as "cdx=24/min,playback=480/min" (lower ones for public
# archives, any for an archive named by its own address).
_STATE_HOME = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
POLICYLAPSE_STATE = os.environ.get("POLICYLAPSE_STATE") or f"{_STATE_HOME}/policylapse"
POLICYLAPSE_WAIT = os.environ.get("POLICYLAPSE_WAIT") or "600"
POLICYLAPSE_MAX_REQUESTS = os.environ.get("POLICYLAPSE_MAX_REQUESTS") or "0"  # of one run; 0: no limit
POLICYLAPSE_MAX_MINUTES = os.environ.get("POLICYLAPSE_MAX_MINUTES") or "0"
POLICYLAPSE_RETRY_DELAY = os.environ.get("POLICYLAPSE_RETRY_DELAY") or "5"  # seconds before the first of 3 retries
POLICYLAPSE_BUDGET = os.environ.get("POLICYLAPSE_BUDGET") or ""
POLICYLAPSE_STRATEGY = os.environ.get("POLICYLAPSE_STRATEGY") or "changes"
# Days: captures of one wording further apart than this are not taken for one version unasked; how narrow a change's
# bracket has to be (0: down to neighbouring captures).
POLICYLAPSE_MAX_GAP = os.environ.get("POLICYLAPSE_MAX_GAP") or "180"
POLICYLAPSE_RESOLUTION = os.environ.get("POLICYLAPSE_RESOLUTION") or "0"
POLICYLAPSE_AT_ONCE = os.environ.get("POLICYLAPSE_AT_ONCE") or "500"  # policies whose captures are in memory at once
POLICYLAPSE_WORKERS = os.environ.get("POLICYLAPSE_WORKERS") or "0"  # processes that read pages; 0: one a core
POLICYLAPSE_ITEM_TEXT = os.environ.get("POLICYLAPSE_ITEM_TEXT") or "0"  # 1: items carry the text, too
POLICYLAPSE_MODE = "crawl"  # or "plan", "discover": crawler/options.py, which reads all of these
POLICYLAPSE_SUMMARY = os.environ.get("POLICYLAPSE_SUMMARY") or "text"  # or "json", "none"
POLICYLAPSE_STORE = "pipelines.store.store.Store"
POLICYLAPSE_READER = "pipelines.store.packed_reading.StoringReader"

# who asks

USER_AGENT = f"policylapse/{__version__} (time-lapse of privacy policies)"  # the spider adds the contact
DEFAULT_REQUEST_HEADERS = {
    "Accept": "*/*",
    "Accept-Encoding": "gzip",
}  # default: a browser's; we undo gzip ourselves
ROBOTSTXT_OBEY = False  # Scrapy's default; archives apply a site's robots.txt themselves and answer "excluded"
COOKIES_ENABLED = False  # default True: a load balancer's cookie would tie us to one server
REFERER_ENABLED = False  # default True: nothing here was reached by a link
TELNETCONSOLE_ENABLED = False  # default True: opens a port
REMOTE_CONTROL_ENABLED = False  # default True: opens a port

# what leaves, and how fast: crawler/asking/gate.py; DOWNLOAD_SLOTS is set by the spider from the archive's row

DOWNLOAD_HANDLERS = {
    "http": "crawler.asking.gate.PoliteHandler",
    "https": "crawler.asking.gate.PoliteHandler",
    "warc": "crawler.asking.handlers.WarcHandler",
    "file": None,  # default: reads local files; an archived redirect must never reach one
    "ftp": None,
    "s3": None,
    "data": None,
}
CONCURRENT_REQUESTS = 16  # default 16
CONCURRENT_REQUESTS_PER_DOMAIN = 8  # default 8; public archives get 2 by their row
DOWNLOAD_DELAY = 0  # default 0: the gate in the handler holds the budget
DOWNLOAD_TIMEOUT = 120  # default 180; a capture's first load is slow, then cached (docs/archives.md)
DOWNLOAD_MAXSIZE = 128 * 2**20  # default 1 GiB: an archived page is hostile input
DOWNLOAD_WARNSIZE = 0  # default 32 MiB: a large page is an outcome, not a warning

# what an archive's answer means: crawler/asking/playback.py decides, in the place of these

RETRY_ENABLED = False  # default True: retries archived 503s, at once
REDIRECT_ENABLED = False  # default True: follows archived redirects as live ones
METAREFRESH_ENABLED = False  # default True: leaves the archive for the live site
COMPRESSION_ENABLED = False  # default True: archives double and fake Content-Encoding; crawler/archives/coding.py
HTTPERROR_ALLOW_ALL = True  # default False: archived 404s are captures
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,  # default 50: would filter the archive itself
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,  # default 300: no archive asks for a password
    "crawler.asking.playback.PlaybackMiddleware": 650,
}
# Each of these wraps all that a callback yields in a generator of its own, for every answer; none has anything to do here.
SPIDER_MIDDLEWARES = {
    "scrapy.spidermiddlewares.start.StartSpiderMiddleware": None,  # default 25: our priorities say what comes first
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,  # default 50: lets all through (HTTPERROR_ALLOW_ALL)
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,  # default 800: would drop a long URL without an outcome
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,  # default 900: one capture follows another without end
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,  # default 1000: looks for a slip in callbacks
}
DOWNLOADER_STATS = False  # default True: writes each request and answer out to count its bytes
DOWNLOAD_FAIL_ON_DATALOSS = True  # default True: a body cut short is a failure, never a shorter page
CONCURRENT_ITEMS = 2  # default 100: so many tasks are made for every answer, and a callback here yields one item
SCHEDULER_MEMORY_QUEUE = "scrapy.squeues.FifoMemoryQueue"  # default LIFO: oldest captures first, sites side by side
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"  # default keeps every URL: the store knows what was fetched

# what becomes of it

ITEM_PIPELINES = {
    "pipelines.stages.ReadingStage": 100,
    "pipelines.stages.VersionStage": 200,
    "pipelines.stages.ItemStage": 250,  # what comes after it gets flat items: docs/scrapy.md
}
EXTENSIONS = {
    "scrapy.extensions.corestats.CoreStats": 0,
    "scrapy.extensions.logstats.LogStats": None,  # default 0: pages per minute; crawler/progress.py shows ours
    "scrapy.extensions.memusage.MemoryUsage": 0,
    # default 0, and of no use where it is not enabled; these two load aiohttp, a quarter second of each start
    "scrapy.extensions.telnet.TelnetConsole": None,
    "scrapy.extensions.remote_control.RemoteControl": None,
    "crawler.progress.Progress": 500,
}
STATS_DUMP = False  # default True: the summary says what a person needs; stats stay in crawler.stats
LOG_LEVEL = os.environ.get("POLICYLAPSE_LOG_LEVEL") or ("WARNING" if sys.stderr.isatty() else "INFO")  # default DEBUG
LOG_DATEFORMAT = "%Y-%m-%dT%H:%M:%S%z"  # default: without the time zone
LOG_FORMATTER = "crawler.log.OneLineFormatter"  # default: dumps every item, our texts among them
FEED_EXPORT_ENCODING = "utf-8"
