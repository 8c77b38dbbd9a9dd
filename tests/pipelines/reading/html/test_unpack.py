import lxml.html
import pytest

from pipelines.reading.html.unpack import unpack

LONG = "We keep what you order for ten years, since the law of taxes asks us for it. " * 10


def shown(html):
    parser = lxml.html.HTMLParser()
    root = lxml.html.document_fromstring(html, parser=parser)
    unpack(root, parser)
    return root


def tags(root, text):
    return [element.tag for element in root.iter() if (element.text or "").strip() == text]


@pytest.mark.parametrize(
    ("html", "tag"),
    [
        ("<div role=heading aria-level=3>Use</div>", "h3"),
        ("<div role=heading>Use</div>", "h2"),
        ("<div role=heading aria-level=9>Use</div>", "h6"),
        ("<div role=heading aria-level=x>Use</div>", "h6"),
        ("<h4 role=heading aria-level=2>Use</h4>", "h4"),
        ("<div role=banner>Use</div>", "div"),
    ],
)
def test_heading_by_role(html, tag):
    assert tags(shown(f"<body>{html}"), "Use") == [tag]


@pytest.mark.parametrize("inside", [f"<p>{LONG}</p>", "<p>Use</p>", LONG])
def test_section_with_a_heading_role_is_no_heading(inside):
    assert shown(f"<body><div role=heading aria-level=2>{inside}</div>").find(".//h2") is None


def test_bullets_of_a_word_processor_are_items_and_numbers_stay_text():
    mark = "<span style='mso-list:Ignore'>{}</span>"
    root = shown(
        f"<body><p style='mso-list:l0 level1'>{mark.format('·')}name<p style='mso-list:l0 level1'>{mark.format('1.')}one"
    )
    assert [element.text_content() for element in root.iter("li", "p")] == ["name", "1.one"]
    assert [element.tag for element in root.iter("li", "p")] == ["li", "p"]


def test_frame_with_its_text_inside():
    root = shown(f'<body><p>Before<iframe srcdoc="&lt;h2&gt;Use&lt;/h2&gt;{LONG}">no frames</iframe>after')
    assert tags(root, "Use") == ["h2"]
    assert "no frames" not in root.text_content()
    assert root.text_content().strip().endswith("after")


def test_open_shadow_root_is_text_and_a_mould_is_none():
    root = shown("<body><x-y><template shadowrootmode=open><p>Shown</template></x-y><template><p>Mould</template>")
    assert [element.text_content() for element in root.iter("template")] == ["Mould"]
    assert tags(root, "Shown") == ["p"]


@pytest.mark.parametrize(
    "html",
    [
        f"<body><div id=root></div><noscript><h1>Use</h1><p>{LONG}</noscript>",
        f"<html><frameset><frame src=a></frameset><noframes><body><h1>Use</h1><p>{LONG}</body></noframes></html>",
        f"<html><frameset><frame src=a><noframes><body><h1>Use</h1><p>{LONG}</body></noframes></frameset></html>",
        f"<body><template><h1>Use</h1><p>{LONG}</template>",
    ],
)
def test_stand_in_of_an_empty_page_is_its_text(html):
    assert tags(shown(html), "Use") == ["h1"]
    assert next(shown(html).iter("noscript", "noframes", "template"), None) is None


@pytest.mark.parametrize(
    "html",
    [
        f"<body><p>{LONG}</p><noscript><p>{LONG}</noscript>",
        "<body><noscript><p>Please switch on JavaScript.</noscript>",
        "<html><frameset><frame src=a></frameset><noframes>No frames here.</noframes></html>",
    ],
)
def test_stand_in_beside_text_or_too_short_is_none(html):
    assert next(shown(html).iter("noscript", "noframes"), None) is not None


def test_many_frames_in_frames_cost_little():
    nested = "<p>x</p>"
    for _ in range(5):
        nested = (
            f'<iframe srcdoc="{nested.replace("&", "&amp;").replace(chr(34), "&quot;").replace("<", "&lt;")}"></iframe>'
        )
    assert len(list(shown(f"<body>{nested * 200}").iter("div"))) <= 20
