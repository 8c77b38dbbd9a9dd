"""The commands that read: sites, timeline, show, diff."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import click

from cli.data import answer_data, change_data, diff_data, policy_data, site_data, timeline_data, version_data
from cli.diff_view import Comparison, print_diff
from cli.output import (
    clean,
    color_option,
    db_option,
    json_option,
    line,
    note,
    policy_option,
    print_json,
    print_lines,
    stdout_console,
    tolerate_small_charsets,
)
from cli.sites_view import print_sites
from cli.timeline_view import count, print_timeline
from crawler.archives.errors import ConfigError, NotFound
from crawler.archives.timestamps import parse_date
from history.database import open_database
from history.diff import diff
from history.sites import PolicyRow, find_policies, list_sites
from history.timeline import (
    Answer,
    Certainty,
    VersionRow,
    change_between,
    read_timeline,
    read_versions,
    version_at,
)
from pipelines.database_file import text_blocks
from pipelines.markdown import render_markdown

_NUMBER = re.compile(r"v?(\d{1,3})|v(\d+)", re.ASCII)  # four digits are a year


@click.command()
@db_option
@json_option
def sites(db: Path, as_json: bool) -> None:
    """List the sites in the database, with what is known of each.

    \b
    Example:
      policylapse sites
    """  # noqa: D301 - Click reads \b as a character
    with closing(open_database(db)) as connection:
        rows = list_sites(connection)
    if as_json:
        print_json([site_data(row) for row in rows])
    else:
        print_sites(stdout_console(), rows)


@click.command()
@click.argument("site")
@db_option
@policy_option
@color_option
@json_option
def timeline(site: str, db: Path, number: int | None, color: str, as_json: bool) -> None:
    """Show every version of SITE's policy: when it changed, how much, and what is not known.

    SITE is a site, a host, or a policy's URL.

    \b
    Examples:
      policylapse timeline tinder.com
      policylapse timeline https://policies.tinder.com/privacy --json
    """  # noqa: D301 - Click reads \b as a character
    with closing(open_database(db)) as connection:
        policies = _chosen(find_policies(connection, site), number)
        shown = [policy for policy in policies if policy.versions] or policies
        timelines = [read_timeline(connection, policy) for policy in shown]
    if as_json:
        print_json([timeline_data(one) for one in timelines])
        return
    console = stdout_console(color)
    for index, one in enumerate(timelines):
        if index:
            print_lines(console, "")
        print_timeline(console, one)
    for policy in policies:
        if policy not in shown:
            note(f"no version at {policy.policy_url}: policylapse timeline {policy.policy_url} says why")


@click.command()
@click.argument("site")
@click.option("--at", metavar="DATE", help="The version in force then: 2018-05-25, or 2018-05 and 2018 for their end.")
@click.option("--version", "version", type=click.IntRange(1), metavar="N", help="The version of this number.")
@db_option
@policy_option
@json_option
def show(site: str, at: str | None, version: int | None, db: Path, number: int | None, as_json: bool) -> None:
    """Print one version of SITE's policy as Markdown: the latest, or that of a date or number.

    Where the archive does not tell which version was in force, the earlier one is printed, and a note on standard
    error says so.

    \b
    Examples:
      policylapse show tinder.com --at 2018-05-25
      policylapse show tinder.com --version 3 > tinder-3.md
    """  # noqa: D301 - Click reads \b as a character
    if at and version:
        raise click.UsageError("--at and --version exclude each other: name one")
    with closing(open_database(db)) as connection:
        policy = _one(find_policies(connection, site), number, site)
        versions = read_versions(connection, policy)
        answer = _answer(versions, at) if at else None
        chosen = answer.version if answer else _numbered(versions, version or versions[-1].version)
        markdown = render_markdown(text_blocks(connection, chosen.text_id))
    if as_json:
        data = {**policy_data(policy), **version_data(chosen), "markdown": markdown}
        print_json(data | {"answer": answer_data(answer) if answer else None})
        return
    _show_notes(policy, versions, chosen, answer)
    tolerate_small_charsets()
    click.echo(clean(markdown), nl=False)


@click.command("diff")
@click.argument("site")
@click.argument("a", required=False)
@click.argument("b", required=False)
@click.option(
    "--context",
    type=click.IntRange(0),
    default=1,
    show_default=True,
    metavar="N",
    help="Unchanged blocks shown beside each change.",
)
@click.option("--full", is_flag=True, help="Show every block, unabridged.")
@db_option
@policy_option
@color_option
@json_option
def diff_command(
    site: str, a: str | None, b: str | None, context: int, full: bool, db: Path, number: int | None, color: str,
    as_json: bool,
) -> None:  # fmt: skip
    """Show what changed in SITE's policy from A to B, word by word.

    A and B are version numbers, dates, `first`, `latest` or `prev` (the version before B). Without B it is `latest`;
    without both it is the last change.

    \b
    Examples:
      policylapse diff tinder.com
      policylapse diff tinder.com 3 4
      policylapse diff tinder.com 2018-05-01 2018-06-01
      policylapse diff tinder.com first latest --color always | less -R
    """  # noqa: D301 - Click reads \b as a character
    with closing(open_database(db)) as connection:
        policy = _one(find_policies(connection, site), number, site)
        versions = read_versions(connection, policy)
        new = _named(versions, b or "latest", versions[-1])
        old = _named(versions, a or "prev", new)
        comparison = _compare(connection, policy, versions, old, new)
    if as_json:
        print_json(
            {
                **policy_data(policy), "from": version_data(old), "to": version_data(new),
                "change": change_data(comparison.change), "blocks": diff_data(comparison.blocks),
            }
        )  # fmt: skip
    else:
        print_diff(stdout_console(color), comparison, context, full=full)


def _compare(
    connection: sqlite3.Connection, policy: PolicyRow, versions: Sequence[VersionRow], old: VersionRow, new: VersionRow
) -> Comparison:
    change = change_between(connection, versions, old, new)
    blocks = diff(text_blocks(connection, old.text_id), text_blocks(connection, new.text_id))
    return Comparison(policy, old, new, change, blocks)


def _chosen(policies: list[PolicyRow], number: int | None) -> list[PolicyRow]:
    """The policies that --policy leaves; its numbers are those that an error lists."""
    if number is None:
        return policies
    ordered = _ordered(policies)
    if number > len(ordered):
        raise NotFound(f"there is no policy {number}: {_listing(ordered)}")
    return [ordered[number - 1]]


def _ordered(policies: list[PolicyRow]) -> list[PolicyRow]:
    """Those with versions first."""
    return sorted(policies, key=lambda policy: not policy.versions)


def _one(policies: list[PolicyRow], number: int | None, site: str) -> PolicyRow:
    """The policy meant, which has a version."""
    chosen = _chosen(policies, number)
    with_text = [policy for policy in chosen if policy.versions]
    if not with_text:
        raise NotFound(
            f"no version of {site} is known: no capture brought the policy's text; "
            f"`policylapse timeline {site}` says what became of them"
        )
    if len(with_text) > 1:
        raise NotFound(f"{site} has {len(with_text)} policies: {_listing(with_text)}")
    return with_text[0]


def _listing(policies: list[PolicyRow]) -> str:
    rows = "".join(
        f"\n  {number}  {policy.policy_url}  ({count(policy.versions, 'version')})"
        for number, policy in enumerate(policies, start=1)
    )
    return f"name one by its URL or with --policy N:{rows}"


def _numbered(versions: Sequence[VersionRow], number: int) -> VersionRow:
    if not 1 <= number <= len(versions):
        known = "there is only version 1" if len(versions) == 1 else f"its versions are 1 to {len(versions)}"
        raise NotFound(f"there is no version {number}: {known}")
    return versions[number - 1]


def _named(versions: Sequence[VersionRow], name: str, other: VersionRow) -> VersionRow:
    """The version that A or B names; `prev` is the one before `other`."""
    if name == "first":
        return versions[0]
    if name == "latest":
        return versions[-1]
    if name == "prev":
        if other.version == 1:
            only = "only one version is known" if len(versions) == 1 else "version 1 is the first that is known"
            raise NotFound(f"nothing to compare with: {only}; `policylapse show` prints it")
        return versions[other.version - 2]
    number = _NUMBER.fullmatch(name)
    if number:
        return _numbered(versions, int(number.group(1) or number.group(2)))
    try:
        answer = _answer(versions, name)
    except ConfigError as error:
        raise ConfigError(f"{error}; or a version's number, first, latest or prev") from None
    if _uncertain(answer):
        note(f"note: {_uncertain(answer)}")
    return answer.version


def _answer(versions: Sequence[VersionRow], date: str) -> Answer:
    """The version in force on a date: at its end, so that a day's own capture counts."""
    answer = version_at(versions, parse_date(date, end=True))
    if answer.certainty is Certainty.BEFORE_FIRST:
        raise NotFound(
            f"nothing is known of {date}: the first capture is of {answer.version.first_seen:%Y-%m-%d}; "
            "`policylapse show … --version 1` prints it"
        )
    return answer


def _uncertain(answer: Answer) -> str:
    """What a reader must know before quoting, "" where the version is certain."""
    version, following = answer.version, answer.following
    if answer.certainty is Certainty.AFTER_LAST:
        return f"version {version.version} was last seen {version.last_seen:%Y-%m-%d}; nothing is known since"
    if answer.certainty is Certainty.BETWEEN and following:
        return (
            f"the policy changed between {version.last_seen:%Y-%m-%d} and {following.first_seen:%Y-%m-%d}: "
            f"on {answer.moment:%Y-%m-%d} either version {version.version} or {following.version} was in force; "
            f"this is version {version.version}"
        )
    return ""


def _show_notes(policy: PolicyRow, versions: Sequence[VersionRow], chosen: VersionRow, answer: Answer | None) -> None:
    seen = f"{chosen.first_seen:%Y-%m-%d} to {chosen.last_seen:%Y-%m-%d}"
    note(
        f"{line(policy.site)} version {chosen.version} of {len(versions)}, seen {seen}: {line(chosen.first_capture_url)}"
    )
    if answer and _uncertain(answer):
        note(f"note: {_uncertain(answer)}")
