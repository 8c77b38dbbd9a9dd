"""How each era wrote the same words in HTML: blocks of a policy in, the inside of a page out."""

import re
from datetime import datetime
from html import escape
from itertools import groupby

from .noise import Noise
from .policytext import Block, Heading, Item, Items, Paragraph, Table

INLINE = re.compile(r"\*\*(?P<bold>.+?)\*\*|<(?P<mail>[^>]+@[^>]+)>|\[(?P<text>[^]]+)\]\((?P<href>[^)]+)\)")


class Style:
    """Plain, well-behaved HTML; the eras below differ from it."""

    bold = "strong"

    def __init__(self, noise: Noise) -> None:
        self.noise = noise

    def render(self, blocks: tuple[Block, ...]) -> str:
        return "\n".join(self.block(block) for block in blocks)

    def block(self, block: Block) -> str:
        match block:
            case Heading():
                return self.heading(block)
            case Paragraph(text):
                return self.paragraph(text)
            case Items(items):
                return self.items(items)
            case Table():
                return self.table(block)

    def heading(self, heading: Heading) -> str:
        return f"<h{heading.level}>{self.inline(heading.text)}</h{heading.level}>"

    def paragraph(self, text: str) -> str:
        return f"<p>{self.inline(text)}</p>"

    def items(self, items: tuple[Item, ...]) -> str:
        return "<ul>\n" + "\n".join(f"<li>{self.item(item)}</li>" for item in items) + "\n</ul>"

    def item(self, item: Item) -> str:
        return self.inline(item.text) + (self.items(item.children) if item.children else "")

    def table(self, table: Table) -> str:
        head = "".join(f"<th>{self.inline(cell)}</th>" for cell in table.head)
        rows = ("".join(f"<td>{self.inline(cell)}</td>" for cell in row) for row in table.rows)
        body = "\n".join(f"<tr>{row}</tr>" for row in rows)
        return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table>"

    def inline(self, text: str) -> str:
        """Escape the text between the marks, and turn the marks into elements."""
        parts: list[str] = []
        position = 0
        for match in INLINE.finditer(text):
            parts += [self.text(text[position : match.start()]), self.mark(match)]
            position = match.end()
        return "".join(parts) + self.text(text[position:])

    def mark(self, match: re.Match[str]) -> str:
        if match["bold"]:
            return f"<{self.bold}>{self.text(match['bold'])}</{self.bold}>"
        if match["mail"]:
            return self.mail(match["mail"])
        return f'<a href="{escape(match["href"])}">{self.text(match["text"])}</a>'

    def text(self, text: str) -> str:
        return escape(text, quote=False)

    def mail(self, address: str) -> str:
        return f'<a href="mailto:{address}">{address}</a>'


class Font(Style):
    """1999: upper case, a FONT in every cell, headings by size, paragraphs without an end tag."""

    def heading(self, heading: Heading) -> str:
        size = 5 if heading.level == 1 else 3
        text = (
            f'<FONT FACE="Times New Roman, Times" SIZE={size} COLOR="#660022"><B>{self.inline(heading.text)}</B></FONT>'
        )
        return f"<CENTER>{text}</CENTER><HR NOSHADE SIZE=1>" if heading.level == 1 else f"<P>{text}<BR>"

    def paragraph(self, text: str) -> str:
        return f'<P ALIGN=JUSTIFY><FONT FACE="Times New Roman, Times" SIZE=3>{self.inline(text)}</FONT>'

    def items(self, items: tuple[Item, ...]) -> str:
        return "<UL>\n" + "\n".join(f"<LI><FONT SIZE=3>{self.item(item)}</FONT>" for item in items) + "\n</UL>"

    def mail(self, address: str) -> str:
        return f'<A HREF="mailto:{address}">{address}</A>'


class Straight(Style):
    """A redesign whose editor knew only the quotes on the keyboard; the wording is the same."""

    def text(self, text: str) -> str:
        return escape(text.translate(str.maketrans("‘’“”", "''\"\"")), quote=False)


