"""What all HTML of the reading side is made with: templates that escape, and what may stand in an attribute.

    folder ──environment──► templates in which each value is escaped and a name that nobody gave is an error

A page's address and language are somebody else's text: `is_web` and `is_language` say whether one may become a link or
a `lang`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_WEB: Final = re.compile(r"https?://[^\s\x00-\x20]+", re.IGNORECASE)
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}")  # BCP 47, roughly


def environment(folder: Path, **options: Any) -> Environment:
    """Return the environment of a folder's templates.

    :param options: what Jinja2's Environment takes besides.
    """
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        **options,
    )


def is_web(url: str) -> bool:
    """Tell whether an address may become a link.

    >>> is_web("https://a.example/privacy"), is_web("javascript:alert(1)"), is_web("sample:2021")
    (True, False, False)
    """
    return _WEB.fullmatch(url) is not None


def is_language(code: str) -> bool:
    """Tell whether a page's own language may become a `lang`.

    >>> is_language("pt-BR"), is_language(""), is_language('en" onclick=')
    (True, False, False)
    """
    return _LANGUAGE.fullmatch(code) is not None
