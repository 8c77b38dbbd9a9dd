"""Declarations of Open Terms Archive: invented ones, real ones, hostile ones."""

import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.archives.errors import ConfigError
from crawler.archives.surt import surt
from crawler.targets.declarations import Declared, parse_declaration, terms_types, wants
from crawler.targets.hints import Hint, Range, hints_json, hints_key, hints_of, in_order, steps_of
from tests.crawling import SHARED

REAL = SHARED / "discovery" / "ota-declarations"
NOW, OLD = "http://shop.example/legal", "http://shop.example/privacy"


def parsed(terms, history=None, wanted=("privacy",), key="terms"):
    text = json.dumps({"name": "Shop", key: terms}) if terms is not None else ""
    return parse_declaration("Shop", text, json.dumps(history) if history else "", wanted)


def periods(dated):
    return [tuple(f"{at:%Y-%m-%d}" if at else None for at in (one.valid_from, one.valid_to)) for one in dated]


@pytest.mark.parametrize("key", ["terms", "documents"])
def test_the_plainest_declaration(key):
    (declared,), wrong = parsed({"Privacy Policy": {"fetch": NOW, "select": "main"}}, key=key)
    assert (declared.site, declared.url, declared.terms, wrong) == ("shop.example", NOW, "Privacy Policy", [])
    assert periods(declared.urls) == [(None, None)]
    assert declared.urls[0].evidence == "OTA declaration Shop, Privacy Policy"
    assert declared.hints == (Hint(surt(NOW), ("main",), (), None, None, "OTA declaration Shop, Privacy Policy"),)


def test_history_dates_urls_and_hints_whatever_its_order():
    history = [
        {"fetch": OLD, "select": "#b", "validUntil": "2020-06-01T10:00:00+02:00"},
        {"fetch": OLD, "select": "#a", "remove": ".menu", "validUntil": "2019-01-01T00:00:00.000Z"},
    ]
    (declared,), wrong = parsed({"Privacy Policy": {"fetch": NOW, "select": ["#c", "#d"]}}, {"Privacy Policy": history})
    assert wrong == []
    assert [one.url for one in declared.urls] == [OLD, NOW]
    assert periods(declared.urls) == [(None, "2020-06-01"), ("2020-06-01", None)]
    assert [hint.select for hint in declared.hints] == [("#a",), ("#b",), ("#c", "#d")]
    assert periods(declared.hints) == [(None, "2019-01-01"), ("2019-01-01", "2020-06-01"), ("2020-06-01", None)]
    assert declared.hints[1].valid_to == datetime(2020, 6, 1, 8, tzinfo=UTC)
    assert declared.urls[0].evidence == "OTA declaration Shop, Privacy Policy, valid until 2020-06-01"
    again, _ = parsed({"Privacy Policy": {"fetch": NOW, "select": ["#c", "#d"]}}, {"Privacy Policy": history[::-1]})
    assert again == [declared]


def test_a_url_that_came_back_has_one_period():
    history = {
        "Privacy Policy": [
            {"fetch": NOW, "validUntil": "2018-01-01T00:00:00Z"},
            {"fetch": OLD, "validUntil": "2019-01-01T00:00:00Z"},
        ]
    }
    (declared,), _ = parsed({"Privacy Policy": {"fetch": NOW}}, history)
    assert dict(zip([one.url for one in declared.urls], periods(declared.urls), strict=True)) == {
        NOW: (None, None),
        OLD: ("2018-01-01", "2019-01-01"),
    }


def test_terms_that_only_history_has_have_no_known_end():
    (declared,), _ = parsed(None, {"Privacy Policy": [{"fetch": OLD, "validUntil": "2019-01-01T00:00:00Z"}]})
    assert (declared.url, periods(declared.urls)) == (OLD, [(None, None)])


def test_ranges_are_read():
    select = {"startBefore": "#EUTOS", "endBefore": "#TOS"}
    remove = [{"startAfter": "h2", "endAfter": "body"}, ".menu"]
    (declared,), _ = parsed({"Privacy Policy": {"fetch": NOW, "select": select, "remove": remove}})
    (hint,) = declared.hints
    assert hint.select == (Range("#EUTOS", "#TOS"),)
    assert hint.remove == (Range("h2", "body", after_start=True, after_end=True), ".menu")


