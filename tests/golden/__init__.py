"""Golden pages: invented policies, each named by the defect it is about, with the text that a person reads on it.

    pages/NAME.html       the page, as bytes
    pages/NAME.md         its text, written by hand from the page: never saved from our own output
    pages/NAME.not.txt    words of its furniture, one a line, that the text must not have (optional)
    pages/NAME.links.txt  links that it must have: text, tab, target (optional)
    floors.toml           what may not get worse; written by `python -m tests.golden`

A table of contents that stands in the text is part of it: 26 of the curated texts in ../shared/pairs keep theirs.
"""

import hashlib
import re
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path

from rapidfuzz.distance import Indel

from pipelines.reading.decode import decode_payload
from pipelines.reading.extract import extract_text
from pipelines.text.markdown import render_markdown

FOLDER = Path(__file__).parent
WORD = re.compile(r"\w+")
HEADING = re.compile(r"(#{1,6}) (.*)")
ITEM = re.compile(r"( *)([*]|\d+\.) (.*)")
MEASURES = ("words", "headings", "items")


class LoweredError(Exception):
    """A floor would get lower and nobody said why."""


@dataclass(frozen=True)
class Page:
    name: str
    html: bytes
    text: str
    forbidden: tuple[str, ...]
    links: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Score:
    """How like the expected text ours is, 0…1: words in order; headings with level; items with depth, and table rows."""

    words: float
    headings: float
    items: float
    exact: bool


def golden_pages(folder=FOLDER):
    return [
        Page(
            name=path.stem,
            html=path.read_bytes(),
            text=path.with_suffix(".md").read_text(encoding="utf-8"),
            forbidden=tuple(_lines(path.with_suffix(".not.txt"))),
            links=tuple(tuple(line.split("\t")) for line in _lines(path.with_suffix(".links.txt"))),
        )
        for path in sorted((folder / "pages").glob("*.html"))
    ]


def _lines(path):
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def read_page(page):
    """Our text of a page as Markdown, and its links."""
    decoded = decode_payload(page.html, {"content-type": "text/html"})
    url = f"https://{page.name}.example/legal/privacy.html"
    extraction = extract_text(decoded, url=url)
    return render_markdown(extraction.blocks), {(link.text, link.href) for link in extraction.links}


def score(want, got):
    def alike(pattern, fold=str):
        sides = [
            [pattern.match(line).groups() for line in fold(text).split("\n") if pattern.match(line)]
            for text in (want, got)
        ]
        return Indel.normalized_similarity(*sides)

    words = [WORD.findall(text.lower()) for text in (want, got)]
    return Score(
        words=round(Indel.normalized_similarity(*words), 4),
        headings=round(alike(HEADING), 4),
        items=round(alike(ITEM, _rows_as_items), 4),
        exact=want == got,
    )


def _rows_as_items(text):
    return re.sub(r"^\|", "* |", text, flags=re.MULTILINE)


# --- floors ---------------------------------------------------------------------------------------------------


def corpus_digest(folder=FOLDER):
    """SHA-256 over all pages, their texts, forbidden words and links."""
    files = sorted(path for path in (folder / "pages").iterdir() if path.is_file())
    whole = hashlib.sha256()
    for path in files:
        whole.update(f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()


def seal(floors):
    """SHA-256 over the floors, so that none changes by a slip of the hand."""
    told = {name: floors[name] for name in ("corpus", "all", "page")}
    return hashlib.sha256(repr(sorted(told.items())).encode()).hexdigest()


def read_floors(folder=FOLDER):
    path = folder / "floors.toml"
    empty = {"corpus": "", "all": {}, "page": {}, "seal": ""}
    return empty | (tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {})


def floors_of(scores, old, reason, folder=FOLDER):
    """The floors that these scores set; a page that is exact has none of its own, its floor is 1.

    :raises LoweredError: one is lower than it was, or a page is gone, and there is no reason.
    """
    lowered = [f"{name} is gone" for name in old["page"] if name not in scores]
    if len(scores) < old["all"].get("pages", 0):
        lowered.append(f"{old['all']['pages'] - len(scores)} pages are gone")
    pages = {}
    for name, found in sorted(scores.items()):
        before = old["page"].get(name, {})
        if any(getattr(found, measure) < before.get(measure, 1.0) for measure in MEASURES) or (
            not found.exact and not before
        ):
            lowered.append(f"{name}: {found}")
        if not found.exact:
            floors = {measure: getattr(found, measure) for measure in MEASURES}
            pages[name] = floors | {"reason": reason or before.get("reason", "")}
    if lowered and not reason:
        raise LoweredError("\n".join(lowered))
    floors = {"corpus": corpus_digest(folder), "all": overall(scores), "page": pages}
    return floors | {"seal": seal(floors)}


def overall(scores):
    count = len(scores)
    rows = [asdict(found) for found in scores.values()]
    means = {measure: round(sum(row[measure] for row in rows) / count, 4) for measure in MEASURES}
    return {"pages": count, "exact": sum(row["exact"] for row in rows)} | means


def write_floors(floors, folder=FOLDER):
    lines = ["# Written by `python -m tests.golden`. A page without a floor of its own must be exact.", ""]
    lines += [f'corpus = "{floors["corpus"]}"', f'seal = "{floors["seal"]}"', "", "[all]", *_pairs(floors["all"])]
    for name, row in floors["page"].items():
        lines += ["", f'[page."{name}"]', *_pairs(row)]
    (folder / "floors.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _pairs(row):
    return [f'{name} = "{value}"' if isinstance(value, str) else f"{name} = {value}" for name, value in row.items()]
