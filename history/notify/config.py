"""notify.toml: channels, and watches that say what is sent to them.

    parse(dict of TOML) ──► Config(channels, watches, …)      ConfigError names the table and says what may stand there

Pure. Secrets are never in this file: it names the environment variable that holds one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crawler.archives.errors import ConfigError
from history.claims.selectors import meant
from history.timeline.events import EventKind
from pipelines.model import ChangeClass

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,40}")
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_SMTP = re.compile(r"smtp(s|\+starttls)?://", re.ASCII)


class Kind(StrEnum):
    MAIL = "mail"
    WEBHOOK = "webhook"
    COMMAND = "command"
    APPRISE = "apprise"

    @property
    def one_by_one(self) -> bool:
        """A program gets one message a change or event; a person gets them together."""
        return self in (Kind.WEBHOOK, Kind.COMMAND)


class Digest(StrEnum):
    NOW = "now"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


@dataclass(frozen=True, slots=True)
class Channel:
    """One way to one receiver.

    :param address: smtp://…, https://…, an Apprise URL; "" of a command.
    :param secret: name of the environment variable that holds the password, or the signing secret.
    :param private: a webhook at a private address is meant.
    """

    name: str
    kind: Kind
    address: str = ""
    sender: str = ""
    to: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    secret: str = ""
    private: bool = False
    unsubscribe: str = ""


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which nothing is sent: what is due then is sent by the first run after them."""

    begin: time
    end: time


@dataclass(frozen=True, slots=True)
class Watch:
    """What is sent, when, to which channels.

    :param sites: names or globs; `lists` are files with a column of sites.
    :param added, removed: queries as those of `policylapse changes`.
    :param claims: names as those of `policylapse claims --claim`: only changes that brought or took such a claim.
    :param max_age: what is older than this when it is found is counted, but not told.
    :param day: of a weekly digest 0 (Monday) to 6, of a monthly one 1 to 28.
    """

    name: str
    channels: tuple[str, ...]
    sites: tuple[str, ...] = ("*",)
    lists: tuple[str, ...] = ()
    classes: tuple[ChangeClass, ...] = (ChangeClass.SUBSTANTIVE, ChangeClass.REPLACED)
    min_words: int = 0
    added: str = ""
    removed: str = ""
    claims: tuple[str, ...] = ()
    events: tuple[EventKind, ...] = ()
    digest: Digest = Digest.NOW
    at: time = time(7)
    day: int = 0
    quiet: Quiet | None = None
    max_age: timedelta = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Config:
    channels: Mapping[str, Channel]
    watches: tuple[Watch, ...]
    timezone: ZoneInfo
    base_url: str = ""
    stale_after: timedelta = timedelta(days=60)


def parse(data: Mapping[str, Any]) -> Config:
    """Return what a notify.toml says.

    :param data: of tomllib.
    :raises ConfigError: names the table and the key, and says what may stand there.
    """
    _known(data, "the file", ("timezone", "base_url", "stale_after_days", "channels", "watches"))
    channels = {name: _channel(name, _table(f"channels.{name}", table)) for name, table in _tables(data, "channels")}
    watches = tuple(
        _watch(name, _table(f"watches.{name}", table), channels) for name, table in _tables(data, "watches")
    )
    if not watches:
        raise ConfigError("notify.toml has no watch. Add [watches.all] with channels = [...].")
    try:
        zone = ZoneInfo(_text(data, "the file", "timezone", "UTC"))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigError(f"timezone {data['timezone']!r} is not known. Write one such as Europe/Berlin.") from None
    base_url = _text(data, "the file", "base_url", "")
    if base_url and not base_url.startswith(("http://", "https://")):
        raise ConfigError(f"base_url {base_url!r} is not a URL. Write one such as https://policies.example.org.")
    days = _number(data, "the file", "stale_after_days", 60, 1, 36_500)
    return Config(channels, watches, zone, base_url.rstrip("/"), timedelta(days=days))


