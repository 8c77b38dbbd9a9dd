"""How labels that were made elsewhere look in a terminal: who or what made them, their passage, and whether it stands."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from cli.output import line, print_wrapped
from cli.views.timeline import bracket
from history.annotations import Annotated, LabelState
from history.timeline.timeline import VersionRow

_LONG = 200  # characters of a passage


def print_annotated(
    console: Console, versions: Sequence[VersionRow], found: Sequence[Annotated], index: int | None
) -> None:
    """Print labels with their provenance, their passage and whether it still stands. :param index: None: all versions."""
    for one in found:
        label = one.annotation
        head = Text.assemble("  ", (line(label.label), "bold"), f"  {line(label.by)}, {label.labelled_at[:10]}")
        print_wrapped(console, head, "", "      ")
        said = line(one.passage) if one.passage else "the whole version"
        print_wrapped(console, Text(said if len(said) <= _LONG else f"{said[: _LONG - 1]}…"), " " * 6, " " * 6)
        if label.note:
            print_wrapped(console, Text(line(label.note), "dim"), Text("      note: ", "dim"), " " * 8)
        first, last = one.stays[-1] if index is None else one.stay_until(index)
        came = versions[first]
        told = Text(f"v{came.version} {bracket(came)}", "yellow")
        if index is not None and one.state(index) is LabelState.CHANGED:
            gone = versions[last + 1]
            told.append(f"; the text has changed since, in v{gone.version} {bracket(gone)}", "red")
        print_wrapped(console, told, " " * 6, " " * 8)
