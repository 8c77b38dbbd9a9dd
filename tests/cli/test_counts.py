"""Numbers have their noun in the singular or the plural, in all texts: by one helper, which no text goes round."""

import re
from pathlib import Path

import pytest
from rich.console import Console

from cli.reading import status as command
from crawler.counting import count
from history.status import CrawlState, Status
from tests.programs import ROOT

NOUNS = (
    "policies sites captures versions changes pages days words requests files minutes texts blocks claims passages "
    "databases shards readings events sentences half-years times hosts runs"
).split()
GOES_ROUND = re.compile(rf"\{{[^{{}}]+\}} (?:\w+ )?({'|'.join(NOUNS)})\b")
# A bare number before a plural that cannot be 1 there, or the noun is a table's, by the text around.
MORE_THAN_ONE = (
    "site.policies",  # where > 1
    "words_removed",  # +1 −0 words: a difference, as diff --stat says
    "more_changes",
    "COMPARED",
    "len(with_text)",  # where > 1
    "len(entry.sites)",  # where > 1
    "row['number']",  # "3 times", of an outcome
    "len(written)",  # more than the most
    "len(shown)",  # where > 1
    "captured == 1",
    "len(stale)",  # its verb goes with it
    "number:g",
    "minutes:g",
    "vague_per_1000:g",
    "passive_share",
    "LEAST_WORDS",
    "self._out",  # a folder that has changes
    "seconds",
    "row['rows']",
    "category",
    "label",
    "{policies} for",  # counted above
)


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 sites, 0 policies"), (1, "1 site, 1 policy"), (2, "2 sites, 2 policies")]
)
def test_none_one_and_two(number, said):
    assert f"{count(number, 'site')}, {count(number, 'policy', 'policies')}" == said


@pytest.mark.parametrize(
    ("number", "said"), [(0, "nothing"), (1, "1 capture of 1 policy"), (2, "2 captures of 2 policies")]
)
def test_status_counts(number, said, capsys):
    console = Console(width=100)
    command._print(console, Status(CrawlState.NEVER, None, number, number, number, number), None)
    shown = capsys.readouterr().out
    assert f"pending: {said}\n" in shown
    assert f"{count(number, 'site')}" in shown


def going_round():
    for folder in ("cli", "history"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
                if (
                    'f"' in text
                    and GOES_ROUND.search(text)
                    and not any(one in text for one in MORE_THAN_ONE)
                    and "SELECT" not in text
                ):
                    yield f"{Path(path).relative_to(ROOT)}:{number}: {text.strip()}"


def test_no_text_counts_without_the_helper():
    assert list(going_round()) == []