def test_pages_that_are_declared_together_are_documents_of_their_own():
    together = {"combine": [{"fetch": NOW}, {"fetch": "http://shop.example/more", "select": "#b"}], "select": "#a"}
    found, _ = parsed(
        {"Privacy Policy": together}, {"Privacy Policy": [{"fetch": OLD, "validUntil": "2019-01-01T00:00:00Z"}]}
    )
    assert [(one.terms, one.url, [h.select for h in one.hints]) for one in found] == [
        ("Privacy Policy, page 1 of 2", NOW, [("#a",)]),
        ("Privacy Policy, page 2 of 2", "http://shop.example/more", [("#b",)]),
    ]
    assert [one.url for one in found[0].urls] == [OLD, NOW]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (["privacy"], ["Privacy Policy"]),
        (["trackers policy"], ["Trackers Policy"]),
        (["cookies", "terms"], ["Terms of Service", "Trackers Policy"]),
        (["all"], ["Privacy Policy", "Terms of Service", "Trackers Policy", "Live Policy"]),
        (["imprint"], []),
    ],
)
def test_terms_are_chosen_by_type_or_kind(wanted, expected):
    types = ["Privacy Policy", "Terms of Service", "Trackers Policy", "Live Policy"]
    found, _ = parsed({name: {"fetch": f"http://shop.example/{n}"} for n, name in enumerate(types)}, wanted=wanted)
    assert [one.terms for one in found] == expected
    assert [name for name in types if wants(name, wanted)] == expected


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({}, "it has no `fetch`"),
        ([], "it is no JSON object"),
        ({"fetch": "mailto:x@y.example"}, "is not a URL of a web page"),
        ({"combine": []}, "`combine` is a list of at most 50 pages"),
        ({"combine": [{"fetch": NOW}, {}]}, "it has no `fetch`"),
    ],
)
def test_what_names_no_page_is_said(entry, reason):
    found, (wrong,) = parsed({"Privacy Policy": entry})
    assert found == []
    assert wrong.startswith("Shop, Privacy Policy: ")
    assert reason in wrong


@pytest.mark.parametrize("until", [None, "soon", "9999-99-99", "0001-01-01T00:00:00+14:00", 7])
def test_a_history_entry_without_a_date_is_said_and_the_rest_goes_on(until):
    history = {"Privacy Policy": [{"fetch": OLD, "validUntil": until}]}
    (declared,), (wrong,) = parsed({"Privacy Policy": {"fetch": NOW}}, history)
    assert periods(declared.urls) == [(None, None)]
    assert wrong.startswith("Shop, Privacy Policy, entry 1 of its history: validUntil is no date")


