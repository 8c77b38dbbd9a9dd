"""The parts of the spider, put together for one run: Parts(job, run) ──► taker, advancer, asker.

Each part is handed what it needs, knows no part above it (tests/contracts.toml), and names the shelves of the store that
it uses by a Protocol of its own. Shared by all: `CurrentRun` (what is recorded, why the run ends), `Asker` (requests,
failures), `Ledger` (each capture is requested once), `Waits` (who waits for what).
"""

from __future__ import annotations

from crawler.asking.crawl_list import CrawlList
from crawler.spiders.advancing import Advancer
from crawler.spiders.asking import Asker
from crawler.spiders.discovering import Discoverer
from crawler.spiders.fetching import Fetcher
from crawler.spiders.filling import Filler
from crawler.spiders.following import Follower
from crawler.spiders.inquiring import Inquirer
from crawler.spiders.job import Job
from crawler.spiders.listing import Lister
from crawler.spiders.reading import PolicyReading
from crawler.spiders.state.current_run import CurrentRun
from crawler.spiders.state.ledger import Ledger
from crawler.spiders.state.tickets import Tickets
from crawler.spiders.state.waits import Waits
from crawler.spiders.taking import Taker


class Parts:
    """What the spider calls.

    :ivar taker: takes targets into the run.
    :ivar advancer: moves its policies on.
    :ivar inquirer: finds policies, and where redirects lead.
    :ivar asker: makes its requests.
    """

    def __init__(self, job: Job, run: CurrentRun) -> None:
        store, options, waits, tickets, ledger = job.store, job.options, Waits(), Tickets(), Ledger()
        self.asker = asker = Asker(run, options)
        lister = Lister(
            run, asker, waits, tickets, store, job.archive, job.period, CrawlList(options.state.expanduser())
        )
        self.inquirer = inquirer = Inquirer(run, asker, waits, tickets, ledger, store, job.reader, job.archive)
        discoverer = Discoverer(run, inquirer, waits, store, options)
        reading = PolicyReading(store, job.reader, all_policies=options.all_policies)
        follower = Follower(lister, discoverer, store, job.period)
        fetcher = Fetcher(run, asker, waits, ledger, store, reading, follower)
        filler, extractor = Filler(lister, store, options), job.reader.extractor
        self.advancer = Advancer(
            run, waits, ledger, store, options, extractor, fetcher, follower, reading, filler, self._more_to_come
        )
        self._tickets = tickets
        self.taker = Taker(run, lister, discoverer, self.advancer, store, options, tickets)

    def _more_to_come(self) -> bool:
        return self.taker.taking or len(self._tickets) > 0
