"""What a program reading the sample archive should find, for tests and benchmarks to compare with.

It follows from the plan in `sites.py`, as the archive does; `test_sample_archive` checks each against the other.
"""

from dataclasses import dataclass

from .build import site_records
from .sites import SITES, Change, Outcome, Site


@dataclass(frozen=True)
class CaptureTruth:
    """One capture at a policy's URL; `version` is empty where it does not show the policy."""

    timestamp: str
    url: str
    outcome: Outcome
    version: str


@dataclass(frozen=True)
class VersionTruth:
    """A wording's run of captures. `wording` is the label of the first version with the same words."""

    label: str
    wording: str
    first_seen: str
    last_seen: str
    captures: int
    change: Change | None  # None: the first version
    summary: str


@dataclass(frozen=True)
class SiteTruth:
    site: str
    language: str
    policy_urls: tuple[str, ...]  # in the order of their use; http and https, or :80, are one urlkey
    versions: tuple[VersionTruth, ...]
    captures: tuple[CaptureTruth, ...]
    redesigns: tuple[str, ...]  # first day of each later look: the pages change there, the wording does not

    @property
    def special(self) -> dict[tuple[str, str], Outcome]:
        """(url, timestamp) → outcome of every capture which is not simply the policy's page."""
        return {(c.url, c.timestamp): c.outcome for c in self.captures if c.outcome != "fetched"}


def _truth(site: Site) -> SiteTruth:
    captures = tuple(
        CaptureTruth(record.timestamp, record.url, record.outcome, record.version)
        for record in site_records(site)
        if record.outcome is not None
    )
    first_with: dict[tuple[str, int], str] = {}
    versions: list[VersionTruth] = []
    for wording in site.wordings:
        times = [capture.timestamp for capture in captures if capture.version == wording.label]
        same = first_with.setdefault((wording.text, wording.edition), wording.label)
        versions.append(
            VersionTruth(wording.label, same, times[0], times[-1], len(times), wording.change, wording.summary)
        )
    return SiteTruth(
        site.name,
        site.language,
        tuple(url for _, url in site.urls),
        tuple(versions),
        captures,
        tuple(look.since for look in site.looks[1:]),
    )


TRUTH: dict[str, SiteTruth] = {site.name: _truth(site) for site in SITES}

DEMO_SITE = "lumenkart.example"
DEMO_CHANGE = ("v4", "v5")  # “We do not sell …, and we never will” → “We may share … with selected partners”
