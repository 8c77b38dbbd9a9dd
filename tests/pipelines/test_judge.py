"""Policies stay, what stands in their place goes."""

from datetime import UTC, datetime

import pytest

from pipelines.decode import decode_payload
from pipelines.extract import extract_text
from pipelines.judge import judge

NOW = datetime(2020, 1, 1, tzinfo=UTC)
SENTENCE = "We collect personal data such as your name and e-mail address and disclose it to no third party. "


def judged(title, body, status=200, headers=None):
    html = f"<html><head><title>{title}</title></head><body>{body}</body></html>"
    page = decode_payload(html.encode(), {"content-type": "text/html; charset=utf-8"})
    extraction = extract_text(page, url="https://example.org/privacy", captured_at=NOW)
    return judge(page, extraction, status=status, headers=headers or {})


JUNK = [
    ("bot check", "Just a moment...", "<h1>example.org</h1><p>Checking your browser before accessing example.org.</p>"),
    ("bot check", "Making sure you're not a bot!", '<script id="anubis_challenge"></script><p>Loading... Please wait.</p>'),
    ("bot check", "example.org", "<p>Enable JavaScript and cookies to continue</p>"),
    ("bot check", "Robot check", "<p>Please verify you are a human by solving this puzzle.</p>"),
    ("bot check", "x", "<form><div class='g-recaptcha' data-sitekey='k'></div></form><p>Please go on to the next page now.</p>"),
    ("access denied", "Access Denied", "<h1>Access Denied</h1><p>You don't have permission to access this server.</p>"),
    ("page not found", "404", "<h1>Page not found</h1><p>The page you are looking for has moved.</p>"),
    ("page not found", "Fehler", "<p>Die Seite wurde nicht gefunden. Zurück zur Startseite.</p>"),
    ("parked domain", "example.org", "<p>This domain is for sale! Inquire now for a price.</p>"),
    ("log-in", "Sign in", "<div><p>Sign in with your password to continue to your account</p><p>Forgot password?</p></div>"),
    ("maintenance", "Sorry", "<p>Our site is temporarily unavailable. We will be right back.</p>"),
    ("maintenance", "Error", "<p>502 Bad Gateway nginx</p>"),
    ("country choice", "Welcome", "<p>Please choose your country to go on: Germany, France, Spain, Italy.</p>"),
    ("needs JavaScript", "App", "<p>You need to enable JavaScript to run this app.</p>"),
    ("empty page", "Acme", "<div id=root></div>"),
]  # fmt: skip

DOCUMENTS = [
    ("Privacy Policy", f"<p>{SENTENCE * 3}</p>"),
    ("Privacy Policy", f"<p>{SENTENCE * 40} If the page is not found or access is denied, please log in and use your password.</p>"),
    ("Cookies", ("<p>We use cookies to remember your choice of language. You can accept all cookies or reject all of them in "
     "the settings of your browser; no personal data is stored in these cookies.</p>")),
    ("Impressum", ("<p>Beispiel GmbH, Musterstraße 404, 12345 Berlin. Geschäftsführer: Erika Muster. Amtsgericht Berlin "
     "HRB 1234. USt-IdNr. DE123456789. Telefon 030 123456.</p>")),
    ("Terms", ("<p>By using this service you agree to these terms. You must be 18 years old. You must keep your account's "
     "password secret and please sign in only yourself. We may change the terms and will tell you.</p>")),
    ("Политика", ("<p>Мы обрабатываем персональные данные пользователей: имя, адрес электронной почты и телефон. "
     "Данные не передаются третьим лицам.</p>")),
    ("プライバシーポリシー", "<p>当社は、お客様の個人情報を適切に取り扱い、法令を遵守します。第三者に提供することはありません。</p>"),
    ("Tietosuoja", "<p>Keräämme vain ne tiedot, jotka ovat tarpeen palvelun toteuttamiseksi, emmekä luovuta niitä muille.</p>"),
]  # fmt: skip


@pytest.mark.parametrize(("reason", "title", "body"), JUNK)
def test_junk_is_named(reason, title, body):
    verdict = judged(title, body)
    assert not verdict.is_policy
    assert verdict.reason == reason
    assert verdict.evidence


@pytest.mark.parametrize(("title", "body"), DOCUMENTS)
def test_documents_stay(title, body):
    verdict = judged(title, body)
    assert verdict.is_policy, verdict
    assert verdict.reason == ""


@pytest.mark.parametrize(
    "headers",
    [
        {"x-amzn-waf-action": "challenge"},
        {"x-amzn-waf-action": "captcha"},
        {"cf-mitigated": "challenge", "server": "cloudflare"},
    ],
)
def test_headers_of_bot_walls_decide_alone(headers):
    assert judged("Privacy", f"<p>{SENTENCE * 50}</p>", headers=headers).reason == "bot check"


def test_short_text_with_an_error_status_is_an_error_page():
    assert (
        judged("Oops", "<p>Sorry, that did not work as it should have done today.</p>", status=500).reason
        == "error page"
    )


def test_a_policy_served_with_an_error_status_stays():
    assert judged("Privacy Policy", f"<p>{SENTENCE * 40}</p>", status=404).is_policy


def test_score_tells_privacy_from_other_terms():
    privacy = judged("Privacy Policy", f"<h1>Privacy Policy</h1><p>{SENTENCE * 20}</p>")
    terms = judged(
        "Terms of Sale", "<p>" + "Delivery takes three days and the goods stay ours until they are paid. " * 20 + "</p>"
    )
    assert privacy.score > 0.9 > 0.2 > terms.score
