"""Is this page a policy at all, or a bot check, a log-in, an error page, an empty shell?

Conservative: a policy taken for junk is a hole in its history, so strong evidence or a short text is asked for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pipelines.model import Judgement
from pipelines.wording import text_words, words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipelines.model import Decoded, Extraction

# A text of so many words is a document, whatever phrases of junk occur in it; the longest error page seen has 180.
_LONG_WORDS: Final = 250
# Fewer words than this say nothing, in any language; a short imprint has 15.
_FEW_WORDS: Final = 8
# Terms of the law and of data protection are 4 to 12 in 100 words of a policy; of an error page, fewer.
_LEGAL_SHARE: Final = 0.04
_LEGAL_TERMS: Final = 3
# A line of a menu has fewer words.
_MENU_WORDS: Final = 7

# Marks in the HTML of bot walls: their own scripts and ids, not words a policy would print.
_WALL_MARKS: Final = re.compile(
    r"cf-challenge|/cdn-cgi/challenge-platform/h/|_cf_chl_opt|cf_chl_|id=[\"']challenge-(?:form|running|stage|error)|"
    r"anubis_challenge|/\.within\.website/x/cmd/anubis|_Incapsula_Resource|px-captcha|perimeterx|geo\.captcha-delivery|"
    r"awswaf|aws-waf-token|ddos-guard|sucuri_cloudproxy|/_sec/cp_challenge|hcaptcha\.com/1/api|data-sitekey=",
    re.IGNORECASE,
)
_PHRASES: Final[Mapping[str, re.Pattern[str]]] = {
    "bot check": re.compile(
        r"just a moment|checking your browser|verif(?:y|ying) (?:that )?you are (?:a )?human|are you (?:a )?(?:human|robot)|"
        r"not a robot|enable javascript and cookies to continue|making sure you.?re not a bot|unusual traffic|"
        r"attention required|ddos protection by|complete the (?:security )?(?:check|captcha)|security check to access|"
        r"pardon our interruption|you have been blocked|request unsuccessful\. incapsula|bot verification|"
        r"checking if the site connection is secure|verifying your connection|vérification de sécurité|ein moment bitte",
        re.IGNORECASE,
    ),
    "access denied": re.compile(
        r"access (?:to this page (?:has been|is) )?denied|you don.?t have permission to access|403 forbidden|"
        r"error 10(?:05|06|09|10|12|15|20)|request blocked|the request could not be satisfied|not available in your (?:country|region)|"
        r"zugriff verweigert|accès refusé|acceso denegado",
        re.IGNORECASE,
    ),
    "page not found": re.compile(
        r"page (?:you (?:are looking for|requested) )?(?:was |is |could )?not (?:be )?found|error 404|\b404\b.{0,20}(?:error|page|not found)|^404$|page (?:doesn.?t|does not|no longer) exist|"
        r"can.?t (?:be found|find (?:that|the|this) page)|couldn.?t find (?:that|the|this|what)|no longer available|"
        r"nothing (?:was )?found here|seite (?:wurde )?nicht gefunden|seite existiert nicht|page (?:introuvable|non trouvée)|"
        r"n.existe (?:pas|plus)|página no (?:encontrada|existe)|no se ha encontrado|pagina non trovata|"
        r"pagina niet gevonden|página não encontrada|sidan (?:kunde inte|hittades inte)|страница не найдена|ページが見つかりません|页面不存在|找不到",
        re.IGNORECASE,
    ),
    "parked domain": re.compile(
        r"domain (?:name )?(?:is |may be |might be )?(?:for sale|parked|available for purchase)|buy this domain|"
        r"this domain (?:has expired|is registered|was recently registered)|domain (?:steht|zu) (?:zum )?verk|"
        r"parked free|sedoparking|related searches|hugedomains|inquire about this domain|future home of",
        re.IGNORECASE,
    ),
    "log-in": re.compile(
        r"\b(?:log|sign) ?in\b.{0,60}\b(?:password|continue|account)|forgot (?:your )?password|please (?:log|sign) in|"
        r"you must be logged in|create (?:an |your )?account|passwort vergessen|mot de passe oublié",
        re.IGNORECASE | re.DOTALL,
    ),
    "maintenance": re.compile(
        r"(?:under|down for|scheduled|undergoing) maintenance|temporarily (?:unavailable|down|out of service)|service unavailable|"
        r"internal server error|bad gateway|gateway time-?out|\b50[0234]\b (?:error|service|bad|internal|gateway)|be right back|"
        r"something went wrong|an error (?:has )?occurred|application error|wartungsarbeiten|en maintenance|"
        r"database (?:connection )?error|error establishing a database|fatal error|over quota|bandwidth limit exceeded",
        re.IGNORECASE,
    ),
    "consent wall": re.compile(
        r"before you continue|we (?:and our partners )?(?:use|value).{0,80}(?:accept all|manage (?:options|preferences))|"
        r"accept (?:all )?cookies|reject all|alle akzeptieren|tout accepter|bevor sie fortfahren|avant d.accéder",
        re.IGNORECASE | re.DOTALL,
    ),
    "needs JavaScript": re.compile(
        r"(?:enable|activate|turn on|requires?|need) java ?script|javascript (?:is )?(?:disabled|required|not enabled)|"
        r"browser (?:is )?(?:not|un)supported|javascript aktivieren|activer javascript|^loading(?:\.{3}|…)?$",
        re.IGNORECASE,
    ),
    "country choice": re.compile(
        r"(?:choose|select) (?:your )?(?:country|region|location|language)|wählen sie ihr land|choisissez votre pays", re.IGNORECASE
    ),
}  # fmt: skip
_PASSWORD_FIELD: Final = re.compile(r"<input[^>]{0,300}type\s*=\s*[\"']?password", re.IGNORECASE)
_LOGIN_TITLE: Final = re.compile(r"\b(?:log|sign)[ -]?in\b|anmeld|connexion|iniciar sesión|accedi", re.IGNORECASE)
# What only titles of junk pages say.
_JUNK_TITLE: Final = re.compile(
    r"^(?:just a moment|attention required|access denied|403|404|50[0-4]|error\b|not found|page not found|forbidden|"
    r"service unavailable|bad gateway|robot check|security check|are you a robot|pardon our interruption|"
    r"making sure you.?re not a bot|index of /|redirecting|captcha|ddos-guard|site (?:not found|maintenance))",
    re.IGNORECASE,
)
_LEGAL: Final = re.compile(
    r"\b(?:privacy|personal (?:data|information)|data|cookies?|collect\w*|disclos\w*|third part\w+|consent\w*|gdpr|rights?|"
    r"terms|agreement|liabilit\w*|shall|policy|legal\w*|law|notice|statement|information|copyright|registered|"
    r"datenschutz\w*|personenbezogen\w*|daten|einwilligung|verantwortlich\w*|impressum|haftung|rechte?|geschäftsführer\w*|"
    r"données|personnelles?|confidentialité|traitement\w*|responsable|mentions|droits?|conditions|"
    r"datos|personales|privacidad|tratamiento|derechos?|datas?|dati|personali|trattamento|titolare|informativa|diritti|"
    r"gegevens|persoonsgegevens|verwerking|privacybeleid|dados|pessoais|privacidade|direitos?|personuppgifter|integritet\w*|"
    r"personoplysninger|tietosuoja\w*|henkilötieto\w*|dane|danych|osobowych|prywatności|osobních|údajů|adatvédelm\w*|"
    r"персональн\w+|данны\w+|конфиденциальност\w+|kişisel|veri\w*|gizlilik)\b|隐私|個人情報|个人信息|個人資料|プライバシー|개인정보",
    re.IGNORECASE,
)  # fmt: skip
# Privacy's own terms; looked for in casefolded text, so written in lower case.
_PRIVACY: Final = (
    "privacy", "personal data", "personal information", "personally identif", "data protection", "gdpr",
    "datenschutz", "personenbezogen", "confidentialité", "données personnelles", "données à caractère personnel", "vie privée",
    "privacidad", "datos personales", "protección de datos", "dati personali", "trattamento dei dati", "persoonsgegevens",
    "privacybeleid", "privacidade", "dados pessoais", "personuppgift", "integritet", "personoplysning", "personopplysning",
    "tietosuoja", "henkilötieto", "danych osobowych", "prywatności", "osobních údajů", "osobných údajov", "adatvédel",
    "személyes adat", "date cu caracter personal", "персональн", "конфиденциальн", "kişisel veri", "gizlilik",
    "προσωπικ", "απορρήτου", "隐私", "隱私", "个人信息", "個人情報", "個人資料", "プライバシー", "개인정보",
)  # fmt: skip
# Enough of a text to see what it is about.
_SAMPLE_CHARS: Final = 10_000
_HEAD_CHARS: Final = 400


def judge(page: Decoded, extraction: Extraction, *, status: int = 200, headers: Mapping[str, str]) -> Judgement:
    """Tell a policy, or any other legal document, from a page that stands in its place.

    :param status: the original response's HTTP status.
    :param headers: the original response's headers, names in lower case.
    """
    text = "\n".join(block.markdown for block in extraction.blocks)
    count = len(text_words(extraction.blocks))
    reason, evidence = _junk(page, extraction, text, count, status, headers)
    if reason:
        return Judgement(is_policy=False, reason=reason, score=0.0, evidence=evidence)
    return Judgement(is_policy=True, reason="", score=_score(extraction, text, count))


def _junk(
    page: Decoded, extraction: Extraction, text: str, count: int, status: int, headers: Mapping[str, str]
) -> tuple[str, tuple[str, ...]]:
    """Reason and evidence; ("", ()) if the page looks like a document."""
    if wall := _wall_header(headers):
        return "bot check", (wall,)
    if count >= _LONG_WORDS:
        return "", ()
    title = _JUNK_TITLE.match(extraction.title)
    legal = _is_legal(text, count)
    for reason, pattern in _PHRASES.items():
        found = pattern.search(text) or pattern.search(extraction.title)
        if reason == "log-in" and not _asks_for_a_password(page, extraction):
            continue
        if found and (title or not legal or reason == "bot check"):
            return reason, (f"{count} words, among them “{_quoted(found)}”",)
    if title:
        return "error page", (f"titled “{extraction.title[:60]}”",)
    return _silent_junk(page, extraction, count, status, legal=legal)


def _silent_junk(
    page: Decoded, extraction: Extraction, count: int, status: int, *, legal: bool
) -> tuple[str, tuple[str, ...]]:
    """Junk that does not say so: a wall's scripts, an error status, next to no text."""
    if mark := None if legal else _WALL_MARKS.search(page.text):
        return "bot check", (f"{count} words and “{_quoted(mark)}”",)
    if status >= 400:
        return "error page", (f"{count} words with status {status}",)
    if count < _FEW_WORDS or _is_bare_menu(extraction):
        return "empty page", (f"{count} words",)
    return "", ()


