"""Pages to text: small pages, each named by the defect that it has."""

import contextlib
import json
import random
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.archives.errors import ExtractError
from pipelines.model import BlockKind, Decoded
from pipelines.reading.decode import decode_payload
from pipelines.reading.extract import extract_text
from pipelines.reading.extractor import ExtractOptions, extractor_id
from pipelines.reading.html.reduce import MAX_HTML_CHARS, decode_cfemail
from pipelines.text.markdown import render_markdown
from pipelines.text.wording import text_words, wording_key, words

ROOT = Path(__file__).resolve().parents[3]
SHARED = ROOT.parent / "shared"
URL = "https://www.example.org/legal/privacy.html"
K = BlockKind

PARAGRAPHS = [
    "We collect your name, your e-mail address and what you buy from us, and nothing more than that.",
    "We keep these data for as long as the law tells us to, and delete them when that time is over.",
    "You can ask us at any time which data of yours we hold, and have them corrected or deleted.",
]
POLICY = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)


def page_of(html):
    return Decoded(html, "utf-8", "header", "text/html")


def extracted(html, **options):
    return extract_text(page_of(html), url=URL, options=ExtractOptions(**options))


def document(body, title="Privacy | Acme", head=""):
    return f"<!DOCTYPE html><html lang=en><head><title>{title}</title>{head}</head><body>{body}</body></html>"


def shown(body, **kwargs):
    """The Markdown of a page, without the three paragraphs of POLICY."""
    text = render_markdown(extracted(document(body, **kwargs)).blocks)
    assert all(paragraph in text for paragraph in PARAGRAPHS), text
    for paragraph in PARAGRAPHS:
        text = text.replace(paragraph, "").strip("\n")
    return text


# --- furniture goes -------------------------------------------------------------------------------------------

MENU = "".join(f"<li><a href=/{n}>Product group {n}</a></li>" for n in range(8))


@pytest.mark.parametrize(
    "furniture",
    [
        f"<nav><ul>{MENU}</ul></nav>",
        f"<div class='main-menu'><ul>{MENU}</ul></div>",
        f"<ul>{MENU}</ul>",
        f"<div id=sidebar><h4>Best sellers</h4><ul>{MENU}</ul></div>",
        "<footer><p>© 2020 Acme Inc. All rights reserved. Page served in 0.094s</p></footer>",
        "<div id=onetrust-banner-sdk><p>We value your privacy. We use cookies to make this site better for you.</p></div>",
        "<div class='cookie-banner'><p>This site uses cookies, as nearly all sites do. Do you accept them?</p></div>",
        "<div role=dialog><p>Sign up for our newsletter and get ten percent off your next order with us.</p></div>",
        "<div class='modal fade'><p>Are you sure that you want to leave this page? Nothing has been saved yet.</p></div>",
        "<form action=/s><label>Your name</label><input name=n><textarea></textarea><button>Send</button></form>",
        "<section><h3>Get a quote</h3><p>Tell us what you need.</p><form><input name=a><input type=email name=b></form></section>",
        (
            "<div class=x1><h2>Your choice</h2><p>Choose which of our partners may read your device.</p><input type=checkbox>"
            "<input type=checkbox><button>Save</button><button>Refuse</button></div>"
        ),
        "<div class=breadcrumb><a href=/>Home</a> » Privacy</div>",
        "<script>var sid = '77c0e2';</script><style>p { color: red }</style><noscript>Enable it</noscript>",
        "<select><option>English<option>Deutsch</select>",
        "<button>Accept</button>",
    ],
)
@pytest.mark.parametrize("before", [True, False])
def test_furniture_is_dropped(furniture, before):
    body = f"<div id=content>{POLICY}</div>"
    assert shown(furniture + body if before else body + furniture) == ""


def test_screen_reader_hint_is_dropped():
    assert (
        shown(f"{POLICY}<p>See <a href=/x>this<span class=sr-only> (opens in a new window)</span></a>.</p>")
        == "See this."
    )


