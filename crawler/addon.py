"""A Scrapy add-on that gives any project this one's manners towards web archives.

    ADDONS = {"crawler.addon.PoliteArchive": 500}
    POLICYLAPSE_CONTACT = "you@example.org"

Requests to the archive (POLICYLAPSE_ARCHIVE, the Wayback Machine unless it is set) then pass the gate that all crawls of
the machine share, and their responses carry what the archive's answer is. docs/scrapy.md has an example.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from crawler.options import OPTIONS, options_of
from crawler.spiders.job import check_contact

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

_PLAYBACK = 650  # as in crawler/settings.py: below HttpCompression, which would undo what archives say of codings


class PoliteArchive:
    """Puts the gate and the playback middleware into a project's settings."""

    def update_settings(self, settings: BaseSettings) -> None:
        """Change the settings.

        :raises ConfigError: no contact for a public archive, or a POLICYLAPSE_ setting cannot be read. Scrapy does not
            start then; an add-on that says NotConfigured is left out, and the crawl would run without manners.
        """
        options = options_of({name: settings.get(name) for name in settings if name.startswith("POLICYLAPSE_")})
        check_contact(options.archive, options.contact)
        settings.set(OPTIONS, options, priority="cmdline")
        archive = options.archive
        handlers: dict[str | None, Any] = dict.fromkeys(("http", "https"), "crawler.asking.guest.GuestHandler")
        if archive.root is not None:
            handlers["warc"] = "crawler.asking.handlers.WarcHandler"
        slot = {"concurrency": archive.concurrency, "delay": 0}  # the gate holds the budget
        for name, ours in (
            ("DOWNLOAD_HANDLERS", handlers),
            ("DOWNLOADER_MIDDLEWARES", {"crawler.asking.guest.GuestPlayback": _PLAYBACK}),
            ("DOWNLOAD_SLOTS", {urlsplit(archive.cdx_url).hostname: slot}),
        ):  # above the project's own values, which it keeps
            settings.set(name, {**settings.getdict(name), **ours}, priority="cmdline")
