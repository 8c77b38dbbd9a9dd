"""Which charset a page's bytes are in: what a browser takes, and what it says where the page says nothing or is wrong.

    bytes, Content-Type ──► byte order mark ─► declared (header, then page) ─► UTF-8 if valid ─► detected ─► windows-1252
                                                       │
                                                       └─ UTF-8, and the bytes are not: detected

Labels are those of the WHATWG Encoding Standard (https://encoding.spec.whatwg.org/#names-and-labels) and no others:
Python also knows rot13, zlib, punycode and UTF-7. Detection is chardet's, of the page's text without markup, among the
legacy charsets of its declared language, or all. A guess counts only if the text is then in a language that is written
in that charset; else the page is windows-1252 as in browsers, unless it would be nonsense in it: then it is undecodable.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import chardet
import regex
import webencodings
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom, resolve_encoding
from webencodings.labels import LABELS

from crawler.archives.errors import DecodeError
from pipelines.model import Block, BlockKind
from pipelines.reading.judging.languages import language_code, text_languages

DEFAULT: Final = "cp1252"
SNIFFED_BYTES: Final = 2048
_WIDE_CODECS: Final = ("utf-16", "utf-32")
_MULTIBYTE: Final = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
# ISO-2022-JP has no bytes above 127; it escapes to JIS X 0208 (RFC 1468) and back.
_ISO_2022_JP: Final = re.compile(rb"\x1b\$[@B][^\x1b\x80-\xff]{2,2000}\x1b\(")
_LABEL: Final = re.compile(
    rb"<\s{0,9}meta[\s/][^<>]{0,500}?charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([\w:.-]{1,40})", re.IGNORECASE
)
_LANGUAGE: Final = re.compile(rb"<html\s[^<>]{0,500}?\blang\s{0,9}=\s{0,9}[\"']?\s{0,9}([a-z]{2,3}\b)", re.IGNORECASE)

# The legacy charsets of the web beside windows-1252, and the languages that they were made for. HTML 13.2.3.2 has the
# first of each for its locales; the others stood beside them on Unix, DOS and Macs.
_WRITTEN: Final[Mapping[str, str]] = {
    "windows-1250 iso-8859-2": "bs cs hr hu pl ro sk sl sq sr",
    "windows-1251 koi8-r koi8-u iso-8859-5 ibm866 x-mac-cyrillic": "be bg ky mk ru sr uk",
    "windows-1253 iso-8859-7": "el",
    "windows-1254": "az tr",
    "windows-1255 iso-8859-8": "he",
    "windows-1256 iso-8859-6": "ar fa ur",
    "windows-1257 iso-8859-13 iso-8859-4": "et lt lv",
    "windows-1258": "vi",
    "windows-874": "th",
    "shift_jis euc-jp": "ja",
    "gb18030 big5": "zh",
    "euc-kr": "ko",
}
# chardet names these supersets, which browsers do not use.
_SUPERSETS: Final = {"shift_jis_2004": "shift_jis", "euc_jis_2004": "euc-jp"}
_DETECTED_BYTES: Final = 20_000
_MOST_GUESSES: Final = 8
# A sign inside a word, and letters of two scripts side by side; Chinese and Japanese put any beside any.
_ALPHABETS: Final = r"[\p{Cyrillic}\p{Greek}\p{Arabic}\p{Hebrew}\p{Thai}]"
_NONSENSE: Final = regex.compile(
    rf"\p{{Latin}}(?={_ALPHABETS})|{_ALPHABETS}(?=\p{{Latin}})|\p{{L}}[\p{{Sc}}\p{{Sm}}\p{{So}}\p{{Sk}}\p{{No}}](?=\p{{L}})"
)
_SHARE_NONSENSE: Final = 0.05  # of the characters beyond ASCII
_SHARE_BROKEN: Final = 0.01  # of the characters beyond ASCII: a page may be cut off, or have stray bytes


@dataclass(frozen=True, slots=True)
class Charset:
    """Python's name of a charset, where it was read, and what a person should know of it.

    :param source: "bom", "header", "meta", "detected", or "default" for windows-1252 of a page that says nothing.
    """

    codec: str
    source: str
    notes: tuple[str, ...] = ()


def charset_of(raw: bytes, content_type: str | None = None, *, is_utf8: bool = False) -> Charset:
    r"""Tell a page's charset.

    :param raw: its bytes, content codings undone.
    :param is_utf8: whether it is known that all of them are UTF-8.
    :raises DecodeError: no charset makes sense of them.

    >>> charset_of("<p>Datenschutzerklärung".encode())
    Charset(codec='utf-8', source='detected', notes=())
    >>> charset_of(b"<meta charset=latin1><p>Caf\xe9")
    Charset(codec='cp1252', source='meta', notes=())
    """
    bom, _ = read_bom(raw[:4])
    if bom:
        return Charset(resolve_encoding(bom) or bom, "bom")
    header = codec_of(http_content_type_encoding(content_type) or "")
    declared = header or _declared_in_page(raw)
    source = "header" if header else "meta"
    if declared and declared != "utf-8":
        return Charset(declared, source)
    if is_utf8 or _is_utf8(raw):
        if b"\x1b" in raw and _ISO_2022_JP.search(raw):
            return _found("iso2022_jp", declared)
        return Charset("utf-8", source if declared else "detected")
    return _of_no_utf8(raw, source if declared else "")


def codec_of(label: str) -> str:
    """Return Python's name for a label of the Encoding Standard, as browsers take it; "" for what is none.

    >>> codec_of("latin1"), codec_of(" X-SJIS "), codec_of("gb2312"), codec_of("rot13"), codec_of("utf-7")
    ('cp1252', 'cp932', 'gb18030', '', '')
    """
    found = webencodings.lookup(label)
    codec = resolve_encoding(found.codec_info.name if found else label)
    return codec if codec in _codecs() else ""


@cache
def _codecs() -> frozenset[str]:
    known = (webencodings.lookup(label) for label in LABELS)
    return frozenset(filter(None, (resolve_encoding(one.codec_info.name) for one in known if one)))


def _declared_in_page(raw: bytes) -> str:
    """The charset of <meta charset> or the XML prolog; wide ones are impossible there and mean UTF-8 (HTML 13.2.3.2)."""
    head = raw[:SNIFFED_BYTES]
    codec = codec_of(html_body_declared_encoding(head) or "")
    if not codec and (label := _LABEL.search(head)):  # labels that Python does not know
        codec = codec_of(label[1].decode("ascii", "replace"))
    return "utf-8" if codec.startswith(_WIDE_CODECS) else codec


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        cut_off = error.end == len(raw) and error.reason == "unexpected end of data"
        return cut_off and _MULTIBYTE.search(raw) is not None
    return True


def _of_no_utf8(raw: bytes, declared: str) -> Charset:
    """UTF-8 with stray bytes, if it is that for the greater part; else what is detected."""
    valid = len(_MULTIBYTE.findall(raw))
    broken = raw.decode("utf-8", errors="replace").count("\ufffd")
    if broken <= valid:
        note = f"{broken} characters were not valid utf-8; read as windows-1252."
        return Charset("utf-8", declared or "detected", (note,))
    return _found(_detected(raw), declared)


def _found(codec: str, declared: str) -> Charset:
    if not declared:
        return Charset(codec, "default" if codec == DEFAULT else "detected")
    name = "windows-1252" if codec == DEFAULT else codec
    return Charset(codec, "detected", (f"The page declares utf-8, but its bytes are {name}.",))


# --- detection ------------------------------------------------------------------------------------------------


def _detected(raw: bytes) -> str:
    """The codec that makes sense of a page without a declared charset.

    :raises DecodeError: none does.
    """
    text = _text(raw)
    if not text:
        return DEFAULT
    match = _LANGUAGE.search(raw, 0, SNIFFED_BYTES)
    declared = language_code(match[1].decode()) if match else ""
    western = _is_western(text)
    for codec in _guesses(text, declared):
        if codec == DEFAULT:
            if western:
                return DEFAULT
        elif _makes_sense(text, codec, declared):
            return codec
    if western:
        return DEFAULT
    raise DecodeError("The page does not declare its charset, and no charset makes its bytes a text of any language.")


def _text(raw: bytes) -> bytes:
    """The stretches of text that have bytes beyond ASCII, a line each; markup and scripts left out.

    "<" and ">" are no part of a character in any charset that is looked for.
    """
    stretches: list[bytes] = []
    size = 0
    for number, piece in enumerate(raw.split(b"<")):
        text = piece.partition(b">")[2] if number else piece
        if text.isascii() or piece[:6].lower().startswith((b"script", b"style", b"!--")):
            continue
        stretches.append(text.strip())
        size += len(text)
        if size > _DETECTED_BYTES:
            break
    return b"\n".join(stretches)


def _guesses(text: bytes, language: str) -> list[str]:
    """Codecs, likeliest first: those of the language, or all if it has none of its own."""
    rows = [charsets.split() for charsets, languages in _WRITTEN.items() if language in languages.split()]
    names = [name for row in rows or [charsets.split() for charsets in _WRITTEN] for name in row]
    found = chardet.detect_all(
        text,
        ignore_threshold=True,
        max_bytes=_DETECTED_BYTES,
        include_encodings=[*names, DEFAULT],
        compat_names=False,
        prefer_superset=False,
        no_match_encoding=DEFAULT,
    )
    names = [guess["encoding"] or DEFAULT for guess in found[:_MOST_GUESSES]]
    return list(dict.fromkeys(codec_of(_SUPERSETS.get(name, name)) for name in names))


def _makes_sense(text: bytes, codec: str, declared: str) -> bool:
    """Tell whether a text, read in a charset, is in a language that is written in it."""
    read = text.decode(codec, errors="replace")
    beyond = sum(not char.isascii() for char in read)
    if read.count("\ufffd") > _SHARE_BROKEN * beyond + 1 or any("\x80" <= char < "\xa0" for char in read):
        return False
    if len(_NONSENSE.findall(read)) > _SHARE_NONSENSE * beyond:
        return False
    blocks = [Block(BlockKind.PARAGRAPH, 0, line) for line in read.split("\n")]
    return text_languages(blocks, declared).language in _languages()[codec]


@cache
def _languages() -> dict[str, list[str]]:
    return {codec_of(name): languages.split() for names, languages in _WRITTEN.items() for name in names.split()}


def _is_western(text: bytes) -> bool:
    """Tell whether bytes beyond ASCII are accents and signs between ASCII letters, as in western languages."""
    words = [word for word in re.findall(r"[^\W\d_]{4,}", text.decode(DEFAULT, errors="replace")) if not word.isascii()]
    foreign = sum(2 * sum(not char.isascii() for char in word) > len(word) for word in words)
    return 2 * foreign <= len(words)
