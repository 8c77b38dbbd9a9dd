"""What the blocks of one text claim where they stand: what is stored of a text, and what readers compute where nothing is.

    claims_in(blocks, languages, known) ──► (position of a block, FoundClaim…) of each block that claims anything
    reading_version() ──► by which rules, lists and program a text was read: another one may read it differently

A block says the same wherever it stands under the same words (heading, lead-in, language), so `known` holds it for all
texts of a run. Two contexts mostly give one result: what is stored is the result, not the context.
"""

from __future__ import annotations

import hashlib
import pkgutil
import sys
import tomllib
import unicodedata
from collections.abc import Container, Iterator, MutableMapping, Sequence
from functools import cache
from itertools import accumulate
from operator import attrgetter
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

import regex

from pipelines.claims.context import contexts
from pipelines.claims.files import FOLDER
from pipelines.claims.match import claims
from pipelines.claims.model import Context
from pipelines.model import Block
from pipelines.text.sentences import sentences

_EXAMPLES: Final = ".examples.tsv"  # tests, which no program reads
_OF_TEXTS: Final = (
    "sentences",
    "wording",
)  # modules of pipelines/text by which a text is read, besides all of this folder


class FoundClaim(NamedTuple):
    """A claim of a block.

    :param begin, length: of its sentence in the block's Markdown, in characters. A length of 0 is "to the end", so that a
        block of one sentence takes no room for either.
    """

    category: str
    subject: str
    polarity: str
    value: str
    rule: str
    begin: int
    length: int


Known: TypeAlias = MutableMapping[tuple[Block, Context, str], tuple[FoundClaim, ...]]


def claims_in(
    blocks: Sequence[Block], languages: Sequence[str], known: Known, only: Container[int] | None = None
) -> Iterator[tuple[int, tuple[FoundClaim, ...]]]:
    """Yield what the blocks of a text claim, in reading order; blocks that claim nothing are left out.

    :param languages: of each block. :param known: blocks that were read before, filled here.
    :param only: positions of the blocks that are meant; None: all.
    """
    for position, key in enumerate(zip(blocks, contexts(blocks), languages, strict=True)):
        if only is not None and position not in only:
            continue
        found = known.get(key)
        if found is None:
            found = known[key] = _found(*key)
        if found:
            yield position, found


def sentence_starts(block: Block) -> list[int]:
    """Return where each sentence of a block begins, in characters, and where the last one ends."""
    return [0, *accumulate(len(one.text) for one in sentences(block.markdown))]


@cache
def reading_version(folder: Path = FOLDER) -> str:
    """Return the number of the rules with a digest of all that decides what a text claims. No rule is read for it.

    It is the version that answers name and that is stored beside claims (`claim_rules.version`).
    """
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.suffix in (".toml", ".tsv")):
        if not path.name.endswith(_EXAMPLES):
            digest.update(path.read_bytes())
    for package, name in _modules():
        digest.update(pkgutil.get_data(package, f"{name}.py") or b"")
    digest.update(f"{regex.__version__} {unicodedata.unidata_version}".encode())
    number = tomllib.loads((folder / "registry.toml").read_text(encoding="utf-8"))["version"]
    return f"{number}+{digest.hexdigest()[:12]}"


def _modules() -> Iterator[tuple[str, str]]:
    """What reads a text."""
    ours = __name__.rpartition(".")[0]
    yield from (
        (ours, one.name) for one in sorted(pkgutil.iter_modules(sys.modules[ours].__path__), key=attrgetter("name"))
    )
    yield from (("pipelines.text", name) for name in _OF_TEXTS)


def _found(block: Block, context: Context, language: str) -> tuple[FoundClaim, ...]:
    said = claims(block, context, language)
    if not said:
        return ()
    starts = sentence_starts(block)
    return tuple(
        FoundClaim(
            one.category,
            one.subject,
            one.polarity.value,
            one.value,
            one.rule,
            starts[one.sentence],
            0 if one.sentence + 2 == len(starts) else starts[one.sentence + 1] - starts[one.sentence],
        )
        for one in said
    )