# --- text stays -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(
            f"<div aria-hidden=true class='panel hidden' style='display:none; overflow: hidden'>{POLICY}</div>",
            "",
            id="hidden",
        ),
        pytest.param(
            f"{POLICY}<details><summary>More</summary><p>In detail.</p></details>", "More\n\nIn detail.", id="details"
        ),
        pytest.param(
            f"{POLICY}<h3><button aria-expanded=false>Which data</button></h3><div hidden>All of it.</div>",
            "### Which data\n\nAll of it.",
            id="accordion",
        ),
        pytest.param(
            f"{POLICY}<ul><li><a name='2.1'></a>Named anchor.</li></ul>", "* Named anchor.", id="named-anchor"
        ),
        pytest.param(
            f"{POLICY}<div><li>Stray one</li><li>Stray two</li></div>", "* Stray one\n* Stray two", id="stray-li"
        ),
        pytest.param(
            f"{POLICY}<div>Bare text <b>here</b></div>and there", "Bare text **here**\n\nand there", id="bare-text"
        ),
        pytest.param(f"<div>Last updated: 1 May 2020</div>{POLICY}", "Last updated: 1 May 2020", id="date-line"),
        pytest.param(
            f"<div><p class=text-meta>Updated: May 1, 2020</p></div><div class=cookies-use><div>{POLICY}</div></div>",
            "Updated: May 1, 2020",
            id="date-outside-the-container",
        ),
        pytest.param(f"{POLICY}<p>a<br>b<br><br>c</p>", "a  \nb\n\nc", id="breaks"),
        pytest.param(
            f"{POLICY}<p><b>Bold </b>and<i> slanted</i>, <b><i>both</i></b></p>",
            "**Bold** and *slanted*, ***both***",
            id="marks",
        ),
        pytest.param(f"{POLICY}<p>2*3 = a_b \\ `x` _y_</p>", "2\\*3 = a_b \\\\ \\`x\\` \\_y\\_", id="escapes"),
        pytest.param(
            f"{POLICY}<ol><li>One<ul><li>deep</li></ul></li><li>Two<p>more of two</p></li></ol>",
            "1. One\n    * deep\n2. Two  \n   more of two",
            id="nested-list",
        ),
        pytest.param(f"{POLICY}<dl><dt>Cookie</dt><dd>A file.</dd></dl>", "Cookie\n\n:   A file.", id="definitions"),
        pytest.param(
            f"{POLICY}<blockquote>Quoted.</blockquote><pre>a\n  b</pre>",
            "> Quoted.\n\n```\na\n  b\n```",
            id="quote-and-pre",
        ),
        pytest.param(
            f"{POLICY}<table><tr><th>Name<th>From</tr><tr><td>_gcl<td>Google</tr><tr><td>fr<td>Facebook</tr></table>",
            "| Name | From |\n| --- | --- |\n| \\_gcl | Google |\n| fr | Facebook |",
            id="companies-in-a-table",
        ),
        pytest.param(f"<table><tr><td>left<td>{POLICY}</tr></table>", "", id="layout-table"),
        pytest.param(
            f"{POLICY}<div class='report-dialog'>In the dialog you can report us to the authority that supervises us all.</div>",
            "In the dialog you can report us to the authority that supervises us all.",
            id="a-name-amid-the-text",
        ),
    ],
)
def test_text_is_kept(body, expected):
    assert shown(body) == expected


LONG = POLICY * 7


@pytest.mark.parametrize(
    "body",
    [
        f"<div class=d-none>{LONG}</div><div class=d-block>{LONG}</div>",
        f"<section><div>{LONG}</div></section><section><div>{LONG}</div></section>",
    ],
)
def test_copy_for_another_screen_is_dropped(body):
    assert len(extracted(document(body)).blocks) == 21


def test_policy_in_an_overlay_is_kept():
    assert shown(f"<nav><a href=/>Home</a></nav><div class=modal><div class=modal-body>{POLICY}</div></div>") == ""


def test_policies_in_two_overlays_are_kept():
    assert (
        len(extracted(document(f"<div class=modal id=a>{LONG}</div><div class=modal id=b>{POLICY}{LONG}</div>")).blocks)
        == 45
    )


def test_terms_in_a_textarea_are_read():
    terms = "You may use this service as long as you keep to these terms. " * 30
    assert "You may use this service" in render_markdown(
        extracted(document(f"<textarea rows=9>{terms}</textarea>")).blocks
    )


def test_accordion_made_with_labels():
    panel = "<input type=checkbox id=a><label for=a>Which data</label><div>All of it.</div>"
    assert shown(f"{POLICY}<div>{panel}</div>") == "Which data\n\nAll of it."


def test_section_about_cookie_consent_stays():
    section = f"<section id=cookie-consent><h2>2. Consent</h2>{POLICY}</section>"
    assert len(extracted(document(f"<div>{POLICY}</div><div>{section}</div>")).blocks) == 7


