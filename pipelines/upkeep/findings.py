"""What fsck finds, typed: the kind says whether it is damage, and what a person does next."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Damage(StrEnum):
    """What a finding is about. The value is what `--json` prints."""

    FILE = "file"  # SQLite's own pages, or the entries of its indexes
    SCHEMA = "schema"
    REFERENCE = "reference"  # a row that refers to nothing
    PAYLOAD = "payload"  # bytes that are not those of their digest
    VERDICT = "digest_verdict"
    BLOCK = "block"
    TEXT = "text"  # blocks that are not those of the text's digest
    WORDING = "wording"  # wording key or word count that are not the text's
    LINKS = "links"  # that are not those of their digest
    ROW = "row"  # with a value that no program writes
    OUTCOME = "outcome"  # a capture's, against what is held of it
    FOLD = "fold"  # versions, changes and what was left out, against the readings
    INDEX = "index"  # of full text
    UNREAD = "unread"
    UNFOLDED = "unfolded"
    ORPHANS = "orphans"
    PAST_TEXTS = "past_texts"

    @property
    def is_damage(self) -> bool:
        """False where it is only worth knowing: a crawl that was killed leaves such, and the next one goes on."""
        return self not in (Damage.UNREAD, Damage.UNFOLDED, Damage.ORPHANS, Damage.PAST_TEXTS)


class Mend(StrEnum):
    """What `fsck --repair` does about a finding."""

    FETCH = "fetch"  # captures are pending again: the next crawl fetches them
    READ = "read"  # readings go: re-extract reads the pages again
    FOLD = "fold"  # versions and changes are made again
    CLAIMS = "claims"  # what is stored of claims is dropped: `claims --store` stores it again


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding.

    :param subject: the row, for a person: a URL with its timestamp, a table with an id.
    :param row: id of the row that it is about, 0 where it is about none.
    :param mend: how `fsck --repair` mends it; None: not at all.
    """

    kind: Damage
    subject: str
    detail: str
    row: int = 0
    mend: Mend | None = None

    @property
    def next_step(self) -> str:
        """What a person does about it, "" where there is nothing to do."""
        if self.kind is Damage.UNREAD:
            return "run the same crawl, or `policylapse re-extract`"
        if self.kind is Damage.PAST_TEXTS:
            return ""
        if self.kind in (Damage.ORPHANS, Damage.INDEX):
            return "`policylapse compact`"
        if self.mend:
            return "`policylapse fsck --repair`" + _THEN[self.mend]
        return "restore your backup of the file, or save what can be read: sqlite3 FILE .recover"


_THEN = {
    Mend.CLAIMS: ", then run `policylapse claims --store`: it stores them once more",
    Mend.FETCH: ", then run the same crawl again: it fetches the page once more",
    Mend.READ: ", then run `policylapse re-extract`: it reads the pages once more",
    Mend.FOLD: "",
}
