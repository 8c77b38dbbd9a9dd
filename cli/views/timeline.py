"""A policy's timeline for a person: a table that fits 80 columns, then what is not known, then how to read it.

print_timeline(console, Shown(timeline, stated dates, technical changes))
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from cli.output import line, next_command, plain_text, print_lines, print_wrapped, step
from cli.views.chart import sparkline
from crawler.counting import count
from history.answers.timeline import Shown
from history.timeline.events import Event
from history.timeline.periods import lengths
from history.timeline.stated_dates import Doubt, Stated
from history.timeline.technical import Technical
from history.timeline.timeline import (
    Alternation,
    Aside,
    Gap,
    PolicyCertainty,
    Silent,
    Timeline,
    VersionRow,
    archives_of,
)
from pipelines.model import ChangeClass

if TYPE_CHECKING:
    from pipelines.versions.steady import Unsteady

CLASS_STYLES = {
    ChangeClass.SUBSTANTIVE: "bold yellow",
    ChangeClass.REPLACED: "bold magenta",
    ChangeClass.LANGUAGE: "bold magenta",
    ChangeClass.RETURN: "cyan",
    ChangeClass.MOVED: "blue",
    ChangeClass.MINOR: "dim",
    ChangeClass.DATES: "dim",
    ChangeClass.UNSURE: "dim",
}
_TABLE_WIDTH = 74  # columns of a row before its bar, and one left free
_MAX_BAR = 30
_MAX_DATES = 4  # of captures without a text, named one by one
_MAX_SECTIONS = 8
_SPARKS = 60  # moments at which the length is shown
_EXAMPLE = 60  # characters of a line that was left out


def print_timeline(console: Console, shown: Shown) -> None:
    """Print one policy's timeline."""
    timeline = shown.timeline
    _heading(console, shown)
    if timeline.versions:
        _table(console, shown)
    _notes(console, timeline)
    if shown.technical:
        _list(console, "Technical: the same words, or another reader of them", _technical(shown.technical))
    if timeline.versions:
        _legend(console, shown)


def bracket(version: VersionRow) -> str:
    """Return when a version began, as closely as it is known."""
    if version.previous_last_seen is None:
        return f"first seen {version.first_seen:%Y-%m-%d}"
    return bracket_of(version.previous_last_seen, version.first_seen)


def bracket_of(before: datetime, after: datetime) -> str:
    """Return when something happened: after one capture, not later than another. Within one day the hours are given."""
    if before.date() == after.date():
        return f"{after:%Y-%m-%d} {before:%H:%M}–{after:%H:%M}"
    return f"{before:%Y-%m-%d} – {after:%Y-%m-%d}"


def _heading(console: Console, shown: Shown) -> None:
    timeline = shown.timeline
    policy, versions = timeline.policy, timeline.versions
    title = line(versions[-1].title) if versions else ""
    print_lines(console, Text.assemble((line(policy.site), "bold"), f"  {title}" if title else ""))
    print_lines(console, line(policy.policy_url))
    if not versions:
        none = "no version in that time" if shown.versions else "no version: no capture brought the policy's text"
        print_lines(console, none)
        return
    captures = sum(version.captures for version in versions)
    span = f"{versions[0].first_seen:%Y-%m-%d} to {versions[-1].last_seen:%Y-%m-%d}"
    of = f"{len(versions):,} of " if len(versions) < shown.versions else ""
    print_lines(console, f"{of}{count(shown.versions, 'version')} in {count(captures, 'capture')}, {span}")
    if len({version.words for version in versions}) > 1:
        _length(console, versions)
    for sure in timeline.how_sure:
        if sure.certainty.inferred or sure.certainty.undecided:
            print_wrapped(console, Text(_how_sure(sure, len(timeline.how_sure) > 1), "dim"))


def _length(console: Console, versions: Sequence[VersionRow]) -> None:
    """The policy's length over time, one mark a moment; blank where nothing is known."""
    marks = sparkline(lengths(versions, min(_SPARKS, max(console.width - 40, 8))))
    print_lines(
        console,
        Text.assemble(("length ", "dim"), marks, f" {versions[0].words:,} → {count(versions[-1].words, 'word')}"),
    )


def _how_sure(of: PolicyCertainty, named: bool) -> str:
    sure = of.certainty
    told = f"confidence: {sure.fetched:,} of {count(sure.listed, 'capture')} known, {sure.inferred:,} inferred"
    told += f", {sure.undecided:,} undecided" if sure.undecided else ""
    between = count(sure.longest_captures, "capture")
    told += f"; longest interval between reads of an unchanged wording: {count(round(sure.longest_days), 'day')} ({between} in it)"
    return f"{line(of.archive)}: {told}" if named else told


def _header() -> Text:
    heads = f"{'':>3}  {'changed between':<23} {'captures':>8} {'words':>6}  {'change':<11} {'added':>6} {'removed':>7}"
    return Text(heads, style="dim underline")