def test_notice_amid_the_text_stays():
    notice = "<div class='alert alert-info' role=alert>This policy will change on 1 May 2021.</div>"
    assert shown(f"<div>{POLICY}{notice}</div>") == "This policy will change on 1 May 2021."


def test_cookie_list_of_a_consent_vendor_stays():
    rows = "<table><tr><th>Name<th>Use</tr><tr><td>fr<td>to count</tr></table>"
    shown_rows = shown(f"<div>{POLICY}<div id=ot-sdk-cookie-policy>{rows}</div></div>")
    assert shown_rows == "| Name | Use |\n| --- | --- |\n| fr | to count |"


@pytest.mark.parametrize("count", [3, 40])
def test_pages_of_many_sections_keep_each(count):
    body = "".join(f"<div class=row><h3>Part {n}</h3><p>{PARAGRAPHS[n % 3]}</p></div>" for n in range(count))
    assert len(extracted(document(f"<div class=page>{body}</div>")).blocks) == 2 * count


def test_form_round_the_whole_page_is_no_furniture():
    assert shown(f"<form id=aspnetForm><input name=__VIEWSTATE>{POLICY}</form>") == ""


def test_table_of_contents_stays():
    toc = "".join(f"<li><a href='#{n}'>Section {n}</a></li>" for n in range(3))
    assert shown(f"<ul>{toc}</ul>{POLICY}") == "* Section 0\n* Section 1\n* Section 2"


# --- links and addresses --------------------------------------------------------------------------------------

CFEMAIL = "1b72757d745b7e637a766b777e35787476"


@pytest.mark.parametrize(
    "address",
    [
        f'<a href="/cdn-cgi/l/email-protection#{CFEMAIL}"><span class="__cf_email__" data-cfemail="{CFEMAIL}">[email&#160;protected]</span></a>',
        f'<a href="/cdn-cgi/l/email-protection" class="__cf_email__" data-cfemail="{CFEMAIL}">[email&#160;protected]</a>',
        f'<span data-cfemail="{CFEMAIL}">[email&#160;protected]<script>/* decode */</script></span>',
        f'<a href="/cdn-cgi/l/email-protection#{CFEMAIL}">[email protected]</a>',
        '<a href="mailto:info@example.com">info@example.com</a>',
    ],
)
def test_obfuscated_address_has_the_wording_of_the_plain_one(address):
    assert shown(f"{POLICY}<p>Write to {address}.</p>") == "Write to info@example.com."


def test_cloudflare_address_behind_other_words():
    body = document(f'{POLICY}<p><a href="/cdn-cgi/l/email-protection#{CFEMAIL}?subject=x">Write us</a></p>')
    extraction = extracted(body)
    assert extraction.blocks[-1].markdown == "Write us"
    assert extraction.links[-1].href == "mailto:info@example.com"


@pytest.mark.parametrize("code", ["", "zz", "1", "1b"])
def test_broken_cloudflare_code(code):
    assert decode_cfemail(code) == ""


def test_links_are_absolute_and_no_part_of_the_wording():
    one = extracted(document(f"{POLICY}<p>See <a href='../cookies?a=1'>our cookies</a>.</p>"))
    other = extracted(document(f"{POLICY}<p>See <a href='/elsewhere'>our cookies</a>.</p>"))
    assert [(link.text, link.href) for link in one.links] == [("our cookies", "https://www.example.org/cookies?a=1")]
    assert wording_key(one.blocks) == wording_key(other.blocks)


def test_base_element_counts():
    extraction = extracted(document(f"{POLICY}<p><a href=x>Y</a></p>", head="<base href=https://cdn.example.org/a/>"))
    assert extraction.links[0].href == "https://cdn.example.org/a/x"


# --- titles ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("separator", [" | ", " - ", " – ", " — ", ": ", " · ", " » ", " « "])
def test_title_shown_as_heading_is_no_wording(separator):
    extraction = extracted(document(f"<h1>PRIVACY policy</h1>{POLICY}", title=f"Privacy Policy{separator}Acme"))
    assert extraction.blocks[0].kind is K.TITLE
    assert text_words(extraction.blocks)[0] == "we"


def test_only_the_first_title_counts():
    extraction = extracted(document(f"<b>Privacy</b><br><br><b>Privacy</b>{POLICY}", title="Privacy"))
    assert [block.kind for block in extraction.blocks[:2]] == [K.TITLE, K.PARAGRAPH]
    assert extraction.blocks[0].markdown == "Privacy"


