"""`policylapse extract`: the text of saved pages, as the crawl would read them. No network, no database."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from cli.output import json_option, line, note, tolerate_small_charsets
from crawler.archives.capture import Outcome
from crawler.archives.errors import ConfigError, Exit
from crawler.archives.surt import check_url
from crawler.archives.timestamps import parse_date
from history.plain import json_text

if TYPE_CHECKING:
    from cli.giving.saved_pages import Given, SavedPage

# What a saved page's name may end in; the rest belongs to the name: "privacy.2018" is "privacy.2018.md".
_SUFFIXES: Final = frozenset({".gz", ".htm", ".html", ".xhtml", ".php", ".asp", ".aspx", ".pdf", ".txt", ".md"})


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--url", metavar="URL", help="The page's address on its site, for relative links.")
@click.option(
    "--part",
    default="",
    metavar="NAME",
    help="If a page holds several documents, extract this one: a kind (cookies), a title, or #fragment.",
)
@click.option(
    "--captured-at",
    metavar="TIME",
    help="When the page was captured: 20180525103000, 2018-05-25T10:30:00Z, 2018-05-25.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write NAME.md (NAME.json) there for each FILE.",
)
@json_option
@click.pass_context
def extract(
    ctx: click.Context,
    files: tuple[str, ...],
    url: str | None,
    part: str,
    captured_at: str | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Print the text of saved policy pages, HTML or PDF, as Markdown.

    FILE may be compressed with gzip; `-` is standard input. A page that is not a policy (bot check, log-in, empty
    shell) is printed too, with a warning. --json prints one object per line: title, language, dates, blocks, links,
    the evidence that it is a policy, and what was kept as text and why. Without --captured-at, dates in the text
    are not checked against the capture time.

    Exit code: 0 all are policies, 1 some are not or could not be read, 2 none could be read.

    \b
    Examples:
      policylapse extract privacy.html
      policylapse extract privacy.html --url https://example.com/privacy --captured-at 20180525103000 --json
      policylapse extract saved/*.html.gz --out texts
    """
    # here, so that the other commands need not load trafilatura
    from cli.giving.saved_pages import Given  # noqa: PLC0415

    given = Given(check_url(url) if url else "", parse_date(captured_at, end=True) if captured_at else None, part)
    tolerate_small_charsets()
    write = (
        _printer(given, as_json=as_json, headed=len(files) > 1)
        if out is None
        else _saver(files, out, given, as_json=as_json)
    )
    # a bar among the printed texts would spoil both
    hidden = len(files) == 1 or not sys.stderr.isatty() or (out is None and sys.stdout.isatty())
    outcomes: list[Outcome | None] = []
    warnings: list[str] = []
    with click.progressbar(length=len(files), label="Reading", file=sys.stderr, hidden=hidden) as bar:

        def take(page: SavedPage) -> None:
            write(page)
            outcomes.append(page.reading.outcome if page.reading else None)
            warnings.extend(_warnings(page))
            bar.update(1)

        asyncio.run(_read(files, given, take))
    for warning in warnings:
        note(warning)
    ctx.exit(_exit_code(outcomes))


async def _read(files: Sequence[str], given: Given, take: Callable[[SavedPage], None]) -> None:
    from cli.giving.saved_pages import saved_pages  # noqa: PLC0415

    async for page in saved_pages(files, given):
        take(page)


def _warnings(page: SavedPage) -> list[str]:
    """What a person should know of a file."""
    name, reading = line(page.file.name), page.reading
    if reading is None:
        return [f"Error: {name}: {page.file.error}"]
    if reading.outcome is Outcome.NOT_A_POLICY:
        return [f"warning: {name}: no policy: {line(reading.detail)}"]
    return [] if reading.outcome is Outcome.FETCHED else [f"Error: {name}: {line(reading.detail)}"]


def _exit_code(outcomes: Iterable[Outcome | None]) -> int:
    found = set(outcomes)
    if found == {Outcome.FETCHED}:
        return Exit.COMPLETE
    return Exit.PARTLY if found & {Outcome.FETCHED, Outcome.NOT_A_POLICY} else Exit.NOT_RUN


def _printer(given: Given, *, as_json: bool, headed: bool) -> Callable[[SavedPage], None]:
    """Print a page: one line of JSON, or its Markdown, below the file's name where there are several."""

    def show(page: SavedPage) -> None:
        if as_json:
            click.echo(json_text(page.data(given)))
        elif text := page.markdown():
            click.echo(f"==> {line(page.file.name)} <==\n\n{text}" if headed else text, nl=headed)

    return show


def _saver(files: Sequence[str], out: Path, given: Given, *, as_json: bool) -> Callable[[SavedPage], None]:
    """Write a page into its own file; none where there is no text, unless it is JSON, which says why."""
    paths = _paths(files, out, ".json" if as_json else ".md")

    def save(page: SavedPage) -> None:
        path = next(paths)
        text = f"{json_text(page.data(given), indent=2)}\n" if as_json else page.markdown()
        if not text:
            return
        try:
            out.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", errors="replace", newline="\n")
        except OSError as error:
            raise ConfigError(f"cannot write {path}: {error.strerror}; name another folder with --out") from None

    return save


def _paths(files: Sequence[str], out: Path, suffix: str) -> Iterator[Path]:
    """A path in `out` for each file, after its name; never the same twice, and never one of the files."""
    taken = {_key(Path(name)) for name in files}
    for name in files:
        stem, number = _stem(name), 1
        path = out / f"{stem}{suffix}"
        while _key(path) in taken:
            number += 1
            path = out / f"{stem}-{number}{suffix}"
        taken.add(_key(path))
        yield path


def _key(path: Path) -> str:
    """The same for two paths that some file system takes for one."""
    return os.path.realpath(path).casefold()


def _stem(name: str) -> str:
    path = Path("stdin" if name == "-" else name)
    while path.suffix.lower() in _SUFFIXES:
        path = path.with_suffix("")
    return path.name or "page"