def _channel(name: str, table: Mapping[str, Any]) -> Channel:
    where = f"channels.{name}"
    _known(table, where, (*Kind, "from", "to", "secret_env", "allow_private", "unsubscribe"))
    kinds = [kind for kind in Kind if kind in table]
    if len(kinds) != 1:
        raise ConfigError(f"[{where}] must have exactly one of mail, webhook, command and apprise.")
    kind = kinds[0]
    common: dict[str, Any] = {"name": name, "kind": kind, "secret": _secret(name, kind, table)}
    if kind is Kind.COMMAND:
        command = _texts(table, where, "command", ())
        if not command:
            raise ConfigError(f'[{where}] command must be a list such as ["notify-send", "policies"].')
        return Channel(**common, command=command)
    address = _text(table, where, kind, "")
    if kind is Kind.MAIL:
        return _mail(where, table, address, common)
    private = _flag(table, where, "allow_private")
    if kind is Kind.WEBHOOK and not address.startswith(("https://", "http://") if private else "https://"):
        raise ConfigError(f"[{where}] webhook must begin with https:// (http:// needs allow_private = true).")
    return Channel(**common, address=address, private=private)


def _mail(where: str, table: Mapping[str, Any], address: str, common: Mapping[str, Any]) -> Channel:
    if not _SMTP.match(address):
        raise ConfigError(
            f"[{where}] mail must be smtp+starttls://USER@HOST:587 or smtps://USER@HOST:465 "
            "(smtp:// is not encrypted: for a server on this machine)."
        )
    if re.match(r"[^@/]*//[^@/]*:[^@/]*@", address):
        raise ConfigError(
            f"[{where}] mail has a password in it. Put the password into an environment variable and name that "
            "variable with secret_env."
        )
    sender, to = _text(table, where, "from", ""), _texts(table, where, "to", ())
    for one in (sender, *to):
        if "@" not in one or any(char in one for char in "\r\n"):
            raise ConfigError(f"[{where}] needs from and to: mail addresses such as you@example.org.")
    if not to:
        raise ConfigError(f'[{where}] to is empty. Write to = ["you@example.org"].')
    unsubscribe = _text(table, where, "unsubscribe", "")
    if unsubscribe and not re.fullmatch(r"(mailto:|https://)[^\s<>,]+", unsubscribe):
        raise ConfigError(f"[{where}] unsubscribe must be mailto:… or https://….")
    return Channel(**common, address=address, sender=sender, to=to, unsubscribe=unsubscribe)


def _secret(name: str, kind: Kind, table: Mapping[str, Any]) -> str:
    default = {
        Kind.MAIL: "POLICYLAPSE_SMTP_PASSWORD",
        Kind.WEBHOOK: f"POLICYLAPSE_WEBHOOK_SECRET_{name.upper().replace('-', '_')}",
    }
    return _text(table, f"channels.{name}", "secret_env", default.get(kind, ""))


_WATCH = (
    "channels",
    "sites",
    "lists",
    "classes",
    "min_words",
    "added",
    "removed",
    "claims",
    "events",
    "digest",
    "at",
    "day",
    "quiet",
    "max_age_days",
)


def _watch(name: str, table: Mapping[str, Any], channels: Mapping[str, Channel]) -> Watch:
    where = f"watches.{name}"
    _known(table, where, _WATCH)
    named = _texts(table, where, "channels", ())
    for one in named or ("",):
        if one not in channels:
            known = ", ".join(channels) or "there is none: add [channels.me]"
            raise ConfigError(f"[{where}] channels names {one!r}, which is not a channel. Channels: {known}.")
    lists = _texts(table, where, "lists", ())
    claims = _claims(table, where)
    classes = tuple(ChangeClass) if claims else (ChangeClass.SUBSTANTIVE, ChangeClass.REPLACED)
    digest = _choice(table, where, "digest", Digest, (Digest.NOW,))[0]
    return Watch(
        name,
        named,
        _texts(table, where, "sites", () if lists else ("*",)),
        lists,
        _choice(table, where, "classes", ChangeClass, classes),
        _number(table, where, "min_words", 0, 0, 10**6),
        _text(table, where, "added", ""),
        _text(table, where, "removed", ""),
        claims,
        _choice(table, where, "events", EventKind, ()),
        digest,
        _clock(_text(table, where, "at", "07:00"), where, "at"),
        _day(table, where, digest),
        _quiet(_text(table, where, "quiet", ""), where),
        timedelta(days=_number(table, where, "max_age_days", 90, 1, 36_500)),
    )


