"""What a person sees while a crawl runs, and the summary at its end.

Progress goes to standard error and only where that is a terminal; the summary goes to standard output, as text or
(--json) as one JSON object.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from scrapy import signals

from crawler.archives.capture import Outcome
from crawler.archives.table import PLAYBACK
from crawler.counting import count
from crawler.log import make_harmless, quieten
from crawler.options import Mode, RunOptions, SummaryStyle
from crawler.summary import Plan, RunCertainty, Summary, json_of, print_summary, run_certainty

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler

    from crawler.choosing.certainty import Certainty
    from crawler.spiders.job import Job
    from crawler.spiders.policies import PoliciesSpider


class Progress:
    """Scrapy extension: a line of progress, then the summary; closes what the job had opened."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._console = Console(stderr=True)
        self._bar = Bar(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._task = self._bar.add_task("listing captures", total=None)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        extension = cls(crawler)
        crawler.signals.connect(extension.opened, signal=signals.spider_opened)
        crawler.signals.connect(extension.advanced, signal=signals.response_received)
        crawler.signals.connect(extension.closed, signal=signals.spider_closed)
        return extension

    def opened(self, spider: PoliciesSpider) -> None:
        self._begun = time.monotonic()
        self._exhaustive = spider.job.strategy.exhaustive
        self._before = spider.job.store.runs.totals()
        self._bar.start()
        make_harmless(logging.getLogger())  # Scrapy has set up its handler once more
        quieten()
        self._log_above_the_bar()

    def _log_above_the_bar(self) -> None:
        """While the bar runs, sys.stderr is rich's, which prints above it: let the log follow it there and back."""
        for handler in logging.getLogger().handlers:
            if type(handler) is logging.StreamHandler and self._console.is_terminal:
                handler.setStream(sys.stderr)

    def advanced(self) -> None:
        if self._bar.disable:
            return
        known = len(self.crawler.spider.works)  # type: ignore[union-attr]
        fetched, reused, listed = (self._stat(name) for name in ("fetched", "reused", "listed"))
        self._bar.update(
            self._task,
            description=f"{count(known, 'policy', 'policies')}, {count(listed, 'capture')} listed, {reused} reused, fetched",
            completed=fetched,
            total=max(listed - reused, fetched) or None if self._exhaustive else None,
        )

    def closed(self, spider: PoliciesSpider, reason: str = "") -> None:
        self._reason = reason
        self._bar.stop()
        self._log_above_the_bar()
        job = spider.job
        told = not (job.options.mode is Mode.PLAN or spider.run.store_error)
        summary = self._summary(spider, run_certainty(self._certainties(spider)) if told else None)
        if not summary.broken:
            job.store.runs.finish(
                spider.run.number,
                listed=summary.listed,
                fetched=summary.fetched,
                reused=summary.reused,
                exit_code=summary.exit_code,
            )
        self.crawler.policylapse_summary = summary  # type: ignore[attr-defined]
        self.crawler.stats.set_value("policylapse/exit_code", int(summary.exit_code))  # stats are plain numbers
        self._tell(job, summary)
        job.store.close()
        job.reader.close()

    def _tell(self, job: Job, summary: Summary) -> None:
        if job.options.summary is SummaryStyle.JSON:
            for piece in json_of(summary):
                sys.stdout.write(piece)
        elif job.options.summary is SummaryStyle.TEXT:
            print_summary(summary, Console(highlight=False, soft_wrap=True))

    def _certainties(self, spider: PoliciesSpider) -> Iterator[tuple[str, Certainty]]:
        """How sure each policy's history is, written down too."""
        job = spider.job
        for work in spider.works:
            policy, how_sure = work.policy, work.how_sure()
            if how_sure is not None:
                complete = work.ended and not self._cut_short(spider)
                job.store.versions.put_certainty(
                    policy, job.archive.name, job.strategy.value, how_sure, complete=complete
                )
                yield policy.site, how_sure

    def _cut_short(self, spider: PoliciesSpider) -> bool:
        return bool(spider.run.stopped_by_archive or spider.run.limited or self._out_of_time(spider))

    def _outcomes(self, spider: PoliciesSpider) -> dict[Outcome, int]:
        """Captures by outcome; those that a strategy did not ask for, in searches that came to an end, are not pending."""
        job = spider.job
        planned = job.options.mode is Mode.PLAN
        fate = planned and not self._exhaustive  # of the crawls before; a plan has no end of its own
        found = job.store.runs.outcomes(spider.run.number, spider.works.policies, job.archives, job.period, fate=fate)
        if self._exhaustive or self._cut_short(spider) or planned:
            return found
        done = (work.policy for work in spider.works if work.ended)
        left = job.store.runs.outcomes(0, done, job.archives, job.period).get(Outcome.PENDING, 0)
        counts = found | {Outcome.PENDING: found.get(Outcome.PENDING, 0) - left, Outcome.NOT_NEEDED: left}
        return {outcome: counts[outcome] for outcome in Outcome if counts.get(outcome)}

    def _summary(self, spider: PoliciesSpider, sure: RunCertainty | None) -> Summary:
        job, after = spider.job, spider.job.store.runs.totals()
        planned = job.options.mode is Mode.PLAN
        told = not (planned or spider.run.store_error)
        brought = job.store.found.brought(spider.run.number) if told else None
        told_later = job.options.summary is SummaryStyle.NONE  # by whoever runs this, when another crawl may write
        return Summary(
            archive=" and ".join(one.label for one in job.options.archives),
            database=str(job.options.database),
            policies=len(spider.works),
            listed=self._stat("listed"),
            new_captures=after.captures - self._before.captures,
            fetched=self._stat("fetched"),
            reused=self._stat("reused"),
            versions=after.versions,
            changes=after.changes,
            new_versions=after.versions - self._before.versions,
            seconds=time.monotonic() - self._begun,
            outcomes=self._outcomes(spider),
            sure=sure,
            stopped=spider.run.stopped_by_archive,
            broken=spider.run.store_error,
            limited=spider.run.limited or self._out_of_time(spider),
            plan=self._plan(job.options) if planned else None,
            brought=(tuple(brought) if told_later else brought) if brought else (),
            news=brought.news if brought else (),
            known=job.store.found.known_missing(spider.run.number, spider.works.policies, job.archives, job.period)
            if told
            else {},
            run=spider.run.number,
            missing=job.store.runs.missing(spider.run.number, spider.works.policies) if told else (),
        )

    def _plan(self, options: RunOptions) -> Plan:
        budget = options.budgets.get(PLAYBACK)
        low, high = self._stat("planned_low"), self._stat("planned_high")
        return Plan(low, high, budget.interval if budget else 0.0)

    def _out_of_time(self, spider: PoliciesSpider) -> str:
        minutes = spider.job.options.max_minutes
        over = self._reason == "closespider_timeout"
        return f"the run's limit of {minutes:g} minutes is reached" if over else ""

    def _stat(self, name: str) -> int:
        return int(self.crawler.stats.get_value(f"policylapse/{name}", 0))
