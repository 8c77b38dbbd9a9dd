"""The names by which menus, consent widgets, overlays and share bars go: tags, roles, ids and classes.

Only names in general use (HTML, ARIA, consent vendors, common themes) stand here; no rule names a site.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# Never text of a page.
DEAD_TAGS: Final = tuple(
    "script style title noscript noframes template svg math iframe frame object embed canvas video audio source track map select "
    "datalist textarea input meta link base head img picture area progress meter applet param option optgroup keygen".split()
)
HEADINGS: Final = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
TEXT_TAGS: Final = frozenset(("p", "ul", "ol", "dl", "li", "blockquote", "pre", *HEADINGS))
BLOCK_TAGS: Final = frozenset(
    "address article aside blockquote body center dd details dir div dl dt fieldset figure footer form header hgroup hr "
    "html li main menu nav ol p pre section summary table tbody td tfoot th thead tr ul".split()
) | set(HEADINGS)
INLINE_TAGS: Final = frozenset(("a", "span", "b", "strong", "i", "em", "small", "font", "u", "sup", "sub", "label"))

# Tags that are furniture under no name.
NEVER_FURNITURE: Final = frozenset(
    ("tr", "td", "th", "tbody", "thead", "body", "html", "main", "article", "details", "summary", *HEADINGS)
)
FURNITURE_TAGS: Final = frozenset(("nav", "footer", "dialog", "menu"))
FURNITURE_ROLES: Final = frozenset(
    "navigation contentinfo search dialog alertdialog menu menubar toolbar tooltip listbox combobox option".split()
)
# Furniture beside the text, part of it among paragraphs ("We changed this policy on …").
NOTICE_ROLES: Final = frozenset(("alert", "status"))

# The patterns of names are for small letters: `re` tries five times as many places where capitals do not count.
# Consent managers and chat widgets, wherever they stand; but not the cookie lists that they put into policies.
_VENDOR: Final = re.compile(
    r"onetrust-(?:consent|banner|pc|group|close|accept|reject)|optanon-(?:alert|popup|menu)|\bot-sdk-(?!row|container|column|cookie)|"
    r"didomi|axeptio|cybotcookiebotdialog|cookiebot-(?:banner|dialog|widget)|usercentrics-(?:root|button|cmp)|uc-banner|"
    r"truste-consent|trustarc-banner|qc-cmp|sp_message|tarteaucitron(?:root|alert|services)|osano-cm|iubenda-cs|"
    r"cmplz-(?:cookiebanner|manage|soft|modal)|\bcky-(?:consent|modal|overlay|btn|notice|preference)|"
    r"moove_gdpr_cookie|borlabscookiebox|hs-eu-cookie|\bcc-(?:window|banner|dialog|revoke)|ketch-|klaro|evidon|"
    r"fc-consent|termly-(?:code|styles)|shopify-pc__|transcend-consent|truste_(?:box_)?overlay|\bch2-|cookie-law-info-(?:bar|again)|cookielawinfo-(?:bar|modal)|clisettingspopup|cli-modal|cli-bar|wt-cli-cookie-bar|"
    r"cookiefirst-(?:root|banner)|cookiescript_|cookiehub|quantcast|sourcepoint|consentmanager|cmpbox|"
    r"google_translate_element|goog-te-|skiptranslate|userway|\bacsb-|audioeye|trustpilot-widget|\ba2a_|addthis_|sharethis|"
    r"\bfb-(?:like|share|page|comments)|twitter-(?:share|follow)-button|heateor|wpml-ls-|weglot|"
    r"intercom-|drift-widget|livechat|tawk-|crisp-client|hubspot-messages|grecaptcha|wm-ipp|\b_wb_(?:plain_banner|frame_top_banner)|donato",
)
# The same, home-made; the second also has names that an author may give to a section about cookies.
_BANNER: Final = re.compile(
    r"(?:gdpr|cmp|cookies?|cookie-?law|consent|ccpa|privacy)[-_]?(?:banner|bar|popup|pop-up|modal|overlay|dialog|prompt|toast|wall)\b|"
    r"eu-cookie|cookie-?law-?bar",
)
_CONSENT: Final = re.compile(
    r"(?:gdpr|cmp|cookies?|cookie-?law)[-_]?(?:consent|notice|alert|message|notification|disclaimer|warning|info|layer|container)|"
    r"consent[-_]?manager",
)
_OVERLAY: Final = re.compile(
    r"(?:^|[\s_-])(?:modals?|popups?|pop-up|overlay|lightbox|dialog|toast|snackbar|drawer|off-?canvas|fancybox|mfp-hide)(?=$|[\s_-])",
)
# A name's first word may say whose footer it is, but "has-sidebar" and "no-footer" are no such things.
_PREFIX: Final = r"(?:^|[\s_])(?:(?!(?:has|have|with|without|no|not|show|hide|under|above|below|beside)-)[a-z]{1,12}-)?"
_SUFFIX: Final = (
    r"(?:-(?:container|wrapper|wrap|block|section|inner|outer|box|area|bar|list|links?|items?|menu|nav|buttons?|icons|form|"
    r"content|top|bottom|main|middle|row|widgets?|holder|panel|band|strip|columns?|[0-9]+))?(?=$|[\s_])"
)
# As good as the tags <nav> and <footer>.
_MENU: Final = re.compile(
    _PREFIX
    + r"(?:nav|navbar|navigation|nav-?bar|menu|mainmenu|submenu|main-?nav|subnav|topnav|sidenav|mega-?menu|breadcrumbs?|crumbs?|"
    r"footer|colophon|sidebar|side-bar|skip-?links?|skip-?to-?content|pagination|pager|comments|disqus_thread)"
    + _SUFFIX,
)
# Furniture if short or full of links.
_SMALL: Final = re.compile(
    _PREFIX
    + r"(?:foot|masthead|top-?bar|site-?header|page-?top|paging|social|socials|share|sharing|share-?buttons?|addthis|addtoany|"
    r"sharedaddy|newsletter|subscribe|subscription-?form|related|related-?(?:posts?|articles|links)|recommended|recommendations|"
    r"best-?sellers?|recent-?posts|(?:lang|language|locale)-?(?:switch|switcher|selector|select|picker|chooser)|dropdown-menu|"
    r"(?:country|region)-?(?:selector|select|switcher|picker)|search|search-?form|searchbox|login|log-?in|sign-?in|signup|sign-?up|"
    r"tooltip|cta|call-?to-?action|back-?to-?top|scroll-?top|to-?top|advert|advertisement|ads?|sponsor|promo|promotion|cart|minicart|mini-?cart|"
    r"basket|wishlist|comments?-?(?:area|form|list)|respond|copyright|feedback|survey|helpful|was-?this-?helpful|votes?|"
    r"announcement|app-?banner|print-?(?:button|link)|browser-?(?:upgrade|update|warning|happy)|browse-?happy|loading|(?:pre)?loader|spinner|no-?print|noprint|d-print-none|(?:post|entry)-?meta|byline|author-?box|secondary|aside|rail|"
    r"(?:post-?)?views?-?(?:count)?|counter|hits|hit-?counter|(?:page|content|article|document)-?(?:tools?|actions?)|who-?is-?online|clock|weather|ticker|banner-?ad)"
    + _SUFFIX,
)
# Text for screen readers only, such as "(opens in a new window)", and what a wiki puts beside its headings.
_SCREEN_READER: Final = re.compile(
    r"(?:^|[\s_])(?:sr-only|visually-?hidden|screen-?reader(?:-text|-only)?|a11y-(?:text|hidden)|assistive-text|hidden-?visually|(?:mw-)?edit-?section)"
    r"(?=$|[\s_])",
)
# Not shown, by a class in general use; and what takes that back on wide screens, or once something was pressed.
_HIDDEN: Final = re.compile(
    r"(?:^|\s)(?:(?:is-|u-|js-|x-)?(?:hidden|hide)|d-none|(?:no-?display|display-?none)|invisible)(?=$|\s)",
)
_SHOWN: Final = re.compile(
    r"(?:^|\s)(?:(?:is-)?(?:visible|shown?|active|open|in)(?=$|[\s-])|d-(?:sm|md|lg|xl|xxl|print)-|[a-z]{1,12}:)",
)
# What a policy says beside its date.
DATE_LINE: Final = re.compile(
    r"updat|effective|revis|modifi|amend|version|in force|as of|stand:|stand vom|stand \d|aktualisiert|gültig|änderung|"
    r"mise à jour|mis à jour|à jour du|vigueur|actualiza|vigor|aggiorna|bijgewerkt|ingang|zuletzt|opdateret|uppdater|oppdatert|"
    r"päivitetty|aktualizac|обновл|редакц|действу|güncelle|yürürlük|更新|生效|施行|改定|制定|개정|시행",
    re.IGNORECASE,
)
# A consent prompt's button, and what the prompt speaks of.
ACCEPT: Final = re.compile(
    r"\W*(?:(?:i|yes,?|alle|alles|tout|tous|tümünü|tüm|všechny|cookies?|çerezleri) ){0,3}(?:accept|agree|allow|consent|got it|understood|ok(?:ay)?|akzeptier\w*|zustimm\w*|einverstanden|verstanden|alle annehmen|"
    r"j.accepte|accepter|tout accepter|autoriser|d.accord|compris|acepto|aceptar|entendido|permitir|de acuerdo|accetta|accetto|ho capito|"
    r"aceito|aceitar|concordo|entendi|accepteren|akkoord|toestaan|begrepen|godkänn|acceptera|jag förstår|accepter|tillad|godta|hyväksy\w*|"
    r"akceptuj\w*|zgadzam się|rozumiem|přijmout|souhlasím|rozumím|elfogad\w*|rendben|принять|соглас\w*|понятно|kabul(?: et\w*)?|zaakceptuj|tamam|anladım|"
    r"同意\w*|接受|同意する|承諾|すべて許可|확인|동의|موافق|أوافق|قبول)"
    r"(?: (?:all|to all|cookies|all cookies|and (?:close|continue)|& close|alle|tout|todas?|tutti?|alles|alla|vše|wszystkie|все))*\W*",
    re.IGNORECASE,
)
COOKIES: Final = re.compile(r"cookie|traceur|consent|クッキー|쿠키|ملفات تعريف|кук[иа]", re.IGNORECASE)
# A language by its own name, with or without a region.
LANGUAGE: Final = re.compile(
    r"[\u2066-\u2069\u200e\u200f\u202a-\u202e]*(?:english|deutsch|français|español|italiano|português|nederlands|svenska|dansk|norsk(?: bokmål)?|"
    r"suomi|íslenska|polski|čeština|slovenčina|slovenščina|magyar|română|hrvatski|srpski|bosanski|shqip|ελληνικά|български|русский|"
    r"українська|беларуская|македонски|српски|eesti|latviešu|lietuvių|malti|gaeilge|cymraeg|català|galego|euskara|türkçe|azərbaycan|"
    r"қазақ|עברית|العربية|فارسی|اردو|हिन्दी|मराठी|বাংলা|ગુજરાતી|தமிழ்|తెలుగు|ಕನ್ನಡ|മലയാളം|ไทย|tiếng việt|bahasa (?:indonesia|melayu)|"
    r"filipino|kiswahili|afrikaans|isizulu|አማርኛ|日本語|한국어|中文|简体中文|繁體中文|繁体中文)\W*(?:[(（\-–/,].{0,30})?$",
    re.IGNORECASE,
)
# What a link says to those who cannot see where it leads.
ASIDE: Final = re.compile(
    r"\W*(?:(?:link )?opens? (?:in )?(?:an? )?(?:new|external|another) (?:browser )?(?:window|tab|site|page)|external (?:link|site)|new window|"
    r"(?:wird )?(?:öffnet|öffnen)(?: sich)? (?:in|im) (?:einem )?neue[nm]? (?:fenster|tab)|externer link|"
    r"(?:s.ouvre|ouverture) dans (?:une?|la) (?:nouvelle? )?(?:fenêtre|onglet)(?: nouvelle?)?|nouvelle fenêtre|lien externe|"
    r"(?:se )?abre en (?:una? )?(?:nueva )?(?:ventana|pestaña)(?: nueva)?|(?:si )?apre in una nuova (?:finestra|scheda)|"
    r"(?:opent|opens) in (?:een )?nieuw (?:venster|tabblad)|abre (?:em|numa) (?:uma )?nova (?:janela|aba|guia))\W*",
    re.IGNORECASE,
)
# A link's class.
TOGGLE: Final = re.compile(r"\b(?:show|read|view|see|load)[-_]?(?:more|less)\b", re.IGNORECASE)
# The whole text of a link to the page's top or to its text.
JUMP: Final = re.compile(
    r"\W*skip (?:to|navigation).{0,30}|zum (?:haupt)?inhalt.{0,12}|aller au contenu.{0,12}|(?:saltar|ir) al contenido.{0,12}|vai al contenuto.{0,12}|"
    r"(?:pular|ir) para o conteúdo.{0,12}|(?:naar|ga naar) (?:de )?(?:hoofd)?inhoud.{0,12}|hoppa till innehåll.{0,12}|przejdź do treści|"
    r"перейти к (?:основному )?содержанию|"
    r"\W*(?:(?:back|return|go|jump|scroll|up)?\s?(?:to)?\s?(?:the)?\s?top(?:\s?of\s?(?:the\s)?page)?|page up|(?:zurück )?nach oben|"
    r"zum (?:seiten)?anfang|seitenanfang|(?:retour |revenir )?(?:en )?haut(?: de (?:la )?page)?|(?:volver )?arriba|ir arriba|"
    r"(?:voltar ao )?topo|torna su|inizio pagina|(?:terug )?naar boven|til toppen|till toppen|ylös|takaisin ylös|sivun alkuun|tilbake til toppen|yukarı(?: çık)?|başa dön|sayfa(?:nın)? başı(?:na dön)?|en üste|vissza a tetejére|sus|înapoi sus|do góry|nahoru|наверх|вверх|"
    r"(?:ページの?)?(?:先頭|トップ|上部?)へ(?:戻る)?|返回顶部|回到顶部|맨 위로)\W*",
    re.IGNORECASE,
)
_PANEL: Final = re.compile(r"accordion|collaps|expand|toggle|faq|question|panel|tab")
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
# What splits a name, and what is a word between: "footer", "siteFooter", "mainNAV", "footer2". What is none is random:
# numbers, letters mixed with digits, capitals amid words ("bVSPiU").
_PARTS: Final = re.compile(r"[-_:.]+")
_WORD_PART: Final = re.compile(
    r"(?=[A-Za-z])(?:[a-z]+|[A-Z][a-z]?(?![a-z]))?(?:[A-Z]+[a-z]{2,})*(?:[A-Z]{2,})?V?\d{0,2}"
)


@dataclass(frozen=True, slots=True)
class Kind:
    """What an element's id and classes say that it is."""

    vendor: bool = False
    banner: bool = False
    consent: bool = False
    overlay: bool = False
    menu: bool = False
    small: bool = False
    screen_reader: bool = False
    hidden: bool = False
    panel: bool = False


