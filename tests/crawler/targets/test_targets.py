"""Whose policies to crawl: arguments and lists, and what is said of lines that name nothing."""

import io
import tracemalloc
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.archives.errors import ConfigError
from crawler.targets.lists import BadLine
from crawler.targets.targets import Target, split_urls
from crawler.targets.targets import read_targets as stream_targets


def read_targets(**arguments):
    found = list(stream_targets(**arguments))
    bad = tuple(one for one in found if isinstance(one, BadLine))
    return SimpleNamespace(targets=tuple(one for one in found if one not in bad), bad=bad)


@pytest.fixture
def listed(tmp_path, monkeypatch):
    """Read targets from a file of these bytes; the file is named `list`."""
    monkeypatch.chdir(tmp_path)

    def read(content, **arguments):
        (tmp_path / "list").write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_targets(listed="list", **arguments)

    return read


def urls(targets):
    return [target.url for target in targets.targets]


def sites(targets):
    return [target.site for target in targets.targets]


def test_one_url():
    targets = read_targets(urls=["https://www.a.example/privacy"])
    assert targets.targets == (Target("a.example", "https://www.a.example/privacy"),)


def test_one_site():
    assert read_targets(sites=["www.A.example"]).targets == (Target("a.example"),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://a.example/p,http://b.example/p", ["http://a.example/p", "http://b.example/p"]),
        ("http://a.example/p , http://b.example/p", ["http://a.example/p", "http://b.example/p"]),
        ("http://a.example/p,1,2", ["http://a.example/p,1,2"]),
        (
            "http://a.example/artikel,privacy,http://b.example/p",
            ["http://a.example/artikel,privacy", "http://b.example/p"],
        ),
        (
            "http://a.example/p?ids=1,2,http://b.example/p?x=3,4",
            ["http://a.example/p?ids=1,2", "http://b.example/p?x=3,4"],
        ),
        (",http://a.example/p,", ["http://a.example/p"]),
        ("http://a.example/p,http://a.example/p", ["http://a.example/p"]),
    ],
)
def test_commas_part_urls_and_stand_in_them(text, expected):
    assert urls(read_targets(urls=split_urls(text))) == expected


def test_sites_and_ports():
    assert sites(read_targets(sites=["a.example", "https://b.example/", "localhost:8000"])) == [
        "a.example",
        "b.example",
        "localhost:8000",
    ]


def test_the_three_arguments_add_up_each_target_once(listed):
    targets = listed("http://a.example/p\nc.example\n", urls=["http://a.example/p"], sites=["b.example"])
    assert targets.targets == (Target("a.example", "http://a.example/p"), Target("b.example"), Target("c.example"))


@pytest.mark.parametrize("site", ["a.example/privacy", "http://a.example/?page_id=3"])
def test_a_url_is_no_site(site):
    with pytest.raises(ConfigError, match=r"is a URL, not a site: name it with url="):
        read_targets(sites=[site])


def test_a_bad_argument_is_said():
    with pytest.raises(ConfigError, match="'nonsense' is no host name"):
        read_targets(urls=["nonsense"])


@pytest.mark.parametrize("arguments", [{}, {"urls": split_urls(" , ")}, {"sites": []}])
def test_nothing_named(arguments):
    with pytest.raises(ConfigError, match="name whose policy to crawl: url="):
        read_targets(**arguments)


# lists


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_text(listed, end, bom):
    lines = [
        "# sites",
        "",
        "a.example",
        "  http://b.example/p#top  # our own",
        "c.example/privacy",
        "http://d.example/?page_id=3",
        "e.example#x",
    ]
    targets = listed(bom + end.join(lines))
    assert targets.targets == (
        Target("a.example"),
        Target("b.example", "http://b.example/p", fragment="#top"),
        Target("c.example", "http://c.example/privacy"),
        Target("d.example", "http://d.example/?page_id=3"),
        Target("e.example"),
    )
    assert targets.bad == ()


def test_a_line_that_names_nothing_is_said_and_the_rest_goes_on(listed):
    targets = listed("a.example\nnonsense\n\nftp://b.example/p\nc.example\nhttp://d.example/my privacy\n")
    assert sites(targets) == ["a.example", "c.example"]
    assert [bad.where for bad in targets.bad] == ["list:2", "list:4", "list:6"]
    reasons = ["'nonsense' is no host name", "it must begin with http:// or https://", "it has white space"]
    assert all(reason in bad.reason for reason, bad in zip(reasons, targets.bad, strict=True))


def test_bytes_that_are_no_text_are_bad_lines(listed):
    targets = listed(b"a.example\n\xff\xfe\x00\n" + b"x" * 100_000 + b"\n")
    assert sites(targets) == ["a.example"]
    assert [bad.where for bad in targets.bad] == ["list:2", "list:3"]


