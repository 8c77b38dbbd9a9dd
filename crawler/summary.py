"""How a crawl ended: the counts, the outcomes with their next steps, the exit code. A pure function of its numbers."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from rich.console import Console
from rich.text import Text

from crawler.archives.capture import Brought, Outcome
from crawler.archives.errors import Exit
from crawler.archives.timestamps import format_iso
from crawler.choosing.certainty import Certainty, total
from crawler.counting import count
from crawler.folding import print_lines
from crawler.missing import Missing, missing_data
from crawler.printed import given, runnable

NAMED = 10  # changes that the printed summary names; the JSON has them all
BYTES_A_CAPTURE = 9_000  # raw page, text, index: 6.3 MB for 711 captures of real policies (make bench)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a crawl would take.

    :param low: requests to playback, if no wording changed; `high` is not exceeded by nine of ten policies.
    :param interval: seconds between two of them by the archive's budget, 0 without one.
    """

    low: int
    high: int
    interval: float

    @property
    def minutes(self) -> float:
        return self.high * self.interval / 60

    @property
    def megabytes(self) -> float:
        return self.high * BYTES_A_CAPTURE / 1e6


@dataclass(frozen=True, slots=True)
class RunCertainty:
    """How much of the histories was read, over all policies of a run.

    :param longest_site: whose the longest time between two captures of one wording is.
    """

    total: Certainty
    longest_site: str


def run_certainty(certainties: Iterable[tuple[str, Certainty]]) -> RunCertainty | None:
    """Add up the certainties of sites; None where there are none."""
    sums, longest_site = None, ""
    for site, one in certainties:
        if sums is None or one.longest > sums.longest:
            longest_site = site
        sums = one if sums is None else total([sums, one])
    return RunCertainty(sums, longest_site) if sums else None


@dataclass(frozen=True, slots=True)
class Summary:
    """The end of a crawl.

    :param policies: how many were crawled.
    :param listed: rows that the archive's index gave; `new_captures` of them were not known.
    :param fetched: mementos fetched in this run.
    :param reused: captures whose payload was held already, under their digest.
    :param versions, changes: what the database holds now; `new_versions` more than before.
    :param outcomes: captures of these policies by outcome, and what else did not go as asked.
    :param stopped: why the archive ended the run, "" if it did not.
    :param broken: which fault of this machine ended the run (a full disk, an archive of ours that is not running), "" if none.
    :param limited: which limit of the run ended it, "" if none did.
    :param sure: how sure the histories are, None with a plan.
    :param plan: what a crawl would take; then nothing was fetched.
    :param brought: the changes that this run found, those that are news first. They may be read from the database each time.
    :param news: those of them that are later than all that was known before this run.
    :param known: how much of the outcomes earlier runs have reported as missing, unchanged since.
    :param run: the run's number in the database, 0 where there is none.
    :param missing: sites, URLs and lines of lists that this run was asked for and that have no version.
    """

    archive: str
    database: str
    policies: int
    listed: int
    new_captures: int
    fetched: int
    reused: int
    versions: int
    changes: int
    new_versions: int
    seconds: float
    outcomes: Mapping[Outcome, int]
    stopped: str = ""
    broken: str = ""
    limited: str = ""
    plan: Plan | None = None
    sure: RunCertainty | None = None
    brought: Collection[Brought] = ()
    news: Sequence[Brought] = ()
    known: Mapping[Outcome, int] = field(default_factory=dict)
    run: int = 0
    missing: Sequence[Missing] = ()

    @property
    def exit_code(self) -> Exit:
        """0 complete, 1 partly, 2 our own fault, 3 stopped by the archive's limits.

        What earlier runs reported as missing, and has not changed since, is not reported as a failure again.
        """
        if self.broken:
            return Exit.NOT_RUN
        if self.stopped:
            return Exit.STOPPED
        missing = {
            outcome
            for outcome, number in self.outcomes.items()
            if outcome.about.missing and number > self.known.get(outcome, 0)
        }
        if self.plan is not None:
            missing.discard(Outcome.PENDING)  # that is what was planned
        return Exit.PARTLY if self.limited or missing else Exit.COMPLETE


def as_json(summary: Summary) -> dict[str, Any]:
    """Return the summary as data."""
    return _counts_data(summary) | {name: list(items) for name, items in _lists_data(summary).items()}


def json_of(summary: Summary) -> Iterator[str]:
    """Yield the summary as JSON text, piece by piece: of 10,000 sites, each with a change, the whole is some megabytes."""
    lists = _lists_data(summary)
    before = "{\n  "
    for name, value in _counts_data(summary).items():
        yield f"{before}{json.dumps(name)}: "
        before = ",\n  "
        if name not in lists:
            yield _indented(value, 2)
            continue
        inner = "[\n    "
        for item in lists[name]:
            yield inner + _indented(item, 4)
            inner = ",\n    "
        yield "\n  ]" if inner.startswith(",") else "[]"
    yield "\n}\n"


def _indented(value: Any, by: int) -> str:
    return json.dumps(value, indent=2).replace("\n", "\n" + " " * by)  # within a string of JSON stands no line break


def _lists_data(summary: Summary) -> dict[str, Iterator[dict[str, Any]]]:
    """What there is of each policy."""
    return {"brought": map(_brought_data, summary.brought), "missing": map(missing_data, summary.missing)}


