"""What a message says, and when it is due: pure parts of `policylapse notify`."""

import json
import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.messages import real_pairs, uncounted
from crawler.archives.errors import ConfigError
from history.diff.diff import diff
from history.diff.word_steps import Op
from history.notify.config import Digest, parse
from history.notify.html import html
from history.notify.marked import LONGEST, WORDS, changed_sentences, first_of
from history.notify.message import (
    COLUMNS,
    Entry,
    EventEntry,
    Message,
    Unknown,
    bracket_words,
    in_words,
    plain,
    subject,
    wrap,
)
from history.notify.payloads import data_of
from history.notify.retries import GIVE_UP, is_over, next_attempt
from history.notify.windows import held_back, period_of
from pipelines.model import Block, BlockKind
from pipelines.text.wording import words
from tests.crawling import SHARED

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
CHANNELS = {"me": {"mail": "smtp://localhost", "from": "a@x.example", "to": ["b@x.example"]}}


def blocks(*texts):
    return tuple(Block(BlockKind.PARAGRAPH, 0, text) for text in texts)


def config(channels=CHANNELS, watch=None, **rest):
    return parse({"channels": channels, "watches": {"all": {"channels": ["me"]} | (watch or {})}, **rest})


def entry(old, new, *, sites=("shop.example",), **fields):
    excerpt = first_of(diff(blocks(*old), blocks(*new)))
    values = {
        "sites": sites,
        "policy_url": "http://shop.example/privacy",
        "not_before": NOW - timedelta(days=20),
        "not_after": NOW,
        "change_class": "substantive",
        "words_added": 4,
        "words_removed": 1,
        "sections": ("Sharing",),
        "excerpt": excerpt,
        "citations": ("shop.example@2026-11-26.1f3a9c2e",),
        "links": (("old wording", "https://a.example/1"), ("new wording", "https://a.example/2")),
        "command": "policylapse diff a b",
    }
    return Entry(**values | fields)


# the change, in its own words


def test_changed_words_are_marked_in_their_whole_sentence():
    found = diff(
        blocks("We keep data. We never sell your data to anyone. Ask us."),
        blocks("We keep data. We may sell your data to our partners. Ask us."),
    )
    (sentence,) = changed_sentences(found)
    assert in_words(sentence) == "We [-never-]{+may+} sell your data to [-anyone-]{+our partners+}."
    assert (sentence.added, sentence.removed) == (3, 2)


def test_what_is_new_or_gone_as_a_whole():
    found = diff(blocks("One stays. Two stays."), blocks("One stays. Two stays.", "Three is new. Four is new."))
    assert [in_words(one) for one in changed_sentences(found)] == ["{+Three is new.+}", "{+Four is new.+}"]
    assert first_of(diff(blocks("A b c.", "D e f."), blocks("D e f.", "A b c."))).moved


words_of_texts = st.lists(
    st.sampled_from("we you sell keep data. never partners. share with us. all".split()), max_size=60
)


@given(st.lists(words_of_texts, max_size=4), st.lists(words_of_texts, max_size=4), st.integers(1, 60))
def test_no_changed_word_is_left_out_without_being_counted(old, new, limit):
    found = diff(blocks(*(" ".join(one) for one in old)), blocks(*(" ".join(one) for one in new)))
    excerpt = first_of(found, limit)
    check_complete(found, excerpt)


def check_complete(found, excerpt):
    """Every word that the difference marks is in the excerpt, or counted by it."""
    for op, more, shown in (
        (Op.INSERT, excerpt.more_added, sum(one.added for one in excerpt.sentences)),
        (Op.DELETE, excerpt.more_removed, sum(one.removed for one in excerpt.sentences)),
    ):
        marked = sum(len(words(s.text)) for one in found if one.kind != "equal" for s in one.segments if s.op is op)
        held = [word for one in excerpt.sentences for p in one.pieces if p.op is op for word in words(p.text)]
        assert shown == len(held)
        assert shown + more == marked
    assert sum(one.words for one in excerpt.sentences[1:]) <= WORDS


def test_a_long_sentence_is_cut_and_says_so():
    long = " ".join(f"word{number}" for number in range(3000))
    excerpt = first_of(diff(blocks("Start here."), blocks(f"Start here. {long}")))
    assert excerpt.sentences[0].words <= LONGEST + 25
    assert excerpt.more_added == 3000 - excerpt.sentences[0].added


@pytest.mark.skipif(not (SHARED / "histories").is_dir(), reason="the real histories are not here")
def test_real_changes_are_shown_up_to_the_limit_and_the_rest_is_counted():
    """A sample; all of them: python -m benchmarks messages."""
    pairs = list(islice(real_pairs(), 12))
    assert len(pairs) == 12
    for _name, old, new in pairs:
        found = diff(old, new)
        assert uncounted(found, first_of(found)) == (0, 0)


