"""What was asked for and has no version: a site or a URL, the reason, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from crawler.archives.capture import Outcome
from crawler.printed import for_site


@dataclass(frozen=True, slots=True)
class Missing:
    """A site or a URL that has no version, and why.

    :param site: "" of a line of a list that is neither a site nor a URL.
    :param subject: the policy's URL; the site, where no policy of it is known; file:line.
    :param policy_id: None without a policy.
    :param archive, at: who said so, and when (ISO 8601); "" where nobody was asked yet.
    """

    site: str
    subject: str
    outcome: Outcome
    detail: str
    archive: str = ""
    at: str = ""
    policy_id: int | None = None

    @property
    def next_step(self) -> str:
        """What to do, with commands between backticks that name the site."""
        return for_site(self.outcome.about.next_step, self.site or self.subject)


def missing_data(one: Missing) -> dict[str, Any]:
    """Return it as JSON data."""
    return {
        "site": one.site or None,
        "subject": one.subject,
        "outcome": one.outcome.value,
        "meaning": one.outcome.about.meaning,
        "detail": one.detail,
        "archive": one.archive or None,
        "asked_at": one.at or None,
        "next_step": one.next_step,
    }
