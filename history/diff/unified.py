"""A difference as a patch: what `patch -p1` and `git apply` make version B's Markdown of version A's with.

    unified(comparison) ──► lines of evidence, then ---, +++ and @@ hunks

The texts are those that `show` prints. Both tools skip what stands before `---`. Lines end in a line feed only.
"""

from __future__ import annotations

import difflib
import re

from crawler.archives.memento import replay_url
from history.diff.comparison import Comparison
from history.names import site_name
from history.plain import clean, line
from history.timeline.timeline import VersionRow
from pipelines.text.markdown import render_markdown

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
CONTEXT = 3  # lines, as diff -u has


def unified(comparison: Comparison, context: int | None = None) -> str:
    """Return the patch, "" after the evidence where the Markdown is the same.

    :param context: unchanged lines beside each change; None: CONTEXT.
    """
    c = comparison
    name = f"{site_name(c.policy.site)}.md"
    evidence = [
        f"# {line(c.policy.site)}: version {c.old.version} to version {c.new.version}; {line(c.policy.policy_url)}",
        f"# from {line(c.old_citation)}, {line(replay_url(c.old.last_capture_url))}",
        f"# to   {line(c.new_citation)}, {line(replay_url(c.new.first_capture_url))}",
    ]
    body = patch_lines(
        clean(render_markdown(c.old_blocks)),
        clean(render_markdown(c.new_blocks)),
        (f"a/{name}\t{_stamp(c.old)}", f"b/{name}\t{_stamp(c.new)}"),
        CONTEXT if context is None else context,
    )
    return "\n".join(evidence) + "\n" + body


def patch_lines(old: str, new: str, names: tuple[str, str], context: int = CONTEXT) -> str:
    """Return a patch of two texts, "" where they are equal.

    :param names: what stands behind --- and +++.
    """
    found = difflib.unified_diff(_LINE.findall(old), _LINE.findall(new), *names, n=context, lineterm="\n")
    return "".join(one if one.endswith("\n") else f"{one}\n\\ No newline at end of file\n" for one in found)


def _stamp(version: VersionRow) -> str:
    return f"{version.first_seen:%Y-%m-%d %H:%M:%S} +0000"
