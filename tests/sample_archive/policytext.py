"""The policies' notation: a little Markdown, plus `{{2-4|text}}` for what only editions 2 to 4 say.

One file holds all editions of a text, so that what changed between two of them can be seen where it changed.
"""

import re
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent

ONLY_IN = re.compile(r"\{\{([\d,-]+)\|(.*?)\}\}", re.DOTALL)
GONE = "\0"
ITEM = re.compile(r"^( *)- (.*)$")
LAST = 99


@dataclass(frozen=True)
class Heading:
    level: int
    text: str


@dataclass(frozen=True)
class Paragraph:
    text: str


@dataclass(frozen=True)
class Item:
    text: str
    children: tuple["Item", ...] = ()


@dataclass(frozen=True)
class Items:
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Table:
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Heading | Paragraph | Items | Table


def policy(name: str, edition: int) -> tuple[Block, ...]:
    """Edition `edition` of `policies/<name>.md`."""
    return parse(resolve((HERE / "policies" / f"{name}.md").read_text("utf-8"), edition))


def page(name: str) -> tuple[Block, ...]:
    """One of the pages which are no policies, `pages/<name>.md`."""
    return parse((HERE / "pages" / f"{name}.md").read_text("utf-8"))


def resolve(source: str, edition: int) -> str:
    """Keep what `edition` says; a line of which nothing is left goes, so that it does not split a list.

    >>> resolve("- a\\n{{2-|- b}}\\n- c {{1|x}}{{2-3,5|y}}\\n", 1)
    '- a\\n- c x\\n'
    """
    kept = ONLY_IN.sub(lambda match: match[2] if edition in editions(match[1]) else GONE, source)
    lines = [line for line in kept.split("\n") if GONE not in line or line.replace(GONE, "").strip()]
    return "\n".join(lines).replace(GONE, "")


def editions(selector: str) -> set[int]:
    """The editions a selector names.

    >>> sorted(editions("1,3-4"))
    [1, 3, 4]
    """
    found: set[int] = set()
    for part in selector.split(","):
        first, dash, last = part.partition("-")
        found.update(range(int(first), (int(last or LAST) if dash else int(first)) + 1))
    return found


def parse(source: str) -> tuple[Block, ...]:
    """Split a text at its empty lines and read each piece."""
    pieces = re.split(r"\n\s*\n", source.strip())
    return tuple(_block(piece.strip("\n").split("\n")) for piece in pieces if piece.strip())


def plain(blocks: tuple[Block, ...]) -> str:
    """The words of a policy with all markup removed, for counting and comparing."""
    return "\n".join(_bare(text) for block in blocks for text in texts(block))


def _block(lines: list[str]) -> Block:
    if heading := re.match(r"(#+) (.*)", lines[0]):
        return Heading(len(heading[1]), heading[2])
    if lines[0].startswith("|"):
        rows = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines]
        return Table(rows[0], tuple(rows[2:]))
    if ITEM.match(lines[0]):
        return Items(_items(lines))
    return Paragraph(" ".join(" ".join(lines).split()))


def _items(lines: list[str]) -> tuple[Item, ...]:
    """Two levels are enough for a policy."""
    items: list[Item] = []
    for line in lines:
        match = ITEM.match(line)
        if match is None:
            raise ValueError(f"not a list item: {line!r}")
        if match[1]:
            parent = items.pop()
            items.append(Item(parent.text, (*parent.children, Item(match[2]))))
        else:
            items.append(Item(match[2]))
    return tuple(items)


def texts(block: Block) -> list[str]:
    """Each piece of running text in a block; the cells of a table row are joined by a bar."""
    match block:
        case Items(items):
            return [text for item in items for text in (item.text, *(child.text for child in item.children))]
        case Table(head, rows):
            return [" | ".join(row) for row in (head, *rows)]
        case _:
            return [block.text]


def _bare(text: str) -> str:
    return re.sub(r"\*\*|[<>]", "", re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text))
