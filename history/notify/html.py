"""A message as HTML: what the plain text says, with nothing from elsewhere: no script, no image, no font, no style sheet.

    html(message) ──► str

Jinja2 escapes every value. Words that came are <ins>, words that went <del>, which readers underline and strike through
without any style of ours. Only http and https become links.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from jinja2 import Template

from crawler.archives.memento import replay_url
from history.html_templates import environment, is_web
from history.notify import message as say
from history.notify.marked import Excerpt
from history.notify.message import Message
from history.plain import line

_TEMPLATES = Path(__file__).parent / "templates"


def html(message: Message) -> str:
    """Return the message as one HTML document."""
    return _template("message.html").render(
        title=say.subject(message),
        entries=message.entries[: say.FULL],
        rest=message.entries[say.FULL :],
        events=message.events,
        unknown=say.unknown_lines(message),
        foot=say.foot_lines(message, say.LEGEND_HTML),
    )


def excerpt_html(excerpt: Excerpt) -> str:
    """Return the changed sentences as an HTML fragment, as a feed shows them."""
    return _template("excerpt.html").render(excerpt=excerpt)


@lru_cache
def _template(name: str) -> Template:
    templates = environment(_TEMPLATES)
    templates.globals |= {"say": say}
    templates.filters |= {"line": line, "replay": replay_url}
    templates.tests |= {"web": is_web}
    return templates.get_template(name)
