"""The bundled sample archive is what its builder makes, and holds what its truth says."""

import difflib
import hashlib
import re
import zlib
from collections import Counter, defaultdict
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest
from warcio.archiveiterator import ArchiveIterator

from .sample_archive import build, policytext
from .sample_archive.noise import Noise
from .sample_archive.sites import SITES, parse_time
from .sample_archive.truth import DEMO_CHANGE, DEMO_SITE, TRUTH

FOLDER = Path(__file__).parent.parent / "data" / "sample"
BUNDLED = FOLDER / build.FILE_NAME
PROBE = "".join(f"{number} bottles, " for number in range(3000)).encode()
MADE_WITH = "268ebdb3"  # this compressor's answer to the probe: zlib-ng and others write other bytes


class Capture(NamedTuple):
    kind: str
    url: str
    timestamp: str
    status: int
    headers: dict[str, str]
    payload_digest: str
    sent: bytes
    body: bytes
    record: dict[str, str]


def read(path):
    captures = []
    with path.open("rb") as file:
        for record in ArchiveIterator(file, check_digests="raise"):
            if record.rec_type == "warcinfo":
                continue
            headers = {name.lower(): value for name, value in record.http_headers.headers}
            sent = record.raw_stream.read()
            gzipped = sent and headers.get("content-encoding") == "gzip"
            captures.append(
                Capture(
                    record.rec_type,
                    record.rec_headers["WARC-Target-URI"],
                    re.sub(r"\D", "", record.rec_headers["WARC-Date"]),
                    int(record.http_headers.get_statuscode()),
                    headers,
                    record.rec_headers["WARC-Payload-Digest"],
                    sent,
                    zlib.decompress(sent, zlib.MAX_WBITS + 16) if gzipped else sent,
                    dict(record.rec_headers.headers),
                )
            )
    return captures


@pytest.fixture(scope="module")
def archive():
    return read(BUNDLED)


@pytest.fixture(scope="module")
def by_key(archive):
    return {(capture.url, capture.timestamp): capture for capture in archive}


def words(wording):
    return policytext.plain(policytext.policy(wording.text, wording.edition)).split()


def test_rebuilding_gives_the_same_captures(archive, tmp_path):
    """Whatever the compressor: compared after decompression, without digests and lengths of compressed bodies."""
    build.write(tmp_path / "again.warc.gz")

    def essence(captures):
        return [(c.kind, c.url, c.timestamp, c.status, c.body, c.record["WARC-Record-ID"]) for c in captures]

    assert essence(read(tmp_path / "again.warc.gz")) == essence(archive)


@pytest.mark.skipif(hashlib.sha256(zlib.compress(PROBE, 9)).hexdigest()[:8] != MADE_WITH, reason="another zlib")
def test_rebuilding_gives_the_same_bytes(tmp_path):
    build.write(tmp_path / "again.warc.gz")
    assert (tmp_path / "again.warc.gz").read_bytes() == BUNDLED.read_bytes()


def test_size(archive):
    assert BUNDLED.stat().st_size <= 1_500_000
    assert 200 <= len(archive) <= 260
    assert len(SITES) >= 7
    years = [int(capture.timestamp[:4]) for capture in archive]
    assert min(years) == 1999
    assert max(years) == 2025


def test_no_two_records_share_an_id_or_a_url_and_time(archive, by_key):
    assert len({capture.record["WARC-Record-ID"] for capture in archive}) == len(archive)
    assert len(by_key) == len(archive)


def test_all_hosts_are_invented(archive):
    for capture in archive:
        assert re.match(r"https?://[a-z.]+\.example(:80)?/", capture.url)


def test_revisits_point_at_a_payload_which_is_there(archive, by_key):
    revisits = [capture for capture in archive if capture.kind == "revisit"]
    assert len(revisits) >= 20
    assert len({capture.url.split("/")[2] for capture in revisits}) >= 4
    for revisit in revisits:
        url = revisit.record["WARC-Refers-To-Target-URI"]
        target = by_key[url, re.sub(r"\D", "", revisit.record["WARC-Refers-To-Date"])]
        assert target.kind == "response"
        assert target.timestamp < revisit.timestamp
        assert target.payload_digest == revisit.payload_digest
        assert target.record["WARC-Record-ID"] == revisit.record["WARC-Refers-To"]
        assert revisit.sent == b""


