"""What a document is called in its own title: full titles, which no section of another document bears. Tables and one
test, no page is touched here.

"Privacy Policy" is a title; "Privacy", "Cookies" and "Changes to this privacy policy" are headings of sections. A line is
a title if it is one of TITLES with nothing around it but the name of the site, an article, a date or something in
parentheses. The tables have the titles that such documents commonly bear, compared without case and accents
(document_kind.folded); document_terms.py has the wider names, which any part of a line may hold.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from crawler.literal_tree import literal_tree
from pipelines.model import DocumentKind
from pipelines.reading.judging.document_kind import folded, names_in

# A title has so many words at most, its brand and date included, and so many characters.
_MOST_WORDS: Final = 16
MOST_CHARS: Final = 120

TITLES: Final[Mapping[DocumentKind, Mapping[str, str]]] = {
    DocumentKind.PRIVACY: {
        "en": "privacy policy, privacy notice, privacy statement, privacy & cookie policy, data protection policy, data protection notice, data protection statement, "
        "data protection declaration, data privacy policy, data privacy notice, data policy, privacy and data protection policy",
        "bg": "политика за поверителност, политика за защита на личните данни, декларация за поверителност",
        "cs": "zásady ochrany osobních údajů, ochrana osobních údajů, zásady ochrany soukromí, zásady zpracování osobních údajů",
        "da": "privatlivspolitik, persondatapolitik, databeskyttelsespolitik",
        "de": "datenschutzerklärung, datenschutzhinweise, datenschutzbestimmungen, datenschutzrichtlinie, datenschutzinformation, datenschutzinformationen, "
        "datenschutzhinweis, hinweise zum datenschutz, informationen zum datenschutz, erklärung zum datenschutz",
        "el": "πολιτική απορρήτου, πολιτική προστασίας προσωπικών δεδομένων, δήλωση απορρήτου",
        "es": "política de privacidad, aviso de privacidad, declaración de privacidad, política de protección de datos, políticas de privacidad",
        "et": "privaatsuspoliitika, privaatsustingimused, andmekaitsetingimused",
        "fi": "tietosuojaseloste, tietosuojakäytäntö, tietosuojailmoitus, rekisteriseloste",
        "fr": "politique de confidentialité, politique de protection des données, charte de confidentialité, charte vie privée, politique de vie privée, "
        "politique relative à la protection des données, charte de protection des données, déclaration de confidentialité, règles de confidentialité, "
        "politique de protection des données personnelles, politique de protection de la vie privée, charte de protection des données personnelles",
        "hr": "pravila privatnosti, politika privatnosti, izjava o privatnosti, pravila o privatnosti",
        "hu": "adatvédelmi tájékoztató, adatkezelési tájékoztató, adatvédelmi nyilatkozat, adatvédelmi szabályzat, adatvédelmi irányelvek",
        "it": "informativa sulla privacy, informativa privacy, privacy policy, politica sulla privacy, norme sulla privacy",
        "lt": "privatumo politika, privatumo pranešimas",
        "lv": "privātuma politika, privātuma paziņojums",
        "mt": "politika tal-privatezza",
        "nl": "privacybeleid, privacyverklaring, privacyreglement, privacy statement, privacy verklaring",
        "no": "personvernerklæring, personvernpolicy, personvernregler",
        "pl": "polityka prywatności, polityka ochrony danych osobowych, klauzula informacyjna, zasady ochrony danych osobowych",
        "pt": "política de privacidade, aviso de privacidade, declaração de privacidade, política de proteção de dados",
        "ro": "politica de confidențialitate, politică de confidențialitate, notă de informare privind protecția datelor",
        "sk": "zásady ochrany osobných údajov, ochrana osobných údajov, zásady ochrany súkromia",
        "sl": "politika zasebnosti, izjava o zasebnosti, pravilnik o zasebnosti",
        "sv": "integritetspolicy, sekretesspolicy, dataskyddspolicy, personuppgiftspolicy, integritetsmeddelande",
        "tr": "gizlilik politikası, gizlilik sözleşmesi, gizlilik bildirimi, aydınlatma metni",
        "uk": "політика конфіденційності, політика приватності",
        "ru": "политика конфиденциальности, политика обработки персональных данных, положение о конфиденциальности, политика приватности",
        "sr": "политика приватности, politika privatnosti",
        "ar": "سياسة الخصوصية, إشعار الخصوصية, بيان الخصوصية",
        "he": "מדיניות פרטיות, מדיניות הפרטיות, הצהרת פרטיות",
        "hi": "गोपनीयता नीति, निजता नीति",
        "fa": "سیاست حفظ حریم خصوصی, سیاست حریم خصوصی",
        "id": "kebijakan privasi, pemberitahuan privasi",
        "vi": "chính sách bảo mật, chính sách quyền riêng tư, chính sách riêng tư",
        "th": "นโยบายความเป็นส่วนตัว, นโยบายคุ้มครองข้อมูลส่วนบุคคล",
        "zh": "隐私政策, 隱私政策, 隐私权政策, 隱私權政策, 隐私声明, 隱私聲明, 私隱政策, 隐私条款, 个人信息保护政策",
        "ja": "プライバシーポリシー, 個人情報保護方針, プライバシー規約, 個人情報の取り扱いについて, 個人情報の取扱いについて",
        "ko": "개인정보처리방침, 개인정보 처리방침, 개인정보취급방침, 개인정보 보호정책, 개인정보보호정책",
    },
    DocumentKind.COOKIES: {
        "en": "cookie policy, cookies policy, cookie notice, cookies notice, cookie statement, cookies statement, cookie declaration, policy on cookies, cookie and tracking policy",
        "bg": "политика за бисквитки, политика за бисквитките",
        "cs": "zásady používání souborů cookie, zásady používání cookies, zásady cookies",
        "da": "cookiepolitik, cookie-politik",
        "de": "cookie-richtlinie, cookie richtlinie, cookierichtlinie, cookie-hinweis, cookie-hinweise, cookie-erklärung, cookie-policy, cookie-bestimmungen",
        "el": "πολιτική cookies, πολιτική cookie, πολιτική για τα cookies",
        "es": "política de cookies, aviso de cookies, políticas de cookies",
        "et": "küpsiste poliitika, küpsiste kasutamise tingimused",
        "fi": "evästekäytäntö, evästeseloste, evästekäytännöt, evästeilmoitus",
        "fr": "politique de cookies, politique cookies, politique relative aux cookies, charte cookies, politique en matière de cookies, politique d'utilisation des cookies, "
        "charte d'utilisation des cookies, politique sur les cookies, gestion des cookies, politique de gestion des cookies",
        "hr": "pravila o kolačićima, politika kolačića",
        "hu": "süti szabályzat, cookie szabályzat, sütikezelési tájékoztató, cookie tájékoztató",
        "it": "informativa sui cookie, cookie policy, politica sui cookie, informativa cookie, informativa estesa sui cookie",
        "lt": "slapukų politika",
        "lv": "sīkdatņu politika, sīkfailu politika",
        "nl": "cookiebeleid, cookieverklaring, cookie verklaring, cookie-beleid",
        "no": "informasjonskapsler policy, retningslinjer for informasjonskapsler, cookie-erklæring",
        "pl": "polityka cookies, polityka plików cookies, polityka plików cookie",
        "pt": "política de cookies, aviso de cookies",
        "ro": "politica de cookie-uri, politica cookie, politica privind cookie-urile, politica de cookies, politica cookies",
        "sk": "zásady používania súborov cookie, zásady používania cookies",
        "sl": "politika piškotkov, pravilnik o piškotkih, politika o piškotkih",
        "sv": "cookiepolicy, cookie-policy",
        "tr": "çerez politikası",
        "uk": "політика щодо файлів cookie, політика використання файлів cookie",
        "ru": "политика использования файлов cookie, политика в отношении файлов cookie, политика использования cookie, политика cookie",
        "sr": "политика колачића, politika kolačića",
        "ar": "سياسة ملفات تعريف الارتباط, سياسة الكوكيز",
        "he": "מדיניות עוגיות, מדיניות קובצי cookie",
        "hi": "कुकी नीति",
        "id": "kebijakan cookie",
        "vi": "chính sách cookie",
        "th": "นโยบายคุกกี้",
        "zh": "cookie 政策, cookie政策, cookies 政策, 曲奇政策",
        "ja": "クッキーポリシー, cookieポリシー",
        "ko": "쿠키 정책, 쿠키정책",
    },
    DocumentKind.TERMS: {
        "en": "terms of service, terms of use, terms and conditions, terms & conditions, conditions of use, user agreement, terms of sale, conditions of sale, end user license agreement, "
        "end user licence agreement, end-user license agreement, data processing agreement, data processing addendum, service agreement, services agreement, subscription agreement, "
        "license agreement, membership agreement, api terms, developer terms, terms of business, website terms, terms of service agreement, general conditions, customer agreement",
        "bg": "общи условия, условия за ползване, условия за използване",
        "cs": "obchodní podmínky, podmínky použití, podmínky užívání, všeobecné obchodní podmínky",
        "da": "handelsbetingelser, brugsvilkår, servicevilkår, vilkår og betingelser, brugerbetingelser",
        "de": "nutzungsbedingungen, allgemeine geschäftsbedingungen, agb, nutzungsvereinbarung, allgemeine nutzungsbedingungen, lizenzvertrag, nutzungsbestimmungen",
        "el": "όροι χρήσης, όροι και προϋποθέσεις, όροι παροχής υπηρεσιών",
        "es": "términos y condiciones, condiciones de uso, términos de uso, términos de servicio, términos del servicio, condiciones generales, condiciones del servicio",
        "et": "kasutustingimused, müügitingimused, üldtingimused",
        "fi": "käyttöehdot, sopimusehdot, toimitusehdot, palveluehdot",
        "fr": "conditions générales d'utilisation, conditions d'utilisation, conditions générales de vente, conditions générales, conditions de service, cgu, cgv, "
        "conditions générales de service, conditions générales de services, conditions générales d'utilisation et de vente",
        "hr": "uvjeti korištenja, opći uvjeti, opći uvjeti poslovanja",
        "hu": "felhasználási feltételek, általános szerződési feltételek, ászf",
        "it": "termini e condizioni, termini di servizio, condizioni d'uso, condizioni generali, termini di utilizzo, condizioni di utilizzo, termini d'uso",
        "lt": "naudojimo sąlygos, paslaugų teikimo sąlygos",
        "lv": "lietošanas noteikumi, pakalpojumu sniegšanas noteikumi",
        "mt": "termini u kundizzjonijiet",
        "nl": "algemene voorwaarden, gebruiksvoorwaarden, servicevoorwaarden",
        "no": "vilkår for bruk, brukervilkår, bruksvilkår, kjøpsvilkår, salgsbetingelser",
        "pl": "regulamin, warunki korzystania, warunki użytkowania, ogólne warunki, warunki świadczenia usług",
        "pt": "termos e condições, termos de uso, termos de serviço, condições gerais, termos de utilização",
        "ro": "termeni și condiții, termeni de utilizare, condiții de utilizare",
        "sk": "obchodné podmienky, podmienky používania, všeobecné obchodné podmienky",
        "sl": "pogoji uporabe, splošni pogoji, splošni pogoji poslovanja",
        "sv": "användarvillkor, allmänna villkor, köpvillkor, tjänstevillkor",
        "tr": "kullanım koşulları, hizmet şartları, kullanım şartları, kullanıcı sözleşmesi, üyelik sözleşmesi",
        "uk": "умови використання, умови користування, угода користувача, публічна оферта",
        "ru": "условия использования, пользовательское соглашение, условия пользования, публичная оферта, правила пользования",
        "sr": "услови коришћења, uslovi korišćenja",
        "ar": "شروط الخدمة, شروط الاستخدام, الشروط والأحكام, اتفاقية المستخدم",
        "he": "תנאי שימוש, תנאי השימוש, תקנון האתר, תקנון",
        "hi": "सेवा की शर्तें, उपयोग की शर्तें, नियम और शर्तें",
        "fa": "شرایط استفاده, شرایط و ضوابط",
        "id": "syarat dan ketentuan, ketentuan layanan, ketentuan penggunaan, syarat & ketentuan",
        "vi": "điều khoản dịch vụ, điều khoản sử dụng, điều khoản và điều kiện",
        "th": "ข้อกำหนดในการให้บริการ, ข้อกำหนดการใช้งาน, ข้อกำหนดและเงื่อนไข, เงื่อนไขการใช้งาน",
        "zh": "服务条款, 服務條款, 使用条款, 使用條款, 用户协议, 服务协议, 用戶協議",
        "ja": "利用規約, 会員規約, サービス利用規約",
        "ko": "이용약관, 서비스 이용약관, 서비스 약관",
    },
    DocumentKind.IMPRINT: {
        "en": "imprint, legal notice, site notice, legal disclosure",
        "cs": "tiráž",
        "da": "kolofon",
        "de": "impressum, anbieterkennzeichnung",
        "es": "aviso legal",
        "fr": "mentions légales, informations légales",
        "hu": "impresszum",
        "it": "note legali",
        "nl": "colofon",
        "pl": "nota prawna",
        "pt": "aviso legal",
        "tr": "künye",
        "ja": "特定商取引法に基づく表記, 特定商取引法に基づく表示",
    },
    DocumentKind.GUIDELINES: {
        "en": "community guidelines, community rules, community standards, acceptable use policy, code of conduct, usage policy, content policy, use policy, content guidelines",
        "de": "community-richtlinien, verhaltenskodex, netiquette, nutzungsrichtlinie, verhaltensregeln",
        "es": "normas de la comunidad, código de conducta, directrices de la comunidad, política de uso aceptable",
        "fr": "règles de la communauté, charte de la communauté, code de conduite, politique d'utilisation acceptable, charte de bonne conduite",
        "it": "linee guida della community, codice di condotta",
        "nl": "huisregels, gedragscode, communityrichtlijnen",
        "pl": "zasady społeczności, kodeks postępowania",
        "pt": "diretrizes da comunidade, código de conduta",
        "ru": "правила сообщества",
        "ja": "コミュニティガイドライン",
        "zh": "社区准则, 社群守則",
    },
    DocumentKind.OTHER: {
        "en": "refund policy, return policy, returns policy, shipping policy, copyright policy, copyright claims policy, dmca policy, dmca takedown policy, accessibility statement, "
        "disclaimer, security policy, delivery policy, cancellation policy, intellectual property policy, anti-spam policy, data retention notice, modern slavery statement",
        "de": "haftungsausschluss, widerrufsbelehrung, erklärung zur barrierefreiheit, versandbedingungen",
        "es": "política de devoluciones, política de reembolso, política de envíos",
        "fr": "politique de remboursement, politique de retour, déclaration d'accessibilité",
        "it": "politica di reso, politica di rimborso",
        "nl": "retourbeleid, disclaimer, toegankelijkheidsverklaring",
        "pl": "polityka zwrotów, deklaracja dostępności",
        "pt": "política de devolução, política de reembolso",
        "sv": "tillgänglighetsredogörelse, returpolicy",
    },
}
# Names so short that sections bear them, too; on a tab, and as the label of a whole panel, they name a document.
LABELS: Final[Mapping[DocumentKind, str]] = {
    DocumentKind.PRIVACY: "privacy, data protection, datenschutz, privacidad, confidentialité, vie privée, privacidade, personvern, privatliv, integritet, tietosuoja, "
    "gizlilik, konfidencialita, prywatność, soukromí, конфиденциальность, конфіденційність, 隐私, 隱私, プライバシー, 個人情報保護, 개인정보",
    DocumentKind.COOKIES: "cookies, cookie, evästeet, çerezler, kakor, informasjonskapsler, クッキー, 쿠키",
    DocumentKind.TERMS: "terms, tos, conditions, termos, términos, condiciones, termini, condizioni, voorwaarden, vilkår, villkor, ehdot, uvjeti, podmínky, podmienky, warunki, "
    "условия, умови, 条款, 條款, 規約, 약관",
    DocumentKind.GUIDELINES: "guidelines, rules, acceptable use",
}
# What may stand around a title: articles, "our", "of", "for", "website", "updated".
_AROUND: Final = frozenset(
    "a an the our your general full complete website site web app apps online current updated new global and of for to on at in by "
    "die der das unsere unser den des von für zur zum und bei la le les l notre nos de du d des et pour sur el los las nuestra "
    "nuestro del y para en il lo gli nostra nostro di della dei e per sul o os as nossa nosso da do dos het de onze ons van voor "
    "og om for på till av vår vårt och för vores naša nasza nasz serwisu strony internetowej naše pro сайта сайт нашей наша "
    "и для на".split()
)
# By which a title says that another document stands in its place.
_EARLIER: Final = frozenset(
    "archived archive previous prior former old older earlier past superseded expired frühere früheren alte alter archivierte vorherige "
    "bisherige ancienne anciennes anciens précédente précédentes archivée archivées antérieure anterior anteriores antigua antiguos "
    "archivada precedente precedenti vecchia vecchie archiviata vorige oude eerdere gearchiveerde antiga antigas arquivada "
    "poprzednia poprzednie archiwalna archiwalny tidigare äldre tidligere eldre aikaisempi aiemmat предыдущая предыдущие архивная "
    "старая прежняя předchozí archivní korábbi önceki eski 旧 以前の 历史 歷史 이전".split()
)
_NUMBERED: Final = re.compile(
    r"^\W{0,3}(?:[0-9]{1,3}|[ivx]{1,5}|[a-z])\s?[.)\]:]|^\W{0,3}(?:§|[0-9]{1,3}\s)|^(?:section|article|artikel|articulo|artigo|articolo|chapter|abschnitt)\b"
)
_JOINED_WORDS: Final = 4  # "Privacy and" before "cookie policy"
_TAIL_WORDS: Final = 4
_DATED_WORDS: Final = 10  # " – in force from 1 January 2019 to 24 May 2020"
_TAIL: Final = re.compile(r"^\s{0,3}[(\[|/–—\-·]")
_YEARS: Final = re.compile(r"\d")
_WORD: Final = re.compile(r"[^\W_]+")
_LAST_CYRILLIC: Final = "\u0530"


@dataclass(frozen=True, slots=True)
class TitleFinding:
    """What a line is the title of.

    :param kinds: of the document, the first named first; () where it is no title. "Privacy and Cookie Policy" has two.
    :param titles: how many full titles it has: two make a list ("Terms of Service and Privacy Policy").
    :param extra: words beside the title: of several privacy documents, the one with the fewest is the general one.
    :param earlier: it says of itself that it is an earlier version ("Archived Terms of Use").
    """

    kinds: tuple[DocumentKind, ...] = ()
    titles: int = 0
    extra: int = 0
    earlier: bool = False


_NO_TITLE: Final = TitleFinding()


def _flat(text: str) -> str:
    """Folded, with one i for all: "METNİ" and "METNI" are both the capitals of "metni" in somebody's program."""
    return folded(text).replace("ı", "i")


