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
    "script style noscript template svg math iframe frame object embed canvas video audio source track map select "
    "datalist textarea input meta link base head img picture area progress meter applet param option optgroup keygen".split()
)
HEADINGS: Final = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
TEXT_TAGS: Final = frozenset(("p", "ul", "ol", "dl", "li", "blockquote", "pre", *HEADINGS))
BLOCK_TAGS: Final = frozenset(
    "address article aside blockquote body center dd details dir div dl dt fieldset figure footer form header hgroup hr "
    "html li main menu nav ol p pre section summary table tbody td tfoot th thead tr ul".split()
) | set(HEADINGS)
INLINE_TAGS: Final = frozenset(("a", "span", "b", "strong", "i", "em", "small", "font", "u", "sup", "sub", "label"))

FURNITURE_TAGS: Final = frozenset(("nav", "footer", "dialog", "menu"))
FURNITURE_ROLES: Final = frozenset(
    "navigation contentinfo search dialog alertdialog menu menubar toolbar tooltip listbox combobox option".split()
)
# Furniture beside the text, part of it among paragraphs ("We changed this policy on …").
NOTICE_ROLES: Final = frozenset(("alert", "status"))

# Consent managers and chat widgets, wherever they stand; but not the cookie lists that they put into policies.
_VENDOR: Final = re.compile(
    r"onetrust-(?:consent|banner|pc|group|close|accept|reject)|optanon-(?:alert|popup|menu)|\bot-sdk-(?!row|container|column|cookie)|"
    r"didomi|axeptio|cybotcookiebotdialog|cookiebot-(?:banner|dialog|widget)|usercentrics-(?:root|button|cmp)|uc-banner|"
    r"truste-consent|trustarc-banner|qc-cmp|sp_message|tarteaucitron(?:root|alert|services)|osano-cm|iubenda-cs|"
    r"cmplz-(?:cookiebanner|manage|soft|modal)|\bcky-(?:consent|modal|overlay|btn|notice|preference)|"
    r"moove_gdpr_cookie|borlabscookiebox|hs-eu-cookie|\bcc-(?:window|banner|dialog|revoke)|ketch-|klaro|evidon|"
    r"fc-consent|cookie-law-info-(?:bar|again)|cookielawinfo-(?:bar|modal)|clisettingspopup|cli-modal|cli-bar|wt-cli-cookie-bar|"
    r"cookiefirst-(?:root|banner)|cookiescript_|cookiehub|quantcast|sourcepoint|consentmanager|cmpbox|"
    r"intercom-|drift-widget|livechat|tawk-|crisp-client|hubspot-messages|grecaptcha|wm-ipp|donato",
    re.IGNORECASE,
)
# The same, home-made; the second also has names that an author may give to a section about cookies.
_BANNER: Final = re.compile(
    r"(?:gdpr|cmp|cookies?|cookie-?law|consent|ccpa|privacy)[-_]?(?:banner|bar|popup|pop-up|modal|overlay|dialog|prompt|toast|wall)\b|"
    r"eu-cookie|cookie-?law-?bar",
    re.IGNORECASE,
)
_CONSENT: Final = re.compile(
    r"(?:gdpr|cmp|cookies?|cookie-?law)[-_]?(?:consent|notice|alert|message|notification|disclaimer|warning|info|layer|container)|"
    r"consent[-_]?manager",
    re.IGNORECASE,
)
_OVERLAY: Final = re.compile(
    r"(?:^|[\s_-])(?:modals?|popups?|pop-up|overlay|lightbox|dialog|toast|snackbar|drawer|off-?canvas|fancybox|mfp-hide)(?=$|[\s_-])",
    re.IGNORECASE,
)
_PREFIX: Final = r"(?:^|[\s_])(?:[a-z]{1,12}-)?"
_SUFFIX: Final = (
    r"(?:-(?:container|wrapper|wrap|block|section|inner|outer|box|area|bar|list|links?|items?|menu|nav|buttons?|icons|form|"
    r"content|top|bottom|main|middle|row|widgets?|holder|panel|[0-9]+))?(?=$|[\s_])"
)
# As good as the tags <nav> and <footer>.
_MENU: Final = re.compile(
    _PREFIX
    + r"(?:nav|navbar|navigation|nav-?bar|menu|mainmenu|submenu|main-?nav|subnav|topnav|sidenav|mega-?menu|breadcrumbs?|crumbs?|"
    r"footer|colophon|sidebar|side-bar|skip-?links?|skip-?to-?content|pagination|pager|comments|disqus_thread)"
    + _SUFFIX,
    re.IGNORECASE,
)
# Furniture if short or full of links.
_SMALL: Final = re.compile(
    _PREFIX
    + r"(?:foot|masthead|top-?bar|site-?header|page-?top|paging|social|socials|share|sharing|share-?buttons?|addthis|addtoany|"
    r"sharedaddy|newsletter|subscribe|subscription-?form|related|related-?(?:posts?|articles|links)|recommended|recommendations|"
    r"best-?sellers?|recent-?posts|(?:lang|language|locale)-?(?:switch|switcher|selector|select|picker|chooser)|dropdown-menu|"
    r"(?:country|region)-?(?:selector|select|switcher|picker)|search|search-?form|searchbox|login|log-?in|sign-?in|signup|sign-?up|"
    r"tooltip|back-?to-?top|scroll-?top|to-?top|advert|advertisement|ads?|sponsor|promo|promotion|cart|minicart|mini-?cart|"
    r"basket|wishlist|comments?-?(?:area|form|list)|respond|copyright|feedback|survey|helpful|was-?this-?helpful|votes?|"
    r"announcement|app-?banner|print-?(?:button|link)|no-?print|noprint|d-print-none|postmeta|author-?box|secondary|aside|rail|"
    r"(?:post-?)?views?-?(?:count)?|counter|hit-?counter|who-?is-?online|clock|weather|ticker|banner-?ad)" + _SUFFIX,
    re.IGNORECASE,
)
# Text for screen readers only, such as "(opens in a new window)".
_SCREEN_READER: Final = re.compile(
    r"(?:^|[\s_])(?:sr-only|visually-?hidden|screen-?reader(?:-text|-only)?|a11y-(?:text|hidden)|assistive-text|hidden-?visually)"
    r"(?=$|[\s_])",
    re.IGNORECASE,
)
_PANEL: Final = re.compile(r"accordion|collaps|expand|toggle|faq|question|panel|tab", re.IGNORECASE)
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


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
    panel: bool = False


_NAMELESS: Final = Kind()


def kind_of(element: HtmlElement) -> Kind:
    """Judge an element by its names."""
    label = f"{element.get('id', '')} {element.get('class', '')}"
    return _NAMELESS if label == " " else _kind(label)


@lru_cache(maxsize=8192)  # names come again in every capture of a page
def _kind(label: str) -> Kind:
    cut = _CAMEL.sub("-", label)
    return Kind(
        vendor=_VENDOR.search(label) is not None,
        banner=_BANNER.search(cut) is not None,
        consent=_CONSENT.search(cut) is not None,
        overlay=_OVERLAY.search(cut) is not None,
        menu=_MENU.search(cut) is not None,
        small=_SMALL.search(cut) is not None,
        screen_reader=_SCREEN_READER.search(cut) is not None,
        panel=_PANEL.search(cut) is not None,
    )
