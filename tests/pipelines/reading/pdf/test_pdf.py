"""PDF policies: blocks as they were printed, the wording of the same policy in HTML, and an outcome for every bad file."""

import io
import signal
import subprocess
import sys
import zlib
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from crawler.archives.capture import Outcome
from crawler.archives.errors import DecodeError, ExtractError, TookTooLong
from crawler.choosing.rows import rows_of
from crawler.choosing.strategies import next_batch, parse_strategy
from crawler.choosing.survey import Knowledge
from crawler.targets.fetched import Fetched
from pipelines.model import Block, BlockKind
from pipelines.reading.payload import read_payload
from pipelines.reading.pdf import document as pdf
from pipelines.reading.pdf import process as pdf_process
from pipelines.reading.pdf.blocks import read_lines
from pipelines.reading.pdf.document import read_pdf
from pipelines.reading.pdf.layout import reading_order
from pipelines.reading.pdf.rows import Piece
from pipelines.text.markdown import render_markdown
from tests.builders import make_listed
from tests.pipelines.reading.pdf.pdf_files import (
    BODY,
    JUSTIFIED,
    balanced,
    flowing,
    heading,
    items,
    paragraph,
    placed,
    raw,
    table,
)
from tests.ranges import examples

URL = "http://acme.example/legal/privacy.pdf"
SENTENCE = (
    "We collect your name and e-mail address to deliver your orders, and we keep this personal information as long "
    "as the law asks us to, but never longer than ten years. Our partners help us with payments and deliveries. "
)
CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"


def blocks(body):
    return read_pdf(body, URL).blocks


def texts(body):
    return [block.markdown for block in blocks(body)]


def kinds(body):
    return [(block.kind.value, block.level, block.markdown) for block in blocks(body)]


def running(canvas, page, header="Acme Ltd – Privacy Policy", footer="Page {} of 3"):
    canvas.setFont("Helvetica", 8)
    canvas.drawString(72, 800, header)
    canvas.drawCentredString(297, 40, footer.format(page))


# --- one policy, printed and on the web -----------------------------------------------------------------------

POLICY = [
    ("h1", "Privacy Policy"),
    ("p", "Last updated: 3 May 2018"),
    ("h2", "1. What we collect"),
    ("p", SENTENCE * 3),
    ("ul", ["Your name", "Your address, which the carrier needs too. " + SENTENCE, "Your telephone number"]),
    ("h2", "2. Your rights"),
    ("ol", ["You may ask for a copy of what we know of you.", "You may complain. " + SENTENCE, "You may object."]),
    ("h3", "How to write to us"),
    ("p", SENTENCE * 4),
    ("table", [["Cookie", "Purpose", "Kept"], ["sid", "Keeps you logged in", "1 day"], ["lang", "Language", "1 year"]]),
    ("p", "Write to us at privacy@acme.example, or to Acme Ltd, 1 Main Street. " + SENTENCE * 12),
]


def policy_as_pdf(*, tables=True, **options):
    made = {
        "h1": partial(heading, 1),
        "h2": partial(heading, 2),
        "h3": partial(heading, 3),
        "p": partial(paragraph, style=JUSTIFIED),
        "ul": lambda entries: items(*entries),
        "ol": lambda entries: items(*entries, numbered=True),
        "table": lambda rows: table(*rows, widths=[90, 220, 90]),
    }
    return flowing(
        *(made[kind](text) for kind, text in POLICY if tables or kind != "table"), title="Privacy Policy", **options
    )


def policy_as_html():
    def listed(tag, entries):
        return f"<{tag}>" + "".join(f"<li>{entry}</li>" for entry in entries) + f"</{tag}>"

    def element(kind, content):
        if kind == "table":
            return "<table>" + "".join("<tr><td>" + "<td>".join(row) + "</tr>" for row in content) + "</table>"
        return listed(kind, content) if kind in ("ul", "ol") else f"<{kind}>{content}</{kind}>"

    body = "".join(element(kind, content) for kind, content in POLICY)
    return f"<!doctype html><title>Privacy Policy</title><body><main>{body}</main>".encode()


