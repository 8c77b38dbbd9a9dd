"""A bundle of evidence is checked with the commands that it gives."""

import io
import json
import re
import shutil
import subprocess
import zipfile
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from cli.giving.export import policies_of
from crawler.archives.capture import sha1_base32
from crawler.archives.errors import ConfigError, NotFound, StoreError
from history.database import open_database
from history.export.formats import FORMATS, Job, run_export
from history.export.writing.records import CaptureEvidence
from history.export.writing.verify import Shown, verify_text
from history.export.writing.zipped import Zip
from tests.crawling import rows
from tests.databases.stored import Seen, damage, write

SITE = "lumenkart.example"


def bundle(database, out, *sites, **wanted):
    with closing(open_database(database)) as db:
        done = run_export(FORMATS["bundle"], Job(db, policies_of(db, sites), out, "test/1", **wanted))
    with zipfile.ZipFile(out) as found:
        assert found.testzip() is None
        return done, {name: found.read(name) for name in found.namelist()}


def commands(text):
    """The shell commands of VERIFY.md that need no network."""
    return [line.strip() for line in text.splitlines() if re.match(r"    (sha256sum|openssl)", line)]


def test_its_own_commands_prove_it(sample_db, tmp_path):
    _done, files = bundle(sample_db, tmp_path / "x.zip", SITE, change="4")
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    found = commands(files["VERIFY.md"].decode())
    assert len(found) == 3
    for command in found:
        if "openssl" in command and not shutil.which("openssl"):
            continue
        done = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, command
        if "openssl" in command:
            page = re.search(r"binary (\S+) ", command)[1]
            assert done.stdout.strip() == sha1_base32(files[page])
    assert {line.split("  ")[1] for line in files["SHA256SUMS"].decode().splitlines()} == set(files) - {"SHA256SUMS"}


def test_both_sides_are_those_next_to_the_change(sample_db, tmp_path):
    done, files = bundle(sample_db, tmp_path / "x.zip", SITE, change="4")
    facts = json.loads(files["change.json"])
    (wanted,) = rows(
        sample_db,
        f"SELECT not_before, not_after, from_capture_url, to_capture_url, change_class FROM change_detail WHERE site = '{SITE}' AND to_version = 4",
    )
    found = facts["not_before"], facts["not_after"], facts["before"]["capture"]["citation_url"]
    assert (*found, facts["after"]["capture"]["citation_url"], facts["change_class"]) == wanted
    for side in ("before", "after"):
        page, text = facts[side]["page"], facts[side]["text"]
        assert len(files[page["file"]]) == page["bytes"]
        assert page["file"].endswith(".html.txt"), "no browser runs it"
        assert files[text["file"]].startswith(b"# Privacy Policy")
        assert facts[side]["fetched_from"]["citation_url"]
        assert facts[side]["capture"]["timestamp"].encode() in files["cdx.txt"]
    assert files["before/text.md"] != files["after/text.md"]
    assert json.loads(done.manifest_path.read_text())["members"][0]["path"] == "change.json"


def test_the_difference_is_a_page_of_its_own(sample_db, tmp_path):
    _done, files = bundle(sample_db, tmp_path / "x.zip", SITE, change="5")
    page = files["diff.html"].decode()
    assert "<ins>" in page
    assert "<del>" in page
    assert not re.findall(r"<(?:script|link|img|iframe)|src=|@import|url\(", page), "it loads nothing"


def test_a_version_alone(sample_db, tmp_path):
    _done, files = bundle(sample_db, tmp_path / "x.zip", SITE, version="first")
    assert set(files) == {
        "version.json",
        "version/page.html.txt",
        "version/text.md",
        "version/headers.json",
        "cdx.txt",
        "VERIFY.md",
        "SHA256SUMS",
    }
    assert json.loads(files["version.json"])["version"]["version"] == 1


def test_a_citation_names_the_policy_and_the_version(sample_db, tmp_path):
    with closing(open_database(sample_db)) as db:
        (record,) = db.execute(
            "SELECT substr(first_seen, 1, 10) AS day, wording FROM timeline WHERE site = ? AND version = 4", [SITE]
        )
    citation = f"{SITE}@{record['day']}.{record['wording'][:8]}"
    _done, cited = bundle(sample_db, tmp_path / "a.zip", change=citation)
    _done, named = bundle(sample_db, tmp_path / "b.zip", SITE, change="4")
    assert cited == named
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