# the message


HOSTILE = "x\r\nBcc: all@x.example <script>alert(1)</script> \u202e\x1b[31m"
MESSAGES = [
    Message("all", (entry(["We never sell."], ["We may sell it."]),)),
    Message("all", (entry(["A."], ["B c."], sites=("a.example", "b.example", "c.example")),), past=7),
    Message("all", (entry([HOSTILE], [f"{HOSTILE} more {HOSTILE}"], sites=(HOSTILE,), sections=(HOSTILE,)),)),
    Message(
        "all",
        (),
        (
            EventEntry(
                "a.example",
                "http://a.example/p",
                "deleted",
                "the page is gone",
                None,
                NOW,
                ("HTTP 404",),
                "https://a.example/3",
            ),
        ),
    ),
    Message(
        "all",
        tuple(entry(["Old."], [f"New {n}."]) for n in range(30)),
        unknown=Unknown(60, (("s.example", NOW),), ("the last crawl: 3 times listing failed",)),
    ),
    Message("all", (entry(["我们收集数据。" * 40], ["我们出售数据。" * 40]),)),
    Message("all", (entry(["ข้อมูล" * 100], ["ขาย" * 100]),)),
]


@pytest.mark.parametrize("message", MESSAGES)
def test_text_has_78_columns_and_html_says_the_same(message):
    text, page = plain(message), html(message)
    for row in text.splitlines():
        assert len(row) <= COLUMNS or " " not in row.strip("* ")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text + page.replace("\n", ""))
    assert "\n" not in subject(message)
    assert len(subject(message)) <= 150
    reader = Reader()
    reader.feed(page)
    assert reader.remote == []
    shown = letters(reader.text)
    for one in message.entries[:25]:
        for sentence in one.excerpt.sentences:
            bare = letters(in_words(sentence).replace("[-", "").replace("-]", "").replace("{+", "").replace("+}", ""))
            assert bare in shown
            assert letters(in_words(sentence)) in letters(text)
        assert all(letters(url) in shown and url in text for _, url in one.links)
    assert "<script" not in page


def letters(text):
    return re.sub(r"\s|\* ", "", text)


class Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.text, self.remote, self._silent = "", [], False

    def handle_starttag(self, tag, attrs):
        self._silent = tag == "title"
        self.remote += [name for name, value in attrs if name in ("src", "srcset", "background", "onclick")]
        self.remote += [tag] if tag in ("img", "script", "link", "iframe", "object", "form") else []

    def handle_endtag(self, tag):
        self._silent = False

    def handle_data(self, data):
        self.text += "" if self._silent else data


def test_the_text_of_a_whole_message():
    text = plain(Message("sale", (entry(["We never sell your data."], ["We may sell your data."]),), past=2))
    assert text.splitlines()[:14] == [
        "shop.example: substantive, +4 −1 words",
        "  between 6 and 26 November 2026",
        "  in Sharing",
        "",
        "  * We [-never-]{+may+} sell your data.",
        "",
        "  old wording: https://a.example/1",
        "  new wording: https://a.example/2",
        "  cite: shop.example@2026-11-26.1f3a9c2e",
        "  policylapse diff a b",
        "",
        "Not known:",
        "* 2 changes found that are too old to be news: see policylapse changes",
        "  --found-since.",
    ]
    assert "because of the watch “sale”" in text


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=300))
def test_wrapping_loses_nothing(text):
    lines = list(wrap(text, "  ", "    "))
    assert letters("".join(lines)) == letters(text)


@pytest.mark.parametrize("message", MESSAGES)
def test_data_for_programs_is_small(message):
    data = data_of(message)
    assert len(json.dumps(data)) < 20_000
    assert data["type"] in ("policy.changed", "policy.event")


def test_brackets_in_words():
    assert bracket_words(datetime(2026, 11, 3, tzinfo=UTC), NOW) == "between 3 and 26 November 2026"


# when


def watch(**fields):
    return config(watch=fields).watches[0]


@pytest.mark.parametrize(
    ("fields", "now", "due"),
    [
        ({"digest": "daily"}, "2026-11-26T06:59", "2026-11-25T07:00"),
        ({"digest": "daily"}, "2026-11-26T07:00", "2026-11-26T07:00"),
        ({"digest": "weekly"}, "2026-11-26T12:00", "2026-11-23T07:00"),
        ({"digest": "weekly", "day": "thursday", "at": "12:00"}, "2026-11-26T12:00", "2026-11-26T12:00"),
        ({"digest": "monthly", "day": 28}, "2026-03-01T12:00", "2026-02-28T07:00"),
        ({"digest": "monthly"}, "2026-01-01T06:00", "2025-12-01T07:00"),
    ],
)
def test_the_digest_that_is_due(fields, now, due):
    zone = ZoneInfo("UTC")
    assert period_of(watch(**fields), datetime.fromisoformat(f"{now}+00:00"), zone) == datetime.fromisoformat(
        f"{due}+00:00"
    )