def test_some_payloads_repeat_in_full_and_many_differ_only_in_noise(archive):
    responses = [capture for capture in archive if capture.kind == "response" and capture.status == 200]
    digests = Counter(capture.payload_digest for capture in responses)
    assert any(count > 1 for count in digests.values())
    versions = sum(len(truth.versions) for truth in TRUTH.values())
    assert len(digests) > 3 * versions


def test_encodings(archive):
    """Real Latin-1 bytes under three kinds of declaration, and bodies which are really gzip."""
    page = next(c for c in archive if "grunwaldfrere" in c.url and c.url.endswith("privacy.htm"))
    with pytest.raises(UnicodeDecodeError):
        page.body.decode("utf-8")
    assert "Grünwald & Frère®".encode("iso-8859-1") in page.body
    assert b"customers\x92 letters" in page.body
    assert page.headers["content-type"] == "text/html"
    declared = [c for c in archive if c.headers.get("content-type") == "text/html; charset=iso-8859-1"]
    assert declared
    assert all(b"\x92" in c.body for c in declared if c.kind == "response")
    assert any(b"charset=iso-8859-1" in c.body and "waldkiste" in c.url for c in archive)
    gzipped = [c for c in archive if c.headers.get("content-encoding") == "gzip" and c.kind == "response"]
    assert len(gzipped) > 50
    assert all(c.sent.startswith(b"\x1f\x8b") and int(c.headers["content-length"]) == len(c.sent) for c in gzipped)


def test_redirects_and_errors(archive):
    statuses = Counter(capture.status for capture in archive)
    assert statuses[301] >= 5
    assert statuses[404] >= 5
    assert statuses[503] >= 1
    assert all(capture.headers["location"] for capture in archive if capture.status == 301)


def test_mail_addresses_are_hidden_under_changing_keys_and_once_stood_there_plainly(archive):
    pages = [c for c in archive if c.url.endswith("nestwell.example/privacy") and c.kind == "response"]
    plain = [page for page in pages if b"mailto:privacy@nestwell.example" in page.body]
    hidden = [re.findall(rb'data-cfemail="([0-9a-f]+)"', page.body) for page in pages if page not in plain]
    assert len(plain) > 3
    assert len(hidden) > 10
    assert len({mails[-1] for mails in hidden}) > 10
    for mails in hidden:
        key, *rest = bytes.fromhex(mails[-1].decode())
        assert bytes(byte ^ key for byte in rest) == b"privacy@nestwell.example"


def test_truth_covers_every_capture_of_a_policy(archive, by_key):
    listed = {(c.url, c.timestamp): c.outcome for truth in TRUTH.values() for c in truth.captures}
    others = [capture for capture in archive if (capture.url, capture.timestamp) not in listed]
    assert len(others) >= 2 * len(SITES) - 4
    policy_urls = {url for truth in TRUTH.values() for url in truth.policy_urls}
    assert not [capture for capture in others if capture.url in policy_urls]
    for key, outcome in listed.items():
        capture = by_key[key]
        assert (capture.kind == "revisit") == (outcome == "revisit")
        assert (capture.status == 301) == (outcome == "redirect")
        assert (capture.status >= 400) == (outcome == "archived_error")
        assert (b"challenge-form" in capture.body) == (outcome == "not_a_policy")


def test_every_home_page_links_to_the_policy(archive):
    for truth in TRUTH.values():
        host = truth.policy_urls[0].split("/")[2]
        home = next(c for c in archive if re.fullmatch(rf"https?://{re.escape(host)}/", c.url))
        assert truth.policy_urls[0].rpartition("/")[2].encode() in home.body or b"/privacy-policy/" in home.body


def test_versions_follow_each_other_and_special_captures_lie_between_good_ones():
    for truth in TRUTH.values():
        assert 2 <= len(truth.versions) <= 7
        edges = [edge for version in truth.versions for edge in (version.first_seen, version.last_seen)]
        assert edges == sorted(edges)
    captures = TRUTH["quillledger.example"].captures
    checks = [number for number, capture in enumerate(captures) if capture.outcome == "not_a_policy"]
    assert any(captures[number - 1].version == captures[number + 1].version != "" for number in checks)


