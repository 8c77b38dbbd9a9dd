"""`policylapse save`: have an archive capture the policies again that it has not captured for long.

    stale policies ─► jobs of earlier runs polled ─► status of service and account ─► one request after the other

What the service says is data (crawler/archives/saving.py), what was asked is in the ledger (pipelines/store/ledgers/saves.py). All
requests wait for their turn in the file that all processes of the machine share (crawler/asking/limits_file.py).
"""

from __future__ import annotations

import configparser
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import click

from cli.durations import Duration
from cli.giving.carriers.http import Reply, Unreachable, send
from cli.giving.carriers.secrets import read_secret
from cli.output import db_option, json_option, note, print_json
from cli.site_names import complete
from crawler.archives.dialects import Archive, parse_archive
from crawler.archives.errors import ConfigError, Exit, RateLimited
from crawler.archives.saving import (
    JOB_GIVEN_UP,
    JOBS_AT_ONCE,
    Saving,
    Step,
    account_again,
    left_today,
    next_time,
    read_answer,
    read_jobs,
    save_form,
)
from crawler.archives.table import SAVE
from crawler.asking.limits import Pause, after_429, after_refusal, come_back, parse_retry_after
from crawler.asking.limits_file import LimitsFile
from crawler.counting import count
from crawler.lock import only_one
from crawler.settings import POLICYLAPSE_STATE
from history.database import open_database
from history.timeline.stale import Stale, read_stale
from pipelines.store.ledgers.saves import SaveLedger

_KEYS = "POLICYLAPSE_IA_KEYS"
_IA_FILES = ("~/.config/internetarchive/ia.ini", "~/.config/ia.ini", "~/.ia")  # of the tool `ia`
_IA_VARIABLES = ("IA_ACCESS_KEY_ID", "IA_SECRET_ACCESS_KEY")  # likewise
_SECONDS = 60.0
_POLLS = (5.0, 7.5, 11.0, 17.0, 25.0, 38.0, 60.0)
_WAIT_LONGEST = 3600.0


@click.command()
@click.argument("sites", nargs=-1, metavar="[SITE]...", shell_complete=complete)
@click.option(
    "--older-than",
    type=Duration(),
    default="30d",
    show_default=True,
    metavar="TIME",
    help="Policies whose newest capture is older than this.",
)
@click.option(
    "--max-saves", type=click.IntRange(1, 10_000), default=200, show_default=True, metavar="N", help="Requests at most."
)
@click.option("--dry-run", is_flag=True, help="Print what would be asked for, and how long it would take.")
@click.option(
    "--wait", "wait", is_flag=True, help="Wait for the results, up to an hour. They are also read by later runs."
)
@click.option(
    "--archive",
    envvar="POLICYLAPSE_ARCHIVE",
    show_envvar=True,
    metavar="ARCHIVE",
    help="wayback (the default), or wayback+http://HOST.",
)
@click.option(
    "--contact", envvar="POLICYLAPSE_CONTACT", show_envvar=True, metavar="CONTACT", help="Your e-mail address or URL."
)
@db_option
@json_option
@click.pass_context
def save(
    ctx: click.Context,
    sites: tuple[str, ...],
    older_than: float,
    max_saves: int,
    *,
    dry_run: bool,
    wait: bool,
    archive: str | None,
    contact: str | None,
    db: Path,
    as_json: bool,
) -> None:
    """Ask the Internet Archive to capture stale policies again (Save Page Now).

    This puts pages into a public archive, so nothing does it by itself. It needs the keys of an archive.org account
    (https://archive.org/account/s3.php): in a file with ACCESS:SECRET that POLICYLAPSE_IA_KEYS_FILE names, in
    IA_ACCESS_KEY_ID and IA_SECRET_ACCESS_KEY, or in the configuration of the tool `ia`. Run it after a crawl: the next
    crawl finds the new captures.

    Exit code: 0 done, 1 something was refused or failed, 2 could not run, 3 stopped by the archive's limits.

    \b
    Examples:
      policylapse save --dry-run
      policylapse save --older-than 30d --max-saves 50
    """
    chosen = parse_archive(archive or "wayback")
    run = save_stale(
        chosen, db, contact or "", timedelta(seconds=older_than), max_saves, sites=sites, dry_run=dry_run, wait=wait
    )
    if as_json:
        print_json(run.data())
    elif text := run.text():
        click.echo(text)
    ctx.exit(run.exit_code)


