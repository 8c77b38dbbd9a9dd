"""`policylapse notify`: tell of what crawls found, each change once.

    for each watch: what is new to it ─► notices in the ledger ─► sent, one after the other ─► marked

The ledger (pipelines/store/ledgers/notices.py) is written before and after each sending; what is news and what a message says is
in history/notify; how it leaves in cli/giving/carriers.
"""

from __future__ import annotations

import csv
import sqlite3
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from cli.giving.carriers.letters import Carrier, Letter, Undelivered
from cli.output import db_option, json_option, note, print_json
from crawler.archives.errors import ConfigError, Exit
from crawler.archives.timestamps import format_iso
from crawler.counting import count
from crawler.lock import only_one
from history.database import open_database
from history.notify.config import Channel, Config, Kind, Watch, parse
from history.notify.gather import Items, Start, compose, latest, pending, unknown_of, watched
from history.notify.message import Message
from history.notify.payloads import data_of
from history.notify.retries import is_over, next_attempt
from history.notify.windows import held_back, period_of
from history.sites import all_policies
from pipelines.store.ledgers.notices import CHANGE, EVENT, Item, Ledger, Notice


@dataclass(frozen=True, slots=True)
class Delivery:
    """A channel to one receiver: of mail to several, each has its own.

    :param name: in the ledger. :param to: address of the receiver of mail.
    """

    name: str
    channel: Channel
    to: str = ""


@click.command()
@click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path),
    default="notify.toml",
    show_default=True,
    envvar="POLICYLAPSE_NOTIFY",
    show_envvar=True,
    help="The file with your channels and watches.",
)
@click.option(
    "--dry-run",
    is_flag=True,
    help="Print the waiting messages, whatever the hour, without sending or recording anything.",
)
@db_option
@json_option
@click.pass_context
def notify(ctx: click.Context, config_path: Path, db: Path, *, dry_run: bool, as_json: bool) -> None:
    """Tell people and programs what crawls found, by mail, webhook, command or Apprise.

    Run it after each crawl. Each change is reported once per watch and channel, even if this command is killed.
    Later runs retry what could not be sent, for three days. The first run of a new watch sends nothing, because
    everything found before counts as the past.

    Exit code: 0 done, 1 something could not be sent, 2 could not run.

    \b
    Examples:
      policylapse notify --config notify.toml
      policylapse notify --config notify.toml --dry-run
    """
    config = read_config(config_path)
    with closing(open_database(db)) as connection, closing(Ledger(db)) as ledger:
        post = Post(config, config_path.parent, connection, ledger, datetime.now(UTC))
        if dry_run:
            post.show()
            return
        with only_one(db, "notify"):
            counts = post.run()
    if as_json:
        print_json({"sent": counts["sent"], "failed": counts["failed"], "given_up": counts["given_up"]})
    elif counts["sent"]:
        click.echo(f"policylapse: {count(counts['sent'], 'message')} sent")
    ctx.exit(Exit.PARTLY if counts["failed"] or counts["given_up"] else Exit.COMPLETE)