NAMELESS: Final = Kind()


def kind_of(element: HtmlElement) -> Kind:
    """Judge an element by its names."""
    label = f"{element.get('id', '')} {element.get('class', '')}"
    return NAMELESS if label == " " else _kind(label)


def telling(label: str) -> str:
    """Names without their random parts and all behind them: those are drawn anew for each build or request.

    >>> telling("u_0_11_Ad Footer_nav__x7Adq css-1ad9f-ad site-footer footer-2")
    'u Footer_nav css site-footer footer'
    """
    return " ".join(filter(None, map(_stable, label.split())))


def _stable(name: str) -> str:
    if name.isalpha() and name.islower():
        return name
    start = 0
    for sign in _PARTS.finditer(f"{name}-"):
        if start < sign.start() and not _WORD_PART.fullmatch(name, start, sign.start()):
            return name[:start].rstrip("-_:.")
        start = sign.end()
    return name


@lru_cache(maxsize=8192)  # names come again in every capture of a page
def _kind(label: str) -> Kind:
    cut = _CAMEL.sub("-", telling(label)).lower()
    whole = label.lower()
    kind = Kind(
        vendor=_VENDOR.search(whole) is not None,
        banner=_BANNER.search(cut) is not None,
        consent=_CONSENT.search(cut) is not None,
        overlay=_OVERLAY.search(cut) is not None,
        menu=_MENU.search(cut) is not None,
        small=_SMALL.search(cut) is not None,
        screen_reader=_SCREEN_READER.search(cut) is not None,
        hidden=_HIDDEN.search(cut) is not None and _SHOWN.search(whole) is None,
        panel=_PANEL.search(cut) is not None,
    )
    return NAMELESS if kind == NAMELESS else kind
