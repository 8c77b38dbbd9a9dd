"""SITE as a shell completes it: every parameter of that name, in each shell that click knows."""

import click
import pytest
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

from cli import site_names
from cli.commands import COMMANDS
from cli.main import main
from pipelines.store.file import open_file

NAMES = {"bash": (BashComplete, "plain,{}"), "zsh": (ZshComplete, "plain\n{}\n_"), "fish": (FishComplete, "plain,{}")}
SITE = "lumenkart.example"


def commands():
    context = click.Context(main)
    for name in COMMANDS:
        command = main.get_command(context, name)
        subcommands = command.commands if isinstance(command, click.Group) else {}
        yield from ((f"{name} {sub}", one) for sub, one in subcommands.items()) if subcommands else ((name, command),)


def takes_a_site(param):
    return (
        "SITE" in param.make_metavar(click.Context(main))
        if isinstance(param, click.Argument)
        else param.metavar == "SITE"
    )


PLACES = [
    pytest.param(name, param, id=f"{name} {param.human_readable_name}")
    for name, command in commands()
    for param in command.params
    if takes_a_site(param)
]


def completed(words, typed, cls=ShellComplete):
    return [item.value for item in cls(main, {}, "policylapse", "_POLICYLAPSE_COMPLETE").get_completions(words, typed)]


@pytest.mark.parametrize(("command", "param"), PLACES)
def test_every_site_is_completed_from_the_database_that_is_named(sample_db, command, param):
    option = [param.opts[0]] if isinstance(param, click.Option) else []
    assert completed([*command.split(), "--db", str(sample_db), *option], "lum") == [SITE]


def test_the_walk_finds_them():
    assert len(PLACES) >= 18


@pytest.mark.parametrize("shell", NAMES)
def test_each_shell_is_answered_in_its_form(sample_db, monkeypatch, shell):
    cls, form = NAMES[shell]
    monkeypatch.setenv("POLICYLAPSE_DB", str(sample_db))
    typed = "lum"
    words = {"COMP_WORDS": f"policylapse timeline {typed}", "COMP_CWORD": typed if shell == "fish" else "2"}
    for name, value in words.items():
        monkeypatch.setenv(name, value)
    assert cls(main, {}, "policylapse", "_POLICYLAPSE_COMPLETE").complete() == form.format(SITE)


def test_what_is_named_already_is_not_offered_again(sample_db):
    found = completed(["coverage", "--db", str(sample_db), SITE], "")
    assert SITE not in found
    assert len(found) == 7


@pytest.mark.parametrize("content", [None, b"", b"no database", "folder"])
def test_where_there_is_no_database_nothing_is_said_and_none_is_made(tmp_path, capfd, content):
    database = tmp_path / "x.db"
    if content == "folder":
        database.mkdir()
    elif content is not None:
        database.write_bytes(content)
    before = sorted(tmp_path.iterdir())
    assert completed(["timeline", "--db", str(database)], "") == []
    assert (sorted(tmp_path.iterdir()), *capfd.readouterr()) == (before, "", "")


def test_names_are_bounded_literal_and_words_of_a_shell(tmp_path, monkeypatch):
    with open_file(tmp_path / "x.db") as db:
        names = [f"s{number:02}.example" for number in range(30)]
        for number, name in enumerate([*names, "a_b.example", "axb.example", "two words", "new\nline", "$(id)", "50%"]):
            db.execute("INSERT INTO sites (id, site, added_at) VALUES (?, ?, '2020-01-01T00:00:00Z')", (number, name))
            db.execute(
                "INSERT INTO policies (id, site_id, urlkey, policy_url, added_at) VALUES (?, ?, ?, ?, '2020-01-01T00:00:00Z')",
                (number, number, name, name),
            )
    monkeypatch.setattr(site_names, "_MOST", 20)
    words = ["timeline", "--db", str(tmp_path / "x.db")]
    assert completed(words, "s") == names[:20]
    assert completed(words, "a_") == ["a_b.example"]
    assert completed(words, "5%") == []
    assert [completed(words, typed) for typed in ("two", "new", "$")] == [[], [], []]
