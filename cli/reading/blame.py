"""The command `blame`: since when each sentence of a policy stands in it, and which ones went."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from cli.output import (
    clean,
    color_option,
    db_option,
    json_option,
    line,
    note,
    plain_text,
    policy_option,
    print_json,
    print_lines,
    print_wrapped,
    stdout_console,
)
from cli.policies import the_policy, with_citation
from cli.site_names import complete
from cli.views.timeline import bracket
from crawler.counting import count
from history.answers.blame import blame_data
from history.database import reading
from history.diff.blame import Blame, Placed, gone, standing
from history.diff.blame import blame as blame_texts
from history.sites import PolicyRow
from history.timeline.selectors import select
from history.timeline.timeline import VersionRow, read_versions
from pipelines.model import BlockKind
from pipelines.store.load_texts import read_texts

_INDENT = " " * 6
_MARKS = {BlockKind.ITEM: "• ", BlockKind.NUMBERED: "• ", BlockKind.ROW: "| ", BlockKind.QUOTE: "> "}


@click.command()
@click.argument("site", shell_complete=complete)
@click.option("--at", metavar="VERSION", help="The version to read: a date, a number, first, latest, prev, a citation.")
@click.option("--removed", is_flag=True, help="Show sentences of earlier versions that this one no longer has.")
@db_option
@policy_option
@color_option
@json_option
def blame(site: str, at: str | None, removed: bool, db: Path, number: int | None, color: str, as_json: bool) -> None:
    """Show when each sentence of SITE's policy was added.

    Sentences are compared by their words; typography, markup and position are ignored. Sentences that were added
    together are shown together, and `was` shows the sentence that an edited one replaced. --removed shows removed
    sentences, the latest first, with the version that dropped them.

    \b
    Examples:
      policylapse blame lumenkart.example
      policylapse blame lumenkart.example --at 2021-05-25
      policylapse blame lumenkart.example --removed
    """
    site, names = with_citation(site, at)
    if len(names) > 1:
        raise click.UsageError("a citation in SITE's place and --at exclude each other: name one")
    with reading(db) as connection:
        policy = the_policy(connection, site, number, names)
        versions = read_versions(connection, policy)
        selected = select(connection, policy, versions, names[0] if names else "latest")
        texts = read_texts(connection, [version.text_id for version in versions])
    if selected.doubt:
        note(f"note: {selected.doubt}")
    blamed = blame_texts([texts[version.text_id] for version in versions])
    index = selected.version.version - 1
    found = gone(blamed, index) if removed else standing(blamed, index)
    if as_json:
        print_json(blame_data(policy, versions, blamed, found, index, removed=removed))
    else:
        _Printer(stdout_console(color), versions, blamed, index).show(policy, found, removed=removed)


class _Printer:
    """Prints sentences for a person, those together that have one story."""

    def __init__(self, console: Console, versions: Sequence[VersionRow], blamed: Blame, index: int) -> None:
        self._console, self._versions, self._blamed, self._index = console, versions, blamed, index

    def show(self, policy: PolicyRow, found: Sequence[Placed], *, removed: bool) -> None:
        version = self._versions[self._index]
        what = "sentence that went" if removed else "sentence"
        many = "sentences that went" if removed else ""
        head = f"  version {version.version} of {len(self._versions)}: {count(len(found), what, many)}"
        print_lines(self._console, Text.assemble((line(policy.site), "bold"), head), line(policy.policy_url))
        if not removed:
            self._sections(found, None)
            return
        for dropped, placed in groupby(found, key=self._dropped):
            went = self._versions[dropped]
            print_lines(self._console, "")
            print_lines(self._console, Text(f"dropped by version {went.version}, {bracket(went)}", "bold red"))
            self._sections(list(placed), dropped)

    def _dropped(self, placed: Placed) -> int:
        """The version that has a sentence no more, after its last stay that counts."""
        stay = placed.sentence.stay_at(self._index)
        return stay[1] + 1 if stay else 0

    def _sections(self, found: Sequence[Placed], dropped: int | None) -> None:
        """Print sentences by section; `dropped`: the version that, as was said already, has them no more."""
        for heading, placed in groupby(found, key=lambda one: one.heading):
            body = list(placed)
            own = body.pop(0) if body[0].block.kind is BlockKind.HEADING and body[0].sentence.before is None else None
            shown = line(plain_text(heading)) or "(before the first heading)"
            dates = [("  ", ""), *self._dates(own.sentence.stays, dropped)] if own else []
            print_lines(self._console, "", Text.assemble((f"§ {shown}", "bold"), *dates))
            for _story, run in groupby(body, key=self._story):
                self._run(list(run), dropped)

    def _story(self, placed: Placed) -> object:
        """Sentences with the same dates are shown together; an edited one stands alone."""
        sentence = placed.sentence
        return sentence.stays, placed.number if sentence.before is not None else None

    def _run(self, run: Sequence[Placed], dropped: int | None) -> None:
        sentence = run[0].sentence
        print_lines(self._console, Text.assemble("  ", *self._dates(sentence.stays, dropped)))
        if sentence.before is not None:
            was = plain_text(clean(self._blamed.sentences[sentence.before].text))
            print_wrapped(self._console, Text(was, "dim strike"), Text(f"{_INDENT}was ", "dim"), f"{_INDENT}    ")
        for block, placed in groupby(run, key=lambda one: one.block):
            text = " ".join(plain_text(clean(one.sentence.text)) for one in placed)
            mark = _MARKS.get(block.kind, "")
            print_wrapped(self._console, Text(text), f"{_INDENT}{mark}", " " * len(_INDENT + mark))

    def _dates(self, stays: Sequence[tuple[int, int]], dropped: int | None) -> list[tuple[str, str]]:
        """Since when, whether it was away, and where it went."""
        first, last = stays[0][0], stays[-1][1]
        came = self._versions[first]
        parts = [(f"v{came.version} ", "bold yellow"), (bracket(came), "yellow")]
        for (_a, end), (start, _b) in pairwise(stays):
            parts.append((f", away v{end + 2}–v{start}" if start > end + 2 else f", away in v{end + 2}", "cyan"))
        if last + 1 < len(self._versions) and last + 1 != dropped:
            went = self._versions[last + 1]
            parts.append((f", dropped by v{went.version} ", "red"))
            parts.append((bracket(went), "red"))
        return parts