@pytest.mark.parametrize(
    ("sites", "wanted", "message"),
    [
        ((SITE,), {}, "name it with --change N or --version N"),
        ((SITE,), {"change": "2", "version": "2"}, "name it with --change N or --version N"),
        ((), {"change": "2"}, "name it by its URL"),
        ((SITE,), {"change": "1"}, "no change led to it"),
        ((SITE,), {"change": "99"}, "there is no version 99"),
        ((SITE,), {"change": "0"}, "there is no version 0"),
        ((SITE,), {"change": "\u00b2"}, "is not a date"),
        ((SITE,), {"version": "2021-01"}, "either version 3 or 4 was in force.*by its number"),
        ((), {"change": f"{SITE}@2018-01-01.00000000"}, "nothing is known of that day"),
    ],
)
def test_what_it_is_not_made_of(sample_db, tmp_path, sites, wanted, message):
    with pytest.raises((ConfigError, NotFound), match=message):
        bundle(sample_db, tmp_path / "x.zip", *sites, **wanted)
    assert not list(tmp_path.iterdir())


def test_a_damaged_page_is_no_evidence(tmp_path):
    database = write(tmp_path / "x.db", [Seen(1, "We keep data."), Seen(2, "We sell data.")])
    damage(database, "UPDATE payloads SET sha256 = randomblob(32)")
    with pytest.raises(StoreError, match="not what was stored"):
        bundle(database, tmp_path / "x.zip", change="latest")


# VERIFY.md

EVIDENCE = CaptureEvidence(
    "wayback",
    "https://web.archive.org/web/2018id_/http://a.example/",
    "http://a.example/",
    "20180101000000",
    "2018-01-01T00:00:00Z",
    "2JKUR2H3T744IBDJRHPRW6GD3OSI624E",
    "mismatch",
    "0" * 64,
    200,
    0,
)


@pytest.mark.parametrize("agrees", [True, False])
@pytest.mark.parametrize("page", [None, "after/page.html.txt"])
@pytest.mark.parametrize(
    "link", ["https://web.archive.org/web/2018id_/http://a.example/", "sample:2018id_/http://a.example/"]
)
def test_verify_names_each_tool_that_it_uses_and_no_other_and_both_links(agrees, page, link):
    text = verify_text(
        [
            Shown(
                "after",
                page,
                replace(EVIDENCE, archive_url=link),
                link,
                "https://x.example/cdx" if page else "",
                agrees,
            )
        ],
        "test/1",
    )
    used = {part.split()[0] for line in text.splitlines() if line.startswith("    ") for part in line.split(" | ")}
    used -= {EVIDENCE.payload_sha256}
    (needs,) = re.findall(r"^You need (.*), and this folder", text, re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", needs)) == used
    links = re.findall(r"^- .*<(.*)>$", text, re.MULTILINE)
    assert (
        ("https://web.archive.org/web/2018/http://a.example/" in links) == (link in links) == link.startswith("https")
    )
    assert "person" not in text


def test_addresses_are_quoted_for_the_shell():
    url = "https://web.archive.org/web/2018id_/http://a.example/'; touch /tmp/x; `id` $(id)\n    rm -rf ~"
    text = verify_text([Shown("after", "after/page.html.txt", EVIDENCE, url, url, agrees=False)], "test/1")
    for line in text.splitlines():
        if line.startswith("    curl"):
            ran = subprocess.run(
                ["sh", "-c", f"curl() {{ printf '%s\\n' \"$@\"; }}; {line.split(' | ')[0]}"],
                capture_output=True,
                text=True,
                check=True,
            )
            assert "touch" in ran.stdout.splitlines()[-1]
            assert ran.stderr == ""
    assert not any(line.strip().startswith("rm") for line in text.splitlines())


@pytest.mark.parametrize(
    ("agrees", "verdict", "said"),
    [
        (True, "match", "They are the same"),
        (False, "mismatch", "proves nothing"),
        (False, "match", "before their coding"),
        (False, None, "could not be told"),
    ],
)
def test_it_never_says_more_than_is_known(agrees, verdict, said):
    evidence = CaptureEvidence(
        *(getattr(EVIDENCE, name) if name != "digest_verdict" else verdict for name in CaptureEvidence.__slots__)
    )
    text = verify_text([Shown("after", "after/page.html.txt", evidence, "https://x/", "", agrees=agrees)], "test/1")
    assert said in text


def test_what_is_not_kept_is_said():
    assert "not kept here" in verify_text([Shown("after", None, EVIDENCE, "", "", agrees=False)], "test/1")


def test_the_bytes_of_a_zip_are_those_of_its_content():
    made = []
    for _time in range(2):
        stream = io.BytesIO()
        with Zip(stream) as zipped:
            zipped.add("a/b.txt", b"content")
        made.append(stream.getvalue())
    assert made[0] == made[1]
    (info,) = zipfile.ZipFile(io.BytesIO(made[0])).infolist()
    assert datetime(*info.date_time, tzinfo=UTC).year == 1980
    assert info.compress_type == zipfile.ZIP_STORED
