"""How to check a bundle of evidence with nothing but sha256sum, openssl, curl and, for what a collection keeps, git: pure text."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crawler.archives.memento import replay_url
from crawler.collections.git import split_locator
from history.export.writing.records import CaptureEvidence
from pipelines.text.digests import COPY

_TOOLS = ("sha256sum", "openssl", "base32", "curl", "git")
_SHA1_BASE32 = 32  # characters of a SHA-1 in base32
_VERDICTS = {
    "match": "They differ, since the index speaks of the bytes before their coding (gzip) was undone. Those did agree when "
    "they were fetched.",
    "mismatch": "They differed when the page was fetched, too. Archives' digests are often of the bytes as the site sent them "
    "(compressed, in chunks), which playback does not give: this proves nothing for or against the page.",
    "same digest": "They differ: this capture was not fetched itself, the index gives it the digest of one that was, whose "
    "bytes these are; the index speaks of them before their coding (gzip) was undone.",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A capture of a bundle.

    :param name: of its folder. :param page: the file of its bytes, None where they are not kept.
    :param memento_url: the archive's URL that gave the bytes. :param index_url: asks the archive's index for its row.
    :param agrees: SHA-1 of the bytes is the digest in the index.
    """

    name: str
    page: str | None
    evidence: CaptureEvidence
    memento_url: str
    index_url: str
    agrees: bool


def verify_text(shown: Sequence[Shown], program: str) -> str:
    """Return VERIFY.md. Commands are quoted for a POSIX shell: addresses are somebody else's."""
    lines = list(_lines(shown, program))
    ran = " ".join(line for line in lines if line.startswith("    "))
    tools = [f"`{tool}`" for tool in _TOOLS if re.search(rf"(?:^|\| | {{4}}){tool} ?", ran)]
    needs = f"{', '.join(tools[:-1])} and {tools[-1]}" if tools[1:] else tools[0]
    return "\n".join([lines[0], f"\nYou need {needs}, and this folder unpacked.", *lines[1:]])


def _lines(shown: Sequence[Shown], program: str) -> Iterator[str]:
    yield "# How to check this evidence"
    yield "\n## 1. Nothing was changed since it was bundled\n"
    yield "    sha256sum -c SHA256SUMS"
    for number, one in enumerate(shown, start=2):
        yield from _capture(number, one)
    yield f"\n## {len(shown) + 2}. What the program says of them\n"
    yield f"`text.md` is what `{program}` read in the page, `diff.html` compares the two texts. Neither is proof: the pages are."
    yield "Search the page for the sentences in question; pages have `.txt` behind their name so that no browser runs what"
    yield "they hold. A change happened after the first of the two captures and not later than the second; when in between,"
    yield "nobody knows. Where lines of a page come and go by themselves (a clock, a menu), the text is without them.\n"


def _capture(number: int, one: Shown) -> Iterator[str]:
    evidence = one.evidence
    yield f"\n## {number}. `{one.name}`: the page at {evidence.captured_at}\n"
    kept = split_locator(one.memento_url)
    if _is_web(evidence.archive_url):
        yield f"- to look at it, with the archive's banner and date: <{_bare(replay_url(evidence.archive_url))}>"
        yield f"- its bytes without them (`id_`), for the digests below: <{_bare(evidence.archive_url)}>"
    else:
        shown = "a file of a git repository" if kept else "which no server shows"
        yield f"- in the archive it is `{_bare(evidence.archive_url)}`, {shown}"
    yield f"- on the original site it was <{_bare(evidence.url)}>"
    if one.page is None:
        yield "\nIts bytes are not kept here."
        return
    if kept:
        yield from _in_git(one, kept)
        return
    if _is_web(one.memento_url):
        yield "\nThe archive's bytes today, which should have the same SHA-256 as the file:\n"
        yield f"    curl -sSL --compressed {shlex.quote(_bare(one.memento_url))} | sha256sum"
        yield f"    sha256sum {one.page}"
    else:
        yield f"\nIt came from an archive that is no public server ({_bare(evidence.archive)}). Its SHA-256:\n"
        yield f"    {evidence.payload_sha256}  {one.page}"
    yield from _index(one)


def _in_git(one: Shown, kept: tuple[str, str, str]) -> Iterator[str]:
    """A collection's file: git proves its bytes, if they are those of the page; a copy that was changed is none."""
    name, commit_id, path = (_bare(part) for part in kept)
    asked = shlex.quote(f"{commit_id}:{path}")
    if one.evidence.digest_verdict == COPY:
        yield (
            f"\nThe file holds a copy of the page, which the collection {name} kept with a header of its own and may have "
            "changed. It is not the archive's payload, so no digest of the archive's index is compared with it. The copy, in "
            "a clone of the collection:\n"
        )
        yield f"    git cat-file blob {asked}"
        yield "\nIts SHA-256, without the header:\n"
        yield f"    {one.evidence.payload_sha256}  {one.page}"
        return
    yield f"\nThe collection {name} keeps the page in git, whose id of the bytes was checked. In a clone of it:\n"
    yield f"    git cat-file blob {asked} | sha256sum"
    yield f"    sha256sum {one.page}"


def _index(one: Shown) -> Iterator[str]:
    evidence = one.evidence
    if len(evidence.cdx_digest) == _SHA1_BASE32:
        yield f"\nThe archive's index has the SHA-1 `{_bare(evidence.cdx_digest)}` (base32) for it. That of the file:\n"
        yield f"    openssl dgst -sha1 -binary {one.page} | base32"
        yield f"\n{_agreement(one)}"
        if not one.agrees and _is_web(one.memento_url):
            quoted = shlex.quote(_bare(one.memento_url))
            yield "\nTo compare with what the archive sends today, coded:\n"
            yield f"    curl -sSL -H 'Accept-Encoding: gzip' {quoted} | openssl dgst -sha1 -binary | base32"
    if one.index_url:
        yield "\nThe row of the index (`cdx.txt` has it as it was):\n"
        yield f"    curl -sS {shlex.quote(_bare(one.index_url))}"


def _agreement(one: Shown) -> str:
    if one.agrees:
        return "They are the same."
    return _VERDICTS.get(one.evidence.digest_verdict or "", "Whether they agree could not be told when it was fetched.")


def _is_web(url: str) -> bool:
    return url.startswith(("http://", "https://"))


def _bare(text: str) -> str:
    """Text on one line, without what would end a link or steer a terminal."""
    return "".join(c for c in text if c.isprintable() and c not in "<>`")
