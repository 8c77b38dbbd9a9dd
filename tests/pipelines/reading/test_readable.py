"""Characters that no XML tree can hold: gone from every place of a page that can bring one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from crawler.archives.capture import Outcome
from crawler.targets.fetched import Fetched
from pipelines.reading.payload import read_payload
from pipelines.reading.readable import readable, readable_html
from tests.pipelines.reading.test_payload import PAGE
from tests.ranges import one_in

CONTROLS = [*range(9), 11, 12, *range(14, 32), 127, 0x80, 0x9F, 0xD800, 0xDFFF, 0xFFFE, 0xFFFF, 0x110000, 10**30]
PLACES = {
    "text": "<p><script>1</script>{}text</p>",
    "tail": "<p>a<br><script>1</script>b{}</p><p><img>{}</p>",
    "attribute": '<p title="{}"><a href="{}x" class="{}">link</a><script>1</script>text</p>',
    "srcdoc": '<iframe srcdoc="<p><script>1</script>{amp}text</p>"></iframe>',
    "template": "<template shadowrootmode=open><p><script>1</script>{}text</p></template>",
    "noscript": "<noscript><p><script>1</script>{}text</p></noscript>",
    "title": "<title>a{}b</title>",
    "heading": "<div role=heading>{}1. <span>x</span><script>1</script>{}</div>",
    "textarea": "<textarea>{}" + "long terms " * 120 + "</textarea>",
    "base": '<base href="http://a.example/{}"><a href="{}">x</a>',
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("code", CONTROLS)
def test_a_control_character_costs_no_page(place, code):
    written = [f"&#{code};", f"&#x{code:x};", f"&#{code}", f"&#000{code};"]
    if code <= 0x10FFFF:
        written.append(chr(code))
    for reference in one_in(3, written, CONTROLS.index(code) + len(place)):
        extra = PLACES[place].replace("{amp}", reference.replace("&", "&amp;")).replace("{}", reference)
        body = PAGE + extra.encode("utf-8", "surrogatepass")
        result = read_payload(Fetched(body, {"content-type": "text/html"}, "http://a.example/privacy"))
        assert result.outcome is Outcome.FETCHED, (place, reference, result.detail)


@pytest.mark.parametrize("key", ["00", "1b"])
@pytest.mark.parametrize("code", range(32))
def test_an_obfuscated_address_may_hold_any_byte(code, key):
    hidden = key + "".join(f"{byte ^ int(key, 16):02x}" for byte in (97, code, 64, 98))
    for extra in (
        f'<p>mail <a href="/cdn-cgi/l/email-protection#{hidden}">[email protected]</a></p>',
        f'<p>mail <span data-cfemail="{hidden}">[email]</span> to us</p>',
    ):
        result = read_payload(Fetched(PAGE + extra.encode(), {}, "http://a.example/privacy"))
        assert result.outcome is Outcome.FETCHED
        assert any("mail a" in block.markdown for block in result.extraction.blocks) == (
            not extra.count("span") or True
        )


@given(st.text())
def test_what_is_left_is_what_lxml_takes(text):
    element = etree.Element("p")
    element.text = readable(text)
    assert readable(element.text) == element.text
    assert not set(element.text) - set(text) - {" "}


@given(st.text())
def test_html_is_rid_of_the_same_characters(text):
    html = text.replace("&", "")
    assert readable_html(html) == readable(html)


@given(st.text(alphabet="&#xX;0123456789abcdefDF \x07\ufffeA"))
def test_references_to_characters_are_changed_where_xml_has_none(html):
    clean = readable_html(html)
    assert readable_html(clean) == clean
    tree = etree.HTML(f"<p>{clean}</p>")
    for element in tree.iter():
        element.text = element.text  # raises for what XML has not


def test_sound_references_stay():
    html = "&#38;#7; &#x26; &amp;#7; &#8217; &#x1F600; &#9;&#10;&#13; &#; &#x; &# 7;"
    assert readable_html(html) == html