@dataclass
class SaveRun:
    """What became of a run.

    :param stale: policies that are stale; `planned` of them are asked for in a dry run.
    :param stopped: why the account or the archive ended it, "" if neither did.
    """

    stale: int = 0
    planned: list[Stale] = field(default_factory=list)
    interval: float = 0.0
    counts: Counter[Step] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)
    stopped: str = ""

    @property
    def exit_code(self) -> Exit:
        if self.stopped:
            return Exit.STOPPED
        return Exit.PARTLY if self.counts[Step.FAILED] or self.counts[Step.REFUSED] else Exit.COMPLETE

    def data(self) -> dict[str, Any]:
        return {
            "stale": self.stale,
            "outcomes": {step.value: number for step, number in sorted(self.counts.items())},
            "planned": [
                {"site": one.site, "url": one.url, "newest": f"{one.newest:%Y-%m-%dT%H:%M:%SZ}"} for one in self.planned
            ],
            "minutes": round(len(self.planned) * self.interval / 60, 1),
            "stopped": self.stopped,
            "exit_code": self.exit_code,
        }

    def text(self) -> str:
        rows = [f"  {one.site}  {one.url}  (newest capture {one.newest:%Y-%m-%d})" for one in self.planned]
        if rows:
            minutes = len(rows) * self.interval / 60
            rows.append(f"  about {count(round(minutes), 'minute')} at the archive's budget")
        words = ", ".join(f"{number:,} {step.value}" for step, number in sorted(self.counts.items()))
        head = f"policylapse: {count(self.stale, 'stale policy', 'stale policies')}"
        rows.insert(0, f"{head}: {words}" if words else head)
        rows += [f"  {line}" for line in self.refused]
        if self.stopped:
            rows.append(f"  Stopped: {self.stopped}. The same command goes on later.")
        return "\n".join(rows) if self.stale or words or self.stopped else ""


def save_stale(
    archive: Archive,
    db: Path,
    contact: str,
    within: timedelta,
    most: int,
    *,
    sites: Iterable[str] = (),
    dry_run: bool = False,
    wait: bool = False,
    sleep: Callable[[float], None] = time.sleep,
) -> SaveRun:
    """Have an archive capture what is stale in a database.

    :param within: the age from which a policy's newest capture is stale. :param most: requests at most.
    :raises ConfigError: there are no keys, they are refused, or the archive has no such service.
    :raises RateLimited: an earlier run was told to stay away.
    """
    if archive.root is not None or archive.pywb:
        raise ConfigError(f"the {archive.label} cannot be asked to save pages. Name wayback with --archive.")
    now = datetime.now(UTC)
    with closing(open_database(db)) as connection:
        stale = read_stale(connection, archive.name, now - within, sites)
    run = SaveRun(stale=len(stale))
    budget = archive.budgets.get(SAVE)
    run.interval = budget.interval if budget else 0.0
    if not dry_run:
        service = Service(archive, read_keys(), contact, LimitsFile(Path(POLICYLAPSE_STATE).expanduser()), sleep)
    with closing(SaveLedger(db)) as ledger:
        ready = [one for one in stale if ledger.may_ask(archive.name, one.url, now)]
        if dry_run:
            run.planned = ready[:most]
            return run
        with closing(service), only_one(db, "save"):
            saver = _Saver(service, ledger, archive, within, run)
            saver.poll()
            if ready and saver.may_begin():
                for one in ready[: min(most, saver.left)]:
                    if run.stopped or not saver.submit(one):
                        break
            if wait:
                saver.wait(sleep)
    return run


