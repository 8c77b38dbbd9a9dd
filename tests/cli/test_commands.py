"""The table of commands, and what each of them loads."""

import importlib
import inspect
import re
import subprocess
import sys

import pytest
from click.testing import CliRunner

from cli.commands import COMMANDS
from cli.main import main

ENTRIES = [pytest.param(entry, id=entry.name) for entry in COMMANDS.values()]
# What takes long to load. All but `rich` are for crawls, for pages and for writing; `rich` is for what is shown.
COSTLY = (
    "scrapy",
    "twisted",
    "trafilatura",
    "lxml",
    "sqlite_utils",
    "jinja2",
    "requests",
    "tldextract",
    "waybackpy",
    "numpy",
    "py3langid",
    "psutil",
)
LOADED = """
import contextlib, io, sys
from cli.main import main
out = io.StringIO()
for arguments in {calls}:
    with contextlib.redirect_stdout(out):
        try:
            main(arguments)
        except SystemExit as end:
            assert not end.code, (arguments, end.code)
assert out.getvalue()
print(*[name for name in {costly} if name in sys.modules])
"""


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_line_of_the_table_is_the_first_sentence_of_the_commands_own_help(entry):
    command = getattr(importlib.import_module(entry.module), entry.attribute)
    assert command.name == entry.name
    first = inspect.cleandoc(command.help).split("\n\n")[0].replace("\n", " ")
    assert re.match(r".*?(?<!\.)\.(?= |$)", first)[0] == entry.line


def test_help_lists_every_command_with_its_line_under_its_group():
    shown = " ".join(CliRunner().invoke(main, ["--help"]).output.replace("-\n", "-").split())
    for entry in COMMANDS.values():
        assert re.search(
            rf"{entry.group}: .*\b{entry.name} {re.escape(entry.line)}", re.sub(r"-\s+year", "-year", shown)
        )


def test_what_is_no_command_is_told():
    result = CliRunner().invoke(main, ["nothing"])
    assert result.exit_code == 2
    assert "No such command 'nothing'" in result.stderr


def loaded(costly, *calls):
    """The modules that are loaded after commands, in a process that starts with nothing."""
    code = LOADED.format(calls=calls, costly=costly)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()


def test_help_and_version_load_nothing():
    assert loaded((*COSTLY, "rich", "regex"), ["--help"], ["--version"]) == []


def test_the_timeline_loads_what_shows_it(sample_db):
    calls = ["timeline", "lumenkart.example", "--db", str(sample_db)]
    assert loaded((*COSTLY, "rapidfuzz"), calls) == []


def test_commands_that_read_load_neither_scrapy_nor_what_reads_pages(sample_db):
    calls = (
        ["sites"],
        ["timeline", "lumenkart.example"],
        ["coverage", "lumenkart.example"],
        ["show", "lumenkart.example"],
        ["diff", "lumenkart.example", "4", "5"],
        ["search", "email"],
        ["changes"],
        ["trends", "email"],
        ["readability", "lumenkart.example"],
        ["blame", "lumenkart.example"],
    )
    read = ("scrapy", "twisted", "trafilatura", "lxml", "sqlite_utils", "py3langid", "psutil")
    assert loaded(read, *([*call, "--db", str(sample_db)] for call in calls)) == []
