"""Faults of ours, at any place of a crawl: a Scrapy extension that makes the function raise which POLICYLAPSE_FAULT names.

`module:Class.method`, as in an entry point. For tests of what becomes of an exception that nobody foresaw.
"""

from importlib import import_module


def _fail(*_arguments, **_more):
    raise ZeroDivisionError("a fault")


class Faults:
    def __init__(self, where):
        module, _, path = where.partition(":")
        owner = import_module(module)
        *owners, name = path.split(".")
        for one in owners:
            owner = getattr(owner, one)
        setattr(owner, name, _fail)

    @classmethod
    def from_crawler(cls, crawler):
        return cls(crawler.settings["POLICYLAPSE_FAULT"])


SETTINGS = {"EXTENSIONS": '{"tests.generators.faults.Faults": 0, "crawler.progress.Progress": 500}'}
