"""Kinds of legal documents by name, by address, by words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.model import Block, BlockKind, DocumentKind
from pipelines.reading.judging.document_kind import folded, kind_of_document, names_in, vocabulary_of
from pipelines.reading.judging.document_terms import NAMES, VOCABULARY
from tests.generators.judge_pages import SENTENCES

TITLES = {
    "privacy": (
        "Privacy Policy | Acme",
        "Acme – Privacy Notice",
        "Your data protection rights",
        "Rules of privacy",
        "Datenschutzerklärung",
        "Datenschutzhinweise und Cookies",
        "POLITIQUE DE CONFIDENTIALITE",
        "Charte de protection des données",
        "Política de Privacidade",
        "Informativa sul trattamento dei dati personali",
        "Privacybeleid",
        "Privatlivspolitik",
        "Personvernerklæring",
        "Integritetspolicy",
        "Tietosuojaseloste",
        "Polityka prywatności",
        "Zásady ochrany osobních údajů",
        "Zásady ochrany osobných údajov",
        "Adatkezelési tájékoztató",
        "Politica de confidențialitate",
        "Политика за поверителност",
        "Politika privatnosti",
        "Politika zasebnosti",
        "Privatumo politika",
        "Privātuma politika",
        "Privaatsuspoliitika",
        "Beartas príobháideachta",
        "Politika ta' privatezza",
        "Δήλωση απορρήτου",
        "GİZLİLİK POLİTİKASI",
        "Політика конфіденційності",
        "Политика обработки персональных данных",
        "سياسة الخصوصية",
        "מדיניות הפרטיות",
        "गोपनीयता नीति",
        "隱私權政策",
        "プライバシーポリシー",
        "개인정보처리방침",
    ),
    "cookies": (
        "Cookie Policy",
        "Cookiebeleid",
        "Politique relative aux cookies",
        "Evästekäytäntö",
        "Çerez Politikası",
        "Küpsiste poliitika",
        "クッキーポリシー",
    ),
    "terms": (
        "Terms of Service",
        "Data Processing Agreement",
        "Allgemeine Geschäftsbedingungen",
        "Conditions générales d’utilisation",
        "Términos y condiciones",
        "Condizioni generali di vendita",
        "Algemene voorwaarden",
        "Käyttöehdot",
        "Obchodní podmínky",
        "Všeobecné obchodné podmienky",
        "Regulamin sklepu",
        "Пользовательское соглашение",
        "Όροι χρήσης",
        "Kullanım Koşulları",
        "الشروط والأحكام",
        "תנאי שימוש",
        "利用規約",
        "用户协议",
        "이용약관",
    ),
    "imprint": ("Impressum", "Mentions légales", "Aviso legal", "Colofon", "Legal Notice", "Note legali"),
    "guidelines": (
        "Community Guidelines",
        "Acceptable Use Policy",
        "Netiquette",
        "Normas de la comunidad",
        "Règles de la communauté",
        "コミュニティガイドライン",
    ),
    "other": ("Responsible Disclosure Policy", "Copyright and DMCA"),
}


@pytest.mark.parametrize(("kind", "title"), [(kind, title) for kind, titles in TITLES.items() for title in titles])
def test_titles_name_their_kind_first(kind, title):
    assert names_in(title)[0][0] == kind


@pytest.mark.parametrize(
    "title", ["", "Acme", "Home", "Best shoes for winter", "Вигода", "404 Media", "About us", "Über uns"]
)
def test_other_titles_name_none(title):
    assert names_in(title) == ()


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://example.org/legal/terms/cookies", "cookies"),
        ("https://example.org/terms/privacy-policy.html", "privacy"),
        ("https://example.org/mentions-legales/politique-de-confidentialit%C3%A9", "privacy"),
        ("https://example.org/show?doc=terms", "terms"),
        ("https://example.org/privacy/", "privacy"),
    ],
)
def test_the_end_of_an_address_says_what_it_is_of(url, kind):
    points = dict(kind_of_document("", (), url, vocabulary_of(())).points)
    assert max(points, key=points.__getitem__) == kind


@pytest.mark.parametrize("language", SENTENCES)
def test_words_are_counted_in_every_language(language):
    found = vocabulary_of([Block(BlockKind.PARAGRAPH, 0, sentence) for sentence in SENTENCES[language]])
    assert found.hits[DocumentKind.PRIVACY] >= 2, found
    assert found.legal <= found.counted


def test_where_nothing_is_known_nothing_is_said():
    found = kind_of_document("", (), "", vocabulary_of(()))
    assert (found.kind, found.points, found.privacy, found.evidence) == (DocumentKind.OTHER, (), 0.0, ())


def test_a_kind_s_tables_name_languages_once_and_hold_no_empty_terms():
    for table in (*NAMES.values(), *VOCABULARY.values()):
        for language, terms in table.items():
            assert all(folded(term) for term in terms.split(",")), language


@given(st.text(max_size=400))
def test_any_line_can_be_looked_at(line):
    assert folded(folded(line)) == folded(line)
    assert len(names_in(line)) <= len(NAMES)