def _claims(table: Mapping[str, Any], where: str) -> tuple[str, ...]:
    names = _texts(table, where, "claims", ())
    try:
        meant(names)
    except ConfigError as error:
        raise ConfigError(f"[{where}] claims: {error}") from None
    return names


def _day(table: Mapping[str, Any], where: str, digest: Digest) -> int:
    if digest is Digest.MONTHLY:
        return _number(table, where, "day", 1, 1, 28)
    name = _text(table, where, "day", "monday").lower()
    if name not in _DAYS:
        raise ConfigError(f"[{where}] day {name!r} is not a day. Write one of {', '.join(_DAYS)}.")
    return _DAYS.index(name)


def _quiet(text: str, where: str) -> Quiet | None:
    if not text:
        return None
    begin, dash, end = text.partition("-")
    if not dash or begin.strip() == end.strip():
        raise ConfigError(f'[{where}] quiet {text!r} is not a time of day. Write quiet = "22:00-07:00".')
    return Quiet(_clock(begin.strip(), where, "quiet"), _clock(end.strip(), where, "quiet"))


def _clock(text: str, where: str, key: str) -> time:
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise ConfigError(f"[{where}] {key}: {text!r} is not a time of day. Write one such as 07:00.")
    return time(int(match[1]), int(match[2]))


# values


def _known(table: Mapping[str, Any], where: str, keys: Sequence[str]) -> None:
    unknown = sorted(set(table) - {str(key) for key in keys})
    if unknown:
        raise ConfigError(f"[{where}] has no key {unknown[0]!r}. Keys: {', '.join(map(str, keys))}.")


def _tables(data: Mapping[str, Any], key: str) -> list[tuple[str, Any]]:
    found = data.get(key, {})
    if not isinstance(found, dict):
        raise ConfigError(f"{key} must be tables. Write [{key}.NAME].")
    for name in found:
        if not _NAME.fullmatch(name):
            raise ConfigError(f"{key}.{name} is not a name. Use small letters, digits, - and _.")
    return list(found.items())


def _table(where: str, table: Any) -> Mapping[str, Any]:
    if not isinstance(table, dict):
        raise ConfigError(f"{where} must be a table. Write [{where}].")
    return table


def _text(table: Mapping[str, Any], where: str, key: str, default: str) -> str:
    value = table.get(key, default)
    if not isinstance(value, str):
        raise ConfigError(f'[{where}] {key} must be a text. Write {key} = "…".')
    return value


def _texts(table: Mapping[str, Any], where: str, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
    value = table.get(key, list(default))
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ConfigError(f'[{where}] {key} must be a list of texts. Write {key} = ["…"].')
    return tuple(value)


def _number(table: Mapping[str, Any], where: str, key: str, default: int, least: int, most: int) -> int:
    value = table.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ConfigError(f"[{where}] {key} must be a number from {least:,} to {most:,}.")
    return value


def _flag(table: Mapping[str, Any], where: str, key: str) -> bool:
    value = table.get(key, False)
    if not isinstance(value, bool):
        raise ConfigError(f"[{where}] {key} must be true or false.")
    return value


def _choice(table: Mapping[str, Any], where: str, key: str, kind: type[StrEnum], default: tuple[Any, ...]) -> Any:
    """Members of an enumeration, from one text or a list of them."""
    value = table.get(key, [str(one) for one in default])
    texts = [value] if isinstance(value, str) else value
    known = [str(one) for one in kind]
    if not isinstance(texts, list) or not all(text in known for text in texts):
        raise ConfigError(f"[{where}] {key} {value!r} is not known. Write some of {', '.join(known)}.")
    return tuple(kind(text) for text in texts)
