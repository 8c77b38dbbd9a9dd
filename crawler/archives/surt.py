"""SURT keys (how every archive's index names a URL), and which site a URL belongs to.

>>> surt("http://www.Example.com:80/Privacy/")
'com,example)/privacy'
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.archives.errors import ConfigError

if TYPE_CHECKING:
    from tldextract import TLDExtract

MAX_URL = 2083  # what the Wayback Machine's own form takes; longer ones are spider traps


@cache
def _suffixes(*, private: bool) -> TLDExtract:
    """The list that tldextract ships, never one from the network.

    :param private: with the names that companies give away below (`shop.blogspot.com` is a site of its own); without
        them it is the part in which registries sell names: nobody has pages there, while github.io has.
    """
    from tldextract import TLDExtract  # noqa: PLC0415 - it loads requests, 0.2 s that a command may not need

    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=private)


@lru_cache(maxsize=1024)  # twice the policies that a run works at together; a place takes 300 bytes
def surt(url: str) -> str:
    """Return the key under which archives file a URL: scheme, `www.`, case, port 80 and a closing slash fold away.

    What is no URL is its own key: it matches itself, and no archive has it.
    """
    from surt import surt as surt_of  # noqa: PLC0415 - it loads tldextract

    try:
        return str(surt_of(url))
    except ValueError:  # a port, a bracket, an encoding
        return url


def check_url(text: str) -> str:
    """Return an absolute http(s) URL for what a person typed (`example.com/privacy` is taken); ConfigError if none.

    A name in another script is written as indexes have it, in ASCII.

    >>> check_url("example.com/privacy")
    'http://example.com/privacy'
    >>> check_url("http://MÜNCHEN.example./")
    'http://xn--mnchen-3ya.example/'
    """
    url = text.strip()
    if "://" not in url:
        url = f"http://{url}"
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").removesuffix("."), parts.port
    except ValueError as error:
        raise ConfigError(f"{text!r} is not a URL: {error}") from None
    if parts.scheme not in ("http", "https"):
        raise ConfigError(f"{text!r} is not a URL of a web page: it must begin with http:// or https://")
    if "@" in parts.netloc:
        raise ConfigError(f"{text!r} is not a URL of a web page: it names a user (or is a mail address)")
    if not _is_host(host) or not (ascii_host := _ascii(host)):
        raise ConfigError(f"{text!r} is not a URL: {host!r} is no host name")
    if ascii_host != parts.hostname:
        parts = parts._replace(netloc=ascii_host if port is None else f"{ascii_host}:{port}")
    if _is_suffix(ascii_host, _suffixes(private=False)):
        raise ConfigError(f"{text!r} is no site: sites are registered under {ascii_host}; name one of them")
    if len(url) > MAX_URL or not url.isprintable() or " " in url:
        raise ConfigError(f"{text[:80]!r} is not a URL: it has white space or over {MAX_URL} characters")
    return parts._replace(path=parts.path or "/", fragment="").geturl()


def is_public_suffix(host: str) -> bool:
    """Tell whether others have sites of their own right under a host: a registry sells them (`co.uk`), or a company
    gives them to its users (`github.io`).

    >>> [is_public_suffix(host) for host in ("co.uk", "github.io", "bbc.co.uk", "www.gov.uk")]
    [True, True, False, False]
    """
    return _is_suffix(host, _suffixes(private=True))


def _is_suffix(host: str, suffixes: TLDExtract) -> bool:
    found = suffixes(host)
    return bool(found.suffix) and not (found.domain or found.subdomain)


def _is_host(host: str) -> bool:
    labels = host.split(".")
    return (len(labels) > 1 or host == "localhost") and all(
        label and all(c.isalnum() or c in "-_" for c in label) for label in labels
    )


def _ascii(host: str) -> str:
    """The host as DNS has it (UTS 46); "" where that is not possible."""
    import idna  # noqa: PLC0415 - as above: few addresses need it

    try:
        return ".".join(
            label if label.isascii() else idna.encode(label, uts46=True).decode() for label in host.split(".")
        )
    except idna.IDNAError:
        return ""


@lru_cache(maxsize=1024)
def site_of(url: str) -> str:
    """Return the site of a URL: its registrable domain, or the host where there is none; "" of what is no URL.

    >>> site_of("https://policies.tinder.com/privacy/intl/en")
    'tinder.com'
    >>> site_of("http://www.sourcingmap.com/privacy_notice.html")
    'sourcingmap.com'
    >>> site_of("http://[no address")
    ''
    """
    try:
        host = (urlsplit(url).hostname or "").lower().removesuffix(".")
    except ValueError:
        return ""
    return _suffixes(private=True)(host).top_domain_under_public_suffix or _suffixless(host)


@lru_cache(maxsize=4096)  # a history of thousands of captures has few URLs
def is_of_site(url: str, site: str) -> bool:
    """Tell whether a URL belongs to the site of a host.

    >>> [is_of_site(url, "tinder.com") for url in ("http://www.tinder.com/", "http://policies.tinder.com/", "http://a.example/")]
    [True, True, False]
    """
    try:
        host = (urlsplit(url).hostname or "").lower()
    except ValueError:
        return False
    alike = host.removeprefix("www.") == site.removeprefix("www.")  # as nearly always; the list is not asked
    return alike or site_of(url) == site_of(f"http://{site}/")


def _suffixless(host: str) -> str:
    """A host under no public suffix (`shop.example`, `localhost`, an address): its last two labels, or itself."""
    labels = host.split(".")
    return host if all(label.isdigit() for label in labels) else ".".join(labels[-2:])
