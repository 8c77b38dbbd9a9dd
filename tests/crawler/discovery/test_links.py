"""Which link of a page leads to its privacy policy: in every language, and among all that looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery.links import (
    KEPT,
    TAKEN,
    Label,
    PageLink,
    Region,
    page_key,
    rank_links,
    rank_url,
    same_owner,
)
from tests.crawler.discovery.footers import FOOTERS

PAGE = "https://www.acme.example/"


def first(*links, page=PAGE):
    ranked = rank_links(links, page)
    return ranked[0] if ranked else None


def foot(text, path="/p/17", **fields):
    return PageLink(
        f"https://www.acme.example{path}" if path.startswith("/") else path, text, region=Region.FOOTER, **fields
    )


def taken(found):
    return found is not None and found.score >= TAKEN and found.label in (Label.GENERAL, Label.HUB)


POLICIES = [(language, text) for language, (policies, _others) in FOOTERS.items() for text in policies.split("|")]
OTHERS = [(language, text) for language, (_policies, others) in FOOTERS.items() for text in others.split("|")]


def test_every_language_that_is_promised_has_a_footer():
    eu = "bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv".split()
    assert {*eu, *"no tr uk ru ar he hi zh-Hans zh-Hant ja ko".split()} <= set(FOOTERS)


@pytest.mark.parametrize(("language", "text"), POLICIES)
def test_a_policy_is_known_by_its_text_alone(language, text):
    assert taken(first(foot(text)))


@pytest.mark.parametrize(("language", "text"), OTHERS)
def test_what_is_no_policy_is_never_taken(language, text):
    assert not taken(first(foot(text)))


@pytest.mark.parametrize("language", FOOTERS)
def test_the_policy_goes_before_all_else_of_its_footer(language):
    policies, others = (part.split("|") for part in FOOTERS[language])
    links = [foot(text, f"/other/{at}") for at, text in enumerate(others)]
    for policy in policies:
        for place in (0, len(links)):
            footer = [*links[:place], foot(policy, "/the/one"), *links[place:]]
            assert first(*footer).url.endswith("/the/one")


@given(st.sampled_from(POLICIES), st.sampled_from(["upper", "soft hyphen", "full width", "spaces", "dashes"]))
def test_how_it_is_typeset_does_not_matter(policy, way):
    _language, text = policy
    typeset = {
        "upper": text.upper(),
        "soft hyphen": text[:3] + "\u00ad" + text[3:],
        "full width": "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
        "spaces": f"\u00a0 {text}  \n",
        "dashes": f"» {text} ›",
    }[way]
    assert taken(first(foot(typeset)))


@pytest.mark.parametrize(
    "path",
    [
        "/privacy",
        "/privacy/",
        "/privacy.asp",
        "/legal/PrivacyPolicy.aspx",
        "/en/privacy-policy",
        "/privacy/policy",
        "/?page=privacy",
        "/index.php?id=3:privacy-policy",
        "/#!/privacy",
        "/datenschutz.html",
        "/datenschutzerklaerung",
        "/vie-priv%C3%A9e",
        "/politique-de-confidentialite",
        "/integritetspolicy",
        "/personvern",
        "/tietosuoja",
        "/gizlilik-politikasi",
        "/adatvedelem",
        "/polityka-prywatnosci",
        "/ochrana-osobnich-udaju",
        "/politika-konfidencialnosti",
        "/politika-za-poveritelnost",
        "/politiki-aporritou",
        "/%E9%9A%90%E7%A7%81%E6%94%BF%E7%AD%96",
        "/%D7%9E%D7%93%D7%99%D7%A0%D7%99%D7%95%D7%AA-%D7%A4%D7%A8%D7%98%D7%99%D7%95%D7%AA",
        "/datenschutzerkl%E4rung.html",
        "/%EA%EE%ED%F4%E8%E4%E5%ED%F6%E8%E0%EB%FC%ED%EE%F1%F2%FC.htm",
        "/ourprivacypolicy.htm",
        "/privacy/intl/en",
        "/privacy-policy/12345678",
    ],
)
def test_a_policy_is_known_by_its_address_alone(path):
    found = rank_url(f"https://www.acme.example{path}")
    assert taken(found)
    assert found.why


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/legal",
        "/terms",
        "/cookies",
        "/privacy/cookies",
        "/privacy-settings",
        "/datenschutz-einstellungen",
        "/privacy/choices",
        "/settings/privacy",
        "/blog/privacy-policy-explained",
        "/2021/05/our-new-privacy-policy",
        "/news/datenschutz",
        "/privacy.png",
        "/login?next=/privacy",
        "/offer?ref=privacy-policy",
        "/privacy@acme.example",
        "/privacy-policy-generator",
        "/privacy-screens-for-laptops",
        "/archive/privacy",
        "/privacy?print=1",
        "/privacy?version=20190101",
        "/careers/privacy",
        "/privacy/california",
    ],
)
def test_what_is_no_policys_address(path):
    assert not taken(rank_url(f"https://www.acme.example{path}"))


@pytest.mark.parametrize(
    "text", ["Terms & Privacy", "Terms of Service and Privacy Policy", "Impressum & Datenschutz", "Privacy & Cookies"]
)
def test_combined_links_are_taken_behind_the_policys_own(text):
    assert taken(first(foot(text, "/both")))
    assert first(foot(text, "/both"), foot("Privacy Policy", "/own")).url.endswith("/own")


def test_legal_alone_is_shown_and_not_taken():
    found = first(foot("Legal", "/legal"))
    assert found is not None
    assert not taken(found)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Children's Privacy Policy", Label.CHILDREN),
        ("儿童隐私保护政策", Label.CHILDREN),
        ("Datenschutz für Kinder", Label.CHILDREN),
        ("Applicant Privacy Notice", Label.APPLICANTS),
        ("Datenschutzhinweise für Bewerber", Label.APPLICANTS),
        ("Privacy Notice for California Residents", Label.REGIONAL),
        ("Consumer Health Data Privacy Policy", Label.REGIONAL),
        ("Mobile App Privacy Policy", Label.PRODUCT),
        ("Supplier Privacy Notice", Label.PRODUCT),
        ("Frühere Datenschutzerklärungen", Label.OLDER),
        ("Previous privacy policies", Label.OLDER),
        ("Print privacy policy", Label.PRINT),
        ("Cookie Policy", Label.COOKIES),
        ("Privacy Settings", Label.COOKIES),
        ("Privacy Center", Label.HUB),
    ],
)
def test_other_policies_are_kept_apart(text, label):
    found = first(foot(text, "/x"))
    assert found.label is label
    if label in (Label.CHILDREN, Label.APPLICANTS, Label.REGIONAL, Label.PRODUCT):
        assert KEPT <= found.score < TAKEN
    assert first(foot(text, "/x"), foot("Privacy Policy", "/general")).url.endswith("/general")


def test_a_word_of_the_sites_own_name_is_no_label_and_no_word_left_over():
    link = PageLink("https://softwarepartners.example/p/1", "Software Partners Privacy Policy", region=Region.FOOTER)
    assert first(link, page="https://softwarepartners.example/").label is Label.GENERAL
    other = PageLink("https://muster.example/p/1", "Datenschutz bei Muster", region=Region.FOOTER)
    assert taken(first(other, page="https://muster.example/"))


@pytest.mark.parametrize("text", ["Print", "Drucken", "12 May 2019", "For applicants", "Archive"])
def test_what_a_text_says_of_the_address_that_it_leads_to(text):
    found = first(PageLink("https://www.acme.example/privacy-policy-x", text, region=Region.MAIN))
    assert not taken(found)
    assert found.label is not Label.GENERAL


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("https://parent.example/legal/privacy", "Privacy Policy"),
        ("https://policies.hoster.example/p/81723", "Datenschutzerklärung"),
        ("https://www.acme-group.example/privacy", "Privacy"),
    ],
)
def test_a_policy_on_another_site_counts(url, text):
    assert taken(first(foot(text, url)))
    assert first(foot(text, url), foot("Privacy", "/info/privacy")).url.endswith("/info/privacy")


def test_a_network_in_the_footer_is_not_taken_and_a_parent_is():
    assert not taken(first(foot("Chirper privacy", "https://chirper.example/privacy")))
    assert taken(first(foot("Parent Inc. Privacy Notice", "https://parent.example/privacy")))


def test_our_policy_in_a_sentence_counts_and_somebody_elses_does_not():
    theirs = PageLink(
        "https://vendor.example/privacy",
        "Privacy Policy",
        region=Region.MAIN,
        around="We use Vendor Analytics. See the … of Vendor Inc.",
    )
    assert not taken(first(theirs))
    ours = PageLink(
        "https://parent.example/privacy",
        "Privacy Policy",
        region=Region.MAIN,
        around="By signing up you agree to our … and terms.",
    )
    assert taken(first(ours))


def test_the_notice_of_a_captcha_is_not_taken():
    link = foot(
        "Privacy Policy",
        "https://policies.vendor.example/privacy",
        around="This site is protected by reCAPTCHA and the Vendor … and",
    )
    assert not taken(first(link))


def test_a_list_of_vendors_is_not_taken():
    links = [PageLink(f"https://vendor{at}.example/privacy", "Privacy Policy", region=Region.UNKNOWN) for at in "abcd"]
    assert not taken(first(*links))


def test_a_cookie_banner_gives_the_sites_own_policy_and_not_its_vendors():
    assert taken(first(PageLink("https://www.acme.example/privacy", "Privacy Policy", region=Region.BANNER)))
    assert not taken(first(PageLink("https://consent-tool.example/privacy", "Privacy Policy", region=Region.BANNER)))


def test_a_part_of_another_document_is_not_taken():
    page = "https://www.acme.example/terms"
    assert not taken(first(PageLink(f"{page}#s12", "12. Privacy"), page=page))
    found = first(PageLink(f"{page}#s12", "12. Privacy"), foot("Privacy Policy", "/pp"), page=page)
    assert found.url.endswith("/pp")


def test_a_policys_table_of_contents_leads_to_itself():
    page = "https://www.acme.example/privacy"
    links = [
        PageLink(f"{page}#{part}", text)
        for part, text in [("kids", "Children's privacy"), ("cookies", "Cookies"), ("us", "Contact")]
    ]
    found = first(*links, page=page)
    assert taken(found)
    assert found.label is Label.GENERAL


def test_one_candidate_an_address_with_its_best_text():
    ranked = rank_links(
        [
            foot("more", "/privacy#top"),
            foot("Privacy Policy", "/privacy/"),
            foot("here", "http://acme.example/privacy?utm_source=x"),
        ],
        PAGE,
    )
    assert [(found.text, found.label) for found in ranked] == [("Privacy Policy", Label.GENERAL)]


def test_a_picture_is_read_by_its_alternative_text():
    assert taken(first(foot("", "/p.html", hint="logo · Privacy Policy")))
    assert taken(first(foot("", "/privacy.html")))


def test_the_evidence_is_told():
    (found,) = rank_links([foot("Datenschutzerklärung", "/datenschutz")], PAGE)
    assert found.why == ("text: datenschutz + erklärung (de)", "address: /datenschutz", "footer")


URLS = st.one_of(
    st.text(max_size=60),
    st.builds(
        lambda path, query: f"https://a.example/{path}?{query}#{query}",
        st.lists(st.sampled_from(["privacy", "%", "..", "xn--a", "cookies", "2020", "[", "@a.b"])).map("/".join),
        st.text(max_size=20),
    ),
)


@given(
    st.lists(
        st.builds(
            PageLink,
            URLS,
            st.text(max_size=50) | st.sampled_from(POLICIES).map(lambda pair: pair[1]),
            around=st.text(max_size=20),
        ),
        max_size=8,
    ),
    URLS,
)
def test_whatever_comes_candidates_are_in_order_and_each_address_once(links, page):
    ranked = rank_links(links, page)
    assert all(0 < found.score < 1 and found.why for found in ranked)
    keys = [page_key(found.url) for found in ranked]
    assert len(keys) == len(set(keys))
    assert [round(found.score, 2) for found in ranked] == sorted(
        (round(found.score, 2) for found in ranked), reverse=True
    )
    assert ranked == rank_links(links, page)


@pytest.mark.parametrize(
    "url",
    [
        "http://[a/privacy",
        "",
        "https://a.example/" + "privacy/" * 100_000,
        "https://xn--\xff.example/",
        "https://a.example/%FF",
    ],
)
def test_broken_and_endless_addresses_say_nothing(url):
    assert not taken(rank_url(url))


def test_owners():
    assert same_owner("https://policies.acme.example/", "http://www.acme.example/x")
    assert same_owner("https://www.getacme.com/", "https://acme.fr/")
    assert not same_owner("https://acme.com/", "https://other.com/")
    assert not same_owner("http://[a", "http://[a")
