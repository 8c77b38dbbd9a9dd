"""Characters that lxml can hold: XML 1.0 has no control characters, and lxml raises where one is written into its tree.

    HTML ──readable_html──► HTML whose characters and references are all of XML 1.0 (https://www.w3.org/TR/xml/#charsets)
    text ──readable──► text, the same

libxml2 reads `&#7;` and gives the character; then whatever moves the text ("drop this script") raises. So references
go before the parse, as characters do. A browser shows nothing for a control character and U+FFFD for NUL, surrogates
and what is beyond Unicode (HTML 13.2.5.80).
"""

from __future__ import annotations

import re
from typing import Final

_UNREADABLE: Final = re.compile("[\x00-\x08\x0b\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FORM_FEED: Final = "\x0c"  # white space in HTML, no character in XML
# The same in UTF-8: a page of 0.3 MB takes a tenth of the time so. One byte is found fast, and most pages have none.
_CONTROLS: Final = bytes(set(range(32)) - set(b"\t\n\r\f"))
_BLANKS: Final = bytes.maketrans(b"\f", b" ")
_NO_TEXT: Final = _CONTROLS + b"\f"
_UNREADABLE_UTF8: Final = (
    (b"\xed", re.compile(rb"\xed[\xa0-\xbf].", re.DOTALL)),
    (b"\xef\xbf", re.compile(rb"\xef\xbf[\xbe\xbf]")),
)
_REFERENCE: Final = re.compile(rb"&#(?:[xX]0*+([0-9a-fA-F]*+)|0*+([0-9]*+));?")
_LAST: Final = 0x10FFFF
_MOST_DIGITS: Final = 7  # of the last, in tens
_REPLACEMENT: Final = "\ufffd".encode()


def readable(text: str) -> str:
    r"""Return a text without the characters that XML has not.

    >>> readable("a\x07b\x0cc\ufffe")
    'ab c'
    """
    return _UNREADABLE.sub("", text.replace(_FORM_FEED, " "))


def readable_html(html: str) -> str:
    r"""Return HTML without the characters, and without the references to characters, that XML has not.

    >>> readable_html("a&#7;b&#x1F;c&#38;d\x07&#0;") == "abc&#38;d\ufffd"
    True
    """
    utf8 = html.encode("utf-8", errors="surrogatepass")
    clean = readable_utf8(utf8)
    return html if clean is utf8 else clean.decode("utf-8")


def readable_utf8(utf8: bytes) -> bytes:
    """The same of HTML in UTF-8, in which surrogates may be encoded; itself where nothing is to be changed."""
    clean = _REFERENCE.sub(_reference, utf8) if b"&#" in utf8 else utf8
    if any(control in clean for control in _NO_TEXT):
        clean = clean.translate(_BLANKS, _CONTROLS)
    for lead, pattern in _UNREADABLE_UTF8:
        if lead in clean:
            clean = pattern.sub(b"", clean)
    return utf8 if clean == utf8 else clean


def _reference(match: re.Match[bytes]) -> bytes:
    hexadecimal, decimal = match.groups()
    digits = hexadecimal if hexadecimal is not None else decimal
    if len(digits) > _MOST_DIGITS:
        return _REPLACEMENT
    if not digits and match.group().rstrip(b";")[-1:] in b"#xX":
        return match.group()  # no reference
    code = int(digits or b"0", 16 if hexadecimal is not None else 10)
    if not code or code > _LAST or 0xD800 <= code < 0xE000:
        return _REPLACEMENT
    char = chr(code)
    return match.group() if readable(char) == char else b""
