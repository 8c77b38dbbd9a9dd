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
_REFERENCE: Final = re.compile("&#(?:[xX]0*+([0-9a-fA-F]*+)|0*+([0-9]*+));?")
_LAST: Final = 0x10FFFF
_MOST_DIGITS: Final = 7  # of the last, in tens
_REPLACEMENT: Final = "\ufffd"


def readable(text: str) -> str:
    r"""Return a text without the characters that XML has not.

    >>> readable("a\x07b\x0cc\ufffe")
    'ab c'
    """
    return _UNREADABLE.sub("", text.replace(_FORM_FEED, " "))


def readable_html(html: str) -> str:
    r"""Return HTML without the characters, and without the references to characters, that XML has not.

    >>> readable_html("a&#7;b&#x1F;c&#38;d&#0;") == "abc&#38;d\ufffd"
    True
    """
    return readable(_REFERENCE.sub(_reference, html) if "&#" in html else html)


def _reference(match: re.Match[str]) -> str:
    hexadecimal, decimal = match.groups()
    digits = hexadecimal if hexadecimal is not None else decimal
    if len(digits) > _MOST_DIGITS:
        return _REPLACEMENT
    if not digits and match.group().rstrip(";")[-1] in "#xX":
        return match.group()  # no reference
    code = int(digits or "0", 16 if hexadecimal is not None else 10)
    if not code or code > _LAST or 0xD800 <= code < 0xE000:
        return _REPLACEMENT
    char = chr(code)
    return match.group() if readable(char) == char else readable(char).strip()