def _table(console: Console, shown: Shown) -> None:
    versions = shown.timeline.versions
    scale = max((_size(v) for v in versions), default=0)
    alternations = () if shown.technical else shown.timeline.alternations
    folded = {number: alternation for alternation in alternations for number in alternation.turns}
    print_lines(console, "", _header())
    for version in versions:
        alternation = folded.get(version.version)
        if alternation is None:
            _row(console, version, scale, shown.unsure)
            _doubts(console, version, shown.stated)
        elif version.version == min(alternation.last, versions[-1].version):
            _alternation(console, versions, alternation)
    _archives(console, versions)


def _doubts(console: Console, version: VersionRow, stated: Mapping[int, Stated]) -> None:
    """What a version says of its date, where that contradicts what was seen."""
    says = stated.get(version.version)
    if says is None or says.updated is None:
        return
    named = f"{says.updated.day:%Y-%m-%d}" if says.updated.day == says.updated.last_day else f"{says.updated.day:%Y-%m}"
    for doubt in says.doubts:
        print_wrapped(console, Text(f"says {named}, {_DOUBTS[doubt]}", "yellow"), Text("     ! ", "yellow"), " " * 8)


_DOUBTS = {
    Doubt.AFTER_SEEN: "but was seen before that",
    Doubt.LONG_BEFORE: "but the wording before was still seen over a month later",
    Doubt.NOT_RENEWED: "as before, although its words changed",
    Doubt.WENT_BACK: "earlier than the version before said",
}


def _archives(console: Console, versions: Sequence[VersionRow]) -> None:
    """Which versions rest on captures of which archives, where there are several archives."""
    first = {name: [v.version for v in versions if v.first_archive == name] for name in archives_of(versions)}
    last = {name: [v.version for v in versions if v.last_archive == name] for name in first}
    for name in first if len(first) > 1 else ():
        said = [f"the first capture of version {_numbers(first[name])}"] * bool(first[name])
        said += [f"the last of {_numbers(last[name])}"] * bool(last[name])
        print_wrapped(console, Text(f"{'; '.join(said)}"), Text(f"  {line(name)}: ", "bold"), " " * 4)


def _numbers(versions: Sequence[int]) -> str:
    """Return the numbers of versions as one reads them: 1–3, 7."""
    runs: list[list[int]] = []
    for number in versions:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)


def _row(console: Console, version: VersionRow, scale: int, unsure: Mapping[int, Sequence[str]]) -> None:
    """One version, and under it the sections that its change touched, or the lines that are probably furniture."""
    change = version.change
    text = Text(f"{version.version:>3}  {bracket(version):<23} {version.captures:>8,} {version.words:>6,}")
    if change:
        text.append(f"  {change.change_class.value:<11}", CLASS_STYLES[change.change_class])
        text.append(f" {f'+{change.words_added:,}' if change.words_added else '':>6}", "green")
        text.append(f" {f'−{change.words_removed:,}' if change.words_removed else '':>7} ", "red")
        room = min(max(console.width - _TABLE_WIDTH, 4), _MAX_BAR)
        text.append_text(_bar(change.words_added, _size(version), scale, room))
    text.rstrip()
    print_lines(console, text)
    if change and change.change_class is ChangeClass.UNSURE:
        quoted = ", ".join(f"“{line(text)}”" for text in unsure.get(version.version, ()))
        print_wrapped(console, Text(f"probably furniture: {quoted}", "dim"), Text("     "), " " * 8)
    elif change and change.sections:
        print_wrapped(console, Text(sections_of(change.sections), "dim"), Text("     in ", "dim"), " " * 8)


def _alternation(console: Console, versions: Sequence[VersionRow], alternation: Alternation) -> None:
    """Many versions that are but two wordings taking turns, as one row."""
    folded = [version for version in versions if version.version in alternation.turns]
    span = f"{folded[0].first_seen:%Y-%m-%d} – {folded[-1].last_seen:%Y-%m-%d}"
    captures = sum(version.captures for version in folded)
    two = f"{alternation.first} and {alternation.first + 1}"
    text = Text(f"{'⋮':>3}  {span:<23} {captures:>8,} {'':>6}  ")
    print_lines(console, text.append(f"{two} alternate, to version {alternation.last}", "cyan"))


def _size(version: VersionRow) -> int:
    """How many words the change touched; what only moved touched none."""
    change = version.change
    if change is None or change.change_class is ChangeClass.MOVED:
        return 0
    return change.words_added + change.words_removed


def _bar(added: int, size: int, scale: int, room: int) -> Text:
    """Longer for larger changes, by their square root: beside a rewritten policy a new paragraph is still seen."""
    if not size:
        return Text()
    cells = max(round(room * math.sqrt(size / scale)), 1)
    green = round(cells * added / size)
    return Text.assemble(("█" * green, "green"), ("▒" * (cells - green), "red"))


def sections_of(sections: Sequence[str]) -> str:
    """Return the headings under which words came or went, on one line."""
    named = "; ".join(line(plain_text(section)) for section in sections[:_MAX_SECTIONS])
    more = len(sections) - _MAX_SECTIONS
    return f"{named}; and {more} more" if more > 0 else named


