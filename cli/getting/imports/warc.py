"""`policylapse import-warc`: files of WARC records, crawled as an archive is.

It names the policies (those that the files' URLs show, unless a person does) and leaves the rest to the crawl.
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from cli.getting.crawl import asked, crawl, run
from cli.output import clean, line, note
from crawler.archives.dialects import parse_archive
from crawler.archives.errors import ConfigError, Exit, PolicylapseError
from crawler.archives.files.archive_files import PATTERNS, unread_files, warc_files
from crawler.choosing.strategies import DISTINCT, parse_strategy
from crawler.counting import count
from crawler.discovery.by_address import can_be_asked, find_policy_urls
from crawler.options import RunOptions

_SHARED = ("urls", "sites", "db", "since", "until", "as_json")  # options that mean what they mean in `crawl`
_SHOWN = 50  # URLs of one file that are named; the database has them all
_UNREAD = 5  # files that an error names


@click.command("import-warc", params=[option for option in crawl.params if option.name in _SHARED])
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path), metavar="PATH...")
@click.option("--strategy", default="all", show_default=True, help="Which captures to import: all, or distinct.")
@click.option(
    "--by-title", is_flag=True, help="Also import pages whose title names a privacy policy, whatever their URL."
)
@click.pass_context
def import_warc(ctx: click.Context, /, paths: tuple[Path, ...], strategy: str, by_title: bool, **options: Any) -> None:
    """Import policies from WARC, ARC and WACZ files, or from folders of them.

    It works like a crawl of the files, with the same outcomes and summary, and does not read again what was
    imported before. Without --url and --site it imports pages (HTML, status 200) whose URL contains a word such as
    privacy, datenschutz or confidentialite, and lists them. It also lists pages that only their title calls a
    privacy policy; --by-title imports those too. Each file counts as one archive; the WARC and ARC files of a
    folder count as one together.

    Exit code: 0 complete, 1 partly (with what is missing), 2 could not run.

    \b
    Examples:
      policylapse import-warc crawl.warc.gz
      policylapse import-warc export.wacz --url http://lumenkart.example/privacy
    """
    told = asked(options, strategy=parse_strategy(strategy or DISTINCT.value), wacz_apart=True, fallback=())
    archives = list(_archives(paths))
    code = _import(archives[0], told, by_title) if len(archives) == 1 else _import_in_turn(archives, told, by_title)
    ctx.exit(code)


def _archives(paths: Iterable[Path]) -> Iterable[Path]:
    """Each file, each folder that has WARC files, and each WACZ file in a folder, once."""
    found: list[Path] = []
    for path in (path.resolve() for path in paths):
        wacz = sorted(path.rglob("*.wacz")) if path.is_dir() else []
        if path.is_file() or warc_files(path):
            found.append(path)
        elif not wacz:
            unread = "".join(f"; {text}" for text in unread_files(path)[:_UNREAD])
            raise ConfigError(f"there is no WARC or ARC file ({PATTERNS}) and no WACZ file in {path}{unread}")
        found += wacz
    return dict.fromkeys(found)


def _import(path: Path, told: RunOptions, by_title: bool) -> int:
    """Crawl one archive; return the exit code."""
    archive = parse_archive(str(path))
    urls = told.urls
    if archive.root is not None and not (urls or told.sites):
        urls = tuple(_policies_of(archive.root, by_title=by_title))
    return run(replace(told, archive=archive, urls=urls))


def _policies_of(root: Path, *, by_title: bool) -> list[str]:
    """Return the URLs of an archive that look like policies, and tell the person."""
    # here, so that the commands that read need not load Scrapy
    from cli.getting.imports.candidates import is_titled_policy  # noqa: PLC0415
    from crawler.asking.handlers import open_warcs  # noqa: PLC0415

    archive = open_warcs(root, wacz_apart=True, look=is_titled_policy)
    found = find_policy_urls(record.capture for record in archive.records())
    titled = {
        url: captures for url, captures in archive.noted().items() if url not in found.taken and can_be_asked(url)
    }
    taken = found.taken | titled if by_title else found.taken
    for url in found.unusable:
        note(f"{line(url)} in {root.name} looks like a policy's address but is none that can be asked for: left out")
    if taken:
        _name(f"{count(len(taken), 'address', 'addresses')} in {root} to take; others can be named with --url:", taken)
    if titled and not by_title:
        pages = count(len(titled), "page is", "pages are")
        _name(
            f"{pages} titled like a privacy policy and not taken; take them with --by-title, or name them with --url:",
            titled,
        )
    if not taken:
        damage = f" ({'; '.join(archive.damages[:_UNREAD])})" if archive.damages else ""
        raise ConfigError(
            f"no address in {root} looks like a privacy policy's{damage}: name the policy's with --url "
            "https://example.com/legal, or its site with --site"
        )
    return list(taken)


def _name(heading: str, urls: Mapping[str, int]) -> None:
    note(heading)
    for url, captures in list(urls.items())[:_SHOWN]:
        note(f"  {line(url)}  {count(captures, 'capture')}")
    if len(urls) > _SHOWN:
        note(f"  … and {len(urls) - _SHOWN:,} more")


def _import_in_turn(paths: Iterable[Path], told: RunOptions, by_title: bool) -> int:
    """Crawl one archive after the other, each in a process of its own, since a reactor runs once."""
    turns = _Turns()
    for path in paths:
        if not turns.stopped:
            note(f"{path}:")
            turns.take(path, told, by_title)
    if turns.stopped or any(turns.codes):
        return Exit.NOT_RUN if set(turns.codes) == {Exit.NOT_RUN} else Exit.PARTLY
    return Exit.COMPLETE


class _Turns:
    """Crawls in turn. Ctrl-C and SIGTERM end the one that runs, which keeps what is in flight, and all after it."""

    def __init__(self) -> None:
        self.codes: list[int] = []
        self.stopped = False

    def take(self, path: Path, told: RunOptions, by_title: bool) -> None:
        process = multiprocessing.get_context("spawn").Process(target=_turn, args=(path, told, by_title))

        def stop(signum: int, _frame: object) -> None:
            self.stopped = True
            if signum == signal.SIGTERM and process.pid:  # Ctrl-C reaches it without us
                process.terminate()

        before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            process.start()
            process.join()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        self.codes.append(process.exitcode or Exit.COMPLETE)


def _turn(path: Path, told: RunOptions, by_title: bool) -> None:
    try:
        code = _import(path, told, by_title)
    except PolicylapseError as error:
        click.echo(f"Error: {clean(str(error))}", err=True)
        code = Exit.NOT_RUN
    sys.exit(code)
