"""Which companies a text names, in the language it is written in."""

import pytest

from pipelines.claims.match import claims
from pipelines.claims.model import Context
from pipelines.claims.parties import parties
from pipelines.model import Block, BlockKind


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Wir nutzen Google-Dienste.", ("google",)),
        ("Das Facebook-Pixel und der Hotjar-Code", ("hotjar", "meta")),
        ("Facebook-Fanpage, Google-Konto, Stripe-API", ("google", "meta", "stripe")),
        ("Ihr Google-konto und die Googles", ("google",)),
        ("die Firma Googleplex", ()),
    ],
)
@pytest.mark.parametrize("language", ["de", "de-AT", "nl", "fr", ""])
def test_a_language_that_joins_words_by_a_hyphen_names_the_company_before_it(language, text, named):
    assert parties(text, language) == named


@pytest.mark.parametrize("language", ["en", "en-GB", "EN"])
def test_in_english_a_name_before_a_hyphen_and_a_capital_is_another_one(language):
    assert parties("We block Google-Extended.", language) == ()
    assert parties("Google-owned hosts", language) == ("google",)


@pytest.mark.parametrize(("language", "named"), [("de", ["google"]), ("en", [])])
def test_claims_are_read_in_the_language_of_the_text(language, named):
    block = Block(BlockKind.PARAGRAPH, 0, "Google-Dienste")
    assert [one.subject for one in claims(block, Context(), language) if one.category == "party"] == named


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("See https://www.stripe.com/privacy or http://help.hotjar.com.", ()),
        ("Forms: https://example.typeform.com/request", ()),
        ("Write to privacy @ hotjar.com.", ()),
        ("Cookies of hotjar.com and script.hotjar.com", ("hotjar",)),
        ("OpenAI, Anthropic, Bedrock", ("anthropic", "openai")),
        ("the Google Ads Remarketing, Pinterest", ("google", "pinterest")),
        ("Use Segment, Hotjar", ("hotjar", "segment")),
    ],
)
def test_addresses_of_pages_and_parts_of_other_names_name_nobody(text, named):
    assert parties(text, "en") == named