def is_numbered(line: str) -> bool:
    """Tell whether a line is part of a numbering: a section of something, whatever it is called.

    >>> is_numbered("8. Privacy Policy"), is_numbered("Privacy Policy 2.0")
    (True, False)
    """
    return _NUMBERED.match(_flat(line[:MOST_CHARS])) is not None


def says_earlier(line: str) -> bool:
    """Tell whether a line speaks of an earlier version.

    >>> says_earlier("Archived Terms of Use"), says_earlier("Terms of Use")
    (True, False)
    """
    return not _earlier_words().isdisjoint(_WORD.findall(_flat(line[:MOST_CHARS])))


def title_of(line: str, brand: frozenset[str] = frozenset()) -> TitleFinding:
    """Tell which documents a line is the title of.

    :param brand: words that the site and its owner go by, folded.

    >>> title_of("Acme Privacy Policy", frozenset({"acme"})).kinds[0].value
    'privacy'
    >>> title_of("Changes to this Privacy Policy").kinds
    ()
    """
    return _title_of(line, brand) if 0 < len(line) <= MOST_CHARS else _NO_TITLE


@lru_cache(maxsize=8192)  # headings come again in every capture
def _title_of(line: str, brand: frozenset[str]) -> TitleFinding:
    text = _flat(line)
    if _NUMBERED.match(text) or len(text.split()) > _MOST_WORDS or text.endswith("?"):
        return _NO_TITLE
    found = _titles_in(text)
    if not found:
        return _NO_TITLE
    before = text[: found[0][0]]
    between = " ".join(text[end:start] for (_s, end, _k), (start, _e, _x) in itertools.pairwise(found))
    behind = text[found[-1][1] :]
    joined = names_in(before)  # "Privacy and" before "cookie policy"
    known = _known() | brand
    extra = [word for word in _WORD.findall(f"{before} {between}") if word not in known]
    if joined and len(_WORD.findall(before)) <= _JOINED_WORDS:
        extra = []
    if extra or not _is_tail(behind, known):
        return _NO_TITLE
    kinds = dict.fromkeys([*(kind for kind, _name in joined), *(kind for _s, _e, kind in found)])
    around = _WORD.findall(f"{before} {between} {behind}")
    earlier = not _earlier_words().isdisjoint(around)
    return TitleFinding(
        tuple(kinds), len({kind for *_, kind in found}), sum(word not in known for word in around), earlier
    )