def test_title_in_a_banner_outside_the_container():
    banner = "<header><nav><a href=/>Home</a></nav></header><section class=banner><h1 class=hidden-xs>Best shop</h1></section>"
    body = f"{banner}<section><div>{POLICY}</div></section>"
    assert extracted(document(body, title="Best shop")).blocks[0].kind is K.TITLE


@pytest.mark.parametrize(
    "heading", ["<h3>What we collect</h3>", "<h1>Our policy of 25 May 2018</h1>", "<h2>1. Scope</h2>"]
)
def test_other_heading_is_wording(heading):
    assert extracted(document(f"{heading}{POLICY}")).blocks[0].kind is K.HEADING


def test_leading_headline_is_the_title_whatever_title_says():
    forms = [("h1", "Legal notice"), ("h1", "Acme shop"), ("h2", "Acme shop")]
    texts = [extracted(document(f"<{tag}>Legal notice</{tag}>{POLICY}", title=title)).blocks for tag, title in forms]
    assert texts[0] == texts[1] == texts[2]
    assert texts[0][0].kind is K.TITLE


def test_title_below_the_first_paragraph_is_wording():
    assert all(block.kind is not K.TITLE for block in extracted(document(f"{POLICY}<h2>Privacy</h2>{POLICY}")).blocks)


# --- pure, bounded, the same every time -----------------------------------------------------------------------


def test_nonces_and_menus_do_not_reach_the_wording():
    def page(number):
        return document(
            f"<nav><a href=/{number}>Offer {number}</a></nav><script nonce={number}>x</script>"
            f"<main id=m{number} data-n={number}>{POLICY}</main><footer>Served in {number} ms</footer>"
        )

    assert extracted(page(1)) == extracted(page(2))


def test_without_the_engine_the_wording_is_the_same():
    html = document(f"<h1>Privacy</h1>{POLICY}<ul><li>a<li>b</ul>")
    assert wording_key(extracted(html).blocks) == wording_key(extracted(html, engine=False).blocks)


def test_closing_questions_go_and_the_date_stays():
    asked = "<div><h3>Was this helpful?</h3><h3>How can we improve it?</h3><h3>Need more help?</h3></div>"
    assert shown(f"<div>{POLICY}{asked}</div>") == ""
    assert shown(f"<div>{POLICY}{asked}<p>Last updated 1 May 2020</p></div>").endswith("Last updated 1 May 2020")


def test_extractor_id_names_versions_and_options():
    assert extractor_id() == extractor_id(ExtractOptions())
    assert "trafilatura-2.3.1" in extractor_id()
    assert extractor_id() != extractor_id(ExtractOptions(engine=False))


def test_plain_text_is_read_in_paragraphs():
    page = decode_payload(b"Privacy\r\n\r\nWe keep\nnothing.", {"content-type": "text/plain"})
    blocks = extract_text(page, url=URL).blocks
    assert [block.markdown for block in blocks] == ["Privacy", "We keep\nnothing."]


@pytest.mark.parametrize("html", ["", "   ", "<html></html>", "<!-- only a comment -->", "<body></body>", "\x00\x01"])
def test_nothing_on_the_page(html):
    assert extracted(html).blocks == ()


@pytest.mark.parametrize("tag", ["div", "b", "ul><li", "table><tr><td", "blockquote", "font", "a href=x"])
def test_very_deep_nesting_neither_crashes_nor_takes_long(tag):
    start = time.process_time()
    with contextlib.suppress(ExtractError):
        extracted(document(POLICY + f"<{tag}>" * 100_000 + "deep"))
    assert time.process_time() - start < 10


def test_too_deep_a_page_is_refused_by_name():
    with pytest.raises(ExtractError, match="MAX_DEPTH"):
        extracted(document("<div>" * 100_000 + POLICY))


def test_moderate_nesting_is_read():
    assert shown("<div>" * 400 + POLICY + "</div>" * 400) == ""