def read_config(path: Path) -> Config:
    """Return what a notify.toml says; ConfigError says what is wrong and where."""
    try:
        with path.open("rb") as file:
            return parse(tomllib.load(file))
    except OSError as error:
        raise ConfigError(
            f"cannot read {path}: {error.strerror or error}. Write one (docs/nightly.md) or name it with --config."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not TOML: {error}. Correct that line.") from None


class Post:
    """One run of `notify`.

    :param folder: that paths of lists are relative to.
    """

    def __init__(self, config: Config, folder: Path, db: sqlite3.Connection, ledger: Ledger, now: datetime) -> None:
        self._config, self._folder, self._db, self._ledger, self._now = config, folder, db, ledger, now
        self._policies = all_policies(db)
        self._watches = {watch.name: watch for watch in config.watches}
        self._counts: Counter[str] = Counter()

    def run(self) -> Counter[str]:
        """Note what is due, send what is open; return how many messages were sent, failed, given up."""
        carriers = {
            delivery: _carrier(delivery) for delivery in self._deliveries()
        }  # all are right, or nothing is sent
        for watch in self._config.watches:
            self._decide(watch)
        for delivery, carrier in carriers.items():
            self._send_all(delivery, carrier)
        return self._counts

    def _deliveries(self) -> list[Delivery]:
        used = {name for watch in self._config.watches for name in watch.channels}
        return [one for name in sorted(used) for one in deliveries_of(self._config.channels[name])]

    def _decide(self, watch: Watch) -> None:
        """Put what is due into the ledger."""
        if self._ledger.is_new(watch.name):
            note(f"watch {watch.name} begins now: what was found before is the past")
        begin = latest(self._db)
        start = Start(*self._ledger.watch_start(watch.name, begin.change, begin.event, self._now))
        if held_back(watch, self._now, self._config.timezone):
            return
        items = _items(self._pending(watch, start))
        period = period_of(watch, self._now, self._config.timezone)
        for name in watch.channels:
            for delivery in deliveries_of(self._config.channels[name]):
                self._decide_for(watch, delivery, items, format_iso(period) if period else "")

    def _decide_for(self, watch: Watch, delivery: Delivery, items: Sequence[Item], period: str) -> None:
        ended = self._ledger.ended(delivery.name, delivery.channel.address)
        if ended:
            note(
                f"channel {delivery.name} is off: its receiver answered 410 (gone) on {ended[:10]}. Remove or change it."
            )
            return
        if period and self._ledger.has_period(watch.name, delivery.name, period):
            return
        untold = self._ledger.untold(watch.name, delivery.name, items)
        if not untold:
            if period:
                self._ledger.add(watch.name, delivery.name, period, (), self._now)
        elif delivery.channel.kind.one_by_one:
            for item in untold:
                self._ledger.add(watch.name, delivery.name, period, [item], self._now)
        else:
            self._ledger.add(watch.name, delivery.name, period, untold, self._now)

    def _pending(self, watch: Watch, start: Start) -> Items:
        return pending(self._db, watch, start, self._watched(watch))

    def _watched(self, watch: Watch) -> list[Any]:
        return watched(self._policies, watch, listed_sites(watch, self._folder))

    def _send_all(self, delivery: Delivery, carrier: Carrier) -> None:
        for notice in self._ledger.open_notices(delivery.name, self._now):
            watch = self._watches.get(notice.watch)
            if watch is None or held_back(watch, self._now, self._config.timezone):
                continue
            if self._ledger.ended(delivery.name, delivery.channel.address):
                return
            self._send(notice, watch, delivery, carrier)

    def _send(self, notice: Notice, watch: Watch, delivery: Delivery, carrier: Carrier) -> None:
        message = self._message(watch, notice.items, delivery.channel)
        if not message.entries and not message.events:
            self._ledger.withdrawn(notice, self._now)
            return
        letter = Letter(notice.key, notice.created_at, self._now, message, data_of(message))
        try:
            carrier(letter)
        except Undelivered as error:
            self._failed(notice, delivery, error)
        else:
            self._ledger.sent(notice, self._now)
            self._counts["sent"] += 1

    def _failed(self, notice: Notice, delivery: Delivery, error: Undelivered) -> None:
        over = error.gone or is_over(notice.created_at, self._now)
        again = None if over else next_attempt(notice.attempts + 1, self._now, error.retry_after)
        if error.gone:
            self._ledger.end_channel(delivery.name, delivery.channel.address, self._now, str(error))
        self._ledger.failed(notice, self._now, again, str(error))
        self._counts["failed" if again else "given_up"] += 1
        step = f"The next run after {again:%Y-%m-%d %H:%M} UTC tries again." if again else "It is given up."
        note(f"channel {delivery.name}: not sent, {error}. {step}")

    def _message(self, watch: Watch, items: Sequence[Item], channel: Channel, past: int = 0) -> Message:
        changes = [number for kind, number in items if kind == CHANGE]
        events = [number for kind, number in items if kind == EVENT]
        unknown = None
        if not channel.kind.one_by_one:
            unknown = unknown_of(self._db, self._config, self._watched(watch), self._now)
        return compose(
            self._db, self._config, watch, changes, events, past=past, unknown=unknown, unsubscribe=channel.unsubscribe
        )

    def show(self) -> None:
        """Print what waits for each watch and channel; of a watch that never ran, what was found from the last run on."""
        for watch in self._config.watches:
            start = self._start(watch)
            items = self._pending(watch, start)
            for name in watch.channels:
                for delivery in deliveries_of(self._config.channels[name]):
                    untold = self._ledger.untold(watch.name, delivery.name, _items(items))
                    message = self._message(watch, untold, delivery.channel, items.past)
                    if message.entries or message.events:
                        click.echo(self._shown(delivery, message))
                    else:
                        note(f"watch {watch.name}: nothing waits for channel {delivery.name}")

    def _start(self, watch: Watch) -> Start:
        if not self._ledger.is_new(watch.name):
            return Start(*self._ledger.watch_start(watch.name, 0, 0, self._now))
        row = self._db.execute(
            "SELECT coalesce(min(id) - 1, 0) FROM found_changes WHERE run_id = (SELECT max(run_id) FROM found_changes)"
        ).fetchone()
        return Start(row[0], latest(self._db).event)

    def _shown(self, delivery: Delivery, message: Message) -> str:
        letter = Letter("0" * 32, self._now, self._now, message, data_of(message))
        if delivery.channel.kind is Kind.MAIL:
            from cli.giving.carriers.mail import mail_of  # noqa: PLC0415

            mail = mail_of(letter, delivery.channel, delivery.to)
            head = "\n".join(
                f"{name}: {value}" for name, value in mail.items() if not name.startswith(("Content-", "MIME-"))
            )
            body: Any = mail.get_body(("plain",))
            return f"{head}\n\n{body.get_content()}"
        from history.notify.message import plain, subject  # noqa: PLC0415

        return f"{delivery.name}: {subject(message)}\n\n{plain(message)}"


def _items(items: Items) -> list[Item]:
    return [*((CHANGE, number) for number in items.changes), *((EVENT, number) for number in items.events)]


def deliveries_of(channel: Channel) -> Iterator[Delivery]:
    """Yield the channel, or each receiver of one that has several."""
    if len(channel.to) < 2:
        yield Delivery(channel.name, channel, channel.to[0] if channel.to else "")
        return
    for address in channel.to:
        yield Delivery(f"{channel.name}:{address}", channel, address)


def _carrier(delivery: Delivery) -> Carrier:
    """What sends to a channel; its libraries are loaded only where it is used."""
    channel = delivery.channel
    if channel.kind is Kind.MAIL:
        from cli.giving.carriers.mail import mail_carrier  # noqa: PLC0415

        return mail_carrier(channel, delivery.to)
    if channel.kind is Kind.WEBHOOK:
        from cli.giving.carriers.webhook import webhook_carrier  # noqa: PLC0415

        return webhook_carrier(channel)
    if channel.kind is Kind.COMMAND:
        from cli.giving.carriers.command import command_carrier  # noqa: PLC0415

        return command_carrier(channel)
    from cli.giving.carriers.chat import chat_carrier  # noqa: PLC0415

    return chat_carrier(channel)


def listed_sites(watch: Watch, folder: Path) -> set[str]:
    """Return the sites of a watch's lists: CSV with a column `site`, or a site a line; ConfigError where one cannot be read."""
    sites: set[str] = set()
    for name in watch.lists:
        path = folder / name
        try:
            lines = path.read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"[watches.{watch.name}] cannot read the list {path} ({error}). Correct its path."
            ) from None
        rows = list(csv.reader(lines))
        head = [cell.strip().lower() for cell in rows[0]] if rows else []
        column = next((head.index(one) for one in ("site", "domain") if one in head), None)
        body = rows if column is None else rows[1:]
        sites |= {row[column or 0].strip().lower() for row in body if len(row) > (column or 0)}
    return sites - {""}
