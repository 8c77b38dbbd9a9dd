"""Runs: how the last crawls ended, what is still pending, and which archive pauses until when."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from crawler.archives.timestamps import parse_iso
from history.web.page import PAGE, Ask, Page, Row

_EXITS: Final = {
    0: "complete",
    1: "partly: some pages are missing",
    2: "could not run",
    3: "stopped by the archive’s limits",
}
_COLUMNS: Final = (
    "id",
    "started_at",
    "finished_at",
    "program",
    "archive",
    "strategy",
    "arguments",
    "listed",
    "fetched",
    "reused",
    "exit_code",
)


def runs_page(ask: Ask) -> Page:
    """Return the newest runs and how sure the histories are after them."""
    runs = [
        dict(zip(_COLUMNS, row, strict=True))
        for row in ask.db.execute(f"SELECT {', '.join(_COLUMNS)} FROM runs ORDER BY id DESC LIMIT ?", [PAGE])
    ]
    pending = [
        dict(row)
        for row in ask.db.execute(
            "SELECT archive, count(*) AS policies, sum(complete) AS complete, sum(listed) AS listed, sum(fetched) AS fetched, "
            "sum(inferred) AS inferred, sum(undecided) AS undecided FROM certainty GROUP BY archive ORDER BY archive"
        )
    ]
    pauses = list(ask.pauses()) if ask.pauses else None
    context = {
        "runs": [_run(run) for run in runs],
        "pending": pending,
        "pauses": pauses,
        "most": PAGE,
    }

    def data() -> dict[str, Any]:
        return {"runs": [{**run, "arguments": _arguments(run)} for run in runs], "archives": pending, "limits": pauses}

    def rows() -> Iterator[Row]:
        yield _COLUMNS
        for run in runs:
            yield tuple(run.values())

    return Page("runs.html", "Runs", "runs", context, data, rows)


def _run(run: Mapping[str, Any]) -> dict[str, Any]:
    code = run["exit_code"]
    started, finished = parse_iso(run["started_at"]), parse_iso(run["finished_at"]) if run["finished_at"] else None
    arguments = _arguments(run)
    what = (
        arguments.get("sites") or arguments.get("url") or arguments.get("urls") or ""
        if isinstance(arguments, dict)
        else ""
    )
    return {
        **run,
        "started": started,
        "finished": finished,
        "seconds": int((finished - started).total_seconds()) if finished else None,
        "ended": "still running, or killed" if finished is None else _EXITS.get(code, f"exit code {code}"),
        "kind": "running" if finished is None else "good" if code == 0 else "bad",
        "what": str(what)[:120],
    }


def _arguments(run: Mapping[str, Any]) -> Any:
    try:
        return json.loads(run["arguments"])
    except ValueError:
        return run["arguments"]
