"""Dates by which a text dates itself: languages, ambiguity, whose date it is, and hostile text."""

import json
import subprocess
import sys
import time
import unicodedata
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.model import Block, BlockKind, DateKind
from pipelines.reading.dates.page_dates import page_dates
from pipelines.reading.dates.text_dates import find_dates
from pipelines.reading.dates.written_dates import forms_able, forms_of_dates, written_dates
from pipelines.reading.decode import decode_payload
from pipelines.reading.extract import extract_text
from pipelines.text.calendar import MONTHS
from pipelines.text.folding import fold, letters

AT = datetime(2020, 6, 1, tzinfo=UTC)
MAY_25 = date(2018, 5, 25)
FILLER = "We keep your data for as long as you have an account with us and the law asks for it."
PAIRS = Path(__file__).parents[5] / "shared" / "pairs"


def blocks(*texts):
    return [Block(BlockKind.PARAGRAPH, 0, text) for text in texts]


def read(text, language="", at=AT):
    return [
        (found.kind.value, *map(str, found.dates))
        for found in find_dates(blocks(text), captured_at=at, language=language)
    ]


@pytest.mark.parametrize(
    ("language", "text", "kind"),
    [
        ("ar", "آخر تحديث: ٢٥ مايو ٢٠١٨", "updated"),
        ("ar", "تاريخ السريان: 25 أيار 2018", "effective"),
        ("bg", "Последна актуализация: 25 май 2018 г.", "updated"),
        ("cs", "Účinnost od 25. května 2018", "effective"),
        ("da", "Senest opdateret den 25. maj 2018", "updated"),
        ("de", "Stand: 25.05.2018", "updated"),
        ("de", "Diese Erklärung gilt ab 25. Mai 2018.", "effective"),
        ("el", "ΤΕΛΕΥΤΑΙΑ ΕΝΗΜΕΡΩΣΗ: 25η ΜΑΪΟΥ 2018", "updated"),
        ("en", "**Last updated:** May 25th, 2018", "updated"),
        ("en", "Effective Date: The earlier of 25 May 2018, or user acceptance.", "effective"),
        ("en", "Posted on the 25th day of May, 2018", "published"),
        ("en", "Updated 2018-05-25T10:00:00Z", "updated"),
        ("es", "Última actualización: 25 de mayo de 2018", "updated"),
        ("et", "Viimati uuendatud 25. mail 2018", "updated"),
        ("fi", "Viimeksi päivitetty 25. toukokuuta 2018", "updated"),
        ("fr", "Dernière mise à jour : le 25 mai 2018", "updated"),
        ("fr", "Entrée en vigueur le 25/05/2018", "effective"),
        ("ga", "Nuashonraithe: 25 Bealtaine 2018", "updated"),
        ("he", "עודכן לאחרונה: 25 במאי 2018", "updated"),
        ("hi", "अंतिम अपडेट: २५ मई २०१८", "updated"),
        ("hr", "Zadnja izmjena: 25. svibnja 2018.", "updated"),
        ("hu", "Hatályos: 2018. május 25.", "effective"),
        ("it", "Ultimo aggiornamento: 25 maggio 2018", "updated"),
        ("ja", "最終更新日：２０１８年５月２５日", "updated"),
        ("ja", "平成30年5月25日 制定", "published"),
        ("ko", "2018년 5월 25일부터 시행합니다.", "effective"),
        ("ko", "최종 수정일: 2018. 5. 25.", "updated"),
        ("lt", "Paskutinis atnaujinimas: 2018 m. gegužės 25 d.", "updated"),
        ("lv", "Pēdējās izmaiņas: 2018. gada 25. maijā", "updated"),
        ("mt", "Aġġornat l-aħħar: 25 ta’ Mejju 2018", "updated"),
        ("nb", "Sist oppdatert: 25. mai 2018", "updated"),
        ("nl", "Laatst bijgewerkt: 25-05-2018", "updated"),
        ("pl", "Data ostatniej aktualizacji: 25 maja 2018 r.", "updated"),
        ("pt", "Última atualização em 25 de maio de 2018", "updated"),
        ("ro", "Ultima actualizare: 25 mai 2018", "updated"),
        ("ru", "Дата обновления: 25 мая 2018 г.", "updated"),
        ("sk", "Posledná aktualizácia: 25. 5. 2018", "updated"),
        ("sl", "Zadnja posodobitev: 25. maj 2018", "updated"),
        ("sv", "Senast uppdaterad den 25 maj 2018", "updated"),
        ("tr", "Yürürlük tarihi: 25 Mayıs 2018", "effective"),
        ("tr", "SON GÜNCELLEME: 25.05.2018", "updated"),
        ("uk", "Останнє оновлення: 25 травня 2018 року", "updated"),
        ("zh", "更新日期：2018年5月25日", "updated"),
        ("zh-TW", "生效日期：民國107年5月25日", "effective"),
    ],
)
def test_labels_and_dates_of_a_language(language, text, kind):
    assert read(text, language) == [(kind, "2018-05-25")]
    assert read(text) == [(kind, "2018-05-25")]  # whatever the page says of its language


