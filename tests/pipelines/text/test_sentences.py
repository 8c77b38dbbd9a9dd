"""Sentences lose nothing, are the words of the wording, and end where a reader of any language ends them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.text.sentences import sentences
from pipelines.text.wording import words

PIECES = st.sampled_from(
    [
        "We",
        " keep",
        ". ",
        "! ",
        "?",
        "。",
        "個人",
        "“",
        "”",
        "**",
        "\n",
        "1.",
        " (a)",
        "e.g. ",
        "…",
        "\u200b",
        "\\",
        "é",
        "ก",
        " ",
        "؟ ",
        "II) ",
        "25. Mai 2018",
        "।",
    ]
)


@given(st.one_of(st.text(), st.lists(PIECES).map("".join)))
def test_no_character_and_no_word_is_lost(text):
    found = sentences(text)
    assert "".join(one.text for one in found) == text
    assert [word for one in found for word in one.key] == words(text)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("We keep *data*. Do you? “Yes.” No!", 4),
        ("See e.g. Google Inc. or Art. 6 GDPR, No. 5 and U.S. law.", 1),
        ("z. B. Namen bzw. Daten, ggf. Adressen. Am 25. Mai 2018 gilt sie.", 2),
        (
            "Garantien gem. Art. 44 ff. DSGVO, insb. Google, Art. 6 Abs. 1 lit. F i. V. m. Ziff. IV. Wir nutzen sog. Cookies.",
            2,
        ),
        ("Ai sensi degli artt. 13 e ss. GDPR, lett. A, cfr. Garante. Il sig. Rossi risponde.", 2),
        ("Conforme aos arts. 7º e ss. LGPD e segs. Nós, núm. IV, Sr. Silva.", 2),
        ("Selon les art. 12 et ss. RGPD. Tél. 01, M. Dupont.", 2),
        ("Cookies incl. Google Analytics, art. 13 lid 2 AVG en dhr. Jansen. Tel. +31 20.", 2),
        ("Véase el art. 13 y ss. RGPD y la Sra. García. Es todo.", 2),
        ("You must be 16. We mean it.", 2),
        ("a line  \nanother line", 2),
        ("a line ends so.  \nanother, etc.\n5 lines", 3),
        ("1. We keep data.", 1),
        ("個人情報を取得します。提供しません！「はい。」終わり", 4),
        ("نحن نجمع البيانات. هل توافق؟ نعم، نوافق.", 3),
        ("हम डेटा रखते हैं। क्या आप सहमत हैं?", 2),
        ("Συλλέγουμε δεδομένα. Συμφωνείτε;", 2),
        ("เราเก็บข้อมูล ของคุณ Google ไว้", 2),
        ("אנו אוספים מידע. האם אתה מסכים?", 2),
        ("Мы храним данные. Вы согласны?", 2),
        ("***", 1),
        ("", 0),
    ],
)
def test_where_a_sentence_ends(text, parts):
    assert len(sentences(text)) == parts


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ('We say "no". Never... Really!', "We say “no”. Never… Really!"),
        ("We keep it. **Always.** Yes.", "We keep\u00a0it.  *Always.* Yes."),
        ("1. It's ours. It is.", "(a) It’s ours. It is."),
    ],
)
def test_typography_makes_no_other_sentence(typed, printed):
    assert [one.key for one in sentences(typed)] == [one.key for one in sentences(printed)]


@pytest.mark.parametrize("text", ["." * 200_000, ". " * 100_000, ".'" * 100_000, "a.\n" * 50_000, "ก " * 100_000])
def test_a_hostile_text_takes_linear_time(text):
    """Seconds, not hours: the test would not end."""
    assert "".join(one.text for one in sentences(text)) == text
