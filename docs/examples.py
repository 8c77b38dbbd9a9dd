"""What README.md and docs/*.md show is run here, by cog, on the bundled sample archive: `make docs` writes it anew,
`make lint` fails where it differs.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tests import programs

if TYPE_CHECKING:
    from history.export.version_table import Field

ROOT = Path(__file__).resolve().parents[1]
_APART = ("cluster", "crawl", "plan", "discover", "import-warc", "re-extract")  # they start processes or a reactor
_scratch = tempfile.TemporaryDirectory()


def run(command: str, *, head: int = 0, colors: bool = False) -> str:
    """Return what a command prints, 100 columns wide, without colours; seconds and the day, which differ, as an ellipsis."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("POLICYLAPSE_")}
    environment |= {
        "POLICYLAPSE_DB": "policylapse.db",
        "POLICYLAPSE_LOG_LEVEL": "ERROR",
        "COLUMNS": "100",
    } | ({} if colors else {"NO_COLOR": "1"})
    program, *arguments = shlex.split(command)
    if program == "policylapse" and arguments[0] not in _APART:
        return _shown(_in_this_process(arguments, environment), head)
    module = f"{program}.cmdline" if program == "scrapy" else "cli.main"
    done = programs.run("-m", module, *arguments, cwd=_folder(), env=environment)
    return _shown(done.stdout + done.stderr, head)


def _in_this_process(arguments: list[str], environment: dict[str, str]) -> str:
    from click.testing import CliRunner

    from cli.main import main

    with contextlib.chdir(_folder()):
        done = CliRunner().invoke(main, arguments, env=environment | {"POLICYLAPSE_CONTACT": None})
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.stdout + done.stderr


def _shown(output: str, head: int) -> str:
    told = re.sub(r" in \d+\.\d s", " in … s", output)
    told = re.sub(r"^Usage: (?:main|python -m cli.main)\b", "Usage: policylapse", told)
    told = re.sub(r"\b(rules \d+\+)[0-9a-f]{12}\b", r"\1…", told)  # of the program, of regex and of Unicode too
    lines = re.sub(r"asked on \d{4}-\d\d-\d\d", "asked on …", told).rstrip().splitlines()
    shown = [*lines[:head], "…"] if head and len(lines) > head else lines
    return "\n".join(line.rstrip() for line in shown)


@cache
def _folder() -> str:
    (Path(_scratch.name) / "sites.csv").write_bytes((ROOT / "data" / "sites" / "sample.csv").read_bytes())
    (Path(_scratch.name) / "privacy.html").write_bytes(_saved_page())
    return _scratch.name


def _saved_page() -> bytes:
    """Return a page of the sample archive, as a browser would save it."""
    from warcio.archiveiterator import ArchiveIterator

    with (ROOT / "data" / "sample" / "sample.warc.gz").open("rb") as file:
        for record in ArchiveIterator(file):
            if record.rec_headers.get_header("WARC-Date") == "2021-03-02T11:44:16Z":
                return record.content_stream().read()
    raise LookupError("the sample archive has no page of 2021-03-02T11:44:16Z")


def page_json(command: str) -> None:
    """Print the JSON of a page on many lines, with two of its blocks and links, without the versions of libraries."""
    import json

    data = json.loads(run(command))
    data |= {"blocks": data["blocks"][:2], "links": data["links"][:2], "extractor_id": "policylapse-…"}
    print(f"```console\n$ {command}")
    print(re.sub(r"\s*\n\s{4,}|\s*\n\s+(?=[\]}],?\n)", " ", json.dumps(data, ensure_ascii=False, indent=2)))
    print("```")


def show(*commands: str, head: int = 0) -> None:
    """Print commands with their output, as a Markdown block."""
    print("```console")
    for command in commands:
        print(f"$ {command}")
        print(run(command, head=head))
    print("```")


