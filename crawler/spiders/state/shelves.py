"""The store's shelves (pipelines/store/), as the spider's parts use them: each part's Protocol names those it is handed.

mypy checks pipelines.store.store.Store against all of them (cli/getting/crawl.py).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

from crawler.archives.capture import (
    Brought,
    Capture,
    ListedCapture,
    Listing,
    ListingPlan,
    Memento,
    Outcome,
    Period,
    Policy,
)
from crawler.choosing.certainty import Certainty
from crawler.discovery.asks import Answer, Discovery, Found
from crawler.missing import Missing
from crawler.targets.declarations import Declared
from crawler.targets.hints import Hints

Result = TypeVar("Result")


class Runs(Protocol):
    """What a run keeps of itself, and what is counted at its end."""

    def begin(self, *, program: str, archive: str, strategy: str, arguments: Mapping[str, str]) -> int: ...
    def finish(self, run_id: int, *, listed: int, fetched: int, reused: int, exit_code: int) -> None: ...
    def record(
        self, run_id: int, outcome: Outcome, subject: str, detail: str = "", *, policy: Policy | None = None
    ) -> None: ...
    def missing(self, run_id: int, policies: Iterable[Policy]) -> list[Missing]: ...
    def totals(self) -> Any: ...
    def outcomes(
        self,
        run_id: int,
        policies: Iterable[Policy],
        archive: str | Sequence[str],
        period: Period,
        *,
        fate: bool = False,
    ) -> dict[Outcome, int]: ...


class BroughtBy(Collection[Brought], Protocol):
    """The changes that a run found, read anew each time; `news` are held."""

    @property
    def news(self) -> Sequence[Brought]: ...


class FoundByRuns(Protocol):
    """What runs found, and what earlier ones reported."""

    def known_missing(
        self, run_id: int, policies: Collection[Policy], archive: str | Sequence[str], period: Period
    ) -> dict[Outcome, int]: ...
    def brought(self, run_id: int) -> BroughtBy: ...


class Policies(Protocol):
    """Which policies there are, and at which URLs."""

    def named(self, site: str, url: str, evidence: str, part: str = "") -> Policy: ...
    def by_id(self, policy_id: int) -> Policy: ...
    def part_of(self, policy: Policy, part: str) -> Policy: ...
    def urls(self, policy: Policy) -> list[str]: ...
    def add_url(self, policy: Policy, url: str, valid_from: datetime | None, evidence: str) -> bool: ...


class Declarations(Protocol):
    """What others declared of policies."""

    def put(self, policy: Policy, declared: Declared) -> None: ...
    def hints(self, policy: Policy, capture_id: int) -> Hints: ...


class Discoveries(Protocol):
    """How policies were found: answers, and what came of them."""

    def answers(self, site: str, archive: str) -> list[Answer]: ...
    def put_answer(self, site: str, archive: str, answer: Answer) -> None: ...
    def put(self, site: str, archive: str, found: Discovery) -> None: ...
    def policy_of(self, site: str, found: Found) -> Policy: ...
    def linked(self, site: str, url: str) -> bool: ...


class Listings(Protocol):
    """What indexes answered, and what is left to ask them."""

    def put_rows(self, archive: str, captures: Sequence[Capture], citations: Sequence[str]) -> int: ...
    def put_answer(self, run_id: int, listing: Listing) -> None: ...
    def plan(self, archive: str, url: str, period: Period) -> ListingPlan: ...
    def answered(self, archive: str, url: str, period: Period, *, for_ever: bool = False) -> bool: ...


class KeptCaptures(Protocol):
    """Captures, with what was fetched of them and what became of the rest."""

    def of(
        self,
        policy: Policy,
        archive: str | Sequence[str],
        period: Period,
        after: ListedCapture | None = None,
        limit: int = -1,
    ) -> list[ListedCapture]: ...
    def forgotten(self, url: str) -> bool: ...
    def listed(self, capture_ids: Sequence[int]) -> list[ListedCapture]: ...
    def page(self, archive: str, capture: Capture, citation: str) -> ListedCapture: ...
    def kept_page(self, capture_id: int) -> tuple[bytes, dict[str, str], int]: ...
    def sent_header(self, name: str, capture_ids: Iterable[int]) -> Mapping[int, str]: ...
    def held_digests(self, digests: Iterable[str]) -> set[str]: ...
    def packing(self, listed: ListedCapture) -> Callable[[Memento], Any]: ...
    def keep(
        self,
        listed: ListedCapture,
        memento: Memento,
        outcome: Outcome,
        detail: str = "",
        redirect_url: str = "",
        packed: Any = None,
    ) -> bool: ...
    def keep_redirect(
        self,
        listed: ListedCapture,
        memento: Memento,
        packed: Any,
        detail: str,
        location: str,
        policy: Policy,
        moved_to: str,
    ) -> bool: ...
    def reuse(self, listed: ListedCapture) -> Outcome: ...
    def settle(
        self,
        run_id: int,
        policy: Policy | None,
        listed: ListedCapture,
        outcome: Outcome,
        detail: str,
        memento_url: str = "",
    ) -> None: ...


class Together(Protocol):
    """Many units of work in one transaction."""

    async def do(self, work: Callable[[], Result]) -> Result: ...


class Payloads(Protocol):
    """The bytes that were fetched."""

    def get(self, payload_id: int) -> bytes: ...


class Readings(Protocol):
    """What was read of payloads, and what is still to be read."""

    def known(self, policy: Policy, capture_id: int, extractor: str) -> tuple[Outcome, str] | None: ...
    def unread(self, policy: Policy, extractor: str) -> list[Any]: ...


class Versions(Protocol):
    """What is folded of the readings."""

    def wordings(self, policy: Policy, extractor: str) -> tuple[dict[int, str], list[int]]: ...
    def marks(self, policy: Policy) -> tuple[int, int]: ...
    def beside(self, policy: Policy, extractor: str) -> tuple[Callable[..., Any], tuple[Any, ...]]: ...
    def stated(self, policy: Policy, extractor: str) -> Mapping[int, Collection[int]]: ...
    def put_certainty(
        self, policy: Policy, archive: str, strategy: str, how_sure: Certainty, *, complete: bool
    ) -> None: ...
