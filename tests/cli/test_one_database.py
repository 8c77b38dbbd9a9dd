"""A command takes one database: of two, none is dropped without a word."""

import click
import pytest
from click.testing import CliRunner

from cli.commands import COMMANDS
from cli.main import main

CONTEXT = click.Context(main)


def commands(group, words=()):
    """(words, command) of all commands, also those in groups."""
    for name in group.list_commands(CONTEXT):
        command = group.get_command(CONTEXT, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*words, name))
        else:
            yield (*words, name), command


WITH_DB = {words: command for words, command in commands(main) if any("--db" in one.opts for one in command.params)}


def test_every_command_that_reads_a_database_takes_it_so():
    without = {"archives", "limits", "extract", "merge"}  # merge takes all that there are
    assert {words[0] for words in WITH_DB} == COMMANDS.keys() - without


@pytest.mark.parametrize("words", WITH_DB, ids=" ".join)
def test_two_databases_are_an_error_that_says_how_to_merge(words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, [*words, "--db", "my own.db", "--db", "b.db"])
    assert result.exit_code == 2
    assert "policylapse merge 'my own.db' b.db --into all.db" in " ".join(result.output.split())
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("path", ["a.db", "my own.db", "a:b.db"])
def test_one_database_is_what_the_environment_or_the_option_says(path, tmp_path, monkeypatch, sample_db):
    monkeypatch.chdir(tmp_path)
    (tmp_path / path).write_bytes(sample_db.read_bytes())
    by_option = CliRunner().invoke(main, ["sites", "--json", "--db", path])
    monkeypatch.setenv("POLICYLAPSE_DB", path)
    by_variable = CliRunner().invoke(main, ["sites", "--json"])
    assert by_option.exit_code == by_variable.exit_code == 0, by_option.output + by_variable.output
    assert by_option.output == by_variable.output
