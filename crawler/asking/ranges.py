"""Records by their bytes, one range request after the other, where no crawl runs: for jobs on many machines.

    Ranges(archive, …).get(locator) ──► the bytes, or RateLimited: the archive asks us to stay away

It keeps the same file of limits as every crawl of this machine (limits_file.py), so that all processes together stay within
the archive's budget, and a pause holds for all. Machines do not see each other's file: each takes its share of the budget.
Nothing is followed off the address that was asked.
"""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from crawler.archives.common_crawl import Locator
from crawler.archives.dialects import Archive
from crawler.archives.errors import ArchiveError, RateLimited
from crawler.archives.table import PLAYBACK, Budget
from crawler.asking.limits import after_answer, after_refusal, come_back, parse_retry_after
from crawler.asking.limits_file import LimitsFile

_SECONDS: Final = 60.0  # until an answer begins, and between its parts
_PARTIAL: Final = 206


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: Any) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Ranges:
    """Asks one archive for ranges of its files.

    :param archive: whose playback prefix is the files' address. :param state: folder of the limits.
    :param agent: who asks, with a contact. :param machines: among which the budget is shared.
    :param clock, sleep: of the process.
    """

    archive: Archive
    state: Path
    agent: str
    machines: int = 1
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep

    def get(self, locator: Locator) -> bytes:
        """Return a record's bytes, when it is their turn.

        :raises RateLimited: the archive asks to be left alone, now or since an earlier answer.
        :raises ArchiveError: it has no such bytes.
        """
        with closing(LimitsFile(self.state.expanduser())) as limits:
            self._check(limits)
            at = limits.reserve(self.archive.name, PLAYBACK, self.clock(), self._budget())
            self.sleep(max(0.0, at - self.clock()))
            self._check(limits)  # somebody else may have been refused meanwhile
            return self._ask(limits, locator)

    def _ask(self, limits: LimitsFile, locator: Locator) -> bytes:
        name, sent_at = self.archive.name, self.clock()
        asked = {"Range": locator.bytes, "User-Agent": self.agent, "Accept-Encoding": "identity"}
        try:
            status, headers, body = _answer(f"{self.archive.playback_url}{locator.filename}", asked, locator.length)
        except ConnectionRefusedError:
            limits.change(name, self.clock(), lambda held: after_refusal(held, self.clock()))
            self._check(limits)
            raise ArchiveError(f"{locator}: the connection was refused") from None
        except (OSError, http.client.HTTPException) as error:
            raise ArchiveError(f"{locator}: {error}") from None
        if status in self.archive.refusals:
            wait = parse_retry_after(headers.get("retry-after", ""), self.clock())
            limits.too_many(name, PLAYBACK, self.clock(), wait, sent_at)
            self._check(limits)
        limits.change(name, self.clock(), lambda held: after_answer(held, sent_at))
        if status != _PARTIAL:
            raise ArchiveError(f"{locator}: the archive answered with status {status}, and not with a range")
        if len(body) != locator.length:
            raise ArchiveError(f"{locator}: {len(body):,} bytes came")
        return body

    def _check(self, limits: LimitsFile) -> None:
        now = self.clock()
        pause = limits.pause(self.archive.name, now)
        if pause.not_before > now:
            raise RateLimited(f"{self.archive.label}: {come_back(pause, now)}", pause.not_before - now)

    def _budget(self) -> Budget | None:
        budget = self.archive.budgets.get(PLAYBACK)
        return budget and replace(budget, seconds=budget.seconds * self.machines)


def _answer(url: str, headers: Mapping[str, str], length: int) -> tuple[int, Mapping[str, str], bytes]:
    """Return status, headers and at most one byte more of the body than it should have."""
    opener = urllib.request.build_opener(_NoRedirect)
    request = urllib.request.Request(url, headers=dict(headers))  # noqa: S310 - of the archive's own address
    try:
        with opener.open(request, timeout=_SECONDS) as response:
            return response.status, _lower(response.headers), response.read(length + 1)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, _lower(error.headers), b""
    except urllib.error.URLError as error:
        if isinstance(error.reason, OSError):
            raise error.reason from None
        raise


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