@pytest.mark.parametrize("bom", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_csv_with_urls(listed, bom, end):
    targets = listed(
        bom + end.join(["rank,URL,note", '1,http://a.example/p,"x, y"', "", '2,"http://b.example/p,2",', "3,,"])
    )
    assert urls(targets) == ["http://a.example/p", "http://b.example/p,2"]
    assert [bad.where for bad in targets.bad] == ["list:5"]


def test_csv_with_sites(listed):
    assert listed("site\na.example\nb.example\n").targets == (Target("a.example"), Target("b.example"))


def test_csv_with_both_takes_the_site_from_its_column(listed):
    targets = listed(
        "site,url\nwww.a.example,https://legal.b.example/a\nc.example,\n,http://d.example/p\nnonsense,http://e.example/p\n"
    )
    assert targets.targets == (
        Target("a.example", "https://legal.b.example/a"),
        Target("c.example"),
        Target("d.example", "http://d.example/p"),
    )
    assert [bad.where for bad in targets.bad] == ["list:5"]


def test_csv_with_short_and_long_rows(listed):
    targets = listed("rank,site\n1\n2,b.example,more\n")
    assert sites(targets) == ["b.example"]
    assert [bad.where for bad in targets.bad] == ["list:2"]


def test_csv_with_an_open_quote_is_said_and_swallows_nothing(listed):
    targets = listed('site\na.example\n"b.example\nc.example\n')
    assert sites(targets) == ["a.example", "c.example"]
    assert [(bad.where, bad.reason.split(":")[0]) for bad in targets.bad] == [("list:3", "this is no CSV")]


@pytest.mark.parametrize(
    "content",
    [
        "1,a.example\n2,b.example\n",
        '"1","a.example"\r\n"2","b.example"\r\n',
        "1\ta.example\n2\tb.example\n",
        "rank,domain\n1,a.example\n2,b.example\n",
        "GlobalRank;TldRank;Domain\n1;1;a.example\n2;2;b.example\n",
        "origin,rank\nhttps://www.a.example,1000\nhttps://b.example,1000\n",
        "a.example,1\nb.example,2,0.5\n",
        "# made on 2024-01-01\n\n1,a.example # first\nb.example\n1,a.example\n",
        "\ufeff1,a.example\n2,www.b.example\n".encode("utf-16-le"),
        "\ufeffa.example\r\nb.example\r\n".encode("utf-16-be"),
        "a.example.\nB.EXAMPLE\n",
    ],
)
def test_rankings_and_exports_as_people_have_them(listed, content):
    targets = listed(content)
    assert sites(targets) == ["a.example", "b.example"]
    assert targets.bad == ()


def test_mixed_lines(listed):
    targets = listed(
        "1,a.example\nhttp://b.example/p,1,2\nc.example,2\nd.example,e.example\n3,http://f.example/privacy\n"
    )
    assert targets.targets == (
        Target("a.example"),
        Target("b.example", "http://b.example/p,1,2"),
        Target("c.example"),
        Target("f.example", "http://f.example/privacy"),
    )
    assert [bad.where for bad in targets.bad] == ["list:4"]  # two sites: neither is dropped silently


def test_a_name_in_another_script_and_its_ascii_form_are_one_site(listed):
    targets = listed("münchen.example\nxn--mnchen-3ya.example\nhttp://www.MÜNCHEN.example/datenschutz\n")
    assert targets.targets == (
        Target("xn--mnchen-3ya.example"),
        Target("xn--mnchen-3ya.example", "http://www.xn--mnchen-3ya.example/datenschutz"),
    )


def test_a_file_of_something_else_is_refused_early(tmp_path):
    path = tmp_path / "list"
    path.write_bytes(b"no list\n" * 100_000 + b"a.example\n")
    with pytest.raises(ConfigError, match=r"list names no site: .*list:1: 'no list' is not a URL"):
        read_targets(listed=str(path))


def test_a_list_is_read_as_it_is_gone_through(tmp_path):
    path = tmp_path / "list"
    path.write_text("0,site0.example\n")
    assert (
        len(list(stream_targets(listed=str(path)))) == 1
    )  # the list of public suffixes is loaded once, and not the list's
    path.write_text("".join(f"{n},site{n}.example\n" for n in range(1, 5_001)))
    tracemalloc.start()
    try:
        found = sum(1 for _ in stream_targets(listed=str(path)))
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found == 5_000
    assert peak < 1_250_000  # a hash each: 0.9 to 1.05 MB; a list of them takes 1.6


@given(
    st.lists(
        st.sampled_from(
            ["a.example", "2,b.example", "http://c.example/p", "# no", "", "nonsense", '"', ",,", "d.example,4"]
        )
        | st.text(max_size=40).filter(lambda text: not set(text) & set("\r\n\x85\u2028\u2029\x0b\x0c\x1c\x1d\x1e")),
        max_size=12,
    ),
    st.sampled_from(["\n", "\r\n"]),
)
def test_every_line_is_a_target_a_bad_line_a_double_or_nothing(tmp_path_factory, lines, end):
    path = tmp_path_factory.mktemp("lists") / "list"
    path.write_bytes(end.join(["known.example", *lines]).encode("utf-8", "replace"))
    found = read_targets(listed=str(path))
    assert found.targets[0] == Target("known.example")
    numbers = [int(bad.where.rpartition(":")[2]) for bad in found.bad]
    assert numbers == sorted(set(numbers))
    assert all(1 < number <= len(lines) + 1 for number in numbers)
    assert len(found.targets) + len(found.bad) <= len(lines) + 1
    assert len(set(found.targets)) == len(found.targets)


def test_standard_input(monkeypatch):
    monkeypatch.setattr(
        "sys.stdin", SimpleNamespace(buffer=io.BytesIO(b"\xef\xbb\xbfa.example\r\nnonsense\n# no\nb.example"))
    )
    targets = read_targets(listed="-")
    assert sites(targets) == ["a.example", "b.example"]
    assert [bad.where for bad in targets.bad] == ["-:2"]


@pytest.mark.parametrize("content", ["", "\n\n", "# nothing\n", "url\n", "\ufeff"])
def test_an_empty_list_is_said(listed, content):
    with pytest.raises(ConfigError, match="list names no site: write one site or URL a line, or CSV"):
        listed(content)


def test_a_list_that_cannot_be_read(tmp_path):
    with pytest.raises(ConfigError, match=r"cannot read the list .*missing: No such file"):
        read_targets(listed=str(tmp_path / "missing"))
    with pytest.raises(ConfigError, match=r"cannot read the list .*: Is a directory"):
        read_targets(listed=str(tmp_path))
