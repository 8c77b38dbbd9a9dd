"""What a test's programs find loaded: imported once by the process that they are forked from (tests/programs.py).

Modules, the language model, and the bytes of a new database: no reactor, no open file, no thread of ours. crawler.settings reads the environment
when it is loaded, so each program loads its own.
"""

import contextlib
import gc
import importlib
import sys
from collections.abc import Iterator
from pkgutil import walk_packages

from scrapy.settings import default_settings

import tests.programs  # noqa: F401 - what each of them begins with
from crawler.archives.surt import check_url, site_of
from crawler.targets.fetched import Fetched
from pipelines.reading.candidates import read_candidate
from pipelines.reading.payload import read_payload
from pipelines.reading.pool import warm_up
from tests.databases.empty import copy_new_databases

_PACKAGES = ("crawler", "pipelines", "cli", "scrapy.commands")
_MODULES = (
    "scrapy.cmdline",
    "scrapy.dupefilters",
    "scrapy.pqueues",
    "scrapy.squeues",
    "scrapy.statscollectors",
    "twisted.internet.asyncioreactor",
    "rich.live",
    "rich.progress",
)
_COMPONENTS = (
    *default_settings.EXTENSIONS_BASE,
    *default_settings.DOWNLOADER_MIDDLEWARES_BASE,
    *default_settings.SPIDER_MIDDLEWARES_BASE,
)
_URL = "http://warm.example/privacy-policy"
_TEXTS = (
    "We collect personal data. We keep it for 30 days. Last updated on {}. You have the right to object by writing to a@warm.example.",
    "Nous recueillons vos données personnelles. Dernière mise à jour : {}. Vous avez le droit de vous opposer au traitement.",
    "Wir erheben Ihre personenbezogenen Daten. Zuletzt aktualisiert am {}. Sie haben das Recht auf Auskunft.",
)
_DAYS = ("May 1, 2023", "1 mai 2023", "1. Mai 2023")
_PAGES = [
    Fetched(
        f"<html><title>Privacy Policy</title><h1>Privacy Policy</h1>{f'<p>{text.format(day)}</p>' * 4}"
        f'<p><a href="{_URL}">Privacy</a><h2>Cookie Policy</h2><p>{text.format(day)}</p></html>'.encode(),
        {"content-type": "text/html; charset=utf-8"},
        _URL,
        200,
    )
    for text, day in zip(_TEXTS, _DAYS, strict=True)
]


def _modules_of(package: str) -> Iterator[str]:
    path = importlib.import_module(package).__path__
    return (module.name for module in walk_packages(path, package + "."))


for _package in _PACKAGES:
    for _module in _modules_of(_package):
        with contextlib.suppress(ImportError):  # an extra that is not installed
            importlib.import_module(_module)
for _module in (*_MODULES, *(name.rpartition(".")[0] for name in _COMPONENTS)):
    importlib.import_module(_module)
sys.modules.pop("crawler.settings")
site_of(check_url("http://www.example.co.uk/"))  # two lists of public suffixes
warm_up()
# Patterns that are compiled when a page, or an address, first needs them: a second of each program and of each of its readers.
for _page in _PAGES:
    read_payload(_page)
    read_candidate(_page, "warm.example")
copy_new_databases()
gc.collect()
gc.freeze()  # what is here is never garbage: no collection writes to pages that programs share