@pytest.mark.parametrize(
    ("language", "text", "dates"),
    [
        ("en", "Updated: 03/04/2019", ["2019-03-04", "2019-04-03"]),
        ("en-GB", "Updated: 03/04/2019", ["2019-04-03", "2019-03-04"]),
        ("", "Updated: 03/04/2019", ["2019-04-03", "2019-03-04"]),
        ("fr", "Updated: 03/04/2019", ["2019-04-03"]),
        ("fr-CA", "Updated: 03/04/2019", ["2019-04-03", "2019-03-04"]),
        ("en", "Updated: 04/04/2019", ["2019-04-04"]),
        ("de", "Updated: 05/25/2018", ["2018-05-25"]),
        ("en", "Updated: 5.25.18", ["2018-05-25"]),
        ("en", "Updated: 12/31/99", ["1999-12-31"]),
        ("sv", "Updated: 18-05-04", []),  # 2018 or the 18th
        ("en", "Updated: 12/03/2019", ["2019-12-03", "2019-03-12"]),
        ("en", "Updated: 07/05/2020", ["2020-05-07"]),  # the 5th of July was to come
        ("pl", "Updated: 1 listopada 2018", ["2018-11-01"]),
        ("hr", "Updated: 1 listopada 2018", ["2018-10-01"]),
        ("", "Updated: 1 listopada 2018", []),  # November in Polish, October in Croatian
        ("en", "Updated: 31/02/2018", []),
        ("en", "Updated: 10.20.30.40", []),
        ("en", "Updated: May 25", []),
        ("en", "Updated: 2018", []),
    ],
)
def test_nothing_is_guessed(language, text, dates):
    assert [day for _kind, *days in read(text, language) for day in days] == dates


def test_a_month_is_told_as_one():
    (found,) = find_dates(blocks("Stand: Mai 2018"), captured_at=AT)
    assert (found.dates, found.month_only, found.words) == ((date(2018, 5, 1),), True, "Stand: Mai 2018")


def test_dates_after_the_capture_are_marked():
    def implausible(text):
        return [found.implausible for found in find_dates(blocks(text), captured_at=AT)]

    assert implausible("Last updated: 1 June 2020") == implausible("Last updated: 2 June 2020") == [False]
    assert implausible("Last updated: 3 June 2020") == [True]
    assert implausible("Effective: 1 January 2021") == [False]
    assert implausible("Effective: 1 January 2022") == [True]
    (unknown,) = find_dates(blocks("Last updated: 1 January 2099"), captured_at=None)
    assert not unknown.implausible


@pytest.mark.parametrize(
    "text",
    [
        "The California Consumer Privacy Act, effective January 1, 2020, gives you rights.",
        "Since the GDPR became effective on 25 May 2018 you may ask for a copy.",
        "You understand 25 May 2018 to be a day like any other in the long history of our company and of its customers.",
        "© 2018 Harbour Ltd.",
        "Orders made between 1 January 2018 and 31 January 2018 could be returned, as ever, with the receipt.",
    ],
)
def test_other_dates_are_not_the_texts(text):
    texts = [FILLER] * 20 + [text] + [FILLER] * 20
    assert find_dates(blocks(*texts), captured_at=AT) == ()


