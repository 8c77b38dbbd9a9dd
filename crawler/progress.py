"""What a person sees while a crawl runs, and the summary at its end.

Progress goes to standard error and only where that is a terminal; the summary goes to standard output, as text or
(POLICYLAPSE_SUMMARY=json) as one JSON object.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from scrapy import signals

from crawler.archives.capture import Outcome
from crawler.archives.dialects import PLAYBACK, Archive
from crawler.asking.limits import budgets_of
from crawler.log import make_harmless
from crawler.summary import Plan, Summary, as_json, print_summary, sureness

if TYPE_CHECKING:
    from typing import Self

    from scrapy import Spider
    from scrapy.crawler import Crawler

    from crawler.choosing.certainty import Certainty


class Progress:
    """Scrapy extension: a line of progress, then the summary; closes what the job had opened."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._console = Console(stderr=True)
        self._bar = Bar(
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            console=self._console, transient=True, disable=not self._console.is_terminal,
        )  # fmt: skip
        self._task = self._bar.add_task("listing captures", total=None)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        extension = cls(crawler)
        crawler.signals.connect(extension.opened, signal=signals.spider_opened)
        crawler.signals.connect(extension.advanced, signal=signals.response_received)
        crawler.signals.connect(extension.closed, signal=signals.spider_closed)
        return extension

    def opened(self, spider: Spider) -> None:
        self._begun = time.monotonic()
        self._exhaustive = spider.job.strategy.exhaustive  # type: ignore[attr-defined]
        self._before = spider.job.store.totals()  # type: ignore[attr-defined]
        self._bar.start()
        make_harmless(logging.getLogger())  # Scrapy has set up its handler once more
        self._log_above_the_bar()

    def _log_above_the_bar(self) -> None:
        """While the bar runs, sys.stderr is rich's, which prints above it: let the log follow it there and back."""
        for handler in logging.getLogger().handlers:
            if type(handler) is logging.StreamHandler and self._console.is_terminal:
                handler.setStream(sys.stderr)

    def advanced(self) -> None:
        if self._bar.disable:
            return
        known = len(self.crawler.spider.policies())  # type: ignore[union-attr]
        fetched, reused, listed = (self._stat(name) for name in ("fetched", "reused", "listed"))
        self._bar.update(
            self._task, description=f"{known} policies, {listed} captures listed, {reused} reused, fetched",
            completed=fetched, total=max(listed - reused, fetched) or None if self._exhaustive else None,
        )  # fmt: skip

    def closed(self, spider: Any, reason: str = "") -> None:
        self._reason = reason
        self._bar.stop()
        self._log_above_the_bar()
        job = spider.job
        planned = self.crawler.settings.getbool("POLICYLAPSE_PLAN")
        certainties = [] if planned or spider.store_error else self._certainties(spider)
        summary = self._summary(spider, certainties)
        if not summary.broken:
            job.store.finish_run(
                spider.run_id, listed=summary.listed, fetched=summary.fetched, reused=summary.reused,
                exit_code=summary.exit_code,
            )  # fmt: skip
        job.store.close()
        job.reader.close()
        self.crawler.policylapse_summary = summary  # type: ignore[attr-defined]
        self.crawler.stats.set_value("policylapse/exit_code", summary.exit_code)  # type: ignore[union-attr]
        if self.crawler.settings["POLICYLAPSE_SUMMARY"] == "json":
            print(json.dumps(as_json(summary), indent=2))  # noqa: T201 - it is the command's output
        elif self.crawler.settings["POLICYLAPSE_SUMMARY"] != "none":
            print_summary(summary, Console(highlight=False, soft_wrap=True))

    def _certainties(self, spider: Any) -> list[tuple[str, Certainty]]:
        """How sure each policy's history is, written down too."""
        job, found = spider.job, []
        for policy, search in spider.searches():
            how_sure = search.how_sure()
            if how_sure is not None:
                complete = search.ended and not self._cut_short(spider)
                job.store.save_certainty(policy, job.archive.name, job.strategy.value, how_sure, complete=complete)
                found.append((policy.site, how_sure))
        return found

    def _cut_short(self, spider: Any) -> bool:
        return bool(spider.stopped_by_archive or spider.limited or self._out_of_time())

    def _outcomes(self, spider: Any) -> dict[Outcome, int]:
        """Captures by outcome; those that a strategy did not ask for, in searches that came to an end, are not pending."""
        job = spider.job
        found = job.store.outcomes(spider.run_id, spider.policies(), job.archive.name, job.period)
        if self._exhaustive or self._cut_short(spider) or self.crawler.settings.getbool("POLICYLAPSE_PLAN"):
            return found
        done = [policy for policy, search in spider.searches() if search.ended]
        left = job.store.outcomes(0, done, job.archive.name, job.period).get(Outcome.PENDING, 0)
        counts = found | {Outcome.PENDING: found.get(Outcome.PENDING, 0) - left, Outcome.NOT_ASKED: left}
        return {outcome: counts[outcome] for outcome in Outcome if counts.get(outcome)}

    def _summary(self, spider: Any, certainties: list[tuple[str, Certainty]]) -> Summary:
        job, after = spider.job, spider.job.store.totals()
        planned = self.crawler.settings.getbool("POLICYLAPSE_PLAN")
        told = not (planned or spider.store_error)
        return Summary(
            archive=job.archive.label,
            database=str(self.crawler.settings["POLICYLAPSE_DB"]),
            policies=len(spider.policies()),
            listed=self._stat("listed"),
            new_captures=after.captures - self._before.captures,
            fetched=self._stat("fetched"),
            reused=self._stat("reused"),
            versions=after.versions,
            changes=after.changes,
            new_versions=after.versions - self._before.versions,
            seconds=time.monotonic() - self._begun,
            outcomes=self._outcomes(spider),
            sure=sureness(certainties),
            stopped=spider.stopped_by_archive,
            broken=spider.store_error,
            limited=spider.limited or self._out_of_time(),
            plan=self._plan(job.archive) if planned else None,
            brought=job.store.brought(spider.run_id) if told else (),
            known=job.store.known_missing(spider.run_id, spider.policies(), job.archive.name, job.period)
            if told
            else {},
            run=spider.run_id,
        )

    def _plan(self, archive: Archive) -> Plan:
        budget = budgets_of(archive, self.crawler.settings["POLICYLAPSE_BUDGET"]).get(PLAYBACK)
        low, high = self._stat("planned_low"), self._stat("planned_high")
        return Plan(low, high, budget.interval if budget else 0.0)

    def _out_of_time(self) -> str:
        minutes = self.crawler.settings.getfloat("POLICYLAPSE_MAX_MINUTES")
        over = self._reason == "closespider_timeout"
        return f"the run's limit of {minutes:g} minutes is reached" if over else ""

    def _stat(self, name: str) -> int:
        return int(self.crawler.stats.get_value(f"policylapse/{name}", 0))  # type: ignore[union-attr]