@pytest.mark.parametrize("header", ["application/pdf", "text/html; charset=utf-8", "application/octet-stream", ""])
def test_the_same_policy_has_the_same_wording_as_html_and_as_pdf(header):
    printed = read_payload(Fetched(policy_as_pdf(running=running), {"content-type": header}, URL))
    web = read_payload(Fetched(policy_as_html(), {"content-type": "text/html"}, URL))
    assert printed.outcome is web.outcome is Outcome.FETCHED
    assert printed.words > 500
    assert printed.wording == web.wording
    shapes = [[(block.kind, block.level) for block in reading.extraction.blocks] for reading in (printed, web)]
    assert [kind for kind, _ in shapes[0]] == [kind for kind, _ in shapes[1]]
    assert printed.extraction.links == ()


def test_the_wording_does_not_depend_on_columns():
    one, two = (policy_as_pdf(tables=False, columns=count) for count in (1, 2))
    text = [[block.markdown for block in blocks(body) if block.kind is not BlockKind.ROW] for body in (one, two)]
    assert text[0] == text[1]


def test_the_same_bytes_give_the_same_text():
    body = policy_as_pdf(running=running)
    assert read_pdf(body, URL) == read_pdf(body, URL)


def test_a_pdf_behind_a_junk_line_is_read():
    assert read_payload(Fetched(b"\r\n" + policy_as_pdf(), {}, URL)).outcome is Outcome.FETCHED


# --- blocks ---------------------------------------------------------------------------------------------------


def test_heading_levels_follow_their_sizes():
    body = flowing(
        heading(1, "Policies of Acme 2018"),
        paragraph(SENTENCE * 3),
        heading(2, "Privacy"),
        heading(3, "Cookies"),
        paragraph(SENTENCE),
        heading(2, "Terms"),
        paragraph(SENTENCE),
    )
    found = [(block.level, block.markdown) for block in blocks(body) if block.kind is BlockKind.HEADING]
    assert found == [(1, "Policies of Acme 2018"), (2, "Privacy"), (3, "Cookies"), (2, "Terms")]


def test_a_heading_of_two_lines_is_one():
    body = flowing(
        heading(1, "How Acme and all of its many companies treat what you tell them in 2018"), paragraph(SENTENCE)
    )
    assert kinds(body)[0] == ("heading", 1, "How Acme and all of its many companies treat what you tell them in 2018")


@pytest.mark.parametrize("style", [BODY, JUSTIFIED])
def test_wrapped_lines_are_one_paragraph(style):
    first, second = " ".join((SENTENCE * 3).split()), " ".join(SENTENCE.split())
    assert texts(flowing(paragraph(first, style), paragraph(second, style))) == [first, second]


def test_a_paragraph_goes_on_over_pages():
    long = " ".join((SENTENCE * 30).replace(".", ",").split())
    assert texts(flowing(paragraph(long), running=running)) == [long]


def test_a_bold_beginning_is_no_heading():
    body = flowing(
        paragraph(f"<b>We never sell what you tell us.</b> {SENTENCE}"), paragraph(f"<b>{SENTENCE}</b> {SENTENCE * 3}")
    )
    assert [block.kind for block in blocks(body)] == [BlockKind.PARAGRAPH] * 2


def test_headings_in_capitals_and_clauses_that_hang():
    first, second = SENTENCE[:76].strip(), SENTENCE[76:150].strip()
    clauses = [
        (72, 700, "OUR DUTIES"),
        (72, 676, "1.1"),
        (110, 676, first),
        (110, 664, second),
        (72, 644, "1.2"),
        (110, 644, first),
        (110, 632, second),
    ]
    assert kinds(placed(clauses)) == [
        ("title", 0, "OUR DUTIES"),
        ("paragraph", 0, f"1.1 {first} {second}"),
        ("paragraph", 0, f"1.2 {first} {second}"),
    ]