def _notes(console: Console, timeline: Timeline) -> None:
    _list(console, "Events", (_event(event) for event in timeline.events))
    _list(console, "Gaps", (_gap(gap) for gap in timeline.gaps))
    _list(
        console,
        "Other addresses",
        (f"from {move.valid_from:%Y-%m-%d}  {line(move.url)} ({line(move.evidence)})" for move in timeline.moves),
    )
    _list(
        console,
        "Page title (no change of the policy)",
        (
            f"{title.not_before:%Y-%m-%d} – {title.not_after:%Y-%m-%d}  "
            f"“{line(title.from_title)}” → “{line(title.to_title)}”"
            for title in timeline.titles
        ),
    )
    _list(console, "Captures of another document", (_aside(aside) for aside in timeline.aside))
    _list(console, "Left out: lines that come and go by themselves", _left_out(timeline.left_out))
    _list(console, "Captures without usable text", (_silent(silent) for silent in timeline.silent))


def _list(console: Console, heading: str, entries: Iterable[str]) -> None:
    for number, entry in enumerate(entries):
        if not number:
            print_lines(console, "", Text(heading, "bold"))
        print_wrapped(console, Text(entry), "  ", " " * 4)


def _event(event: Event) -> str:
    span = f"{event.after:%Y-%m-%d} – " if event.after else "not later than "
    told = line("; ".join(event.evidence))
    return f"{span}{event.not_after:%Y-%m-%d}  {event.kind.value}: {event.kind.meaning} ({told})"


def _gap(gap: Gap) -> str:
    known = f"nothing known between {gap.after:%Y-%m-%d} and {gap.before:%Y-%m-%d} ({count(gap.days, 'day')}"
    useless = ", ".join(f"{number:,} {outcome.value}" for outcome, number in gap.captures.items())
    return f"{known}; captures: {useless})" if useless else f"{known}, no captures)"


def _aside(aside: Aside) -> str:
    titled = f", titled “{line(aside.title)}”" if aside.title else ""
    return f"{aside.captures:,} ({_dates([aside.first_seen, aside.last_seen])}): {aside.reason}{titled}"


_HOW = {
    "ephemeral": "another text nearly every time, left out of every version",
    "flapping": "comes and goes, held as it was before",
    "shuffled": "changes places all the time, held at its first place",
    "counter": "differs in numbers alone, again and again; no wording",
    "clock": "holds the day of the capture; no wording",
}


def _left_out(lines: Sequence[Unsteady]) -> Iterator[str]:
    """One entry for the lines that do the same at the same time: a widget has many."""
    alike: dict[tuple[str, str], list[Unsteady]] = {}
    for one in lines:
        alike.setdefault((one.kind, _dates([one.since, one.until])), []).append(one)
    for (kind, dates), group in alike.items():
        example = line(plain_text(group[0].example))
        example = f"{example[:_EXAMPLE]}…" if len(example) > _EXAMPLE else example
        more = f" and {len(group) - 1:,} more" if len(group) > 1 else ""
        times = max(one.times for one in group)
        yield f"“{example}”{more} ({count(times, 'time')}, {dates}): {_HOW.get(kind, kind)}"


def _technical(technical: Technical) -> Iterator[str]:
    for one in technical.rewritten:
        yield f"{bracket_of(one.not_before, one.not_after)}  written otherwise: marks, headings, lists"
    for extractor, versions in technical.readers:
        yield f"{line(extractor)} read {count(versions, 'version')}"


def _silent(silent: Silent) -> str:
    about = silent.outcome.about
    todo = f"; next: {step(about.next_step)}" if about.next_step else ""
    return f"{len(silent.dates):,} {silent.outcome.value} ({_dates(silent.dates)}): {about.meaning}{todo}"


def _dates(dates: Sequence[datetime]) -> str:
    days = list(dict.fromkeys(f"{date:%Y-%m-%d}" for date in dates))
    return ", ".join(days) if len(days) <= _MAX_DATES else f"{days[0]} to {days[-1]}"


def _legend(console: Console, shown: Shown) -> None:
    timeline = shown.timeline
    versions = timeline.versions
    changed = [v for v in versions if v.change]
    print_lines(console, "")
    if changed:
        how = "A change lies between the last capture of the old wording and the first of the new."
        print_wrapped(console, Text(how, "dim"))
    largest = max(changed, key=_weight, default=None)
    name = shown.name or timeline.policy.site
    numbers = (f"{largest.version - 1}", f"{largest.version}") if largest else ()
    print_lines(console, next_command("diff" if largest else "show", name, *numbers))


def _weight(version: VersionRow) -> tuple[bool, int]:
    """Changes of words before returns and the like, large ones before small ones."""
    change = version.change
    telling = change is not None and change.change_class in (ChangeClass.SUBSTANTIVE, ChangeClass.REPLACED)
    return telling, _size(version)
