"""Where links lead is a change, what trackers are told is none."""

import pytest

from history.diff.links import link_changes, target
from pipelines.model import Link

HOME, HELP = Link("Home", "https://a.example/"), Link("Help centre", "https://a.example/help?topic=1&page=2")


def kinds(old, new):
    return [(c.kind.value, (c.old or c.new).text) for c in link_changes(old, new)]


@pytest.mark.parametrize(
    "href",
    [
        "https://a.example/help?topic=1&page=2&utm_source=mail&fbclid=123",
        "http://www.a.example/help?page=2&topic=1",
        "https://a.example:443/help?topic=1&page=2",
        "HTTPS://A.example/help?gclid=7&topic=1&page=2",
    ],
)
def test_the_same_place(href):
    assert target(href) == target(HELP.href)
    assert kinds([HOME, HELP], [HOME, Link("Help  *centre*", href)]) == []


@pytest.mark.parametrize("href", ["https://a.example/help?topic=2&page=2", "https://b.example/help?topic=1&page=2"])
def test_another_place(href):
    assert kinds([HOME, HELP], [HOME, Link("Help centre", href)]) == [("retargeted", "Help centre")]


def test_links_that_came_went_moved_and_were_renamed():
    other = Link("Partners", "https://a.example/partners")
    assert kinds([HOME, HELP], [HELP, HOME]) == []
    assert kinds([HOME], [HOME, other]) == [("added", "Partners")]
    assert kinds([HOME, other], [HOME]) == [("removed", "Partners")]
    assert kinds([HOME, HELP], [HOME, Link("Support", HELP.href)]) == [("renamed", "Help centre")]


@pytest.mark.parametrize(
    "href", ["", "mailto:dpo@a.example", "javascript:x", "https://[", "https://a.example:port/", "http://" + "a" * 9999]
)
def test_odd_addresses_are_compared_as_they_are(href):
    assert kinds([Link("x", href)], [Link("x", href)]) == []
    assert kinds([Link("x", href)], [Link("x", "https://a.example/")]) == [("retargeted", "x")]
