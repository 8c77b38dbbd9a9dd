"""A crawl's numbers for Prometheus, in the text format that node_exporter's textfile collector reads.

metrics_text(summary, code, now) ──► text      write_metrics(path, text): whole or not at all
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

from crawler.archives.errors import ConfigError
from crawler.summary import Summary


def metrics_text(summary: Summary | None, code: int, now: datetime) -> str:
    """Return the metrics of a run that ended; without a summary only that it ended, and how."""
    return "".join(f"{line}\n" for line in _lines(summary, code, now))


def _lines(summary: Summary | None, code: int, now: datetime) -> Iterator[str]:
    yield from _gauge("last_run_timestamp_seconds", "When the last crawl ended, Unix time.", {"": now.timestamp()})
    yield from _gauge("last_run_exit_code", "Exit code of the last crawl.", {"": code})
    if summary is None:
        return
    for name, about, number in (
        ("policies", "Policies of the last crawl.", summary.policies),
        ("last_run_seconds", "Seconds that the last crawl took.", round(summary.seconds, 3)),
        ("last_run_fetched", "Captures that the last crawl fetched.", summary.fetched),
        ("last_run_new_captures", "Captures that the last crawl listed for the first time.", summary.new_captures),
        ("last_run_new_changes", "Changes that the last crawl found and that are news.", len(summary.news)),
        ("last_run_found_changes", "Changes that the last crawl found, old ones too.", len(summary.brought)),
        ("versions", "Versions in the database.", summary.versions),
        ("changes", "Changes in the database.", summary.changes),
    ):
        yield from _gauge(name, about, {"": number})
    outcomes = {f'{{outcome="{outcome.value}"}}': number for outcome, number in summary.outcomes.items()}
    yield from _gauge("captures", "Captures of the crawled policies by outcome.", outcomes)


def _gauge(name: str, about: str, values: Mapping[str, float]) -> Iterator[str]:
    yield f"# HELP policylapse_{name} {about}"
    yield f"# TYPE policylapse_{name} gauge"
    for labels, value in values.items():
        yield f"policylapse_{name}{labels} {value:.15g}"


def write_metrics(path: Path, text: str) -> None:
    """Replace the file by a new one: whoever reads it meanwhile sees the old one or the new one.

    :raises ConfigError: it cannot be written.
    """
    try:
        with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, prefix=".policylapse-", delete=False) as file:
            file.write(text)
        Path(file.name).chmod(0o644)  # node_exporter is another user
        Path(file.name).replace(path)
    except OSError as error:
        raise ConfigError(
            f"cannot write the metrics to {path}: {error.strerror or error}. Name another file."
        ) from None
