"""A page that stays up after its policy has moved on is no longer that policy: it is neither asked for nor read."""

from datetime import timedelta

from crawler.archives.capture import Period
from crawler.archives.timestamps import format_iso
from pipelines.store.store import Store
from tests.databases.stored import EXTRACTOR, FIRST, NOW, URL, Seen, damages, put

NEW = "http://shop.example/legal/privacy"
OLD_TEXT, NEW_TEXT = "We keep your data.\nWrite to us.", "We sell your data to partners.\nWrite to them."


def day(number):
    return FIRST + timedelta(days=number)


def history(path, *, left):
    """The old page on days 0 to 40, the new one from day 20 on; `left`: the day after which the old one is left."""
    store = Store(path, lambda: NOW)
    run = store.runs.begin(program="test", archive="test", strategy="all", arguments={})
    policy = store.policies.named("shop.example", URL, "named")
    store.policies.add_url(policy, NEW, day(20), "link")
    seen = [Seen(n, OLD_TEXT) for n in (0, 10, 25, 40)] + [Seen(n, NEW_TEXT, url=NEW) for n in (20, 30, 50)]
    for one in seen:
        put(store, run, policy, one)
    with store.transaction():
        ended = format_iso(day(left)) if left is not None else None
        store.db.execute("UPDATE policy_urls SET valid_to = ? WHERE url = ?", [ended, URL])
    store.versions.fold(policy, EXTRACTOR)
    asked = [int((one.capture.captured_at - FIRST).days) for one in store.captures.of(policy, "test", Period())]
    versions = store.db.execute("SELECT url, captures FROM timeline ORDER BY version").fetchall()
    store.close()
    return asked, versions


def test_the_old_page_beside_the_new_one_is_no_version(tmp_path):
    asked, versions = history(tmp_path / "x.db", left=12)
    assert asked == [0, 10, 20, 30, 50]
    assert versions == [(URL, 2), (NEW, 3)]
    assert damages(tmp_path / "x.db") == []


def test_until_another_url_stands_it_is_the_policy(tmp_path):
    """It was last seen to be linked on day 5, and the new one is known from day 20 on."""
    asked, versions = history(tmp_path / "x.db", left=5)
    assert asked == [0, 10, 20, 30, 50]
    assert versions == [(URL, 2), (NEW, 3)]


def test_without_evidence_that_it_was_left_both_count(tmp_path):
    asked, _versions = history(tmp_path / "x.db", left=None)
    assert asked == [0, 10, 20, 25, 30, 40, 50]