def _titles_in(text: str) -> list[tuple[int, int, DocumentKind]]:
    """Full titles in a folded line, in order, none within another."""
    if not _any_title().search(text):
        return []
    spans = sorted(
        (
            (match.start(), -match.end(), kind)
            for kind, pattern in _patterns().items()
            for match in pattern.finditer(text)
        ),
        key=lambda one: (one[0], one[1]),
    )
    found: list[tuple[int, int, DocumentKind]] = []
    for start, minus_end, kind in spans:
        if not found or start >= found[-1][1]:
            found.append((start, -minus_end, kind))
    return found


def _is_tail(text: str, known: frozenset[str]) -> bool:
    """What may follow a title: nothing, the brand, a date or a version, something in parentheses or after a dash."""
    words = [word for word in _WORD.findall(text) if word not in known]
    most = _DATED_WORDS if _YEARS.search(text) else _TAIL_WORDS if _TAIL.match(text) else 0
    return len(words) <= most


def label_of(line: str) -> TitleFinding:
    """Tell which document the label of a whole panel names; shorter names will do than for a heading.

    >>> label_of("Cookies").kinds[0].value
    'cookies'
    """
    text = " ".join(_flat(line[:MOST_CHARS]).split()).strip(" :.")
    kind = _labels().get(text)
    return TitleFinding((kind,), 1, 0) if kind else _NO_TITLE


