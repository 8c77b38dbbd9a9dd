"""Save Page Now 2 of the Internet Archive, as data: what is sent, what its answers mean, what to do next.

    save_form(url, within) ──► fields of POST /save        read_answer(status, body) ──► Saving
    read_jobs(body) ──► {job: Saving}                      Saving.step ──► done, wait, tomorrow, retry, refused, account

Source: "Save Page Now 2 Public API Docs", V. Banos, 2022-04-05, and what clients have met since (docs/decisions.md). Pure.

The archive is never believed: `saved` says that it claims a capture. Whether there is one, the next listing tells.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final


class Step(StrEnum):
    """What to do after an answer."""

    SAVED = "saved"  # the archive says that it has it
    FRESH = "fresh"  # a newer capture than was asked for is there already
    PENDING = "pending"  # ask for the job later
    LATER = "later"  # this URL was captured too often today: tomorrow
    FAILED = "failed"  # of the service: again in the next run, three times
    REFUSED = "refused"  # of the site: a person must look; again in 30 days
    ACCOUNT = "account"  # the account's limit: nothing more now
    KEYS = "keys"  # the keys are not accepted: nothing more until they are replaced


_REFUSED = frozenset(
    "blocked no-access not-found unauthorized method-not-allowed too-many-redirects invalid-host-resolution filesize-limit "
    "http-version-not-supported not-implemented network-authentication-required ftp-access-denied invalid-url-syntax "
    "blocked-url bad-request blocked-client-ip not-acceptable gone".split()
)
_ACCOUNT = frozenset(["user-session-limit", "too-many-captures"])
_LIMITS = re.compile(r"active sessions|cannot make more than|captures per day", re.IGNORECASE)
_SAME = re.compile(r"same snapshot|had been made|already (been )?captured", re.IGNORECASE)
_LOGGED_IN = re.compile(r"logged in|unauthorized|invalid (s3|key)", re.IGNORECASE)
JOB_GIVEN_UP: Final = timedelta(minutes=90)  # statuses expire; a capture takes minutes
TRIES: Final = 3  # runs in which a failure of the service is tried again
SITE_AGAIN: Final = timedelta(days=30)
SESSION_PAUSE: Final = timedelta(minutes=10)
JOBS_AT_ONCE: Final = 50
_LONGEST = 500  # characters of a message that are stored


@dataclass(frozen=True, slots=True)
class Saving:
    """What the service says of one URL.

    :param job_id: to ask for later. :param status_ext: its code of an error, without "error:".
    :param timestamp: of the capture, 14 digits, as it claims; `original_url` where it was captured in the end.
    """

    step: Step
    job_id: str = ""
    status_ext: str = ""
    message: str = ""
    timestamp: str = ""
    original_url: str = ""


def save_form(url: str, within: timedelta, *, errors: bool = False) -> dict[str, str]:
    """Return the fields of a request to save a page.

    :param within: not where there is a capture that is younger: the same request twice makes one capture.
    :param errors: capture an error page, too: the evidence that a policy is gone.
    """
    return {
        "url": url,
        "capture_all": "1" if errors else "0",
        "delay_wb_availability": "1",
        "skip_first_archive": "1",
        "force_get": "1",
        "js_behavior_timeout": "0",
        "if_not_archived_within": f"{int(within.total_seconds())}",
    }


def read_answer(status: int, body: bytes) -> Saving:
    """Return what POST /save answered. An answer without sense is a failure of the service, never a success."""
    data = _json(body)
    message = _text(data, "message")
    if status == 401 or (status in (400, 403) and _LOGGED_IN.search(message)):
        return Saving(Step.KEYS, message=message)
    if status == 429:
        return Saving(Step.ACCOUNT, status_ext="http-429", message=message)
    job_id = _text(data, "job_id")
    if data.get("status") == "error" or _LIMITS.search(message):
        return _error(data)
    if status == 200 and re.fullmatch(r"[\w.-]{1,200}", job_id):
        return Saving(Step.PENDING, job_id=job_id, message=message)
    if status == 200 and _SAME.search(message):
        return Saving(Step.FRESH, message=message)
    return Saving(
        Step.FAILED, status_ext=f"http-{status}", message=message or "the answer had neither a job nor a reason"
    )


def read_jobs(body: bytes) -> dict[str, Saving]:
    """Return what GET or POST /save/status says, by job; a job of which it says nothing is not in it."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    rows = data if isinstance(data, list) else [data]
    return {_text(row, "job_id"): _job(row) for row in rows if isinstance(row, dict) and _text(row, "job_id")}


def _job(row: Mapping[str, Any]) -> Saving:
    status, job_id = row.get("status"), _text(row, "job_id")
    if status == "success":
        timestamp = _text(row, "timestamp")
        if re.fullmatch(r"\d{14}", timestamp, re.ASCII):
            return Saving(Step.SAVED, job_id, timestamp=timestamp, original_url=_text(row, "original_url"))
        return Saving(Step.FAILED, job_id, "no-timestamp", "it reported success without a timestamp")
    if status == "error":
        return _error(row)
    return Saving(Step.PENDING, job_id)


def _error(row: Mapping[str, Any]) -> Saving:
    code = _text(row, "status_ext").removeprefix("error:")
    message, job_id = _text(row, "message"), _text(row, "job_id")
    return Saving(_step(code, message), job_id, code, message)


def _step(code: str, message: str) -> Step:
    if code == "too-many-daily-captures":
        return Step.LATER
    if code in _ACCOUNT or (not code and _LIMITS.search(message)):
        return Step.ACCOUNT
    if code in _REFUSED:
        return Step.REFUSED
    return Step.FAILED  # of the service, or what nobody has documented yet


def next_time(step: Step, now: datetime, *, tries: int, within: timedelta) -> tuple[Step, datetime | None]:
    """Return what became of a URL, and when it is worth asking again.

    :param tries: runs in which it failed, this one included. :param within: how old its newest capture may be.
    """
    if step in (Step.SAVED, Step.FRESH):
        return step, now + min(within, SITE_AGAIN)
    if step is Step.LATER:
        return step, _tomorrow(now)
    if step is Step.FAILED and tries < TRIES:
        return step, now + timedelta(hours=1)
    if step in (Step.FAILED, Step.REFUSED):
        return Step.REFUSED, now + SITE_AGAIN
    return step, None


def account_again(message: str, now: datetime) -> datetime:
    """Return when an account whose limit is reached may be used again: tomorrow for a daily limit, else in ten minutes."""
    daily = re.search(r"per day|daily", message, re.IGNORECASE)
    return _tomorrow(now) if daily else now + SESSION_PAUSE


def _tomorrow(now: datetime) -> datetime:
    """Limits end at midnight UTC; five minutes later, as clocks differ."""
    return (now + timedelta(days=1)).replace(hour=0, minute=5, second=0, microsecond=0)


def left_today(body: bytes) -> int | None:
    """Return how many captures the account may begin now, by GET /save/status/user; None where it does not say."""
    data = _json(body)
    available, done, limit = (data.get(name) for name in ("available", "daily_captures", "daily_captures_limit"))
    if not isinstance(available, int):
        return None
    if isinstance(done, int) and isinstance(limit, int):
        return max(0, limit - done) if available > 0 else 0
    return None if available > 0 else 0


def _json(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):  # HTML, nothing, or hostile
        return {}
    return data if isinstance(data, dict) else {}


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return " ".join(value.split())[:_LONGEST] if isinstance(value, str) else ""
