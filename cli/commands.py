"""The table of commands, and the group that loads a command when it is called.

    policylapse NAME … ──► COMMANDS[NAME] ──import──► the command
    policylapse --help ──► the table alone

A command brings the libraries that it needs: `timeline` reads the database without Scrapy, `--help` reads nothing.
A line of the table is the first sentence of the command's own help; tests/cli/test_commands.py holds them together.
"""

from __future__ import annotations

import importlib
import sqlite3
from dataclasses import dataclass
from typing import Any, Final

import click

from crawler.archives.errors import Exit, PolicylapseError
from history.plain import clean

GET: Final = "Get captures"
READ: Final = "Read the history"
GIVE: Final = "Give it to others"
KEEP: Final = "Keep the database"


@dataclass(frozen=True, slots=True)
class Entry:
    """A command, unloaded.

    :param group: the heading that it stands under. :param attribute: its name in the module.
    :param line: what it does, for the list of all.
    """

    group: str
    name: str
    module: str
    attribute: str
    line: str


COMMANDS: Final = {
    entry.name: entry
    for entry in (
        Entry(GET, "crawl", "cli.getting.crawl", "crawl", "Crawl policies out of a web archive into the database."),
        Entry(
            GET,
            "plan",
            "cli.getting.plan",
            "plan",
            "Estimate a crawl: requests, minutes at the archive's budget, disk space, and which sites are excluded.",
        ),
        Entry(
            GET,
            "discover",
            "cli.getting.discover",
            "discover",
            "Find the policy URLs of sites over time, with the evidence, and what was rejected and why.",
        ),
        Entry(
            GET,
            "import-warc",
            "cli.getting.imports.warc",
            "import_warc",
            "Import policies from WARC, ARC and WACZ files, or from folders of them.",
        ),
        Entry(
            GET,
            "import-ota",
            "cli.getting.imports.ota",
            "import_ota",
            "Import the snapshots of an Open Terms Archive collection from its git repository SNAPSHOTS.",
        ),
        Entry(
            GET,
            "import-corpus",
            "cli.getting.imports.corpus",
            "import_corpus",
            "Import the policies of the Princeton-Leuven corpus from its git repository REPO.",
        ),
        Entry(
            GET,
            "import-cc-index",
            "cli.getting.imports.cc_index",
            "import_cc_index",
            "Import rows of Common Crawl's columnar index, as CSV or Parquet, as captures.",
        ),
        Entry(
            GET,
            "save",
            "cli.getting.save",
            "save",
            "Ask the Internet Archive to capture stale policies again (Save Page Now).",
        ),
        Entry(
            GET,
            "archives",
            "cli.getting.archives",
            "archives",
            "List the archives you can name, with what they hold, their request budgets and their pauses.",
        ),
        Entry(
            GET,
            "limits",
            "cli.getting.limits",
            "limits",
            "Show the pause and the request budget of every archive, which all crawls on this machine share.",
        ),
        Entry(
            GET,
            "status",
            "cli.reading.status",
            "status",
            "Show how the last crawl ended, what is pending, which archives pause, and what to do next.",
        ),
        Entry(
            READ,
            "sites",
            "cli.reading.read",
            "sites",
            "List the sites in the database, with their versions and their last change.",
        ),
        Entry(
            READ,
            "timeline",
            "cli.reading.timeline",
            "timeline",
            "Show every version of SITE's policy: when it changed, how much, and what is not known.",
        ),
        Entry(
            READ,
            "coverage",
            "cli.reading.coverage",
            "coverage",
            "Show which half-years of each SITE's policy are known, and why the others are missing.",
        ),
        Entry(
            READ,
            "show",
            "cli.reading.read",
            "show",
            "Print one version of SITE's policy as Markdown: the latest, or the one you name.",
        ),
        Entry(
            READ,
            "diff",
            "cli.reading.diff",
            "diff_command",
            "Show what changed in SITE's policy from A to B, word by word.",
        ),
        Entry(
            READ,
            "search",
            "cli.reading.search",
            "search_command",
            "Find passages in every version of every site's policy.",
        ),
        Entry(READ, "changes", "cli.reading.changes", "changes", "List the changes of all sites, newest first."),
        Entry(
            READ,
            "trends",
            "cli.reading.trends",
            "trends",
            "Show the share of sites whose policy contains TERM, by half-year.",
        ),
        Entry(
            READ,
            "claims",
            "cli.reading.claims",
            "claims",
            "Show what SITE's policy promises: each claim with its sentence and when it was added.",
        ),
        Entry(
            READ,
            "compare",
            "cli.reading.compare",
            "compare",
            "Show what changed around a day: how many policies, and which claims were added or removed.",
        ),
        Entry(
            READ,
            "readability",
            "cli.reading.readability",
            "readability_command",
            "Show how long each version of SITE's policy is, and how hard it is to read.",
        ),
        Entry(READ, "blame", "cli.reading.blame", "blame", "Show when each sentence of SITE's policy was added."),
        Entry(
            READ,
            "web",
            "cli.reading.web",
            "web",
            "Show the database in a browser: timelines, versions, diffs, blame, search.",
        ),
        Entry(
            GIVE,
            "extract",
            "cli.giving.extract",
            "extract",
            "Print the text of saved policy pages, HTML or PDF, as Markdown.",
        ),
        Entry(
            GIVE,
            "export",
            "cli.giving.export",
            "export",
            "Export SITE..., or all sites, to a file or folder with a manifest.",
        ),
        Entry(
            GIVE,
            "feed",
            "cli.giving.feed",
            "feed",
            "Write the changes of SITE..., or of all sites, as Atom feeds; with --json as a JSON Feed.",
        ),
        Entry(
            GIVE,
            "notify",
            "cli.giving.notify",
            "notify",
            "Tell people and programs what crawls found, by mail, webhook, command or Apprise.",
        ),
        Entry(
            KEEP,
            "re-extract",
            "cli.keeping.reextract",
            "re_extract",
            "Extract all stored pages again after an upgrade, without any request.",
        ),
        Entry(
            KEEP,
            "compact",
            "cli.keeping.compact",
            "compact",
            "Make the database file smaller.",
        ),
        Entry(
            KEEP,
            "fsck",
            "cli.keeping.fsck",
            "fsck",
            "Check the whole database for damage.",
        ),
        Entry(
            READ,
            "annotations",
            "cli.reading.annotations",
            "labels_group",
            "Import labels that people or models made elsewhere, and show them with the text.",
        ),
        Entry(
            KEEP,
            "shard",
            "cli.keeping.shard",
            "shard",
            "Extract or analyse what is stored on many machines, with any scheduler.",
        ),
        Entry(
            KEEP,
            "cluster",
            "cli.keeping.cluster",
            "cluster",
            "Extract all stored pages again, or do another work, on a Dask cluster.",
        ),
        Entry(KEEP, "merge", "cli.keeping.merge", "merge", "Merge the databases DB... into one."),
        Entry(
            KEEP,
            "forget",
            "cli.keeping.forget",
            "forget",
            "Permanently delete the content of SITE's pages, or of one URL, and never fetch it again.",
        ),
    )
}


class Failed(click.ClickException):
    """An error of ours, as `Error: …` on standard error."""

    exit_code = Exit.NOT_RUN

    def show(self, file: Any = None) -> None:  # noqa: ARG002 - click's signature
        from cli.output import to_standard_error  # noqa: PLC0415 - rich, where there is something to print

        to_standard_error(f"Error: {self.format_message()}")


class Commands(click.Group):
    """The commands of the table; one ends with exit code 2 and a message where it could not do what was asked."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        command: click.Command = getattr(importlib.import_module(entry.module), entry.attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        for group in dict.fromkeys(entry.group for entry in COMMANDS.values()):
            with formatter.section(group):
                formatter.write_dl([(entry.name, entry.line) for entry in COMMANDS.values() if entry.group == group])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except PolicylapseError as error:
            from cli.output import step  # noqa: PLC0415 - rich, where there is something to print

            raise Failed(clean(step(str(error)))) from error
        except sqlite3.Error as error:
            raise Failed(f"cannot read the database: {error}; try again, or name another with --db") from error