class Service:
    """Save Page Now: each request in its turn, with the keys in a header and nowhere else."""

    def __init__(
        self, archive: Archive, keys: tuple[str, str], contact: str, limits: LimitsFile, sleep: Callable[[float], None]
    ) -> None:
        if archive.public and not contact:
            raise ConfigError(
                "the archive asks clients to say who they are. Set POLICYLAPSE_CONTACT to an e-mail address or a URL."
            )
        parts = urlsplit(archive.cdx_url)
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._archive, self._limits, self._sleep = archive, limits, sleep
        self._name = f"{archive.name} {SAVE}"  # its pauses are its own: a crawl may go on
        self._headers = {
            "Accept": "application/json",
            "Authorization": f"LOW {keys[0]}:{keys[1]}",
            "User-Agent": f"policylapse {contact or 'no contact given'}",
        }

    def close(self) -> None:
        self._limits.close()

    def ask(self, path: str, form: dict[str, str] | None = None) -> Reply:
        """Send a request when its turn has come.

        :raises RateLimited: the archive or the account wants no request for a while. :raises Unreachable: no answer came.
        """
        self.check()
        now = time.time()
        slot = self._limits.reserve(self._archive.name, SAVE, now, self._archive.budgets.get(SAVE))
        if slot > now:
            self._sleep(slot - now)
        sent = time.time()
        headers = self._headers | ({"Content-Type": "application/x-www-form-urlencoded"} if form else {})
        body = urlencode(form).encode() if form else b""
        try:
            reply = send(
                f"{self._origin}{path}",
                method="POST" if form else "GET",
                body=body,
                headers=headers,
                timeout=_SECONDS,
                private=not self._archive.public,
            )
        except Unreachable as error:
            if "refuses" in str(error) and self._archive.public:
                self._limits.change(self._archive.name, time.time(), lambda held: after_refusal(held, time.time()))
            raise
        if reply.status == 429:
            wait = parse_retry_after(reply.headers.get("retry-after", ""), time.time())
            self._limits.change(self._name, time.time(), lambda held: after_429(held, time.time(), wait, sent))
        return reply

    def check(self) -> None:
        """Raise RateLimited where a pause holds: of the archive, or of the account."""
        now = time.time()
        for name in (self._archive.name, self._name):
            pause = self._limits.pause(name, now)
            if pause.not_before > now:
                raise RateLimited(f"{self._archive.label}: {come_back(pause, now)}", pause.not_before - now)

    def pause_until(self, moment: datetime, reason: str) -> None:
        """Begin a pause of the account."""
        now = time.time()
        self._limits.change(self._name, now, lambda _held: Pause(moment.timestamp(), 0, reason, now))


class _Saver:
    """One run of requests.

    :param run: what becomes of them is noted here.
    """

    def __init__(self, service: Service, ledger: SaveLedger, archive: Archive, within: timedelta, run: SaveRun) -> None:
        self._service, self._ledger, self._archive, self._within, self._run = service, ledger, archive, within, run
        self.left = 10**6

    def may_begin(self) -> bool:
        """Ask for the state of the service and of the account; note how many captures are left."""
        try:
            system = self._service.ask("/save/status/system")
            if system.status >= 500:
                return self._stop(f"the service is down (HTTP {system.status})")
            user = self._service.ask(f"/save/status/user?_t={time.time_ns() // 1_000_000}")
        except (RateLimited, Unreachable) as error:
            return self._stop(str(error))
        if user.status == 401:
            raise _refused_keys()
        left = left_today(user.body) if user.status == 200 else None
        if left == 0:
            self._service.pause_until(account_again("", datetime.now(UTC)), "the account has no captures left for now")
            return self._stop("the account has no captures left for now")
        self.left = self.left if left is None else left
        return True

    def submit(self, one: Stale) -> bool:
        """Ask for one page; return whether to go on."""
        now = datetime.now(UTC)
        save_id, tries = self._ledger.begin(one.policy_id, self._archive.name, one.url, now)
        try:
            reply = self._service.ask("/save", save_form(one.url, self._within))
        except RateLimited as error:
            self._ledger.withdraw(save_id)
            return self._stop(str(error))
        except Unreachable as error:
            self._note(save_id, one.url, Saving(Step.FAILED, status_ext="no-answer", message=str(error)), tries)
            return True
        saving = read_answer(reply.status, reply.body)
        if saving.step is Step.KEYS:
            self._ledger.withdraw(save_id)
            raise _refused_keys()
        if saving.step is Step.ACCOUNT:
            self._ledger.withdraw(save_id)
            if saving.status_ext != "http-429":
                self._service.pause_until(account_again(saving.message, now), "the account's limit is reached")
            return self._stop(f"the account's limit is reached ({saving.message or saving.status_ext})")
        self._note(save_id, one.url, saving, tries)
        return True

    def poll(self) -> None:
        """Ask for the jobs of earlier runs; one that is silent for long is given up."""
        jobs = self._ledger.jobs(self._archive.name)
        for start in range(0, len(jobs), JOBS_AT_ONCE):
            some = jobs[start : start + JOBS_AT_ONCE]
            try:
                reply = self._service.ask("/save/status", {"job_ids": ",".join(job.job_id for job in some)})
            except (RateLimited, Unreachable) as error:
                self._stop(str(error))
                return
            if reply.status == 401:
                raise _refused_keys()
            found = read_jobs(reply.body) if reply.status == 200 else {}
            for job in some:
                saving = found.get(job.job_id, Saving(Step.PENDING, job.job_id))
                if saving.step is Step.PENDING and datetime.now(UTC) - job.asked_at > JOB_GIVEN_UP:
                    saving = Saving(Step.FAILED, job.job_id, "no-result", "no result within 90 minutes")
                if saving.step is Step.ACCOUNT:  # of a job that had begun: again in a later run
                    saving = Saving(Step.FAILED, job.job_id, saving.status_ext, saving.message)
                if saving.step is not Step.PENDING:
                    self._note(job.save_id, job.url, saving, job.tries)

    def wait(self, sleep: Callable[[float], None]) -> None:
        waited, number = 0.0, 0
        while self._ledger.jobs(self._archive.name) and waited < _WAIT_LONGEST and not self._run.stopped:
            pause = _POLLS[min(number, len(_POLLS) - 1)]
            sleep(pause)
            waited, number = waited + pause, number + 1
            self.poll()

    def _note(self, save_id: int, url: str, saving: Saving, tries: int) -> None:
        now = datetime.now(UTC)
        tries += saving.step is Step.FAILED
        state, again = next_time(saving.step, now, tries=tries, within=self._within)
        self._ledger.answered(save_id, state, saving, now, tries=tries, again=again)
        self._run.counts[state] += 1
        if saving.step is Step.PENDING:
            return
        self._run.counts[Step.PENDING] -= bool(self._run.counts[Step.PENDING] and saving.job_id)
        self._run.counts += Counter()  # without zeros
        if state in (Step.REFUSED, Step.FAILED):
            self._run.refused.append(f"{url}: {saving.message or saving.status_ext}; {_STEPS[state]}")

    def _stop(self, reason: str) -> bool:
        self._run.stopped = self._run.stopped or reason
        return False


