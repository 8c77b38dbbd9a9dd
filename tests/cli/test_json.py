"""The JSON of every command, walked over as one: a thing has one name and one form, whichever command says it.

A new command with `--json` fails here until it stands in CALLS.
"""

import json
import re
import shutil

import click
import pytest
from click.testing import CliRunner

from cli.commands import COMMANDS
from cli.main import main
from crawler.archives.dialects import SAMPLE
from crawler.archives.memento import replay_url
from tests import programs
from tests.crawling import environment

SITE = "lumenkart.example"
# Command, arguments, and the list whose length is `total`; "" where the answer is about one thing.
CALLS = (
    ("crawl", "--archive sample", ""),
    ("plan", "--archive sample", ""),
    ("discover", f"{SITE} --archive sample", "sites"),
    ("import-warc", "{warc}", ""),
    ("archives", "", "archives"),
    ("limits", "", "archives"),
    ("status", "", ""),
    ("sites", "", "sites"),
    ("sites", "--missing", "missing"),
    ("timeline", f"{SITE} --all", "policies"),
    ("timeline", "grunwaldfrere.example", "policies"),
    ("coverage", "", "policies"),
    ("show", SITE, ""),
    ("diff", f"{SITE} 4 5", ""),
    ("search", "email --limit 100", "passages"),
    ("annotations list", "", "annotations"),
    ("changes", "", "events"),
    ("trends", "gdpr email", "terms"),
    ("readability", SITE, "policies"),
    ("blame", f"{SITE} --removed", ""),
    ("extract", "{page}", ""),
    ("export", "--format jsonl --out {folder}/x.jsonl", ""),
    ("feed", SITE, ""),  # https://www.jsonfeed.org/version/1.1/
    ("save", "--older-than 30d --dry-run", ""),
    ("notify", "--config {config}", ""),
    ("claims", SITE, ""),
    ("claims", "--changed", "changes"),
    ("compare", "--around 2018-05-25", ""),
    ("re-extract", "--processes 1", "policies"),
    ("compact", "", ""),
    ("fsck", "", "findings"),
    ("merge", "{db} --into {folder}/all.db", "databases"),
    ("forget", f"{SITE} --yes --reason test", ""),
)
PROCESSES = {"crawl", "plan", "discover", "import-warc"}  # a reactor runs once
WITHOUT_DB = {"archives", "limits", "extract", "merge"}
NEED_MORE = {
    "annotations import",
    "cluster",
    "import-corpus",
    "import-ota",
    "shard out",
    "shard read",
    "shard in",
}  # files of others, an extra
NOT_OURS = {"headers"}  # keys that somebody else chose
# The one name of a thing, by the names that it had.
OTHER_NAMES = re.compile(
    r"(first|last|from|to|before|after)?_?capture_url|first_url|last_url|before_url|citation_url|memento_url"
    r"|previous_last_seen|not_there_at|gone_at|sure"
)
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
TIMES = re.compile(r".*_(at|seen|by)|not_before|not_after|since|until|no_request_before")
WORDS = re.compile(r"_?[a-z][a-z0-9]*(_[a-z0-9]+)*")
PAGE = "<html><title>Privacy Policy</title><h1>Privacy Policy</h1><p>We keep your data for a year, and then we delete it.</p>"


