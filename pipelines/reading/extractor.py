"""What an extractor is called: by whom and how a page was read. It loads nothing of what reads pages.

our revision, the libraries' versions, options ──extractor_id──► "policylapse-5+…"
──declared_extractor──► "policylapse-5+…+declared-KEY"
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from functools import cache
from importlib.metadata import version
from typing import Final

# Raised by every edit of ours that can change a text: another revision is another extractor.
REVISION: Final = 5
_LIBRARIES: Final = ("trafilatura", "lxml", "regex", "ftfy", "pypdfium2")
# The longest policy seen has 0.4 M characters of text; above this it is no policy, and trafilatura takes a minute.
MAX_REDUCED_CHARS: Final = 8_000_000
_DECLARED: Final = "+declared-"


@dataclass(frozen=True, slots=True)
class ExtractOptions:
    """What a user may choose about extraction; part of the extractor's id.

    :param engine: ask trafilatura where the text ends; without it, all that stage 1 kept is text.
    :param max_reduced_chars: refuse a page whose reduced HTML is longer.
    """

    engine: bool = True
    max_reduced_chars: int = MAX_REDUCED_CHARS


USUAL: Final = ExtractOptions()


@cache
def extractor_id(options: ExtractOptions = USUAL) -> str:
    """Name of this extractor: our revision, the libraries' versions, a hash of the options."""
    chosen = repr([(field.name, getattr(options, field.name)) for field in fields(options)])
    libraries = "+".join(f"{name}-{version(name)}" for name in _LIBRARIES)
    return f"policylapse-{REVISION}+{libraries}+{hashlib.sha256(chosen.encode()).hexdigest()[:8]}"


def base_extractor(extractor: str) -> str:
    """Return the extractor's own name, of one that reads a policy with hints."""
    return extractor.partition(_DECLARED)[0]


def declared_extractor(extractor: str, key: str) -> str:
    """Name of an extractor that reads a policy with hints, or a part of its pages (their key); the extractor's own where there are none.

    >>> declared_extractor("policylapse-2", "0a1b2c3d")
    'policylapse-2+declared-0a1b2c3d'
    """
    return f"{base_extractor(extractor)}{_DECLARED}{key}" if key else extractor
