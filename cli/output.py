"""What all commands share: the console, options, errors, and page text made harmless.

Data goes to standard output, notes and errors to standard error. Page text is somebody else's: it is never read as
markup, and what would steer a terminal is made visible.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.text import Text

from crawler.folding import folded
from crawler.folding import print_lines as print_lines  # noqa: PLC0414 - all commands find it here
from crawler.printed import DEFAULT_DB, command, given, runnable
from history.plain import clean as clean  # noqa: PLC0414 - all commands find these here
from history.plain import json_text
from history.plain import line as line  # noqa: PLC0414
from history.plain import plain_text as plain_text  # noqa: PLC0414

Command = TypeVar("Command", bound=Callable[..., Any])


def remember(ctx: click.Context, param: click.Parameter, value: Any) -> Any:
    """Keep an option's value for the commands that are printed (a callback of options)."""
    ctx.meta[f"policylapse.{param.name}"] = value
    return value


def about_site(site: str) -> None:
    """Keep the site that this command is about: `SITE` in the commands that are printed."""
    ctx = click.get_current_context(silent=True)
    if ctx:
        ctx.meta["policylapse.site"] = site


def step(text: str, site: str = "") -> str:
    """Return a text whose commands between backticks run as they stand, with what this command was given."""
    ctx = click.get_current_context(silent=True)
    meta = ctx.meta if ctx else {}
    db, archive, contact = (meta.get(f"policylapse.{name}") for name in ("db", "archive", "contact"))
    return runnable(text, given(db, archive, contact), site or meta.get("policylapse.site", ""))


def next_command(name: str, *arguments: str, why: str = "") -> Text:
    """Return the line that names what to run next."""
    told = step(f"`{command(name, *(clean(one) for one in arguments))}`").strip("`")
    return Text.assemble(("Next: ", "dim"), told, (f"  {why}" if why else "", "dim"))


class OneDatabase(click.Option):
    """`--db`, given once: of two, click would take the last and drop the other without a word."""

    def __init__(self, *names: Any, **attributes: Any) -> None:
        super().__init__(*names, **(attributes | {"multiple": True, "callback": _one_database}))

    def value_from_envvar(self, ctx: click.Context) -> Any:
        """Return the variable's value as one path, whatever is in it."""
        value = self.resolve_envvar_value(ctx)
        return (value,) if value else None


def _one_database(ctx: click.Context, param: click.Parameter, given: tuple[Any, ...]) -> Any:
    if len(given) > 1:
        merge = command("merge", *map(str, given), "--into", "all.db")
        raise click.BadParameter(f"a command takes one database. Merge them first: `{merge}`", ctx, param)
    return remember(ctx, param, given[0] if given else None)


def db_option(command: Command) -> Command:
    return click.option(
        "--db",
        cls=OneDatabase,
        type=click.Path(path_type=Path),
        default=[DEFAULT_DB],
        envvar="POLICYLAPSE_DB",
        show_default=True,
        show_envvar=True,
        help="The database file.",
    )(command)


def json_option(command: Command) -> Command:
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")(command)


def policy_option(command: Command) -> Command:
    return click.option(
        "--policy", "number", type=click.IntRange(1), metavar="N", help="The Nth policy of a site that has several."
    )(command)


def color_option(command: Command) -> Command:
    return click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        show_default=True,
        help="Colours: on a terminal only, always (for `less -R`), or never.",
    )(command)


def stdout_console(color: str = "auto") -> Console:
    """Return the console of the command's data."""
    tolerate_small_charsets()
    if color == "never":
        return Console(
            force_terminal=False, color_system=None, no_color=True, markup=False, highlight=False, emoji=False
        )
    forced = color == "always"
    return Console(
        force_terminal=True if forced else None,
        color_system="standard" if forced else "auto",
        no_color=False if forced else None,
        markup=False,
        highlight=False,
        emoji=False,
    )


def is_plain(console: Console) -> bool:
    """Tell whether differences must be marked by signs, since colours are not shown."""
    return console.color_system is None or console.no_color


def tolerate_small_charsets() -> None:
    """Print `?` for what standard output cannot encode."""
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="replace")


def print_document(console: Console, *lines: Text | str) -> None:
    """Print lines of a document, which are as long as they are wherever they go."""
    for one in lines:
        console.print(one, soft_wrap=True)


def print_wrapped(console: Console, text: Text, first: Text | str = "", rest: str = "") -> None:
    """Print a text behind a prefix, its further lines behind another; not broken where it goes to a pipe."""
    whole = Text.assemble(first, text)
    print_document(console, *(folded(whole, console.width, rest) if console.is_terminal else [whole]))


def print_json(data: Any) -> None:
    """Print data as JSON, for people to look at too; commands in its `next_step` run as they stand."""
    tolerate_small_charsets()
    click.echo(json_text(_with_steps(data), indent=2))


def _with_steps(data: Any) -> Any:
    if isinstance(data, dict):
        return {k: step(v) if k == "next_step" and isinstance(v, str) else _with_steps(v) for k, v in data.items()}
    return [_with_steps(one) for one in data] if isinstance(data, list | tuple) else data


def note(text: str) -> None:
    """Print a note to standard error."""
    to_standard_error(clean(step(text)))


def to_standard_error(text: str) -> None:
    """Print a text for a person, folded where standard error is a terminal."""
    console = Console(stderr=True, markup=False, highlight=False, emoji=False)
    lines = folded(Text(text), console.width, "  ") if console.is_terminal else [Text(text)]
    click.echo("\n".join(one.plain for one in lines), err=True)