def commands() -> None:
    """Print what `--help` says, of the program and of every command."""
    import click

    from cli.main import main

    print(f"```text\n{run('policylapse --help')}\n```")
    for name in main.list_commands(click.Context(main)):
        print(f"\n## policylapse {name}\n\n```text\n{run(f'policylapse {name} --help')}\n```")
        command = main.get_command(click.Context(main), name)
        for step in command.commands if isinstance(command, click.Group) else ():
            print(f"\n### policylapse {name} {step}\n\n```text\n{run(f'policylapse {name} {step} --help')}\n```")


def outcomes() -> None:
    """Print the table of outcomes."""
    from crawler.archives.capture import Outcome

    print("| outcome | meaning | next step | counts as missing |")
    print("|---|---|---|---|")
    for outcome in Outcome:
        about = outcome.about
        print(f"| `{outcome.value}` | {about.meaning} | {about.next_step or '–'} | {'yes' if about.missing else ''} |")


def archives() -> None:
    """Print the table of archives."""
    from crawler.archives.table import CDX, PLAYBACK, ROWS

    print("| name | archive | holds | dialect | index a minute | playback a minute | source of the limits |")
    print("|---|---|---|---|---|---|---|")
    for row in ROWS:
        a_minute = [f"{row.budgets[one].requests * 60 / row.budgets[one].seconds:g}" for one in (CDX, PLAYBACK)]
        said = "; ".join(dict.fromkeys(row.budgets[one].source for one in (CDX, PLAYBACK)))
        print(f"| `{row.name}` | {row.label} | {row.holds} | {row.dialect} | {' | '.join(a_minute)} | {said} |")


def left_alone() -> None:
    """Print the archives that are never asked."""
    from crawler.archives.table import LEFT_ALONE

    for one in LEFT_ALONE:
        print(f"- {one.label}: {one.why}.")


def export_formats() -> None:
    """Print the table of export formats."""
    from history.export.formats import FORMATS

    print("| format | PATH is a | what it is |")
    print("|---|---|---|")
    for form in FORMATS.values():
        print(f"| `{form.name}` | {form.shape.value} {' or '.join(form.endings)} | {form.about} |")


def export_fields() -> None:
    """Print the fields of an exported version."""
    from history.export.version_table import FIELDS

    _fields(FIELDS)


def export_metrics() -> None:
    """Print the fields that `export --metrics` adds."""
    from history.export.version_table import METRICS

    _fields(METRICS)


def _fields(fields: Iterable[Field]) -> None:
    print("| field | what it is |")
    print("|---|---|")
    for field in fields:
        print(f"| `{field.name}` | {field.about} |")


def schema() -> None:
    """Print the schema of a new database with the comments of its migrations, which the file does not keep."""
    from sqlite_utils import Database

    from pipelines.store.schema.migrations import migrations

    db = Database(memory=True)
    migrations.apply(db)
    statements = db.execute(
        "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE '\\_%' ESCAPE '\\' ORDER BY rowid"
    ).fetchall()
    db.conn.close()
    print("```sql")
    print(";\n\n".join(statement for (statement,) in statements) + ";")
    print("```")


def queries() -> None:
    """Print the queries of docs/queries with what they answer on the sample archive, crawled before on this page."""
    import sqlite3

    run("policylapse crawl --archive sample --sites sites.csv")
    run("policylapse claims --store")
    with sqlite3.connect(Path(_folder()) / "policylapse.db") as db:
        for number, file in enumerate(sorted((ROOT / "docs" / "queries").glob("*.sql")), start=1):
            question, sql = file.read_text(encoding="utf-8").rstrip().split("\n", 1)
            cursor = db.execute(sql)
            print(f"{number}. {question.removeprefix('-- ')}\n\n```sql\n{sql}\n```\n")
            print(_table([column[0] for column in cursor.description], cursor.fetchall()))
    db.close()


def _table(names: list[str], rows: list[tuple[object, ...]]) -> str:
    cells = [[" ".join(str(value).replace("|", "\\|").split()) for value in row] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in (names, ["---"] * len(names), *cells)) + "\n"