def brand_words(title: str, url: str, words: Iterable[str] = ()) -> frozenset[str]:
    """The words that a site goes by: those of its host name and of its page's <title> that are no document's.

    >>> sorted(brand_words("Privacy Policy | Acme", "https://www.acme-shop.com/privacy"))
    ['acme', 'shop']
    """
    host = re.sub(r"^[a-z]+://", "", url).partition("/")[0].rpartition(".")[0]
    text = _flat(f"{title[:200]} {host}")
    names = {"www", *(word for start, end, _kind in _titles_in(text) for word in _WORD.findall(text[start:end]))}
    return frozenset(word for word in [*_WORD.findall(text), *words] if word not in names and not names_in(word))


@cache
def _known() -> frozenset[str]:
    return frozenset(map(_flat, _AROUND)) | _earlier_words()


@cache
def _earlier_words() -> frozenset[str]:
    return frozenset(map(_flat, _EARLIER))


@cache
def _labels() -> Mapping[str, DocumentKind]:
    return {_flat(name): kind for kind, names in LABELS.items() for name in names.split(",")}


@cache
def _patterns() -> Mapping[DocumentKind, re.Pattern[str]]:
    return {kind: _pattern(table.values()) for kind, table in TITLES.items()}


@cache
def _any_title() -> re.Pattern[str]:
    """Of all kinds: nearly all lines have none."""
    return _pattern(names for table in TITLES.values() for names in table.values())


def _pattern(tables: Iterable[str]) -> re.Pattern[str]:
    """Any of the titles, whole words in the scripts that part words."""
    names = {_flat(name) for names in tables for name in names.split(",") if name.strip()}
    spaced = literal_tree((name for name in names if name[0] < _LAST_CYRILLIC), end=r"\b")
    return re.compile(rf"\b{spaced}|{literal_tree(name for name in names if name[0] >= _LAST_CYRILLIC)}")