class Breaks(Style):
    """Hand-written: no paragraphs at all, only <br><br>."""

    bold = "b"

    def heading(self, heading: Heading) -> str:
        if heading.level == 1:
            return f"<h1>{self.inline(heading.text)}</h1>"
        return f"<b><u>{self.inline(heading.text)}</u></b><br>"

    def paragraph(self, text: str) -> str:
        return f"{self.inline(text)}<br><br>"


class Entities(Breaks):
    """As `Breaks`, with every character above ASCII as an entity and the mail address spelled out."""

    def text(self, text: str) -> str:
        return escape(text, quote=False).encode("ascii", "xmlcharrefreplace").decode("ascii")

    def mail(self, address: str) -> str:
        return "".join(f"&#{ord(character)};" for character in address)


class WordPress(Style):
    """Typographic entities as the editor's texturizer wrote them."""

    def text(self, text: str) -> str:
        return escape(text, quote=False).translate(
            {0x2018: "&#8216;", 0x2019: "&#8217;", 0x201C: "&#8220;", 0x201D: "&#8221;"}
        )


class Panels(Style):
    """Bootstrap: every section an accordion panel, all but the first collapsed and so hidden on screen."""

    def render(self, blocks: tuple[Block, ...]) -> str:
        sections = list(_sections(blocks))
        opening = super().render(sections[0])
        panels = "\n".join(self.panel(number, section) for number, section in enumerate(sections[1:], 1))
        return f'{opening}\n<div class="panel-group" id="accordion">\n{panels}\n</div>'

    def panel(self, number: int, section: tuple[Block, ...]) -> str:
        title = section[0]
        if not isinstance(title, Heading):
            raise TypeError("a section begins with its heading")
        shown = " in" if number == 1 else ""
        return (
            '<div class="panel panel-default"><div class="panel-heading"><h4 class="panel-title">'
            f'<a data-toggle="collapse" data-parent="#accordion" href="#s{number}">{self.inline(title.text)}</a></h4>'
            f'</div>\n<div id="s{number}" class="panel-collapse collapse{shown}"><div class="panel-body">\n'
            f"{super().render(section[1:])}\n</div></div></div>"
        )


class CloudflarePanels(Panels):
    """The same behind a proxy which hides mail addresses, under another key in every response."""

    def mail(self, address: str) -> str:
        key = self.noise.number(f"cfemail/{address}", 1, 255)
        hidden = bytes([key, *(byte ^ key for byte in address.encode("ascii"))]).hex()
        return f'<a href="/cdn-cgi/l/email-protection" class="__cf_email__" data-cfemail="{hidden}">[email&#160;protected]</a>'


class Anchored(Style):
    """A single-page application's server-side rendering: slugs, anchor links, <time>, wrappers."""

    def heading(self, heading: Heading) -> str:
        slug = re.sub(r"[^a-z0-9]+", "-", heading.text.lower()).strip("-")
        anchor = f'<a class="anchor" aria-hidden="true" tabindex="-1" href="#{slug}">#</a>' if heading.level > 1 else ""
        return f'<h{heading.level} id="{slug}" class="h{heading.level}_x7Kq">{self.inline(heading.text)}{anchor}</h{heading.level}>'

    def paragraph(self, text: str) -> str:
        if date := re.fullmatch(r"Last updated: (\d+ \w+ \d{4})", text):
            day = datetime.strptime(date[1], "%d %B %Y").date()  # noqa: DTZ007  # a date has no zone
            return f'<p class="updated_Qz1">Last updated: <time dateTime="{day}">{date[1]}</time></p>'
        return f'<p class="p_p3Rt">{self.inline(text)}</p>'

    def table(self, table: Table) -> str:
        return f'<div class="tableWrap_b2">{super().table(table)}</div>'


def _sections(blocks: tuple[Block, ...]) -> list[tuple[Block, ...]]:
    """What comes before the first heading of level 2, then each such heading with what follows it."""
    number = 0
    numbered: list[tuple[int, Block]] = []
    for block in blocks:
        number += isinstance(block, Heading) and block.level > 1
        numbered.append((number, block))
    return [tuple(block for _, block in group) for _, group in groupby(numbered, key=lambda pair: pair[0])]