def test_a_warning_in_capitals_is_no_heading():
    lines = [(72, 700 - 12 * n, line) for n, line in enumerate([SENTENCE[:80], SENTENCE[80:160], SENTENCE[160:]] * 4)]
    loud = [(72, 540, SENTENCE[:70].upper()), (72, 528, SENTENCE[70:100].upper())]
    assert BlockKind.HEADING not in {block.kind for block in blocks(placed([*lines, *loud]))}


def test_lists_nest_by_their_indentation():
    body = flowing(
        paragraph(SENTENCE),
        items("Your name", ("Your address: " + SENTENCE, items("street", "town, " + SENTENCE, start="–")), "Your age"),
        paragraph(SENTENCE),
    )
    found = [(kind, level) for kind, level, _ in kinds(body)]
    item = [("item", level) for level in (1, 1, 2, 2, 1)]
    assert found == [("paragraph", 0), *item, ("paragraph", 0)]
    assert texts(body)[2] == "Your address: " + SENTENCE.strip()


def test_bullets_without_hanging_indentation():
    lines = [
        (72, 700, "• We keep your name and your address as long as you are our customer and for"),
        (72, 688, "as long as the law asks us to keep them, which may be for up to ten years more."),
        (72, 676, "• We sell nothing of it."),
    ]
    found = kinds(placed(lines))
    assert [(kind, level) for kind, level, _ in found] == [("item", 1), ("item", 1)]
    assert found[0][2].endswith("for up to ten years more.")


def test_numbers_are_items_where_they_count_from_one():
    lines = [
        (72, 700 - 14 * n, f"{label} {text}")
        for n, (label, text) in enumerate(
            [("1.", "You may ask."), ("2.", "You may object:"), ("3.", "You may complain.")]
        )
    ]
    assert kinds(placed(lines)) == [
        ("numbered", 1, "You may ask."),
        ("numbered", 1, "You may object:"),
        ("numbered", 1, "You may complain."),
    ]


def test_numbers_that_count_from_elsewhere_stay_in_the_text():
    lines = [(72, 700, "7. You may ask."), (72, 686, "8. You may object.")]
    assert kinds(placed(lines)) == [("paragraph", 0, "7. You may ask."), ("paragraph", 0, "8. You may object.")]


def test_a_number_at_the_beginning_of_a_wrapped_line_is_text():
    lines = [
        (72, 700, "We do so because you agreed to it, or because we have a duty under Article"),
        (72, 688, "6. This we explain to you whenever we ask you for anything that is yours."),
    ]
    assert texts(placed(lines)) == [f"{lines[0][2]} {lines[1][2]}"]


def test_a_table_is_rows_of_cells():
    rows = [
        ["Cookie", "Purpose", "Kept"],
        ["sid", "Keeps you logged in while you move from page to page of our shop", "1 day"],
        ["lang", "Language", "1 year"],
        ["ga", "Counts visitors, so that we know which pages are read and for how long", "2 years"],
    ]
    found = kinds(flowing(paragraph(SENTENCE), table(*rows, widths=[80, 200, 80]), paragraph(SENTENCE)))
    assert found[1:-1] == [("row", 1 if not n else 2, " | ".join(row)) for n, row in enumerate(rows)]


def test_columns_are_read_one_after_the_other():
    entries = [f"{name}. {SENTENCE * 2}".strip() for name in ("First", "Second", "Third", "Fourth")]
    assert texts(flowing(*map(paragraph, entries), columns=2)) == entries


def test_columns_between_full_lines():
    entries = [f"{name}. {SENTENCE * 2}".strip() for name in ("Before", "Second", "Third", "Fourth", "After")]
    before, *inside, after = map(paragraph, entries)
    assert texts(flowing(before, balanced(*inside), after)) == entries


# --- running headers ------------------------------------------------------------------------------------------


def test_running_headers_and_page_numbers_go():
    body = flowing(*[paragraph(f"Part {n}. {SENTENCE * 4}") for n in range(12)], running=running)
    text = "\n".join(texts(body))
    assert "Acme Ltd – Privacy Policy" not in text
    assert "Page" not in text
    assert all(f"Part {n}." in text for n in range(12))
    assert "running headers" in read_pdf(body, URL).decisions[1]