def test_wording_is_unchanged_across_the_move_and_across_a_redesign():
    captures = [c for c in TRUTH["harborline.example"].captures if c.version == "v3"]
    assert len({capture.url for capture in captures}) == 2
    split = [
        (site.name, look.since)
        for site in SITES
        for look in site.looks[1:]
        for version in TRUTH[site.name].versions
        if version.first_seen < look.since < version.last_seen
    ]
    assert len(split) >= 5


def test_a_gap_of_two_years():
    times = [parse_time(capture.timestamp) for capture in TRUTH["grunwaldfrere.example"].captures]
    assert any(after - before > timedelta(days=731) for before, after in pairwise(times))


def test_changes_are_of_the_class_they_claim():
    """From the texts alone, without anything of ours that classifies changes."""
    for site in SITES:
        known = {site.wordings[0].edition: words(site.wordings[0])}
        for before, after in pairwise(site.wordings):
            old, new = words(before), words(after)
            alike = difflib.SequenceMatcher(None, old, new, autojunk=False).ratio()
            label = f"{site.name} {after.label}"
            match after.change:
                case "return":
                    assert new in known.values(), label
                case "moved":
                    blocks = [policytext.policy(w.text, w.edition) for w in (before, after)]
                    assert blocks[0] != blocks[1], label
                    assert Counter(blocks[0]) == Counter(blocks[1]), label
                case "dates":
                    changed = set(old) ^ set(new)
                    assert changed, label
                    assert all(re.fullmatch(r"\d+|June", word) for word in changed), label
                case "minor":
                    assert len(old) == len(new), label
                    assert sum(a != b for a, b in zip(old, new, strict=True)) <= 2, label
                case "replaced":
                    assert alike < 0.4, label
                case "substantive":
                    assert 0.6 < alike < 1, label
                case None:
                    pytest.fail(f"{label} has no class")
            assert (new in known.values()) == (after.change == "return"), label
            known[after.edition] = new
    classes = {version.change for truth in TRUTH.values() for version in truth.versions}
    assert classes == {None, "substantive", "minor", "dates", "moved", "replaced", "return"}


def test_policies_are_of_a_believable_length():
    for site in SITES:
        for wording in site.wordings:
            assert 300 <= len(words(wording)) <= 1500, (site.name, wording.label)


def test_every_policy_page_holds_its_words(by_key):
    """The text of each block stands in the page, whatever the era did to the markup."""
    for site in SITES:
        for capture in site.policy_captures():
            found = by_key[capture.url, capture.timestamp]
            if found.kind == "revisit":
                continue
            page = found.body.decode(capture.look.encoding)
            style = capture.look.style(Noise(capture.seed))
            for block in policytext.policy(capture.wording.text, capture.wording.edition):
                for text in policytext.texts(block):
                    cells = [cell for cell in text.split(" | ") if not cell.startswith("Last updated")]
                    assert all(style.inline(cell) in page for cell in cells), (
                        capture.url,
                        capture.timestamp,
                        text,
                    )


def test_the_demo_shows_a_promise_being_broken():
    site = next(site for site in SITES if site.name == DEMO_SITE)
    before, after = ((w.text, w.edition) for w in site.wordings if w.label in DEMO_CHANGE)
    assert "We do not sell your personal information, and we never will." in policytext.plain(
        policytext.policy(*before)
    )
    assert "share your personal information with selected partners" in policytext.plain(policytext.policy(*after))


def test_the_readme_tells_every_version():
    readme = (FOLDER / "README.md").read_text("utf-8")
    described = defaultdict(list)
    for name, truth in TRUTH.items():
        for version in truth.versions:
            date = f"{version.first_seen[:4]}-{version.first_seen[4:6]}-{version.first_seen[6:8]}"
            if f"| {version.label} | {date} | {version.captures} |" not in readme:
                described[name].append(version.label)
    assert not described


def test_the_readme_counts_right(archive):
    readme = (FOLDER / "README.md").read_text("utf-8")
    outcomes = Counter(capture.outcome for truth in TRUTH.values() for capture in truth.captures)
    assert f"Of the {len(archive)} captures {outcomes.total()} are at the URL of a policy" in readme
    counted = "{fetched} pages, {revisit} revisits, {redirect} redirects, {archived_error} errors and {not_a_policy} bot checks"
    assert counted.format_map(outcomes) in readme
