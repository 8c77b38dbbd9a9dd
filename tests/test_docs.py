"""What there is, is documented: commands, settings, outcomes, modules."""

import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from cogapp import Cog

from cli.commands import COMMANDS
from crawler.archives.capture import Outcome
from pipelines.upkeep.claims import store_claims

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = README + "".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md"))
SETTINGS = re.findall(r"^(POLICYLAPSE_\w+) = .*os\.environ", (ROOT / "crawler/settings.py").read_text(), re.MULTILINE)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_readme(name):
    assert re.search(rf"policylapse\s+{name}\b", README)


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_that_the_environment_gives_is_documented(name):
    assert name in PAGES


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_is_documented_and_says_what_it_means(outcome):
    assert f"`{outcome.value}`" in PAGES
    assert outcome.about.meaning
    assert outcome.about.next_step or not outcome.about.missing


def test_dependencies_have_a_reason():
    decisions = (ROOT / "docs/decisions.md").read_text(encoding="utf-8").lower()
    listed = (ROOT / "pyproject.toml").read_text().split("dependencies = [")[1].split("]")[0]
    for name in re.findall(r'"([a-z_-]+)[<>=]', listed):
        assert name.replace("_", "-") in decisions.replace("_", "-"), name


def test_the_lock_names_no_host():
    lock = (ROOT / "requirements.lock").read_text()
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!-]+", line) for line in lock.splitlines())


@pytest.fixture(scope="module")
def with_claims(sample_db, tmp_path_factory):
    """The sample, its claims stored."""
    path = tmp_path_factory.mktemp("queries") / "sample.db"
    shutil.copy(sample_db, path)
    store_claims(path, 1)
    return path


@pytest.mark.parametrize("file", sorted((ROOT / "docs/queries").glob("*.sql")), ids=lambda file: file.stem)
def test_every_documented_query_only_reads_and_answers(with_claims, file):
    question, sql = file.read_text(encoding="utf-8").split("\n", 1)
    assert question.endswith(("?", ")"))
    with closing(sqlite3.connect(f"file:{with_claims}?mode=ro", uri=True)) as db:
        cursor = db.execute(sql)
        rows = cursor.fetchall()
    assert rows
    assert all(len(row) == len(cursor.description) for row in rows)


def test_links_between_pages_lead_somewhere():
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), (page.name, target)


def test_every_page_is_in_the_reading_order():
    index = (ROOT / "docs/index.md").read_text(encoding="utf-8")
    for page in (ROOT / "docs").glob("*.md"):
        assert page.name == "index.md" or f"({page.name})" in index, page.name


SHOWING = [path for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))) if "[[[cog" in path.read_text()]


@pytest.mark.parametrize("page", SHOWING, ids=lambda path: path.name)
def test_what_a_page_shows_is_what_is_printed(page, monkeypatch, capsys):
    """`make docs` writes it anew."""
    monkeypatch.chdir(ROOT)
    code = Cog().main(["cog", "--check", "-I", ".", "-P", str(page.relative_to(ROOT))])
    assert code == 0, f"{page.name}: run `make docs`. {capsys.readouterr().out}"