def test_chapter_and_page_number_at_alternate_sides_go():
    def book(canvas, page):
        canvas.setFont("Times-Roman", 9)
        left, right = (str(page + 4), f"Chapter {page // 3}") if page % 2 else (f"Chapter {page // 3}", str(page + 4))
        canvas.drawString(72, 800, left)
        canvas.drawRightString(523, 800, right)

    body = flowing(*[paragraph(f"Part {n}. {SENTENCE * 4}") for n in range(40)], running=book)
    text = "\n".join(texts(body))
    assert "Chapter" not in text
    assert text.count("Part") == 40


def test_a_dated_footer_is_kept_once():
    dated = partial(running, header="Version of 3 May 2018", footer="© 2018 Acme {}")
    body = flowing(*[paragraph(SENTENCE * 8) for _ in range(6)], running=dated)
    text = "\n".join(texts(body))
    assert text.count("Version of 3 May 2018") == 1
    assert "©" not in text


def test_headings_that_count_up_are_no_page_numbers():
    pages = [
        [(72, 760, f"Article {n}", "Helvetica-Bold", 14), *((72, 730 - 12 * k, SENTENCE[:80]) for k in range(9))]
        for n in (1, 2, 3)
    ]
    assert [block.markdown for block in blocks(placed(*pages)) if block.kind is BlockKind.HEADING] == [
        "Article 1",
        "Article 2",
        "Article 3",
    ]


# --- characters -----------------------------------------------------------------------------------------------


def hyphenated(*words, text="x"):
    lines = [(72, 700, text)]
    for n, (start, end) in enumerate(words):
        lines += [(72, 680 - 60 * n, f"{SENTENCE[:60]} {start}-"), (72, 668 - 60 * n, f"{end} {SENTENCE[:60]}.")]
    return " ".join(texts(placed(lines)))


def test_a_cut_word_is_joined_where_the_document_has_it_whole():
    assert "information We" in hyphenated(("infor", "mation"), text="Information about you.")


def test_a_hyphen_stays_where_nothing_proves_it_a_cut():
    text = hyphenated(("third", "party"), ("infor", "mation"), text="A third-party and a thirdparty.")
    assert "third-party We" in text
    assert "infor-mation We" in text


def test_a_document_set_with_hyphenation_proves_more():
    known = "Information and partners; one party."
    text = hyphenated(
        ("infor", "mation"), ("part", "ners"), ("delive", "ries"), ("Third", "party"), text=known + " A third."
    )
    assert "deliveries We" in text
    assert "Third-party We" in text


def test_ligatures_and_soft_hyphens_inside_a_line():
    line = Piece("The ﬁrst oﬃce\u00ad of in\u00adformation", 72, 300, 100, 10, 0)
    assert read_lines(reading_order([[line]])[0]) == (Block(BlockKind.PARAGRAPH, 0, "The first office of information"),)


def test_markdown_is_escaped():
    assert texts(placed([(72, 700, "Write *all* of <b> and `this`.")])) == [r"Write \*all\* of \<b> and \`this\`."]


def test_ideographs_are_joined_without_a_space():
    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiMin-W3"))
    style = ("HeiseiMin-W3", 11)
    body = placed([(72, 660, "当社は、お客様の個人情報を適切に", *style), (72, 646, "保護し、管理します。", *style)])
    assert texts(body) == ["当社は、お客様の個人情報を適切に保護し、管理します。"]


def test_right_to_left_pages_are_read_from_the_right():
    right = [Piece(f"אנחנו שומרים את המידע שלך במשך זמן רב {n}", 320, 520, 100 + 12 * n, 10, 0) for n in range(5)]
    left = [Piece(f"הזכויות שלך על פי החוק הן רבות מאוד {n}", 72, 272, 100 + 12 * n, 10, 0) for n in range(5)]
    lines, _ = reading_order([[*left, *right]])
    assert [line.text for line in lines] == [piece.text for piece in (*right, *left)]


