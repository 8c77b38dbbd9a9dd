"""What became of a policy beyond its wording: deleted, moved off-site, the site gone, the domain in other hands. Pure.

    Sight… (what captures showed) ──► endings, move_off_site
    Passage… (a version after a gap) ──► changed_hands      ──► Event(kind, bracket, evidence)

An event lies in a bracket as a change does. Where a capture that was not read could gainsay it, there is no event.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from crawler.archives.capture import Outcome
from crawler.archives.surt import is_of_site
from crawler.counting import count
from history.timeline.owners import Owner, differ
from pipelines.model import Junk

# "For good": the last captures, at least so many over so long, show it. Our choice: an outage takes days, a relaunch
# weeks. A policy that comes back has no such event.
_LAST_CAPTURES, _LAST_SPAN = 2, timedelta(days=90)
SILENCE = timedelta(
    days=731
)  # (our choice, as the two below) without any capture of the host's known pages before the archive was asked
HANDS_GAP = timedelta(days=180)  # at least so long nothing is known between two owners' texts
HANDS_SHARE = 0.2  # of the longer text's words, at most so many shared
_GONE_STATUS = (404, 410)
_DOWN_STATUS = (521, 522, 523, 530)  # Cloudflare's own: the origin is down, or has no DNS entry (530 with error 1016)
_SAYS_NOTHING = (Outcome.FORGOTTEN, Outcome.EXCLUDED, Outcome.EXCLUDED_ROBOTS)
_UNKNOWN = (
    Outcome.PENDING,
    Outcome.NOT_NEEDED,
    Outcome.PLAYBACK_FAILED,
    Outcome.RATE_LIMITED,
    Outcome.DRIFTED,
    Outcome.UNPLAYABLE,
)


class EventKind(StrEnum):
    DELETED = "deleted"
    MOVED_OFF_SITE = "moved_off_site"
    SITE_GONE = "site_gone"
    NO_LONGER_CAPTURED = "no_longer_captured"
    CHANGED_HANDS = "changed_hands"

    @property
    def meaning(self) -> str:
        return _MEANINGS[self]


_MEANINGS = {
    EventKind.DELETED: "the policy's page is gone: not found ever since",
    EventKind.MOVED_OFF_SITE: "the policy is on another site",
    EventKind.SITE_GONE: "the site is gone: parked, or its server or name no longer there",
    EventKind.NO_LONGER_CAPTURED: "the archive has nothing newer of the site's known pages",
    EventKind.CHANGED_HANDS: "the domain changed hands: another company's policy",
}


@dataclass(frozen=True, slots=True)
class Event:
    """It happened after `after` (None: not known) and not later than `not_after`.

    :param evidence: what says so, short phrases; `capture_url` the first capture that shows it, "" for silence.
    """

    kind: EventKind
    after: datetime | None
    not_after: datetime
    evidence: tuple[str, ...]
    capture_url: str = ""


@dataclass(frozen=True, slots=True)
class Sight:
    """What one capture showed, or several in a row that are alike.

    :param at: when, of several the first; so are `url` and `capture_url`.
    :param shows: it shows the policy; else `outcome`, `status` (0: not known) and `detail` say what it is.
    :param captures: how many; `until` the date of the last, None: as `at`.
    """

    at: datetime
    url: str
    shows: bool
    outcome: Outcome = Outcome.FETCHED
    status: int = 0
    detail: str = ""
    redirect_url: str = ""
    capture_url: str = ""
    captures: int = 1
    until: datetime | None = None

    @property
    def last(self) -> datetime:
        return self.until or self.at


@dataclass(frozen=True, slots=True)
class Passage:
    """The step from one version to the next, after a time of which nothing is known.

    :param shared: words that both have, of the longer one's.
    """

    last_seen: datetime
    first_seen: datetime
    shared: float
    old: Owner
    new: Owner
    capture_url: str = ""


def endings(sights: Iterable[Sight], site: str) -> list[Event]:
    """Return how a policy ended, from its captures in any order: deleted, moved away by a redirect that was not
    followed, or the site gone.
    """
    ordered = sorted(sights, key=_in_time)
    last = max((index for index, sight in enumerate(ordered) if sight.shows), default=None)
    if last is None:
        return []
    after = [sight for sight in ordered[last + 1 :] if sight.outcome not in _SAYS_NOTHING]
    events: list[Event] = []
    end, known = len(after), ordered[last].last
    for kind in (EventKind.SITE_GONE, EventKind.DELETED, EventKind.MOVED_OFF_SITE):
        run = _run(after[:end], kind, site)
        if _for_good(run):
            begin = end - len(run)
            before = after[begin - 1].last if begin and after[begin - 1].outcome not in _UNKNOWN else known
            events.insert(0, Event(kind, max(before, known), run[0].at, _told(kind, run), run[0].capture_url))
            end = begin
    return events


def _in_time(sight: Sight) -> tuple[datetime, str, str, bool]:
    return sight.at, sight.url, sight.outcome.value, sight.shows


def _run(after: Sequence[Sight], kind: EventKind, site: str) -> list[Sight]:
    """The last captures that all say the same."""
    run: list[Sight] = []
    for sight in reversed(after):
        if not _says(sight, kind, site):
            break
        run.append(sight)
    return run[::-1]


def _says(sight: Sight, kind: EventKind, site: str) -> bool:
    if kind is EventKind.SITE_GONE:
        return sight.status in _DOWN_STATUS or (sight.outcome is Outcome.NOT_A_POLICY and sight.detail == Junk.PARKED)
    if kind is EventKind.DELETED:
        soft = sight.outcome is Outcome.NOT_A_POLICY and sight.detail == Junk.NOT_FOUND
        return soft or (sight.outcome is Outcome.ARCHIVED_ERROR and sight.status in _GONE_STATUS)
    away = sight.redirect_url.startswith(("http://", "https://")) and not is_of_site(sight.redirect_url, site)
    return sight.outcome is Outcome.REDIRECT and away


def _for_good(run: Sequence[Sight]) -> bool:
    return _captures(run) >= _LAST_CAPTURES and run[-1].last - run[0].at >= _LAST_SPAN


def _captures(run: Iterable[Sight]) -> int:
    return sum(sight.captures for sight in run)


def _told(kind: EventKind, run: Sequence[Sight]) -> tuple[str, ...]:
    last = f"{count(_captures(run), 'capture')}, the last of {run[-1].last:%Y-%m-%d}"
    if kind is EventKind.MOVED_OFF_SITE:
        return f"redirects to {run[0].redirect_url}", last
    said = sorted({sight.detail if sight.outcome is Outcome.NOT_A_POLICY else f"HTTP {sight.status}" for sight in run})
    return ", ".join(said), last


def move_off_site(sights: Iterable[Sight], site: str, evidence: str = "") -> list[Event]:
    """Return the policy's move to another site, where it has been ever since.

    :param evidence: how it is known, if by more than its captures.
    """
    shown = sorted((sight for sight in sights if sight.shows), key=_in_time)
    home = [index for index, sight in enumerate(shown) if is_of_site(sight.url, site)]
    if not home or home[-1] + 1 == len(shown):
        return []
    last, first = shown[home[-1]], shown[home[-1] + 1]
    told = tuple(text for text in (f"at {first.url}", evidence) if text)
    return [Event(EventKind.MOVED_OFF_SITE, last.last, first.at, told, first.capture_url)]


def silence(sights: Iterable[Sight], last_of_host: datetime, asked: datetime) -> list[Event]:
    """Return that the archive has nothing newer, where the policy was there to the last.

    :param last_of_host: the latest capture of any page of the host that is known; `asked` when the archive was last
        asked for all that it has.
    """
    ordered = sorted((sight for sight in sights if sight.outcome not in _SAYS_NOTHING), key=_in_time)
    if not ordered or not ordered[-1].shows or asked - max(last_of_host, ordered[-1].last) < SILENCE:
        return []
    last = max(last_of_host, ordered[-1].last)
    told = f"asked on {asked:%Y-%m-%d}, the newest capture of a known page of the host is of {last:%Y-%m-%d}"
    return [Event(EventKind.NO_LONGER_CAPTURED, last, asked, (told,))]


def changed_hands(passages: Iterable[Passage]) -> list[Event]:
    """Return where another company's policy begins: after a gap, in other words, with another contact and name."""
    events = []
    for passage in sorted(passages, key=lambda one: one.first_seen):
        gap = passage.first_seen - passage.last_seen
        reasons = differ(passage.old, passage.new)
        if gap >= HANDS_GAP and passage.shared <= HANDS_SHARE and reasons:
            told = (
                f"{count(gap.days, 'day')} of which nothing is known",
                f"{100 * passage.shared:.0f} % of the words shared",
            )
            events.append(
                Event(
                    EventKind.CHANGED_HANDS,
                    passage.last_seen,
                    passage.first_seen,
                    (*reasons, *told),
                    passage.capture_url,
                )
            )
    return events
