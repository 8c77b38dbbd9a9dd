"""A question to an index beside the captures of one URL, in the words of both dialects. Pure.

    IndexQuery ──wayback_params / pywb_params──► parameters of the request
    rows, parameters ──select_rows──► the rows that a server in the Wayback dialect answers with (for WARC files)

Filters and collapsing: docs/archives.md. A filter is a regular expression over the whole field; collapsing
keeps the first of neighbouring rows. `statuscode:200` is never asked for, since it would lose every revisit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from crawler.archives.capture import Capture

_NO_PAGES: Final = "(image|audio|video|font)/.*|text/(css|javascript)|application/(javascript|x-javascript|json)"
_SLICE: Final = {"year": 4, "month": 6}


@dataclass(frozen=True, slots=True)
class IndexQuery:
    """One request to an index.

    :param url: a page, or with `domain` a host.
    :param domain: all URLs of the host and of the hosts below it, not this URL alone.
    :param like: regular expression over the whole urlkey, "" for any.
    :param pages: leave out what is known to be a redirect, an error or no page.
    :param one_per: "url", "year", "month" or "": as far as the dialect can, one row of each.
    :param limit: rows at most.
    """

    url: str
    domain: bool = False
    like: str = ""
    pages: bool = False
    one_per: str = ""
    limit: int = 1_000


def wayback_params(query: IndexQuery) -> dict[str, str]:
    """Return the parameters in the Wayback dialect; waybackpy checks and names them."""
    from waybackpy.cdx_api import WaybackMachineCDXServerAPI  # noqa: PLC0415 - it loads requests, which takes 0.2 s

    filters = [f"urlkey:{query.like}"] if query.like else []
    if query.pages:
        filters += ["!statuscode:[345]..", f"!mimetype:{_NO_PAGES}"]
    collapse = "urlkey" if query.one_per == "url" else f"timestamp:{_SLICE.get(query.one_per, 14)}"
    api = WaybackMachineCDXServerAPI(
        query.url.replace("*", "%2A"),
        match_type="domain" if query.domain else "exact",
        filters=filters,
        collapses=[collapse] if query.one_per else [],
        gzip="",
    )
    params: dict[str, str] = {"limit": str(query.limit)}
    api.add_payload(params)
    return params


def pywb_params(query: IndexQuery) -> list[tuple[str, str]]:
    """Return the parameters in the pywb dialect, which cannot collapse by URL: then it is one row a year and status."""
    params = [("url", query.url), ("matchType", "domain" if query.domain else "exact"), ("output", "json")]
    params += [("filter", f"~urlkey:{query.like}")] if query.like else []
    if query.pages:
        params += [("filter", "!~status:[345].."), ("filter", f"!~mime:{_NO_PAGES}")]
    if query.one_per:
        params.append(("collapseTime", str(_SLICE.get(query.one_per, 4))))
    return [*params, ("limit", str(query.limit))]


def select_rows(rows: Iterable[Capture], params: Mapping[str, Sequence[str]]) -> Iterator[Capture]:
    """Yield the rows that pass the filters, then the first of each run that collapses to one.

    :param rows: by urlkey, then time.
    :param params: of a request in the Wayback dialect, by name.
    :raises ValueError: a filter or a collapse that this project never asks for.
    """
    filters = [_filter(text) for text in params.get("filter", ())]
    field, _, digits = (params.get("collapse") or [""])[0].partition(":")
    last = None
    for row in rows:
        if any(wanted == bool(pattern.fullmatch(getattr(row, name))) for wanted, name, pattern in filters):
            continue
        value = getattr(row, field)[: int(digits) if digits else None] if field else None
        if field and value == last:
            continue
        last = value
        yield row


def _filter(text: str) -> tuple[bool, str, re.Pattern[str]]:
    """Return (drop what matches, field, pattern)."""
    name, _, pattern = text.removeprefix("!").partition(":")
    if name not in ("urlkey", "statuscode", "mimetype"):
        raise ValueError(f"no such filter: {text!r}")
    return text.startswith("!"), name, re.compile(pattern)