# --- links, title, language -----------------------------------------------------------------------------------


def test_links_title_and_language():
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    canvas.setTitle("Privacy Policy")
    canvas.drawString(72, 700, "Read our terms and more.")
    for target in ("../terms", "javascript:alert(1)", "http://[bad"):
        canvas.linkURL(target, (72, 695, 70 + canvas.stringWidth("Read our terms"), 712))
    canvas.save()
    found = read_pdf(out.getvalue(), URL)
    assert [(link.text, link.href) for link in found.links] == [("Read our terms", "http://acme.example/terms")]
    assert found.title == "Privacy Policy"


@pytest.mark.parametrize(
    ("given_title", "title"),
    [("Microsoft Word - Privacy v3.doc", ""), ("untitled", ""), ("Microsoft Word - Privacy", "Privacy"), ("", "")],
)
def test_a_title_that_a_program_gave_is_none(given_title, title):
    assert read_pdf(placed([(72, 700, "Text")], title=given_title or "x.pdf"), URL).title == title


def test_a_page_on_its_side_is_read():
    body = placed([(72, 700, "Upright text.")])
    turned = body.replace(b"/Rotate 0", b"/Rotate 90")
    assert turned != body
    assert texts(turned) == ["Upright text."]


# --- files that cannot be read --------------------------------------------------------------------------------


def pages_of(count):
    kids = b" ".join(b"%d 0 R" % (n + 3) for n in range(count))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"
    return raw([CATALOG, b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, count), *[page] * count])


