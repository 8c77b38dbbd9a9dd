"""The items that Scrapy's feed exports, extensions and other people's pipelines get: flat, and made of plain values.

    ReadCapture (policy, capture_id, reading) + Cited (the capture's row) ──capture_item──► CaptureItem

One item per capture that a run read, whatever came of it: `outcome` tells. docs/scrapy.md documents each field, a test
holds the two together. Every text is free of the characters that XML 1.0 forbids (section 2.2), since titles and texts
are other people's, and Scrapy's XML exporter writes what it is given.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crawler.archives.memento import replay_url
from crawler.archives.timestamps import format_iso
from pipelines.store.packed_reading import PackedReading, packed_reading
from pipelines.text.markdown import render_markdown

if TYPE_CHECKING:
    from crawler.archives.capture import Policy
    from pipelines.reading.reading import Reading
    from pipelines.store.shelves.captures import Cited

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(slots=True)
class CaptureItem:
    """One capture and what was read of it.

    :param site: what the user named, or the URL's registrable domain.
    :param policy_url: the URL by which the policy is known.
    :param part: which document of its page the policy is, "" where the page holds one.
    :param url: the captured URL, on the original site.
    :param timestamp: 14 digits, UTC, as the archive's index has it. :param captured_at: the same in ISO 8601.
    :param archive: the archive's name. :param archive_url: its link to the captured bytes.
    :param replay_url: its page for people, with the archive's banner and date.
    :param outcome: docs/outcomes.md has all of them. :param detail: the reason, where it is not "fetched".
    :param title: of the page. :param language: ISO 639-1 code, "" if it cannot be told.
    :param words: of the text. :param wording: digest of the word sequence, "" without a text.
    """

    site: str
    policy_url: str
    part: str
    url: str
    timestamp: str
    captured_at: str
    archive: str
    archive_url: str
    replay_url: str
    outcome: str
    detail: str
    title: str
    language: str
    words: int
    wording: str


@dataclass(slots=True)
class CaptureTextItem(CaptureItem):
    """A CaptureItem with its text, as Markdown; "" where there is none. POLICYLAPSE_ITEM_TEXT=1 asks for it."""

    text: str


def capture_item(policy: Policy, cited: Cited, reading: Reading | PackedReading, *, with_text: bool) -> CaptureItem:
    """Return the item of a capture that was read."""
    packed = packed_reading(reading)
    values: dict[str, Any] = {
        "site": policy.site,
        "policy_url": policy.url,
        "part": policy.part,
        "url": cited.url,
        "timestamp": cited.timestamp,
        "captured_at": format_iso(cited.captured_at),
        "archive": cited.archive,
        "archive_url": cited.archive_url,
        "replay_url": replay_url(cited.archive_url),
        "outcome": packed.outcome.value,
        "detail": packed.detail,
        "title": packed.title,
        "language": packed.language,
        "words": packed.words,
        "wording": packed.wording,
    }
    if with_text:
        values["text"] = render_markdown(packed.unpacked_text().blocks)
    plain: dict[str, Any] = {
        name: _NOT_XML.sub("", value) if isinstance(value, str) else value for name, value in values.items()
    }
    return CaptureTextItem(**plain) if with_text else CaptureItem(**plain)
