"""The quality gate: our text of every golden page against the one written by hand (see tests/golden)."""

import re
from collections import Counter
from dataclasses import replace

import pytest

from .golden import (
    MEASURES,
    WORD,
    LoweredError,
    Score,
    corpus_digest,
    floors_of,
    golden_pages,
    overall,
    read_floors,
    read_page,
    score,
    seal,
    write_floors,
)

PAGES = golden_pages()
FLOORS = read_floors()
TEXT = "# Privacy\n\nWe keep\n\n* names\n* addresses\n"


@pytest.fixture(scope="module")
def texts():
    return {page.name: read_page(page) for page in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_page(page, texts):
    got, links = texts[page.name]
    floor = FLOORS["page"].get(page.name)
    if floor is None:
        assert got == page.text
    else:
        found = score(page.text, got)
        assert {m: getattr(found, m) for m in MEASURES} == {m: max(floor[m], getattr(found, m)) for m in MEASURES}
        assert not found.exact, "It is exact now: `python -m tests.golden` raises its floor."
    assert [word for word in page.forbidden if word in got] == []
    assert set(page.links) <= links


def test_all_pages_together(texts):
    found = overall({page.name: score(page.text, texts[page.name][0]) for page in PAGES})
    assert {name: min(found[name], floor) for name, floor in FLOORS["all"].items()} == FLOORS["all"]


def test_no_page_and_no_floor_changed_silently():
    assert corpus_digest() == FLOORS["corpus"], "Pages changed: look at them, then `python -m tests.golden`."
    assert seal(FLOORS) == FLOORS["seal"], "Floors are written by `python -m tests.golden`, not by hand."


def test_every_exception_has_a_reason():
    assert [name for name, floor in FLOORS["page"].items() if not floor["reason"]] == []


def test_forbidden_words_stand_on_the_page_and_not_in_its_text():
    for page in PAGES:
        assert [word for word in page.forbidden if word in page.text] == [], page.name


NAMES = re.compile(rb"""\s(?:class|id|role|aria-[a-z]+)=("[^"]*"|'[^']*'|[^\s>]+)""")
DISGUISES = {
    "without names": lambda html: NAMES.sub(b"", html),
    "all in divs": lambda html: re.sub(rb"<(/?)(?:main|article|section|header|aside)\b", rb"<\1div", html),
    "deeper": lambda html: re.sub(rb"(<body[^>]*>)", rb"\1<div class=page-wrapper><div id=root>", html, count=1),
}


@pytest.mark.parametrize("disguise", DISGUISES)
def test_text_is_found_by_its_shape(disguise):
    """Names and tags may tell furniture; that the text is text shows in how it stands."""
    lost = {}
    for page in PAGES:
        got, _ = read_page(replace(page, html=DISGUISES[disguise](page.html)))
        want, have = (Counter(WORD.findall(text.lower())) for text in (page.text, got))
        lost[page.name] = (want - have).total() / want.total()
    assert {name: share for name, share in lost.items() if share > 0.08} == {}
    assert sum(share > 0 for share in lost.values()) < len(PAGES) / 5


# --- the gate itself ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("got", "measure"),
    [
        (TEXT.replace("We keep", "keep We"), "words"),
        (TEXT.replace("# P", "## P"), "headings"),
        (TEXT.replace("# P", "P"), "headings"),
        (TEXT.replace("* addresses", "addresses"), "items"),
        (TEXT.replace("* addresses", "  * addresses"), "items"),
        (TEXT.replace("* names", "1. names"), "items"),
    ],
)
def test_score_falls_with_each_loss(got, measure):
    found = score(TEXT, got)
    assert getattr(found, measure) < 1
    assert not found.exact
    assert score(TEXT, TEXT) == Score(1.0, 1.0, 1.0, exact=True)


@pytest.fixture
def corpus(tmp_path):
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "a.html").write_text("<p>x</p>", encoding="utf-8")
    return tmp_path


GOOD, BAD = Score(1.0, 1.0, 1.0, exact=True), Score(0.9, 1.0, 1.0, exact=False)


def test_floor_is_lowered_only_for_a_reason(corpus):
    first = floors_of({"a": GOOD}, read_floors(corpus), "", corpus)
    with pytest.raises(LoweredError, match="a: "):
        floors_of({"a": BAD}, first, "", corpus)
    lowered = floors_of({"a": BAD}, first, "the parser cannot", corpus)
    assert lowered["page"]["a"]["reason"] == "the parser cannot"
    assert floors_of({"a": BAD}, lowered, "", corpus) == lowered
    with pytest.raises(LoweredError):
        floors_of({"a": Score(0.8, 1.0, 1.0, exact=False)}, lowered, "", corpus)
    assert floors_of({"a": GOOD}, lowered, "", corpus) == first


def test_page_goes_only_for_a_reason(corpus):
    first = floors_of({"a": GOOD, "b": GOOD}, read_floors(corpus), "", corpus)
    with pytest.raises(LoweredError, match="gone"):
        floors_of({"a": GOOD}, first, "", corpus)


def test_floors_are_read_as_written(corpus):
    floors = floors_of({"a": BAD, "b": GOOD}, read_floors(corpus), "why", corpus)
    write_floors(floors, corpus)
    assert read_floors(corpus) == floors
    assert seal(read_floors(corpus)) == floors["seal"]


def test_changed_page_has_another_digest(corpus):
    before = corpus_digest(corpus)
    (corpus / "pages" / "a.html").write_text("<p>y</p>", encoding="utf-8")
    assert corpus_digest(corpus) != before
