"""Whatever command a person is shown runs as it is shown: examples of the help, the docs, and every `Next:`.

Commands that ask an archive start a crawl each, so they are read only (their options, not their archive); the crawls
of the sample run in tests/test_install.py.
"""

import gzip
import json
import re
import shlex
import shutil
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from cli.main import main
from crawler.archives.dialects import SAMPLE, SAMPLE_SITES
from crawler.printed import ASKING, DEFAULT_DB, WITHOUT_DB, Given, completed, runnable
from tests import programs
from tests.databases.imported import sample_pages
from tests.databases.stored import Seen, write
from tests.generators.git_collections import corpus_commit, make_repository, snapshot, version

from .crawling import environment

ROOT = Path(__file__).resolve().parents[1]
READ_ONLY = {
    *ASKING,
    "import-warc",
    "web",
    "notify",
    "save",
}  # they start a crawl or a server, or tell others: options only
CONTEXT = click.Context(main)
NAMES = main.list_commands(CONTEXT)
COMMANDS = {name: main.get_command(CONTEXT, name) for name in NAMES}
MIXED = ("lumenkart.example", "harborline.example", "nobody.example")
FENCE = re.compile(r"^```(?:console|sh|bash)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def examples():
    """(where, command) of the help and the documentation."""
    for name, command in COMMANDS.items():
        for line in re.findall(r"^ +(policylapse .+)$", command.help or "", re.MULTILINE):
            yield name, line
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for block in FENCE.findall(page.read_text(encoding="utf-8")):
            for line in block.splitlines():
                shown = re.match(r"(?:\$ )?(policylapse .*)", line)
                if shown:
                    yield page.name, re.sub(r"\s+#.*", "", shown[1])


EXAMPLES = [(where, command) for command, where in {command: where for where, command in examples()}.items()]


@pytest.fixture(scope="module")
def folder(sample_db, tmp_path_factory):
    """A folder with a crawled sample, small databases to merge, and the files that examples name."""
    here = tmp_path_factory.mktemp("documented")
    shutil.copy(sample_db, here / DEFAULT_DB)
    for number, name in enumerate(("a.db", "b.db", "laptop.db", "server.db")):
        write(here / name, [Seen(number), Seen(9)])
    blocks = CliRunner().invoke(main, ["annotations", "blocks", "lumenkart.example", "--db", str(sample_db)])
    label = {
        "block": json.loads(blocks.stdout.splitlines()[0])["block"],
        "label": "sale",
        "author": "A. Reader",
        "time": "2026-11-02",
    }
    (here / "labels.jsonl").write_text(json.dumps(label))
    page = (
        b"<title>Privacy Policy</title><h1>Privacy Policy</h1>" + b"<p>We keep your personal data for a year.</p>" * 20
    )
    (here / "privacy.html").write_bytes(page)
    for name in ("pages", "policies"):
        (here / "job" / name).mkdir(parents=True)
    (here / "saved").mkdir()
    (here / "saved" / "a.html.gz").write_bytes(gzip.compress(page))
    page_of_sample = next(body for _at, body in sample_pages())  # in the database: no process is started to read it
    url, at = "https://quillledger.example/privacy", datetime(2012, 5, 10, 13, 44, 28, tzinfo=UTC)
    privacy = ("Quill", "Privacy Policy", at)
    make_repository(here / "contrib-snapshots.git", [snapshot(*privacy, page_of_sample, url=url, first=True)])
    make_repository(here / "contrib-versions.git", [version(*privacy, "We keep it.", kind="first")])
    make_repository(
        here / "privacy-policy-historical",
        [corpus_commit("quillledger.example", at, url, page_of_sample, "We keep it.")],
    )
    (here / "contrib-declarations").mkdir()
    declared = {"name": "Quill", "terms": {"Privacy Policy": {"fetch": url}}}
    (here / "contrib-declarations" / "Quill.json").write_text(json.dumps(declared))
    for name in ("list.txt", "list.csv", "sites.csv", "sites.txt"):
        shutil.copy(SAMPLE_SITES, here / name)
    (here / "rows.csv").write_text(
        "url,fetch_time,fetch_status,content_mime_type,warc_filename,warc_record_offset,warc_record_length\n"
        "https://quillledger.example/privacy,2015-02-01 10:00:00.000,200,text/html,crawl-data/CC-MAIN-2015-06/a.warc.gz,10,20\n"
    )
    (here / "crawls").mkdir()
    for name in ("crawl.warc.gz", "export.wacz", "export.warc.gz", "CC-MAIN-20240220210408-00000.warc.gz"):
        shutil.copy(SAMPLE / "sample.warc.gz", here / name)
    return here


def lay_out(folder, here):
    """Make a folder of the same files: those that a command may write are copies, the collections are links."""
    here.mkdir()
    for one in folder.iterdir():
        if (one / "HEAD").exists() or (one / ".git").exists() or ".warc" in one.name or one.suffix == ".wacz":
            (here / one.name).symlink_to(one)
        elif one.is_dir():
            shutil.copytree(one, here / one.name)
        else:
            shutil.copy(one, here)


def invoke(words):
    """Run the command, or read its options where it starts a crawl; return (exit code, what it printed)."""
    if words[0] in READ_ONLY and "--help" not in words:
        with COMMANDS[words[0]].make_context(words[0], list(words[1:])):
            return 0, ""
    done = CliRunner().invoke(main, words)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def words_of(command):
    """What a shell makes of it: without redirections and pipes, patterns of files expanded."""
    plain = re.split(r"\s(?:\||>|<)\s", command)[0]
    words = []
    for raw, word in zip(shlex.split(plain, posix=False), shlex.split(plain), strict=True):
        bare = re.search(r"[*?\[]", raw) and not re.match(r"['\"]", raw)
        files = sorted(str(path) for path in Path().glob(word)) if bare else []
        words += files or [word]
        assert not bare or files, f"an unquoted pattern that zsh refuses: {raw}"
    return words[1:]


@pytest.mark.parametrize(("where", "command"), EXAMPLES, ids=[f"{where}-{line}" for where, line in EXAMPLES])
def test_every_documented_command_runs_as_it_stands(folder, tmp_path, monkeypatch, where, command):
    here = tmp_path / "here"
    lay_out(folder, here)
    monkeypatch.chdir(here)
    monkeypatch.setenv("POLICYLAPSE_STATE", str(tmp_path / "state"))
    code, output = invoke(words_of(command))
    assert code == 0, output


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """(database, what the crawl printed): sites with and without a policy, in a file that is not the default one."""
    here = tmp_path_factory.mktemp("mixed")
    database = here / "my own.db"
    (here / "list.txt").write_text("\n".join((*MIXED, "http://lumenkart.example/no-such-page", "no site")))
    command = ["crawl", "--archive", "sample", "--sites", here / "list.txt", "--db", database]
    done = programs.run("-m", "cli.main", *command, env=environment(POLICYLAPSE_STATE=str(here / "state")))
    assert done.returncode == 1, done.stderr
    return database, done.stdout + done.stderr


def printed_in(output):
    """The commands that a text tells a person to run."""
    plain = " ".join(output.split())
    quoted = re.findall(r"`(policylapse [^`]+)`", plain)
    return quoted + re.findall(r"Next: (policylapse .+?)(?:  |$)", output, re.MULTILINE)


def lines(database):
    """Commands of every kind, as a person types them, with answers and with errors."""
    site = "lumenkart.example"
    for words in (
        ["sites"],
        ["sites", "--missing"],
        ["status"],
        ["coverage"],
        ["coverage", "nobody.example"],
        ["coverage", site, "--since", "2030"],
        ["timeline", site],
        ["timeline", "nobody.example"],
        ["timeline", "harborline.example"],
        ["timeline", site, "--since", "2030"],
        ["show", site],
        ["show", site, "2001-01-01"],
        ["show", site, "99"],
        ["show", "nobody.example"],
        ["show", "lumenkrat.example"],
        ["show", f"{site}@1999-01-01.deadbeef"],
        ["diff", site],
        ["diff", site, "1"],
        ["diff", site, "9999"],
        ["blame", site],
        ["search", "personal"],
        ["search", "nothingatall"],
        ["changes"],
        ["changes", "--limit", "2"],
        ["trends", "cookie*"],
        ["readability"],
        ["readability", "nobody.example"],
        ["feed", site],
        ["fsck"],
        ["re-extract", "--site", "other.example"],
        ["forget", site, "--reason", "asked"],
        ["export", "--out", "corpus"],
        ["export", "--format", "jsonl", "--out", "x.jsonl"],
    ):
        yield [*words, "--db", str(database)]
    yield ["limits"]
    yield ["sites", "--db", "missing.db"]
    yield ["compact", "--db", "missing.db"]
    yield ["sites", "--db", "empty.db"]


def test_every_command_that_is_printed_runs_as_it_is_printed(mixed, tmp_path, monkeypatch):
    database, crawled = mixed
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("POLICYLAPSE_STATE", str(tmp_path / "state"))
    Path("empty.db").touch()
    printed = dict.fromkeys(printed_in(crawled), "crawl")
    for words in lines(database):
        shown = CliRunner().invoke(main, words)
        assert shown.exception is None or isinstance(shown.exception, SystemExit), (words, shown.exception)
        printed |= {command: shlex.join(words) for command in printed_in(shown.output)}
    assert len(printed) > 8
    for command, source in printed.items():
        words = words_of(command)
        takes_db = words[0] not in WITHOUT_DB and "--help" not in words
        assert "missing" in source or "empty" in source or not takes_db or str(database) in words, (source, command)
        code, output = invoke(words)
        assert code == 0, (source, command, output)


def leaves():
    """(name, command): those of a group under both their names."""
    for name, command in COMMANDS.items():
        steps = command.commands.items() if isinstance(command, click.Group) else ()
        yield from ((f"{name} {step}", one) for step, one in steps) if steps else ((name, command),)


@pytest.mark.parametrize(("name", "command"), [pytest.param(*leaf, id=leaf[0]) for leaf in leaves()])
def test_which_commands_take_a_database_and_an_archive(name, command):
    options = {option for parameter in command.params for option in parameter.opts}
    assert ("--db" in options) == (name not in WITHOUT_DB)
    assert ({"--archive", "--contact"} <= options) == (name in ASKING)


def test_completed():
    known = Given(db="my own.db", archive="sample", contact="me@example.org")
    assert completed("policylapse sites", known) == "policylapse sites --db 'my own.db'"
    assert completed("policylapse sites --db a.db", known) == "policylapse sites --db a.db"
    assert completed("policylapse limits --lift all", known) == "policylapse limits --lift all"
    assert completed("policylapse crawl --help", known) == "policylapse crawl --help"
    asks = "policylapse plan --site a.example"
    assert completed(asks, known) == f"{asks} --db 'my own.db' --archive sample --contact me@example.org"
    assert completed(asks, Given()) == asks
    assert (
        runnable("see `policylapse discover SITE`, or SITE", Given(), "a b")
        == "see `policylapse discover 'a b'`, or SITE"
    )