def faults(data, where=""):
    """What contradicts the names and forms that all commands share, with its place."""
    if isinstance(data, list):
        for one in data:
            yield from faults(one, f"{where}[]")
    if not isinstance(data, dict):
        return
    for name, value in data.items():
        here = f"{where}.{name}"
        if OTHER_NAMES.fullmatch(name):
            yield f"{here}: another name of what others name otherwise"
        if TIMES.fullmatch(name) and isinstance(value, str) and value and not TIME.fullmatch(value):
            yield f"{here}: {value!r} is not ISO 8601 in UTC"
        if name == "half_year" and not re.fullmatch(r"\d{4}-H[12]", value):
            yield f"{here}: {value!r}"
        if name.endswith("archive_url") and data.get(name.replace("archive", "replay"), 0) != (
            value and replay_url(value)
        ):
            yield f"{here}: no link for people beside it"
        if name.endswith("replay_url") and name.replace("replay", "archive") not in data:
            yield f"{here}: no link to the bytes beside it"
        if name not in NOT_OURS:
            yield from faults(value, here)
    if {"wording", "first_seen"} <= set(data) and not {
        "citation",
        "not_before",
        "archive_url",
        "last_archive_url",
    } <= set(data):
        yield f"{where}: a version without its citation, bracket or links"
    if (
        {"change_class", "site"} <= set(data)
        and "wording" not in data
        and not {"citation", "not_before", "not_after", "policy_url"} <= set(data)
    ):
        yield f"{where}: a change without its citation, bracket or policy"
    if "outcome" in data and "next_step" in data and not {"meaning", "detail"} <= set(data):
        yield f"{where}: an outcome without its meaning or detail"


@pytest.fixture(scope="module")
def answers(sample_db, tmp_path_factory):
    folder = tmp_path_factory.mktemp("json")
    database = folder / "x.db"
    shutil.copy(sample_db, database)
    page, config = folder / "privacy.html", folder / "notify.toml"
    page.write_text(PAGE)
    config.write_text('[channels.here]\ncommand = ["true"]\n\n[watches.all]\nchannels = ["here"]\n')
    places = {"warc": SAMPLE / "sample.warc.gz", "page": page, "config": config, "folder": folder, "db": database}
    found = {}
    for name, arguments, listed in CALLS:
        call = [
            *name.split(),
            *arguments.format(**places).split(),
            "--json",
            *([] if name in WITHOUT_DB else ["--db", str(database)]),
        ]
        if name in PROCESSES:
            done = programs.run(
                "-m", "cli.main", *call, cwd=folder, env=environment(POLICYLAPSE_STATE=str(folder / "s"))
            )
            assert done.returncode in (0, 1), (call, done.stderr)
            out = done.stdout
        else:
            result = CliRunner().invoke(main, call)
            assert result.exit_code in (0, 1), (call, result.output[-600:])
            out = result.stdout
        found[name, arguments] = (json.loads(out), listed)
    return found


def test_every_command_with_json_is_walked_over():
    context = click.Context(main)
    commands = {name: main.get_command(context, name) for name in COMMANDS}
    for group in [name for name, command in commands.items() if isinstance(command, click.Group)]:
        commands |= {f"{group} {name}": command for name, command in commands[group].commands.items()}
    able = {name for name, command in commands.items() if any("--json" in one.opts for one in command.params)}
    able -= NEED_MORE
    assert able == {name for name, _arguments, _listed in CALLS}


def test_a_list_of_results_is_an_object_with_its_total(answers):
    for call, (data, listed) in answers.items():
        assert isinstance(data, dict), call
        if listed:
            assert data["total"] == len(data[listed]), call
            assert next(iter(data)) in ("total", "query"), call


def test_names_and_forms_are_the_same_in_all_of_them(answers):
    assert {call: found for call, (data, _listed) in answers.items() if (found := sorted(set(faults(data))))} == {}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"first_capture_url": "x"}, "another name"),
        ({"a": [{"found_at": "2018-05-25"}]}, "not ISO 8601"),
        (
            {"archive_url": "https://a/web/20180525000000id_/http://b/", "replay_url": "https://a/"},
            "no link for people",
        ),
        ({"last_archive_url": "x"}, "no link for people"),
        ({"half_year": "2018H1"}, "2018H1"),
        ({"wording": "x", "first_seen": "2018-05-25T00:00:00Z"}, "a version without"),
    ],
)
def test_the_walk_sees_a_fault(data, said):
    assert [one for one in faults(data) if said in one]