def test_huge_page_is_refused():
    with pytest.raises(ExtractError, match="MAX_HTML_CHARS"):
        extracted(document("<p>" + "policy text " * (20_000_000 // 12) + "</p>"))
    assert MAX_HTML_CHARS < 20_000_000


def test_long_policy_is_read():
    extraction = extracted(document(POLICY * 2000))
    assert len(extraction.blocks) == 6000


def test_broken_addresses_do_not_stop_it():
    assert shown(f"{POLICY}<p><a href='http://[bad'>x</a></p>") == "x"


@settings(max_examples=60)
@given(st.text("<>/abdiv puls=\"'&#;!-", max_size=200))
def test_any_markup_is_read_or_refused(soup):
    try:
        extraction = extracted(document(soup))
    except ExtractError:
        return
    assert words(render_markdown(extraction.blocks)) or True


INLINE = st.sampled_from(["<b>{}</b>", "<i>{}</i>", "<span>{}</span>", "{}", "<a href=/x>{}</a>", "<b><i>{}</i></b>"])
WORDS = st.sampled_from(
    ["we", "collect", "data", "1.", "*", "Google", "e-mail", "50%", "(a)", "_x_", "a|b", "<", "隐私"]
)
RUNS = st.lists(st.tuples(INLINE, WORDS), min_size=1, max_size=6)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(["p", "h2", "li", "div", "blockquote", "td"]), RUNS), max_size=6))
def test_rendering_keeps_the_words(parts):
    body = POLICY + "".join(
        f"<{tag}>start {' '.join(mark.format(word.replace('<', '&lt;')) for mark, word in runs)}</{tag}>"
        for tag, runs in parts
    )
    blocks = extracted(document(body)).blocks
    assert words(render_markdown([block for block in blocks if block.kind is not K.TITLE])) == text_words(blocks)


def test_order_does_not_matter():
    pages = [document(f"<h1>P{n}</h1>{POLICY}<p>{'same ' * 30}{n % 3}</p><ul><li>x{n}<li>y</ul>") for n in range(90)]
    first = [extracted(page) for page in pages]
    mixed = list(range(90))
    random.Random(7).shuffle(mixed)
    again = {index: extracted(pages[index]) for index in mixed}
    assert all(again[index] == first[index] for index in mixed)


def test_another_process_gives_the_same():
    html = document(f"<h1>Privacy</h1>{POLICY}<table><tr><th>a<th>b<tr><td>1<td>2</table>")
    code = (
        "import sys, json; from datetime import datetime; from pipelines.reading.extract import extract_text; "
        "from pipelines.model import Decoded; from pipelines.text.wording import wording_key; "
        "page = Decoded(sys.stdin.read(), 'utf-8', 'header', 'text/html'); "
        f"got = extract_text(page, url={URL!r}); "
        "print(json.dumps([wording_key(got.blocks), [b.markdown for b in got.blocks]]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=html, text=True, capture_output=True, cwd=ROOT, check=True
    )
    here = extracted(html)
    assert json.loads(done.stdout) == [wording_key(here.blocks), [block.markdown for block in here.blocks]]


# --- the three seeds ------------------------------------------------------------------------------------------

SEEDS = ["fulfillmen.com", "interfulfillment.com", "sourcingmap.com"]
needs_seeds = pytest.mark.skipif(
    not (SHARED / "seeds").is_dir(), reason=f"the seeds lie in {SHARED / 'seeds'}, which is missing"
)


def seed_captures(site):
    paths = sorted((SHARED / "seeds").glob(f"{site}-*.html"))
    pages = [decode_payload(path.read_bytes(), {"content-type": "text/html"}) for path in paths]
    return [extract_text(page, url=f"http://www.{site}/privacy.html") for page in pages]


def seed_document(site):
    """The corpus's Markdown without its two header lines, its undecoded e-mail replaced by the address."""
    _, _, _, body = (SHARED / "seeds" / f"{site}.md").read_text(encoding="utf-8").split("\n", 3)
    return re.sub(r"\[\[emailÂ\sprotected\]\]\([^)]*\)", "info@sourcingmap.com", body)


@pytest.mark.shared
@needs_seeds
@pytest.mark.parametrize("site", SEEDS)
def test_seed_has_no_change(site):
    first, second = seed_captures(site)
    assert wording_key(first.blocks) == wording_key(second.blocks)


@pytest.mark.shared
@needs_seeds
@pytest.mark.parametrize("site", SEEDS)
def test_seed_is_the_document_of_the_corpus(site):
    text = render_markdown(block for block in seed_captures(site)[1].blocks if block.kind is not K.TITLE)
    expected = seed_document(site)
    assert words(text) == words(expected)
    assert marks(text) == marks(expected)


def marks(markdown):
    """Headings and list items, in order, as (mark, words); the corpus has bold lines for headings."""
    found = []
    for line in markdown.split("\n"):
        mark, _, text = line.strip().partition(" ")
        if mark.strip("#") == "" and mark:
            found.append(("heading", words(text)))
        elif mark == "*" or mark[:-1].isdigit():
            found.append(("item", words(text)))
        elif line.startswith("**"):
            found.append(("heading", words(line.split("**")[1])))
    return found