@pytest.mark.parametrize(
    ("select", "reason"),
    [
        ("a:hover:::x", "is not understood"),
        ("div >", "is not understood"),
        ("*:nth-of-type(2)", "is not understood"),
        ("a " * 900, "is too long"),
        ("a:not(b c)", "not understood"),
        ("p::before", "not understood"),
        ("p:contains('x')", "is not understood"),
        ("a:has(b:has(c))", "is not understood"),
        (":not(" * 20, "is too long"),
        (["a"] * 65, "more than 64 selectors"),
        ({"startBefore": "a"}, "a range has one of"),
        (7, "a selector is CSS"),
        ({"startBefore": "a", "startAfter": "b", "endAfter": "c"}, "a range has one of"),
        ("", "a selector is CSS"),
    ],
)
def test_selectors_that_are_none_leave_the_page_as_it_is_and_are_said(select, reason):
    (declared,), wrong = parsed({"Privacy Policy": {"fetch": NOW, "select": select}})
    assert (wrong, declared.hints) == ([], ())
    (note,) = declared.notes
    assert reason in note


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "7", '{"name": "x"}', '{"terms": []}', "[" * 100_000, "{" + " " * 2_000_001]
)
def test_what_is_no_declaration(text):
    with pytest.raises(ConfigError, match=r"it is no|it has more than"):
        terms_types(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["fetch", "select", "remove", "combine", "validUntil", "startBefore", "endAfter", "filter"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
CSS = st.sampled_from(["main", "#a", ".b, .c", "hr+div", "[role=main]", "div:nth-child(2)"])
MOMENTS = st.datetimes(datetime(2015, 1, 1), datetime(2025, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(JSON, st.lists(JSON, max_size=4))
def test_any_json_is_a_declaration_or_said_to_be_wrong(entry, history):
    found, wrong = parsed({"Privacy Policy": entry}, {"Privacy Policy": history} if history else None)
    for one in found:
        assert isinstance(one, Declared)
        assert one.url in [url.url for url in one.urls]
    assert found or wrong or entry is None


@given(st.lists(st.tuples(st.sampled_from([NOW, OLD]), CSS, MOMENTS), max_size=6), st.randoms(use_true_random=False))
def test_periods_follow_each_other_without_hole_or_overlap(entries, random):
    history = [{"fetch": url, "select": css, "validUntil": at.isoformat()} for url, css, at in entries]
    random.shuffle(history)
    (declared,), wrong = parsed({"Privacy Policy": {"fetch": NOW, "select": "main"}}, {"Privacy Policy": history})
    assert wrong == []
    ends = [hint.valid_to for hint in declared.hints]
    assert [hint.valid_from for hint in declared.hints] == [None, *ends[:-1]]
    assert ends[-1] is None
    assert ends[:-1] == sorted({at.replace(microsecond=0) for _url, _css, at in entries})


SELECTORS = CSS | st.builds(Range, CSS, CSS, st.booleans(), st.booleans())
HINTS = st.lists(
    st.builds(
        Hint,
        st.sampled_from(["k1", "k2"]),
        st.lists(SELECTORS, max_size=3).map(tuple),
        st.lists(SELECTORS, max_size=2).map(tuple),
        st.none() | MOMENTS.map(lambda at: at.replace(microsecond=0)),
        st.none() | MOMENTS.map(lambda at: at.replace(microsecond=0)),
        st.text(max_size=5),
    ),
    max_size=6,
)


@given(HINTS, st.randoms(use_true_random=False))
def test_hints_are_stored_as_they_are_and_named_by_what_they_say(hints, random):
    assert list(hints_of(hints_json(hints))) == hints
    key = hints_key(hints)
    random.shuffle(hints)
    assert hints_key(hints) == key
    assert bool(key) == bool(hints)
    assert hints_key([*hints, Hint("k3", ("main",))]) != key


@given(HINTS, MOMENTS, st.randoms(use_true_random=False))
def test_the_hint_in_force_is_tried_first_whatever_their_order(hints, at, random):
    tried = in_order(hints, "k1", at)
    assert {hint.urlkey for hint in tried} <= {"k1"}

    def in_force(hint):
        return (hint.valid_from is None or at > hint.valid_from) and (hint.valid_to is None or at <= hint.valid_to)

    flags = [in_force(hint) for hint in tried]
    assert flags == sorted(flags, reverse=True)
    random.shuffle(hints)
    assert in_order(hints, "k1", at) == tried


def test_the_next_declaration_is_tried_before_the_last():
    march, may, june = (datetime(2020, month, 1, tzinfo=UTC) for month in (3, 5, 6))
    before, after = Hint("k", ("#old",), valid_to=march), Hint("k", ("#new",), valid_from=june)
    assert in_order([before, after], "k", may) == (after, before)


@given(st.text(max_size=60))
def test_any_text_is_a_selector_or_none(text):
    with suppress(ConfigError):
        assert steps_of(text)


@pytest.mark.shared
@pytest.mark.skipif(not REAL.is_dir(), reason=f"no real declarations in {REAL}")
@pytest.mark.parametrize(
    ("service", "site", "urls", "hints"),
    [
        ("123Greetings", "123greetings.com", 1, 2),
        ("Airbnb", "airbnb.co.uk", 3, 5),
        ("Apple", "apple.com", 1, 2),
        ("Discord", "discord.com", 1, 3),
        ("Facebook", "facebook.com", None, None),
    ],
)
def test_real_declarations(service, site, urls, hints):
    texts = [(REAL / f"{service}{ending}").read_text(encoding="utf-8") for ending in (".json", ".history.json")]
    (declared,), wrong = parse_declaration(service, *texts)
    assert (wrong, declared.notes, declared.site, declared.terms) == ([], (), site, "Privacy Policy")
    assert urls is None or (len(declared.urls), len(declared.hints)) == (urls, hints)
    everything, wrong = parse_declaration(service, *texts, wanted=["all"])
    assert wrong == []
    assert all(not one.notes for one in everything)
    assert {one.terms for one in everything} >= set(terms_types(texts[0]))
