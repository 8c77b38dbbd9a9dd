"""What of a page is furniture: names by which site menus, consent widgets and share bars go by.

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
DEAD_TAGS: Final = (
    "script", "style", "noscript", "template", "svg", "math", "iframe", "frame", "object", "embed", "canvas",
    "video", "audio", "source", "track", "map", "select", "datalist", "textarea", "input", "meta", "link", "base",
    "head", "img", "picture", "area", "progress", "meter", "applet", "param", "option", "optgroup", "keygen",
)  # fmt: skip
FURNITURE_TAGS: Final = frozenset({"nav", "footer", "dialog", "menu"})
FURNITURE_ROLES: Final = frozenset(
    {
        "navigation",
        "contentinfo",
        "search",
        "dialog",
        "alertdialog",
        "menu",
        "menubar",
        "toolbar",
        "tooltip",
        "status",
        "alert",
        "listbox",
        "combobox",
        "option",
    }
)
# Ids and classes of consent managers and chat widgets: on any site, in any place, theirs.
CONSENT: Final = re.compile(
    r"onetrust|optanon|\bot-sdk-(?!row|container|column)|didomi|axeptio|cookiebot|cybot|usercentrics|uc-banner|"
    r"truste[-_]|trustarc|qc-cmp|sp_message|tarteaucitron|osano-cm|iubenda-cs|termly-code|cmplz|\bcky-|cookieyes|"
    r"moove_gdpr|borlabs|hs-eu-cookie|\bcc-(?:window|banner|dialog|revoke)|ketch-|klaro|evidon|fc-consent|"
    r"wt-cli-|cli-modal|cookie-?law-?info|cookiefirst|cookie-?script|cookie-?hub|quantcast|sourcepoint|consentmanager|"
    r"cmpbox|cmp-?(?:banner|container|wrapper)|gdpr-?(?:banner|popup|modal|bar|cookie|consent)|"
    r"cookie[-_]?s?[-_]?(?:banner|bar|popup|pop-up|modal|consent|notice-(?:bar|banner|popup)|overlay|dialog|alert|"
    r"message|notification|disclaimer|prompt|toast|settings-(?:modal|dialog))|"
    r"consent[-_]?(?:banner|bar|popup|modal|overlay|dialog|manager)|ccpa-banner|privacy-(?:banner|popup|modal)|"
    r"eu-cookie|intercom-|drift-|zendesk|livechat|tawk|crisp-client|hubspot-messages|grecaptcha|wm-ipp|donato",
    re.IGNORECASE,
)
# Tokens of class, id: strong ones are furniture unless they hold much of the page's text …
_STRONG: Final = (
    r"nav|navbar|navigation|nav-?bar|menu|mainmenu|submenu|main-?nav|subnav|topnav|sidenav|mega-?menu|dropdown-menu|"
    r"breadcrumbs?|crumbs?|bread-?crumbs?|footer|site-?footer|page-?footer|foot|colophon|masthead|top-?bar|"
    r"site-?header|page-?top|skip-?links?|skip-?to-?content|pagination|pager|paging|social|socials|share|sharing|"
    r"share-?buttons?|share-?bar|addthis|addtoany|sharedaddy|newsletter|subscribe|subscription-?form|"
    r"related|related-?posts?|related-?articles|recommended|recommendations|best-?sellers?|recent-?posts|widget-?area|"
    r"lang(?:uage)?-?(?:switch|switcher|selector|select|picker|menu|chooser)|country-?(?:selector|select|switcher)|"
    r"search|search-?form|searchbox|search-?box|login|log-?in|sign-?in|signup|sign-?up|modal|popup|pop-?up|lightbox|"
    r"offcanvas|off-?canvas|drawer|toast|snackbar|tooltip|back-?to-?top|scroll-?top|to-?top|"
    r"advert|advertisement|ads?|banner-?ad|sponsor|promo|promotion|cart|minicart|mini-?cart|basket|wishlist|"
    r"comments?-?(?:area|form|list)|respond|copyright|feedback|survey|helpful|was-?this-?helpful|vote|votes|"
    r"announcement|announcement-?bar|app-?banner|print-?(?:button|link)|no-?print|noprint|d-print-none|postmeta|author-?box"
)
_STRONG_NAME: Final = re.compile(rf"(?:^|[\s_])(?:[a-z]{{1,6}}-)?(?:{_STRONG})(?:-(?:container|wrapper|wrap|block|section|"
                                 r"inner|box|area|bar|list|links?|items?|menu|nav|button|buttons|icons|form|content))?(?=$|[\s_])",
                                 re.IGNORECASE)  # fmt: skip
# What is laid over the page, whatever it says.
_OVERLAY_NAME: Final = re.compile(
    r"(?:^|[\s_-])(?:modals?|popups?|pop-up|overlay|lightbox|dialog|toast|snackbar|drawer|off-?canvas|fancybox|mfp-hide)(?=$|[\s_-])",
    re.IGNORECASE,
)
# Text for screen readers only, such as "(opens in a new window)".
_SCREEN_READER_NAME: Final = re.compile(
    r"(?:^|[\s_])(?:sr-only|visually-?hidden|screen-?reader(?:-text|-only)?|a11y-(?:text|hidden)|assistive-text|hidden-?visually)(?=$|[\s_])",
    re.IGNORECASE,
)
_SIDE_NAME: Final = re.compile(
    r"(?:^|[\s_-])(?:sidebar|side-?bar|aside|rail|secondary|side)(?=$|[\s_-])", re.IGNORECASE
)
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


def names(element: HtmlElement) -> str:
    """Id and classes of an element as one string, camelCase cut into words with `-`."""
    joined = f"{element.get('id', '')} {element.get('class', '')}"
    return _CAMEL.sub("-", joined) if joined != " " else ""


@dataclass(frozen=True, slots=True)
class Kind:
    """What an element's names say it is."""

    consent: bool
    overlay: bool
    screen_reader: bool
    side: bool
    menu: bool


_NAMELESS: Final = Kind(consent=False, overlay=False, screen_reader=False, side=False, menu=False)


def kind_of(element: HtmlElement) -> Kind:
    """Judge an element by its id and classes."""
    label = names(element)
    return _kind(label) if label else _NAMELESS


@lru_cache(maxsize=8192)  # names come again in every capture of a page
def _kind(label: str) -> Kind:
    return Kind(
        consent=CONSENT.search(label) is not None,
        overlay=_OVERLAY_NAME.search(label) is not None,
        screen_reader=_SCREEN_READER_NAME.search(label) is not None,
        side=_SIDE_NAME.search(label) is not None,
        menu=_STRONG_NAME.search(label) is not None,
    )
