"""The table of coverage for a person: a row a policy, a character a half-year, a legend that needs no colour."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.console import Console
from rich.text import Text

from cli.output import line, next_command, print_lines, print_wrapped, step
from crawler.counting import count
from history.timeline.coverage import Cell, Coverage, State, half_label, totals

_SIGNS = {
    State.FOUND: ("#", "green"),
    State.FAILED: ("!", "red"),
    State.NOT_ASKED: ("?", "cyan"),
    State.NO_POLICY: ("o", "yellow"),
    State.BLOCKED: ("x", "magenta"),
    State.NO_CAPTURE: (".", "dim"),
}
_NAME = (16, 36)  # columns of a name, at least and at most
_LABEL_YEARS = 5
_TOLD = 3  # policies of which every stretch is told


def print_coverage(console: Console, coverages: Sequence[Coverage], halves: range) -> None:
    """Print the table, in stretches of years where it is wider than the console; then what the signs mean."""
    if not coverages or not len(halves):
        print_lines(
            console, "nothing is known of that time", next_command("sites", why="lists what the database holds")
        )
        return
    names, total = _names(coverages), 1 + 2 * len(f"{len(halves)}") + 1
    width = min(max(map(len, names)), max(_NAME[0], min(_NAME[1], console.width - len(halves) - total - 1)))
    room = max(console.width - width - total - 1, 2)
    folds = -(-len(halves) // room)
    step = -(-len(halves) // folds // 2) * 2  # stretches of about the same length, of whole years
    for start in range(halves.start, halves.stop, step):
        stretch = range(start, min(start + step, halves.stop))
        if start != halves.start:
            print_lines(console, "")
        print_lines(console, Text(f"{'':<{width}} {_years(stretch)}", "dim"))
        for name, one in zip(names, coverages, strict=True):
            cells = [cell for cell in one.cells if cell.half in stretch]
            print_lines(
                console,
                _row(f"{_cut(name, width):<{width}} ", cells, f" {one.found:>{total // 2 - 1}}/{len(one.cells)}"),
            )
    _legend(console, coverages)
    if len(coverages) <= _TOLD:
        _stretches(console, coverages)
    else:
        _steps(console, coverages)


def _names(coverages: Sequence[Coverage]) -> list[str]:
    """The site; where it has several policies, each with its URL's path."""
    sites = [one.site for one in coverages]
    return [
        line(one.site) if sites.count(one.site) == 1 else line(one.policy_url.partition("://")[2] or one.site)
        for one in coverages
    ]


def _cut(name: str, width: int) -> str:
    return name if len(name) <= width else f"{name[: width - 1]}…"


def _years(halves: range) -> str:
    """Years over their first half-year, every fifth and the first."""
    text = [" "] * (len(halves) + 4)
    free = 0
    for at, half in enumerate(halves):
        if half % 2 == 0 and at >= free and (not free or half // 2 % _LABEL_YEARS == 0):
            text[at : at + 4] = str(half // 2)
            free = at + 5
    return "".join(text).rstrip()


def _row(name: str, cells: Sequence[Cell], total: str) -> Text:
    text = Text(name)
    for cell in cells:
        text.append(*_SIGNS[cell.state])
    return text.append(total, "dim")


def _legend(console: Console, coverages: Sequence[Coverage]) -> None:
    counts = totals(coverages)
    everything = sum(counts.values())
    print_lines(
        console,
        "",
        f"{count(len(coverages), 'policy', 'policies')}, {count(everything, 'half-year')}; each sign is one:",
    )
    for state, number in counts.items():
        sign, style = _SIGNS[state]
        share = f"{number:>7,} {100 * number / everything:>3.0f} %" if everything else ""
        print_lines(console, Text.assemble("  ", (sign, style), f" {share}  {state.value:<10}  {state.meaning}"))


def _stretches(console: Console, coverages: Sequence[Coverage]) -> None:
    """Of few policies: every stretch of half-years that is not found, with its reason and the next step."""
    for one in coverages:
        spans: dict[tuple[State, str, str], list[str]] = {}
        for (state, reason, todo), cells in groupby(
            one.cells, key=lambda cell: (cell.state, cell.reason, cell.next_step)
        ):
            if state is not State.FOUND:
                spans.setdefault((state, reason, todo), []).append(_span([cell.half for cell in cells]))
        for number, ((state, reason, todo), where) in enumerate(spans.items()):
            if not number:
                print_lines(console, "", Text(line(one.policy_url or one.site), "bold"))
            told = Text.assemble((state.value, _SIGNS[state][1]), f"  {', '.join(where)}: {line(reason)}")
            told.append(f"; next: {line(step(todo, one.site))}" if todo else "", "dim")
            print_wrapped(console, told, "  ", " " * 4)


def _span(halves: Sequence[int]) -> str:
    first, last = half_label(halves[0]), half_label(halves[-1])
    return first if first == last else f"{first}–{last}"


def _steps(console: Console, coverages: Sequence[Coverage]) -> None:
    worst = min(coverages, key=lambda one: (one.found, one.site))
    print_lines(console, next_command("coverage", worst.site, why="says why, half-year by half-year, and what to do"))