def _counts_data(summary: Summary) -> dict[str, Any]:
    """All else; lists are empty."""
    data = asdict(replace(summary, brought=(), news=(), missing=())) | {"exit_code": summary.exit_code}
    del data["news"]  # they are in `brought`
    if summary.sure is not None:
        data["sure"] = summary.sure.total.data() | {"longest_site": summary.sure.longest_site}
    data["how_sure"] = data.pop("sure")  # as `timeline` names it
    data["outcomes"] = {
        outcome.value: {"count": number, "meaning": outcome.about.meaning, "next_step": outcome.about.next_step}
        for outcome, number in summary.outcomes.items()
    }
    data["known"] = {outcome.value: count for outcome, count in summary.known.items() if count}
    return data


def _brought_data(one: Brought) -> dict[str, Any]:
    return asdict(one) | {"not_before": format_iso(one.not_before), "not_after": format_iso(one.not_after)}


def print_summary(summary: Summary, console: Console) -> None:
    """Print it for a person."""
    print_lines(
        console,
        _headline(summary),
        _counts(summary),
        *_brought(summary),
        *_sure(summary),
        *_outcomes(summary),
        *_missing(summary),
        *_endings(summary),
    )


def _headline(s: Summary) -> Text:
    policies = count(s.policies, "policy", "policies")
    return Text.assemble(
        ("policylapse: ", "bold"), f"{policies} from {s.archive} in {s.seconds:.1f} s, into {s.database}"
    )


def _counts(s: Summary) -> Text:
    captures = (
        f"{count(s.listed, 'capture')} listed ({s.new_captures:,} new), {s.fetched:,} fetched, {s.reused:,} reused"
    )
    return Text(f"  {captures}; the database now holds {count(s.versions, 'version')}, {count(s.changes, 'change')}")


def _brought(s: Summary) -> list[Text]:
    """The changes that are news, one line each; and how many older ones were found."""
    lines = [
        Text.assemble(
            "  new: ",
            (one.site, "bold"),
            f"  {one.not_before:%Y-%m-%d} – {one.not_after:%Y-%m-%d}  {one.change_class}"
            f"  +{one.words_added:,} −{one.words_removed:,} words  {one.citation}",
        )
        for one in s.news[:NAMED]
    ]
    if len(s.news) > NAMED:
        lines.append(
            Text(
                f"  and {count(len(s.news) - NAMED, 'more new change')}: {runnable('`policylapse changes --new`', given(s.database))}"
            )
        )
    past = len(s.brought) - len(s.news)
    if past and s.changes > len(s.brought):  # of a first crawl all is the past
        found = count(past, "older change")
        more = runnable(f"`policylapse changes --found-since {s.run}`", given(s.database))
        completes = "completes" if past == 1 else "complete"
        lines.append(Text(f"  found: {found}, which {completes} the past: {more}"))
    return lines


def _sure(s: Summary) -> list[Text]:
    if s.sure is None or not (s.sure.total.inferred or s.sure.total.undecided):
        return []
    sure = s.sure.total
    line = f"  confidence: {sure.fetched:,} of {count(sure.listed, 'page')} read, {sure.inferred:,} inferred"
    line += f", {sure.undecided:,} undecided" if sure.undecided else ""
    days = count(round(sure.longest_days), "day")
    return [Text(f"{line}; longest interval between reads of an unchanged wording: {days} ({s.sure.longest_site})")]


def _outcomes(s: Summary) -> list[Text]:
    width = max((len(outcome.value) for outcome in s.outcomes), default=0)
    lines = []
    for outcome, number in s.outcomes.items():
        line = Text.assemble(
            f"  {number:>7,}  ", (outcome.value.ljust(width), "red" if outcome.about.missing else "dim")
        )
        line.append(f"  {outcome.about.meaning}")
        if s.known.get(outcome):
            line.append(
                " (reported before)" if s.known[outcome] >= number else f" ({s.known[outcome]:,} reported before)"
            )
        if outcome.about.next_step:
            line.append(f"; next: {outcome.about.next_step}", style="dim")
        lines.append(line)
    return lines


def _missing(s: Summary) -> list[Text]:
    """The sites and URLs without a version, by name."""
    names = [one.subject for one in s.missing if one.site]
    if not names:
        return []
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    step = runnable("`policylapse sites --missing`", given(s.database))
    return [Text(f"  without a version: {', '.join(names[:NAMED])}{more}; {step} says why")]


def _endings(s: Summary) -> list[Text]:
    endings = []
    if s.plan:
        time = (
            f"about {count(round(s.plan.minutes), 'minute')} at the archive's budget"
            if s.plan.interval
            else "no budget to wait for"
        )
        low = "" if s.plan.low == s.plan.high else f"{s.plan.low:,} to "
        requests = f"{low}{count(s.plan.high, 'request')}"
        endings.append(Text(f"  A crawl would take {requests}, {time}, about {s.plan.megabytes:.1f} MB of disk."))
    if s.limited:
        endings.append(Text(f"  Ended: {s.limited}. The same crawl goes on where it stopped."))
    if s.broken:
        endings.append(Text(f"  Stopped: {s.broken}", style="red"))
    if s.stopped:
        endings.append(
            Text(f"  Stopped: {s.stopped}. Then run the same crawl again: it goes on where it stopped.", style="red")
        )
    elif not (s.fetched or s.new_captures or s.new_versions or s.broken or s.plan) and s.listed:
        endings.append(Text("  Nothing new: every capture was known, nothing was fetched, nothing was added."))
    return endings