def _asks_for_a_password(page: Decoded, extraction: Extraction) -> bool:
    return _PASSWORD_FIELD.search(page.text) is not None or _LOGIN_TITLE.search(extraction.title) is not None


def _is_bare_menu(extraction: Extraction) -> bool:
    """Only short lines, with neither a number nor an address among them: what is left of a page without its text."""
    text = [block.markdown for block in extraction.blocks]
    short = all(len(words(line)) < _MENU_WORDS for line in text)
    return short and not any(char.isdigit() or char == "@" for line in text for char in line)


def _quoted(match: re.Match[str]) -> str:
    return " ".join(match.group().split())[:60]


def _wall_header(headers: Mapping[str, str]) -> str:
    """The header by which a bot wall gives itself away, "" if there is none."""
    action = headers.get("x-amzn-waf-action", "").lower()
    if action in ("challenge", "captcha"):
        return f"x-amzn-waf-action: {action}"
    if headers.get("cf-mitigated", "").lower() == "challenge":
        return "cf-mitigated: challenge"
    return ""


def _is_legal(text: str, count: int) -> bool:
    found = len(_LEGAL.findall(text))
    return found >= max(_LEGAL_TERMS, _LEGAL_SHARE * count)


def _score(extraction: Extraction, text: str, count: int) -> float:
    """0…1: up to 0.6 for privacy's own terms, one in a hundred words being full; 0.4 if title or first lines say so."""
    sample = text[:_SAMPLE_CHARS].casefold()
    head = f"{extraction.title} {text[:_HEAD_CHARS]}".casefold()
    words_in_sample = max(count * len(sample) / max(len(text), 1), 100)
    own = min(1.0, 100 * sum(sample.count(term) for term in _PRIVACY) / words_in_sample)
    return round(0.6 * own + 0.4 * any(term in head for term in _PRIVACY), 3)
