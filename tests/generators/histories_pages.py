"""The pages of tests/generators/histories_generated.py as HTML: invented layouts, dressed anew for every history and redesign.

    look(history) ──► Look…, each in use from one capture on ──page(history, shot)──► HTML

Around the policy stand menus (with blocks under their links), consent panels of any vendor, size and manner of hiding,
tables of contents with their labels, lists of news, footers of any length outside the container, forms. Names are
semantic, utility classes, hashes, or random anew with every capture. All of it is furniture: only the policy's clauses
are text, wherever the layout puts them (a lead-in beside the container, folded panels, bold lines for headings).
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from pipelines.model import BlockKind
from tests.generators.histories_generated import Clause, Generated, Shot
from tests.generators.histories_words import LANGUAGES, Words

CONTAINERS = (
    ("<main>", "</main>"),
    ("<main id='main'><article>", "</article></main>"),
    ("<div id='content'>", "</div>"),
    ("<div role='main' class='page'>", "</div>"),
    ("<article class='entry-content'>", "</article>"),
    (
        "<div class='container mx-auto px-4'><div class='row'><div class='col-md-8 text-secondary'>",
        "</div></div></div>",
    ),
    ("<table width='760' cellpadding='4'><tr><td class='body'>", "</td></tr></table>"),
    ("<div class='{hash}'><div class='{hash}'><section class='{hash}'>", "</section></div></div>"),
    ("<section class='legal-page'><div class='wrapper'>", "</div></section>"),
    ("<div><div><div>", "</div></div></div>"),
)
PANELS = (
    "<div id='onetrust-consent-sdk'><div id='onetrust-banner-sdk' role='region'>{}</div></div>",
    "<div id='CybotCookiebotDialog' role='dialog' aria-modal='true'>{}</div>",
    "<div class='cky-consent-container'>{}</div>",
    "<div id='didomi-host'><div class='didomi-popup-container' role='dialog'>{}</div></div>",
    "<dialog>{}</dialog>",
    "<div id='usercentrics-root'>{}</div>",
    "<div id='iubenda-cs-banner' class='iubenda-cs-visible'>{}</div>",
    "<div id='truste-consent-track'>{}</div>",
    "<div class='qc-cmp2-container'>{}</div>",
    "<div class='klaro'>{}</div>",
    "<div class='osano-cm-window' role='dialog'>{}</div>",
    "<div role='dialog' aria-label='consent'>{}</div>",
    "<div class='modal fade' aria-hidden='true' style='display:none'>{}</div>",
    "<div hidden>{}</div>",
    "<div style='position:fixed;bottom:0;opacity:0'>{}</div>",
    "<div class='popup overlay' aria-modal='true'>{}</div>",
)
HEADINGS = (
    "<h2{id}>{}</h2>",
    "<h3{id}>{}</h3>",
    "<h2{id}><span>{}</span></h2>",
    "<p{id}><b>{}</b></p>",
    "<p{id}><strong>{}</strong></p>",
    "<div{id} role='heading' aria-level='2'>{}</div>",
)
TITLES = ("<h1>{}</h1>", "<h1><p>{}</p></h1>", "<h1 class='title'><span>{}</span></h1>", "<header><h1>{}</h1></header>")
ITEMS = (
    ("<ul>", "<li>{}</li>", "</ul>"),
    ("<ul class='list'>", "<li><p>{}</p></li>", "</ul>"),
    ("<ol>", "<li>{}</li>", "</ol>"),
)


@dataclass(frozen=True)
class Look:
    """A layout, drawn from a seed; `since` is the first capture that has it."""

    since: int
    seed: str


def looks(history: Generated) -> list[Look]:
    """The layouts of a history, newest last: a redesign is no change."""
    dice = random.Random(f"looks {history.name}")
    points = sorted(dice.sample(range(1, len(history.shots)), dice.choice((0, 0, 0, 1, 1, 2))))
    return [Look(since, f"{history.name} {number}") for number, since in enumerate((0, *points))]


def page(history: Generated, shot: Shot) -> str:
    """The HTML of a capture."""
    look = next(look for look in reversed(looks(history)) if look.since <= shot.number)
    return _Page(history, shot, look).html()


class _Page:
    def __init__(self, history: Generated, shot: Shot, look: Look) -> None:
        self.history, self.shot = history, shot
        self.words: Words = LANGUAGES[history.language]
        self.fixed = random.Random(look.seed)  # the same in every capture of a look, if asked in the same order
        self.fresh = random.Random(f"{history.name} {shot.number}")  # another in every capture

    def html(self) -> str:
        fixed = self.fixed
        opening, closing = fixed.choice(CONTAINERS)
        opening = opening.replace("{hash}", f"css-{fixed.getrandbits(40):x}")
        self.heading, self.item, self.names = (
            fixed.choice(HEADINGS),
            fixed.choice(ITEMS),
            fixed.choice(("none", "fixed", "random")),
        )
        folded, lead_in, parts = fixed.random() < 0.12, fixed.random() < 0.15, []
        title = fixed.choice(TITLES).format(escape(self.history.title))
        clauses = self.shot.clauses
        menu, side, footer, panel = self._menu(), self._side(), self._footer(), self._panel()
        contents = self._contents(clauses)
        panel_first = fixed.random() < 0.5
        aside_within = [clause for clause in clauses if clause.furniture == "panel"]
        own = [clause for clause in clauses if clause.furniture != "panel"]
        if aside_within:
            panel += fixed.choice(PANELS).format("".join(f"<p>{escape(clause.text)}</p>" for clause in aside_within))
        first = next((i for i, clause in enumerate(own) if clause.kind is BlockKind.HEADING), 0) if lead_in else 0
        parts += [menu, panel if panel_first else ""]
        if first:
            parts.append(f"<div class='intro'>{title}{''.join(self._text(own[:first]))}</div>")
            title = ""
        text = self._folded(own[first:]) if folded else "".join(self._text(own[first:]))
        parts += [opening, title, contents, text, closing, side, footer, "" if panel_first else panel]
        head = f"<meta charset=utf-8><title>{escape(self.history.title)} | {self.history.name.replace('/', '')} GmbH</title>"
        script = f"<script>var page={{id:'{self.fresh.getrandbits(60):x}',at:{int(self.shot.at.timestamp())}}}</script>"
        return f"<!doctype html><html lang={self.history.language}><head>{head}{script}</head><body>{''.join(parts)}</body></html>"

    def _id(self) -> str:
        if self.names == "none":
            return ""
        dice = self.fresh if self.names == "random" else self.fixed
        return f' id="u_0_{dice.randrange(99)}_{"".join(dice.choice("AaBbdDcxRr") for _ in range(2))}"'

    def _text(self, clauses: Sequence[Clause]) -> Iterator[str]:
        listed = False
        for clause in clauses:
            is_item = clause.kind is BlockKind.ITEM
            if is_item != listed:
                yield self.item[0] if is_item else self.item[2]
            listed = is_item
            shown = escape(clause.text)
            if is_item:
                yield self.item[1].format(shown)
            elif clause.kind is BlockKind.HEADING:
                yield self.heading.format(shown, id=self._id())
            elif clause.furniture and clause.furniture != "layout":
                yield (
                    f"<div class='{clause.furniture.split()[0]}'>{shown}</div>"
                    if clause.level % 2
                    else f"<p>{shown}</p>"
                )
            else:
                yield f"<p{self._id()}>{shown}</p>"
        if listed:
            yield self.item[2]

    def _folded(self, clauses: Sequence[Clause]) -> str:
        """Every section in a panel that is opened by its heading."""
        parts, opened = [], False
        for group in _sections(clauses):
            head, rest = (group[:1], group[1:]) if group[0].kind is BlockKind.HEADING else ([], group)
            parts.append("".join(self._text(head)))
            opened = bool(head)
            text = "".join(self._text(rest))
            parts.append(
                f"<div class='accordion-panel' aria-hidden='true' style='display:none'>{text}</div>" if opened else text
            )
        return "".join(parts)

    def _menu(self) -> str:
        fixed = self.fixed
        labels = fixed.sample(self.words.labels, min(len(self.words.labels), fixed.randint(4, 12)))
        if fixed.random() < 0.3:  # a menu whose links hold blocks
            described = [
                self.words.teasers[i % len(self.words.teasers)].format(thing=self.words.things[i % 10])
                for i in range(len(labels))
            ]
            blocks = (
                f"<a href='/{i}'><div>{escape(label)}</div><div>{escape(text)}. {escape(text)}.</div></a>"
                for i, (label, text) in enumerate(zip(labels, described, strict=True))
            )
            return f"<div class='menu{fixed.randrange(9)}'>{''.join(blocks)}</div>"
        links = "".join(f"<li><a href='/{i}'>{escape(label)}</a></li>" for i, label in enumerate(labels))
        return fixed.choice(
            ("<nav><ul>{}</ul></nav>", "<header><ul class='nav'>{}</ul></header>", "<div id='top'><ul>{}</ul></div>")
        ).format(links)

    def _contents(self, clauses: Iterable[Clause]) -> str:
        style = self.fixed.randrange(6)
        links = "".join(
            f"<li><a href='#s{i}'>{escape(clause.text)}</a></li>"
            for i, clause in enumerate(clauses)
            if clause.kind is BlockKind.HEADING and not clause.furniture
        )
        label = {"en": "In this article", "de": "Auf dieser Seite", "fr": "Sur cette page"}.get(
            self.history.language, self.words.labels[5]
        )
        if style == 0 and links:
            return f"<h2>{label}</h2><nav><ul>{links}</ul></nav>"
        if style == 1 and links:
            return f"<details><summary>{label}</summary><nav><ul>{links}</ul></nav></details>"
        return ""

    def _side(self) -> str:
        style = self.fixed.randrange(4)
        if style > 1:
            return ""
        dice = self.fresh if style else self.fixed
        teasers = [
            dice.choice(self.words.teasers).format(thing=dice.choice(self.words.things))
            for _ in range(self.fixed.randint(2, 6))
        ]
        links = "".join(f"<li><a href='/news/{i}'>{escape(text)}</a></li>" for i, text in enumerate(teasers))
        return f"<aside class='sidebar'><h3>{self.words.labels[8]}</h3><ul>{links}</ul></aside>"

    def _footer(self) -> str:
        fixed = self.fixed
        small = "".join(f"<p>{escape(text)}</p>" for text in fixed.sample(self.words.notices, fixed.randint(0, 5)))
        links = "".join(
            f"<a href='/f{i}'>{escape(label)}</a> " for i, label in enumerate(fixed.sample(self.words.labels, 6))
        )
        return f"<footer>{links}{small}<p>© {self.shot.at.year} {self.history.name.replace('/', '')} GmbH</p></footer>"

    def _panel(self) -> str:
        """A consent panel beside the text: always, never, or now and then; from a line to more words than the policy."""
        fixed = self.fixed
        share, form, size = fixed.choice((0, 0, 1, 0.5)), fixed.choice(PANELS), fixed.choice((0, 2, 10, 60))
        lines = [*self.words.notices[:5], *(_sentence(fixed, self.words) for _ in range(size))]
        if self.fresh.random() >= share:
            return ""
        return form.format("".join(f"<p>{escape(line)}</p>" for line in lines))


def _sentence(dice: random.Random, words: Words) -> str:
    return dice.choice(words.sentences).format(
        what=dice.choice(words.what), who=dice.choice(words.who), time=f"3 {words.units[0]}"
    )


def _sections(clauses: Sequence[Clause]) -> list[list[Clause]]:
    found: list[list[Clause]] = []
    for clause in clauses:
        if not found or clause.kind is BlockKind.HEADING:
            found.append([])
        found[-1].append(clause)
    return found
