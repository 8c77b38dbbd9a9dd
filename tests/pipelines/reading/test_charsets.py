"""Charsets: labels of the Encoding Standard only, and the legacy ones of every language where a page says nothing."""

import codecs
import encodings
import pkgutil

import pytest
from hypothesis import given
from hypothesis import strategies as st
from webencodings.labels import LABELS

from crawler.archives.errors import DecodeError
from pipelines.reading.charsets import charset_of, codec_of
from pipelines.reading.decode import decode_payload
from tests.generators.judge_pages import SENTENCES

LEGACY = {
    "bg ru": "cp1251 koi8-r iso8859-5 cp866 mac-cyrillic",
    "uk": "cp1251 koi8-u iso8859-5",
    "cs hr hu pl ro sk sl": "cp1250 iso8859-2",
    "et lt lv": "cp1257 iso8859-13 iso8859-4",
    "el": "cp1253 iso8859-7",
    "tr": "cp1254",
    "he": "cp1255 iso8859-8",
    "ar": "cp1256 iso8859-6",
    "ja": "cp932 euc_jp iso2022_jp",
    "zh": "gb18030 big5hkscs",
    "ko": "cp949",
    "da de en es fi fr ga it nl no pt sv": "cp1252",
}
CASES = [
    (language, codec)
    for languages, codecs_of in LEGACY.items()
    for language in languages.split()
    for codec in codecs_of.split()
]
PYTHON_CODECS = sorted(
    ({module.name for module in pkgutil.iter_modules(encodings.__path__)} | set(encodings.aliases.aliases))
    - {"aliases", "mbcs", "oem", "dbcs", "ansi"}  # of Windows, or no codec
)
UTF_16 = {alias for alias, codec in encodings.aliases.aliases.items() if codec.startswith("utf_16")}
UTF_16 |= {name for name in PYTHON_CODECS if name.startswith("utf_16")}


def page(language, codec, head=""):
    """An HTML page of two sentences, as far as its charset has their letters."""
    words = " ".join(SENTENCES[language]).encode(codec, "ignore").decode(codec)
    return f"<html{head}</head><body><p>".encode() + words.encode(codec) + b"</p></body></html>", words


@pytest.mark.parametrize(
    "head", [" lang={}><head>", "><head>", " lang=en><head>", " lang={}><head><meta charset=utf-8>"]
)
@pytest.mark.parametrize(("language", "codec"), CASES)
def test_a_page_without_a_true_declaration_is_read_in_the_charset_that_its_language_is_written_in(
    language, codec, head
):
    body, words = page(language, codec, head.format(language))
    read = decode_payload(body, {"content-type": "text/html"})
    if not words.isascii():
        assert read.charset_source in ("detected", "default")
    assert words in read.text
    assert bool(read.notes) == ("charset" in head and read.charset_source == "detected")


@pytest.mark.parametrize(("language", "codec"), CASES)
def test_a_page_that_is_cut_off_inside_a_character_is_read(language, codec):
    body, words = page(language, codec)
    end = body.index(b"</p>")
    assert words[:-4] in decode_payload(body[: end - 1], {"content-type": "text/html"}).text


def test_bytes_that_are_words_in_no_charset_are_undecodable():
    noise = b" ".join(bytes(0x80 + (7 * n * k + n) % 128 for k in range(1, 9)) for n in range(1, 60))
    for head in (b"<html>", b"<html lang=ru>", b"<html lang=ja><meta charset=utf-8>"):
        with pytest.raises(DecodeError, match="charset"):
            charset_of(head + b"<p>" + noise)


def test_utf8_with_stray_bytes_is_utf8_whether_it_says_so_or_not():
    body = "<p>Wir erklären Ihnen, was gespeichert wird — und was gelöscht wird.".encode() + b" Caf\xe9 "
    for head in (b"", b"<meta charset=utf-8>"):
        assert decode_payload(head + body, {}).text.endswith("was gelöscht wird. Café ")


@pytest.mark.parametrize("label", sorted(LABELS))
def test_every_label_of_the_standard_is_known(label):
    name = LABELS[label]
    if name in ("replacement", "x-user-defined"):
        assert codec_of(label) == ""
        return
    body = f'<html><meta http-equiv="Content-Type" content="text/html; charset={label}"><p>'.encode()
    found = charset_of(body + b"\xe4\xf6")
    assert found.source in ("meta", "default", "detected")
    assert codecs.lookup(codec_of(label))
    if not name.startswith("utf"):
        assert found.codec == codec_of(label)


@pytest.mark.parametrize("place", ["header", "meta", "xml"])
def test_no_codec_of_python_that_is_no_charset_reads_a_page(place):
    words = "<p>We collect your name and your address.</p>" * 9
    for label in PYTHON_CODECS:
        if place == "header" and label in UTF_16:
            continue  # it may declare that; then it is that, as in browsers
        said = {"meta": f"<meta charset={label}>", "xml": f'<?xml version="1.0" encoding="{label}"?>'}.get(place, "")
        header = {"content-type": f"text/html; charset={label}" if place == "header" else "text/html"}
        assert decode_payload(f"{said}{words}".encode(), header).text == f"{said}{words}", label


@given(st.binary(max_size=400), st.sampled_from(["", "ru", "ja", "de", "xx"]), st.booleans())
def test_any_bytes_have_a_charset_that_decodes_them_or_are_undecodable(raw, language, declared):
    head = f"<html lang='{language}'>{'<meta charset=utf-8>' * declared}<p>".encode()
    try:
        found = charset_of(head + raw)
    except DecodeError:
        return
    assert isinstance((head + raw).decode(found.codec, "replace"), str)