_STEPS = {
    Step.REFUSED: "not asked again for 30 days; look at the page yourself",
    Step.FAILED: "a later run asks again",
}


def _refused_keys() -> ConfigError:
    return ConfigError(
        "the archive refuses the keys of your account. Make new ones at https://archive.org/account/s3.php and store them as before."
    )


def read_keys() -> tuple[str, str]:
    """Return (access key, secret key) of an archive.org account.

    :raises ConfigError: there are none, or a file with them can be read by others; never quotes them.
    """
    _check_private(os.environ.get(f"{_KEYS}_FILE", ""))
    text = read_secret(_KEYS)
    if text:
        access, colon, secret = text.partition(":")
        if not colon or not access or not secret or any(char.isspace() for char in text):
            raise ConfigError(
                "the keys must be one line ACCESS:SECRET. Copy both from https://archive.org/account/s3.php."
            )
        return access, secret
    access, secret = (os.environ.get(name, "").strip() for name in _IA_VARIABLES)
    if access and secret:
        return access, secret
    for name in _IA_FILES:
        found = _from_ini(Path(name).expanduser())
        if found:
            return found
    raise ConfigError(
        "saving needs the keys of an archive.org account (https://archive.org/account/s3.php). Write ACCESS:SECRET into a file "
        "that only you can read and set POLICYLAPSE_IA_KEYS_FILE to it."
    )


def _check_private(name: str) -> None:
    if name and os.name == "posix" and Path(name).exists() and Path(name).stat().st_mode & 0o077:
        raise ConfigError(f"other users can read the keys in {name}. Run chmod 600 {name}, then try again.")


def _from_ini(path: Path) -> tuple[str, str] | None:
    parser = configparser.RawConfigParser()
    try:
        parser.read(path, encoding="utf-8")
        access, secret = parser.get("s3", "access", fallback=""), parser.get("s3", "secret", fallback="")
    except (configparser.Error, OSError, UnicodeDecodeError):
        note(f"cannot read {path}: it is left out")
        return None
    return (access.strip(), secret.strip()) if access and secret else None
