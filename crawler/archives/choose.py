"""Which captures to fetch: a pure function of what is listed and what is known of it. No state of its own.

    choose(captures of one policy as the store knows them, strategy) ──► Choice(fetch, reuse, settle)

Called again whenever what it asked for has been answered, until it asks for nothing: kill the crawl anywhere, call
it again, and it goes on where it was.

Free evidence first: rows that the index itself tells to be errors or images are settled without a request; a row
whose digest is held (or that is a redirect between two redirects to one place) is not fetched.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from crawler.archives.capture import EMPTY_DIGEST, REVISIT_MIMETYPE, ListedCapture, Outcome
from crawler.archives.errors import ConfigError

_OTHER_MEDIA = ("image/", "audio/", "video/", "font/", "text/css", "text/javascript", "application/javascript",
                "application/x-javascript", "application/json", "application/x-shockwave-flash")  # fmt: skip


_NO_DIGESTS = (EMPTY_DIGEST, "-", "")  # they tell nothing of what is behind them


class Strategy(StrEnum):
    ALL = "all"  # every capture, for those who want certainty
    DISTINCT = "distinct"  # one fetch per digest


@dataclass(frozen=True, slots=True)
class Choice:
    """What to do next.

    :param fetch: captures to ask the archive for, oldest first.
    :param reuse: captures whose payload is held under their digest.
    :param settle: (capture, outcome, why) for those that need no request.
    """

    fetch: tuple[ListedCapture, ...] = ()
    reuse: tuple[ListedCapture, ...] = ()
    settle: tuple[tuple[ListedCapture, Outcome, str], ...] = ()

    @property
    def done(self) -> bool:
        return not (self.fetch or self.reuse or self.settle)


def parse_strategy(text: str) -> Strategy:
    """Return the strategy a person names; ConfigError says which there are."""
    try:
        return Strategy(text)
    except ValueError:
        known = " and ".join(f"`{strategy}`" for strategy in Strategy)
        if text == "changes" or text.startswith(("every:", "at:")) or text == "latest":
            raise ConfigError(f"strategy {text!r} is planned, but not there yet: use {known}") from None
        raise ConfigError(f"there is no strategy {text!r}: use {known}") from None


def choose(
    captures: Sequence[ListedCapture],
    strategy: Strategy,
    held_digests: Collection[str],
    not_now: Collection[int] = (),
) -> Choice:
    """Return what to fetch, reuse and settle next.

    :param captures: those of one policy in the asked period; any order.
    :param held_digests: cdx digests whose payload the store holds, from any capture of any policy.
    :param not_now: ids of captures that are not to be fetched, because they were just asked for in vain; a neighbour
        with the same digest is fetched instead, and they are reused as soon as it is held.
    """
    open_captures = [c for c in sorted(captures, key=_by_time) if not c.outcome.settled]
    settle = [(c, *verdict) for c in open_captures if (verdict := _verdict(c)) is not None]
    settled = {c.capture_id for c, _outcome, _why in settle}
    redirects = [c for c in captures if c.capture.is_redirect and _verdict(c) is None and c.capture_id not in not_now]
    fetch_redirects, inferred = _choose_redirects(sorted(redirects, key=_by_time))
    settle += inferred
    pages = [c for c in open_captures if c.capture_id not in settled and not c.capture.is_redirect]
    reuse = [c for c in pages if _reusable(c, strategy) and c.capture.digest in held_digests]
    reused = {c.capture_id for c in reuse}
    fetch = [c for c in pages if c.capture_id not in reused and c.capture_id not in not_now]
    fetch = _one_per_digest(fetch) if strategy is Strategy.DISTINCT else _originals_first(fetch)
    return Choice(tuple(sorted([*fetch, *fetch_redirects], key=_by_time)), tuple(reuse), tuple(settle))


def _by_time(listed: ListedCapture) -> tuple[str, int]:
    return listed.capture.captured_at.isoformat(), listed.capture_id


def _verdict(listed: ListedCapture) -> tuple[Outcome, str] | None:
    """What the index row alone says."""
    capture = listed.capture
    if capture.status is not None and capture.status >= 400:
        return Outcome.ARCHIVED_ERROR, f"HTTP {capture.status}, as the index says"
    if not capture.original.lower().startswith(("http://", "https://")):
        return Outcome.NOT_A_DOCUMENT, "the index row has no URL to play back"
    if capture.mimetype.startswith(_OTHER_MEDIA):
        return Outcome.NOT_A_DOCUMENT, f"{capture.mimetype}, as the index says"
    if capture.status == 200 and capture.digest == EMPTY_DIGEST:
        return Outcome.NOT_A_POLICY, "empty page, as its digest says"
    return None


def _reusable(listed: ListedCapture, strategy: Strategy) -> bool:
    """A digest says what the payload is, but nothing of a redirect's target; `all` takes it only for revisits."""
    capture = listed.capture
    if capture.digest in _NO_DIGESTS:
        return False
    return strategy is Strategy.DISTINCT or capture.mimetype == REVISIT_MIMETYPE


def _one_per_digest(captures: Iterable[ListedCapture]) -> list[ListedCapture]:
    """The oldest of each digest; the others wait until it is known what became of it."""
    first: dict[str, ListedCapture] = {}
    for listed in captures:
        digest = listed.capture.digest
        first.setdefault(digest if digest not in _NO_DIGESTS else f"#{listed.capture_id}", listed)
    return list(first.values())


def _originals_first(captures: Sequence[ListedCapture]) -> list[ListedCapture]:
    """All but the revisits of what is fetched now: they are reused when it is held."""
    originals = {c.capture.digest for c in captures if c.capture.mimetype != REVISIT_MIMETYPE} - set(_NO_DIGESTS)
    return [c for c in captures if c.capture.mimetype != REVISIT_MIMETYPE or c.capture.digest not in originals]


def _choose_redirects(
    redirects: Sequence[ListedCapture],
) -> tuple[list[ListedCapture], list[tuple[ListedCapture, Outcome, str]]]:
    """Ask for the first and the last redirect of each URL; between two with one target the rest is inferred."""
    fetch: list[ListedCapture] = []
    inferred: list[tuple[ListedCapture, Outcome, str]] = []
    for urlkey in dict.fromkeys(c.capture.urlkey for c in redirects):
        run = [c for c in redirects if c.capture.urlkey == urlkey]
        ends = [c for c in (run[0], run[-1]) if not c.outcome.settled]
        middle = [c for c in run[1:-1] if not c.outcome.settled]
        if ends:
            fetch += dict.fromkeys(ends)
        elif middle and run[0].redirect_url and run[0].redirect_url == run[-1].redirect_url:
            inferred += [(c, Outcome.REDIRECT, "inferred: those before and after it lead to one place") for c in middle]
        else:
            fetch += middle
    return fetch, inferred