@given(
    st.integers(0, 4 * 365 * 24 * 60).map(
        lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    st.sampled_from(["daily", "weekly", "monthly"]),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"]),
)
def test_every_moment_lies_in_one_period_whatever_the_clock_does(now, digest, zone):
    """Periods follow one another without a gap: the one before begins a day, week or month before."""
    one, clock = watch(digest=digest, at="02:30"), ZoneInfo(zone)
    begin = period_of(one, now, clock)
    before = period_of(one, begin - timedelta(seconds=1), clock)
    longest = {"daily": 25, "weekly": 7 * 24 + 1, "monthly": 31 * 24 + 1}[digest]
    assert before < begin <= now
    assert now - begin < timedelta(hours=longest)
    assert begin - before <= timedelta(hours=longest)
    assert period_of(one, begin, clock) == begin


@pytest.mark.parametrize(
    ("quiet", "at", "held"),
    [
        ("22:00-07:00", "23:00", True),
        ("22:00-07:00", "06:59", True),
        ("22:00-07:00", "07:00", False),
        ("12:00-13:00", "12:30", True),
        ("12:00-13:00", "13:00", False),
        ("", "03:00", False),
    ],
)
def test_quiet_hours(quiet, at, held):
    assert held_back(watch(quiet=quiet), datetime.fromisoformat(f"2026-11-26T{at}+00:00"), ZoneInfo("UTC")) is held


def test_retries_grow_and_end():
    waits = [next_attempt(attempts, NOW) - NOW for attempts in range(1, 12)]
    assert waits == sorted(waits)
    assert waits[0] == timedelta(seconds=5)
    assert next_attempt(1, NOW, retry_after=600.0) - NOW == timedelta(minutes=10)
    assert next_attempt(1, NOW, retry_after=1e12) - NOW == GIVE_UP
    assert [is_over(NOW, NOW + GIVE_UP * share) for share in (0.9, 1)] == [False, True]


# the file


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({}, "has no watch"),
        ({"watch": {}}, "has no key 'watch'"),
        ({"channels": CHANNELS, "watches": {"all": {}}}, "is not a channel. Channels: me"),
        ({"channels": {"me": {}}, "watches": {}}, "[channels.me] must have exactly one of"),
        ({"channels": {"me": {"mail": "smtp://u:pw@h", "from": "a@b", "to": ["c@d"]}}}, "has a password in it"),
        ({"channels": {"me": {"mail": "imap://h"}}}, "must be smtp+starttls://"),
        ({"channels": {"me": {"mail": "smtp://h", "from": "a@b\r\nBcc: x@y", "to": ["c@d"]}}}, "needs from and to"),
        ({"channels": {"me": {"webhook": "http://h/"}}}, "must begin with https://"),
        ({"channels": {"me": {"command": "echo"}}}, "must be a list"),
        (
            {"channels": CHANNELS, "watches": {"all": {"channels": ["me"], "classes": ["big"]}}},
            "Write some of substantive",
        ),
        ({"channels": CHANNELS, "watches": {"all": {"channels": ["me"], "quiet": "late"}}}, "quiet 'late' is not"),
        (
            {"channels": CHANNELS, "watches": {"all": {"channels": ["me"], "digest": "weekly", "day": "noday"}}},
            "is not a day",
        ),
        ({"channels": CHANNELS, "watches": {"all": {"channels": ["me"], "at": "25:00"}}}, "not a time of day"),
        ({"channels": CHANNELS, "watches": {"All!": {}}}, "is not a name"),
        ({"channels": CHANNELS, "watches": {"all": {"channels": ["me"]}}, "timezone": "Mars/Base"}, "is not known"),
        ({"channels": CHANNELS, "watches": {"all": {"channels": ["me"], "min_words": True}}}, "must be a number"),
    ],
)
def test_a_wrong_file_says_what_may_stand_there(data, says):
    with pytest.raises(ConfigError, match=re.escape(says)) as error:
        parse(data)
    assert "pw" not in str(error.value)


def test_defaults():
    one = config().watches[0]
    assert (one.sites, one.digest, [str(kind) for kind in one.classes]) == (
        ("*",),
        Digest.NOW,
        ["substantive", "replaced"],
    )
    assert config(watch={"lists": ["sale.csv"]}).watches[0].sites == ()
