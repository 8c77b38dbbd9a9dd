"""`policylapse extract`: saved pages in, Markdown or JSON out."""

import gzip
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import main
from tests.generators.pages_of_parts import several

ROOT = Path(__file__).parents[2]
POLICY = (
    """<html lang="en"><head><title>Privacy Policy – Harbour</title>
<meta property="article:modified_time" content="2018-06-01T10:00:00+00:00"></head>
<body><nav><a href="/">Home</a> <a href="/shop">Shop</a></nav><main><h1>Privacy Policy</h1>
<p>Last updated: 05/06/2018</p>
"""
    + "".join(
        f"<h2>Section {n}</h2><p>We collect your name and e-mail address to deliver order {n}, and keep this personal "
        f'information as the law asks. See <a href="/cookies">our cookie notice</a>.</p>'
        for n in range(6)
    )
    + "</main><footer>© 2018 Harbour</footer></body></html>"
)
WALL = "<html><title>Just a moment...</title><p>Checking your browser before accessing a.example.</p></html>"


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "privacy.html"
    path.write_text(POLICY, encoding="utf-8")
    return path


def run(*arguments, **options):
    return CliRunner().invoke(main, ["extract", *map(str, arguments)], **options)


def test_markdown_of_a_page(page):
    result = run(page)
    assert result.exit_code == 0
    assert result.stdout.startswith("# Privacy Policy\n\nLast updated: 05/06/2018\n\n## Section 0\n\nWe collect")
    assert result.stdout.endswith("See our cookie notice.\n")
    assert "Shop" not in result.stdout
    assert result.stderr == ""


def test_standard_input_and_gzip(tmp_path, page):
    (tmp_path / "privacy.html.gz").write_bytes(gzip.compress(POLICY.encode()))
    assert run("-", input=POLICY).stdout == run(tmp_path / "privacy.html.gz").stdout == run(page).stdout


def test_json_has_the_evidence(page):
    result = run(page, "--json", "--url", "https://harbour.example/privacy", "--captured-at", "20180701000000")
    data = json.loads(result.stdout)
    assert (data["outcome"], data["detail"], data["title"]) == ("fetched", "", "Privacy Policy – Harbour")
    assert (data["url"], data["captured_at"]) == ("https://harbour.example/privacy", "2018-07-01T00:00:00Z")
    assert data["blocks"][2] == {"kind": "heading", "level": 2, "markdown": "Section 0", "words": 2, "language": "en"}
    assert (data["language"], data["language_source"], data["language_shares"]) == ("en", "text", {"en": 1.0})
    assert data["links"][0] == {"text": "our cookie notice", "href": "https://harbour.example/cookies"}
    assert data["dates"] == [
        {
            "kind": "updated",
            "dates": ["2018-05-06", "2018-06-05"],
            "words": "Last updated: 05/06/2018",
            "block": 1,
            "implausible": False,
        }
    ]
    assert data["page_dates"] == [
        {"kind": "updated", "date": "2018-06-01", "source": "article:modified_time", "implausible": False}
    ]
    assert data["decisions"]
    assert data["judgement"]["is_policy"] is True
    assert data["extractor_id"].startswith("policylapse-")


def test_a_capture_time_rules_out_readings(page):
    def dates(*options):
        (found,) = json.loads(run(page, "--json", *options).stdout)["dates"]
        return found["dates"], found["implausible"]

    assert dates() == (["2018-05-06", "2018-06-05"], False)
    assert dates("--captured-at", "2018-05-20") == (["2018-05-06"], False)
    assert dates("--captured-at", "2017") == (["2018-05-06", "2018-06-05"], True)


def test_every_key_of_the_json_is_documented(page):
    documented = (
        (ROOT / "docs/extract.md")
        .read_text(encoding="utf-8")
        .partition("[[[cog\nfrom docs.examples import page_json")[0]
    )
    for key in json.loads(run(page, "--json").stdout):
        assert f"`{key}`" in documented


def test_a_page_that_is_no_policy_is_printed_with_a_warning(tmp_path):
    (tmp_path / "wall.html").write_text(WALL)
    result = run(tmp_path / "wall.html")
    assert result.exit_code == 1
    assert "Checking your browser" in result.stdout
    assert result.stderr == f"warning: {tmp_path}/wall.html: no policy: bot check\n"