def scan():
    out = io.BytesIO()
    pixels = io.BytesIO()
    rows = b"".join(b"\0" + bytes(60) for _ in range(20))

    def chunk(kind, data):
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    header = (20).to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0"
    pixels.write(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )
    canvas = Canvas(out, invariant=1)
    for number in (1, 2):
        canvas.drawImage(ImageReader(pixels), 0, 0, 595, 842)
        canvas.drawString(290, 20, f"Scan {number}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def nested_forms(levels, fan):
    """Forms in forms: fan ** levels to show."""
    forms = [
        b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F %d 0 R>>>>/Length %d>>stream\n%s\nendstream"
        % (n + 6, 6 * fan, b"/F Do " * fan)
        for n in range(levels)
    ]
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<</XObject<</F 5 0 R>>>>/Contents 4 0 R>>"
    last = b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length 0>>stream\n\nendstream"
    content = b"<</Length 5>>stream\n/F Do\nendstream"
    return raw([CATALOG, b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page, content, *forms, last])


@pytest.mark.parametrize(
    ("body", "error", "words"),
    [
        (scan(), ExtractError, "scan.*ocrmypdf"),
        (placed([(72, 700, "Secret")], password="open sesame"), DecodeError, "locked with a password"),
        (policy_as_pdf()[:700], DecodeError, "damaged or cut off"),
        (b"%PDF-", DecodeError, "damaged"),
        (raw([CATALOG, b"<</Type/Pages/Kids[]/Count 0>>"]), DecodeError, "PDF"),
        (raw([CATALOG, b"<</Type/Pages/Kids[]/Count 2000000000>>"]), DecodeError, "PDF"),
        (pages_of(pdf_process.MAX_PAGES + 1), ExtractError, "too many pages"),
    ],
    ids=["scan", "password", "cut off", "header only", "no pages", "false page count", "too many pages"],
)
def test_what_cannot_be_read_is_an_error_that_says_what_to_do(body, error, words):
    with pytest.raises(error, match=words):
        read_pdf(body, URL)
    result = read_payload(Fetched(body, {"content-type": "application/pdf"}, URL))
    assert result.outcome is (Outcome.UNDECODABLE if error is DecodeError else Outcome.EXTRACT_FAILED)


def test_too_much_text_is_refused():
    stream = b"BT /F 1 Tf " + b"(%s) Tj " % (b"word " * 2000) * 200 + b"ET"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>/Contents 4 0 R>>"
    body = raw(
        [
            CATALOG,
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            page,
            b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        ]
    )
    with pytest.raises(ExtractError, match="too much text"):
        read_pdf(body, URL)


def test_a_pdf_that_never_ends_is_given_up():
    with pytest.raises(TookTooLong, match=r"more than 1 s of processor time"):
        read_pdf(nested_forms(12, 12), URL, time_limit=1)


def test_a_pdf_that_never_ends_is_read_again_later(monkeypatch):
    monkeypatch.setattr(pdf, "TIME_LIMIT", 1.0)
    result = read_payload(Fetched(nested_forms(12, 12), {}, URL))
    assert result.outcome is Outcome.READING_STOPPED
    assert "processor time" in result.detail


@pytest.mark.parametrize(("limits", "code"), [(("0.5", "600"), -signal.SIGXCPU), (("600", "0.5"), 1)])
def test_a_reader_that_nobody_ends_ends_itself(limits, code):
    command = [sys.executable, "-P", pdf_process.__file__, *limits]
    done = subprocess.run(command, input=nested_forms(12, 12), capture_output=True, timeout=600, check=False)
    assert (done.returncode, done.stdout) == (code, b"")


def test_a_pdf_without_text_is_an_empty_page():
    result = read_payload(Fetched(placed([]), {}, URL))
    assert (result.outcome, result.detail) == (Outcome.NOT_A_POLICY, "empty page")


def test_a_cut_off_file_gives_what_its_reader_saves():
    body = policy_as_pdf()
    result = read_payload(Fetched(body[: body.rindex(b"startxref")], {}, URL))
    assert result.outcome is Outcome.FETCHED


@settings(max_examples=examples(8, 25))
@given(st.binary(max_size=400))
def test_any_bytes_after_the_mark_are_read_or_refused(junk):
    read_or_refuse(b"%PDF-" + junk)


@settings(max_examples=examples(8, 25))
@given(st.data())
def test_a_damaged_policy_is_read_or_refused(data):
    body = bytearray(policy_as_pdf())
    for _ in range(data.draw(st.integers(1, 30))):
        body[data.draw(st.integers(5, len(body) - 1))] = data.draw(st.integers(0, 255))
    read_or_refuse(bytes(body))


def read_or_refuse(body):
    try:
        found = read_pdf(body, URL, time_limit=15)
    except (DecodeError, ExtractError) as error:
        refused = str(error)
    else:
        refused = ""
        render_markdown(found.blocks).encode()
    assert "longer than" not in refused


coordinates = st.floats(-500, 1500, allow_nan=False, width=16)
pieces = st.builds(
    lambda text, x0, width, y, size, bold: Piece(text, x0, x0 + width, y, size, bold),
    st.text(st.sampled_from("ab-. \u00ad•1)(א漢*|"), max_size=12),
    coordinates,
    st.floats(0, 400, width=16),
    coordinates,
    st.floats(1, 40, width=16),
    st.sampled_from([0.0, 0.5, 1.0]),
)


@given(st.lists(st.lists(pieces, max_size=25), max_size=4))
def test_no_letter_is_lost_or_made_wherever_it_stands(pages):
    lines, dropped = reading_order(pages)
    found = read_lines(lines)
    letters = sorted(char for block in found for char in block.markdown if char in "abא漢")
    given_letters = sorted(char for page in pages for piece in page for char in piece.text if char in "abא漢")
    assert not [block for block in found if not block.markdown.strip()]
    if not dropped and not any(block.kind is BlockKind.NUMBERED for block in found):
        assert letters == given_letters


# --- the way there --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("strategy", ["all", "distinct", "changes"])
def test_captures_of_pdfs_are_fetched(strategy):
    listed = make_listed(1, mimetype="application/pdf", statuscode="200")
    batch = next_batch(rows_of([listed]), Knowledge(), parse_strategy(strategy))
    assert [wanted.capture_id for wanted in batch.fetch] == [listed.capture_id]