def test_what_stands_where():
    texts = ["Privacy Policy", "Last updated", "25 May 2018"] + [FILLER] * 20
    texts += ["We revised our scheme of rewards. This policy was last updated on 3 March 2018.", *[FILLER] * 20]
    texts += ["Previous version: 1 January 2016", "4 April 2018"]
    found = find_dates(blocks(*texts), captured_at=AT)
    assert [(one.kind, str(one.dates[0]), one.block) for one in found] == [
        (DateKind.UPDATED, "2018-05-25", 2),
        (DateKind.UPDATED, "2018-03-03", 23),
        (DateKind.OTHER, "2016-01-01", 44),
        (DateKind.OTHER, "2018-04-04", 45),
    ]
    assert found[0].words == "Last updated 25 May 2018"
    assert found[1].words == "last updated on 3 March 2018"


def test_each_date_has_its_own_label():
    text = "Effective: May 25, 2018 | Last updated: June 3, 2018 (previous version: May 1, 2016)"
    assert read(text) == [("effective", "2018-05-25"), ("updated", "2018-06-03"), ("other", "2016-05-01")]
    behind = "平成22年4月1日制定 平成30年5月25日改定"
    assert read(behind, "ja") == [("published", "2010-04-01"), ("updated", "2018-05-25")]
    replaced = "This policy is effective as of 25 May 2018 and replaces the version of 1 March 2016."
    assert read(replaced, "en") == [("effective", "2018-05-25"), ("other", "2016-03-01")]


@given(st.dates(date(1990, 1, 1), date(2089, 12, 31)), st.sampled_from(sorted(MONTHS)), st.data())
def test_every_day_is_read_in_every_language(day, language, data):
    name = data.draw(st.sampled_from(MONTHS[language][day.month - 1]))
    for text in (f"{day.day}. {name} {day.year}", f"{day.day} {name.upper()} {day.year}"):
        (found,) = written_dates(fold(letters(text)), language)
        assert found.days == (day,)
        assert not found.month_only


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("case", [str, str.upper, str.title])
@pytest.mark.parametrize("language", sorted(MONTHS))
def test_every_month_is_read_in_every_case_and_however_its_accents_are_written(language, case, form):
    for number, names in enumerate(MONTHS[language], start=1):
        for name in names:
            written = unicodedata.normalize(form, f"25 {case(name)} 2018")
            (found,) = find_dates(blocks(written), captured_at=AT, language=language)
            assert found.dates == (date(2018, number, 25),)
            assert found.words == unicodedata.normalize("NFKC", written)


@given(
    st.text(alphabet=st.sampled_from("0123456789./-, 年月日maydelfst\u200f\n*|:"), max_size=200),
    st.sampled_from(["", "en", "de", "ja"]),
)
def test_any_text_gives_dates_in_order_within_it(text, language):
    found = written_dates(fold(letters(text)), language)
    assert all(one.days and 0 <= one.start < one.end <= len(text) for one in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_around_a_date_is_survived(before, behind):
    found = find_dates(blocks(f"{before} 25 May 2018 {behind}"), captured_at=AT)
    assert found == find_dates(blocks(f"{before} 25 May 2018 {behind}"), captured_at=AT)


@pytest.mark.parametrize(
    "text",
    [
        "2018-" * 20_000,
        "1" * 100_000,
        "may " * 30_000,
        "25 may " * 20_000,
        "updated 1/1/2018 " * 10_000,
        "2018" + " " * 100_000,
        ". A" * 40_000 + " updated 25 May 2018",
        "令和1年" * 30_000,
        "25 de " * 20_000,
        "last updated " * 10_000 + "25 May 2018",
    ],
)
def test_hostile_text_takes_no_long_time(text):
    start = time.process_time()
    found = find_dates(blocks(text, text), captured_at=AT)
    assert time.process_time() - start < 10
    assert len(found) <= 40


def test_the_result_does_not_depend_on_today(monkeypatch):
    text = "Last updated: May 25, 2018. Effective 1 June 2018."
    here = read(text, "en")
    code = f"from tests.pipelines.reading.dates.test_text_dates import read; print(read({text!r}, 'en'))"
    for environment in ({"LC_ALL": "tr_TR.UTF-8", "TZ": "Pacific/Kiritimati"}, {"LC_ALL": "C", "PYTHONHASHSEED": "1"}):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        root = Path(__file__).parents[4]
        shown = subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=root
        ).stdout
        assert shown.strip() == str(here)