def test_what_cannot_be_read_stops_nothing(tmp_path, page):
    (tmp_path / "picture.html").write_bytes(b"\x89PNG\r\n" + bytes(100))
    result = run(tmp_path / "none.html", page, tmp_path / "picture.html")
    assert result.exit_code == 1
    assert result.stdout.startswith(f"==> {page} <==\n\n# Privacy Policy\n")
    assert result.stdout.count("==>") == 1
    missing, picture = result.stderr.splitlines()
    assert missing == f"Error: {tmp_path}/none.html: No such file or directory"
    assert picture.startswith(f"Error: {tmp_path}/picture.html: ")
    assert "PNG image" in picture


def test_nothing_read_is_another_exit_code(tmp_path):
    result = run(tmp_path, "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["outcome"] == "unreadable"


def test_many_files_in_processes_keep_their_order_and_their_text(tmp_path, page):
    alone = run(page).stdout
    names = []
    for number in range(9):
        names.append(tmp_path / f"page-{number}.html")
        names[-1].write_text(
            POLICY.replace("Harbour", f"Harbour {number}").replace("order 0", f"order {number}{number}")
        )
    result = run(*names)
    assert result.exit_code == 0
    assert re.findall(r"^==> .*page-(\d)\.html <==$", result.stdout, re.MULTILINE) == list("012345678")
    assert f"==> {names[7]} <==\n\n{alone.replace('order 0', 'order 77')}" in result.stdout
    lines = [json.loads(line) for line in run(*names, "--json").stdout.splitlines()]
    assert [line["title"][-1] for line in lines] == list("012345678")


def test_out_has_a_file_for_each_name_and_spares_the_sources(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
        (folder / "privacy.html").write_text(POLICY)
    note = one / "privacy.md"
    note.write_text(POLICY)
    result = run(one / "privacy.html", two / "privacy.html", note, "--out", one)
    assert result.exit_code == 0
    assert result.stdout == ""
    assert sorted(path.name for path in one.iterdir()) == [
        "privacy-2.md",
        "privacy-3.md",
        "privacy-4.md",
        "privacy.html",
        "privacy.md",
    ]
    assert note.read_text() == POLICY
    assert (one / "privacy-2.md").read_text(encoding="utf-8") == run(one / "privacy.html").stdout
    run(one / "privacy.html", "--json", "--out", two / "new")
    assert json.loads((two / "new" / "privacy.json").read_text(encoding="utf-8"))["outcome"] == "fetched"


@pytest.mark.parametrize("arguments", [["--captured-at", "2018-13"], ["--url", "ftp://a b"], ["--out", "{page}"]])
def test_wrong_arguments_say_what_to_write(page, arguments):
    result = run(page, *(argument.format(page=page) for argument in arguments))
    assert result.exit_code == 2
    assert "Error: " in result.stderr
    assert result.stdout == ""


def test_nothing_reaches_the_terminal_that_it_obeys(tmp_path):
    hostile = POLICY.replace("order 0", "order &#x9b;31m \x1b]0;x\x07 &#x202e;gpj.exe")
    (tmp_path / "a\x1b[2J.html").write_text(hostile, encoding="utf-8")
    for options in ([], ["--json"]):
        result = run(tmp_path / "a\x1b[2J.html", tmp_path / "no\x1b[2J.html", *options)
        assert "order" in result.stdout
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", result.stdout + result.stderr)


@pytest.mark.parametrize(
    "loaded",
    [
        ("cli.giving.extract",),
        ("crawler.run", "crawler.spiders.policies", "pipelines.store.store", "pipelines.stages"),  # as a crawl begins
        ("pipelines.store.packed_reading",),
        ("cli.keeping.shard", "pipelines.shards.read", "pipelines.shards.work"),
    ],
)
def test_only_the_processes_that_read_pages_load_the_extractor(loaded):
    readers = ["trafilatura", "ftfy", "py3langid", "pipelines.reading.payload", "pipelines.reading.candidates"]
    code = f"import {', '.join(loaded)}, sys; print([one for one in {readers} if one in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT).stdout
    assert shown == "[]\n"


def test_part_takes_another_document_of_the_page_and_json_names_them_all(tmp_path):
    page = several(3, "h2 under h1")
    path = tmp_path / "legal.html"
    path.write_text(page.html, encoding="utf-8")
    for one in page.documents:
        found = CliRunner().invoke(main, ["extract", str(path), "--part", one.kind.value, "--json"])
        assert found.exit_code == 0, found.output
        data = json.loads(found.output)
        assert data["part"] == one.title
        assert [part["kinds"][0] for part in data["parts"]] == [other.kind.value for other in page.documents]
    missing = CliRunner().invoke(main, ["extract", str(path), "--part", "Refund Policy"])
    assert missing.exit_code == 1
    assert "not on the page" in missing.output
