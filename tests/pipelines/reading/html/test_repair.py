import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.reading.html.repair import repaired

SOUND = st.text(
    st.characters(codec="utf-8", exclude_characters="<>&\u00ad\u200b\u2060\ufeff", exclude_categories=("Cc",))
)


def spoiled(text):
    return "".join(bytes([byte]).decode("cp1252", errors="ignore") or chr(byte) for byte in text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "don’t",
        "“ever” – never…",
        "Crème brûlée",
        "Größe",
        "5 €",
        "São Paulo",
        "Приватность",
        "隐私政策",
        "プライバシー",
    ],
)
def test_double_encoded_text_is_read_back(text):
    assert repaired(f"<p>{spoiled(text)}</p><p>{text}</p>") == f"<p>{text}</p><p>{text}</p>"


@pytest.mark.parametrize(
    "text",
    [
        "SÃO PAULO",
        "Â",
        "“VOCÊ” está",
        "à la carte…",
        "réalisées…",
        "l’île – où",
        "Ärzte „überall“",
        "naïve – “ok”",
        "ﬁne ﬀ ½ № Ⅳ",
        "straight ' and curly ’",
        "全角ＡＢＣ",
    ],
)
def test_sound_text_stays(text):
    assert repaired(f"<p>{text}</p>") == f"<p>{text}</p>"


def test_invisible_characters_go_and_joiners_stay():
    assert (
        repaired("per\u00adso\u200bnal\u2060 \ufeffdata \u200cمی\u200cخواهم\u200f")
        == "personal data \u200cمی\u200cخواهم\u200f"
    )


def test_stray_controls_of_windows_are_its_punctuation():
    assert repaired("<p>don\u0092t</p>") == "<p>don’t</p>"


def test_tags_are_never_touched():
    html = f'<a href="/{spoiled("é")}">x</a>'
    assert repaired(html) == html


@given(st.lists(SOUND, max_size=4))
def test_sound_and_spoiled_paragraphs_do_not_mix(texts):
    html = "".join(f"<p>{text}</p>" for text in texts)
    assert repaired(html + "<p>donâ€™t</p>").startswith(repaired(html))


def test_long_text_of_traces_costs_little():
    start = time.process_time()
    repaired("<p>" + "Ã©â€™ " * 50_000 + "</p>")
    assert time.process_time() - start < 15