def test_page_dates_name_their_source():
    html = """<meta content='2018-05-25T10:00:00Z' property='article:modified_time'><meta name="date" content="2001-01-01">
    <meta property="og:updated_time" content="1527242400"><time itemprop="datePublished" datetime="2017-01-02">2 January</time>
    <script type="application/ld+json">{"@type": "WebPage", "dateModified" : "2021-06-03T00:00:00+02:00"}</script>"""
    assert [
        (one.kind.value, str(one.day), one.source, one.implausible) for one in page_dates(html, captured_at=AT)
    ] == [
        ("updated", "2018-05-25", "article:modified_time", False),
        ("published", "2017-01-02", "datePublished", False),
        ("updated", "2021-06-03", "dateModified", True),
    ]


@given(st.text(alphabet=st.sampled_from("<meta property=\"'og:updated_time>content2018-"), max_size=300))
def test_page_dates_survive_any_text(html):
    assert all(one.day.year for one in page_dates(f"{html}<meta {html}"))


@pytest.mark.shared
@pytest.mark.skipif(not PAIRS.is_dir(), reason="../shared/pairs is missing")
def test_real_pages_are_read_in_time():
    """Pages in a hundred with a line as "Last updated: May 25, 2018" in the curated text of which a date is read."""
    rows = [json.loads(line) for line in (PAIRS / "index.jsonl").read_text().splitlines()][::4]
    labelled = read_in = 0
    seconds = 0.0
    for row in rows:
        gold = (PAIRS / f"{row['id']}.gold.md").read_text(encoding="utf-8")
        page = decode_payload((PAIRS / f"{row['id']}.html").read_bytes(), {"content-type": "text/html; charset=utf-8"})
        at = datetime.fromisoformat(row["date"])
        text = extract_text(page, url=row["url"])
        start = time.process_time()
        found = find_dates(text.blocks, captured_at=at, language=text.language)
        seconds += time.process_time() - start
        if any(
            line.startswith(("Last updated", "Updated", "Dernière mise à jour", "Version:"))
            for line in gold.splitlines()
        ):
            labelled += 1
            read_in += any(one.kind is not DateKind.OTHER for one in found)
        assert all(one.dates[0].year <= at.year + 1 or one.implausible for one in found)
    assert labelled > 10
    assert read_in >= 0.95 * labelled
    assert timedelta(seconds=seconds) / len(rows) < timedelta(milliseconds=20)  # 2 ms, on a machine that is not busy


@given(
    st.lists(
        st.sampled_from(
            [
                "2018",
                "18",
                "5",
                "25",
                "25th",
                "may",
                "may.",
                "mai",
                "majus",
                "gada",
                "m.",
                "of",
                "de",
                "평성",
                "平成",
                "元",
                "年",
                "년",
                "月",
                "월",
                "日",
                "일",
                " ",
                " ",
                ",",
                ".",
                "/",
                "-",
                "–",
                "‐",
                "x",
            ]
        ),
        max_size=12,
    ).map("".join)
)
def test_a_form_that_is_left_out_finds_nothing(text):
    able = list(forms_able(text, 0, len(text)))
    assert all(form in able for _signs, form in forms_of_dates() if form.search(text))


@pytest.mark.parametrize(
    ("text", "count"),
    [("in 2018 we had 5 of them", 0), ("may 2018", 6), ("2018年5月", 3), ("25.5.2018", 3), ("5/2018", 4)],
)
def test_only_forms_with_what_a_stretch_has_are_tried(text, count):
    assert len(list(forms_able(text, 0, len(text)))) == count
