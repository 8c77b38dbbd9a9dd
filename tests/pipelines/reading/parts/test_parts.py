"""Pages that hold several documents are cut to the one asked for; a page of one document never is."""

import random
import re
import time

import pytest

from crawler.targets.hints import ANY_PART, Asked
from pipelines.model import DocumentKind
from pipelines.reading.decode import Decoded
from pipelines.reading.extract import extract_text
from pipelines.reading.html.reduce import reduce_page
from tests.generators.pages_of_parts import EDITIONS, SINGLES, STYLES, kept_versions, several, single
from tests.ranges import one_in

URL = "https://www.acme.example/legal"
SEEDS = range(5)


def read(html, asked=ANY_PART, url=URL):
    page = Decoded(html, "utf-8", "header", "text/html")
    return extract_text(page, url=url, asked=asked)


def marks(extraction):
    return set(
        re.findall(
            r"\b(?:d\d+s\d+p\d+x\d+|v\d+(?:new|s\d+p\d+y)\d+)\b",
            " ".join(block.markdown for block in extraction.blocks),
        )
    )


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("seed", SEEDS)
def test_the_privacy_policy_is_the_text_and_the_others_are_named(style, seed):
    page = several(seed, style)
    found = read(page.html)
    policy = next(one for one in page.documents if one.kind == "privacy")
    assert marks(found) == set(policy.marks)
    assert [part.kinds[0] for part in found.parts] == [one.kind for one in page.documents]


@pytest.mark.parametrize("seed", one_in(2, range(20, 60)))
def test_each_document_can_be_asked_for(seed):
    page = several(seed)
    rng = random.Random(seed)
    for one in page.documents:
        asked = rng.choice((Asked(one.kind.value), Asked(f"#{one.anchor}")))
        if page.style not in ("bold lines", "bold lines in cells"):  # these have no anchors
            assert marks(read(page.html, asked)) == set(one.marks), asked
            assert marks(read(page.html, url=f"{URL}#{one.anchor}")) == set(one.marks)
        assert marks(read(page.html, Asked(one.kind.value))) == set(one.marks)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Privacy Policy", "privacy"),
        ("Trackers Policy", "cookies"),
        ("Terms of Service", "terms"),
        ("Community Guidelines", "guidelines"),
        ("Acceptable Use Policy", "guidelines"),
        ("Impressum", "imprint"),
    ],
)
def test_a_declared_type_asks_for_the_document_of_its_kind(name, kind):
    page = next(page for page in map(several, range(200)) if kind in [one.kind for one in page.documents])
    wanted = next(one for one in page.documents if one.kind == kind)
    assert marks(read(page.html, Asked(name))) == set(wanted.marks)


def test_what_the_page_does_not_hold_leaves_it_whole():
    page = next(page for page in map(several, range(99)) if "imprint" not in [one.kind for one in page.documents])
    found = read(page.html, Asked("imprint"))
    assert marks(found) == {mark for one in page.documents for mark in one.marks}
    assert found.part == ""
    assert "none is what was asked for" in found.decisions[0]


@pytest.mark.parametrize("style", SINGLES)
@pytest.mark.parametrize("kind", [DocumentKind.PRIVACY, DocumentKind.TERMS, DocumentKind.COOKIES])
@pytest.mark.parametrize("seed", one_in(2, SEEDS))
def test_a_page_of_one_document_stays_whole(style, kind, seed):
    """Whatever it is, and wherever: sections on privacy are not what was asked for."""
    page = single(seed, style, kind)
    found = read(page.html, url=f"https://www.acme.example/{kind.value}")
    assert found.parts == ()
    assert marks(found) == set(page.documents[0].marks)


@pytest.mark.parametrize("seed", range(60, 90))
def test_captures_of_a_page_are_cut_alike(seed):
    """Sections come and go, words change, ids and classes are made anew: the documents are the same, and so is the cut."""
    rng = random.Random(seed)
    page = several(seed)
    before = read(page.html)
    html = re.sub(r"\br\d{6,}\b", lambda _: f"r{rng.randrange(10**8)}", page.html)
    policy = next(one for one in page.documents if one.kind == "privacy")
    gone = rng.sample(policy.marks, len(policy.marks) // 3)
    for mark in gone:
        html = re.sub(rf"<p>{mark} [^<]*</p>", "", html)
    for one in page.documents:
        html = html.replace(one.marks[0], f"{one.marks[0]} and something new, too,")
    after = read(html)
    assert after.part == before.part
    assert [part.title for part in after.parts] == [part.title for part in before.parts]
    assert marks(after) == marks(before) - set(gone)


@pytest.mark.parametrize("style", EDITIONS)
@pytest.mark.parametrize("seed", SEEDS)
def test_earlier_versions_that_stand_on_the_page_are_not_text_of_today(style, seed):
    page = kept_versions(seed, style)
    found = read(page.html)
    assert marks(found) == page.now
    told = [tuple(str(day or "") for day in part.in_force) for part in found.parts if part.earlier]
    assert sorted(told) == sorted((begin, until) for _marks, begin, until in page.earlier)


def test_a_list_of_changes_is_no_history_of_texts():
    entries = "".join(
        f"<h3>{day} May 2020</h3><p>{f'We changed item {day} of the policy. ' * 40}</p>" for day in range(1, 6)
    )
    lorem = "".join(f"<p>{' '.join(f'word{n}x{m}' for m in range(90))}.</p>" for n in range(9))
    html = f"<body><h1>Privacy Policy</h1>{lorem}<h2>Changes</h2>{entries}</body>"
    assert read(html).parts == ()
    assert "item 5 of the policy" in " ".join(block.markdown for block in read(html).blocks)


@pytest.mark.whole
@pytest.mark.parametrize(
    "repeated",
    [
        "<h2>Privacy Policy</h2>",
        "<h2>Privacy Policy</h2><h2>Cookie Policy</h2>",
        "<section><h2>Terms of Use</h2><p>x</section>",
        "<a href=#a>Privacy Policy</a>",
        "<a href=#a>Privacy Policy</a><a href=#b>Cookie Policy</a><div id=a>x</div><div id=b>y</div>",
        "<div><h2>Privacy Policy</h2><div><h2>Cookie Policy</h2>",
        "<h3>1 May 2020</h3>",
        "<p><b>Cookie Policy</b></p>",
        "<details><summary>Privacy Policy, 1 May 2020</summary>",
    ],
)
@pytest.mark.parametrize("text", ["", "<p>" + "We keep what you order for ten years. " * 20 + "</p>"])
def test_pages_made_to_be_slow(repeated, text):
    many = min(240 if repeated.count("<div>") or "<details>" in repeated else 4000, 4000)
    start = time.process_time()
    reduce_page(f"<body>{(repeated + text) * many}", URL)
    assert time.process_time() - start < 6


@pytest.mark.parametrize("tag", ["h2", "h1", "p", "summary"])
@pytest.mark.parametrize("text", ["", "<p>One line.</p>"])
def test_titles_without_documents_below_are_nothing(tag, text):
    """A menu, a list of cards: nothing of the page is cut, and nothing fails."""
    titles = "".join(f"<{tag}>{name}</{tag}>{text}" for name in ("Privacy Policy", "Cookie Policy", "Terms of Use"))
    found = read(f"<body>{titles}</body>")
    assert found.parts == ()
