"""An archive in memory that answers what a strategy asks for: the oracle of tests and benchmarks."""

from dataclasses import dataclass, field
from itertools import pairwise

from crawler.choosing.rows import digest_key, rows_of
from crawler.choosing.strategies import CHANGES, next_batch
from crawler.choosing.survey import Knowledge

FAILS = object()  # playback cannot be had


@dataclass
class Search:
    """One policy being searched.

    :param listed: its captures.
    :param truth: by capture id: the wording, None for what is no policy, FAILS.
    :param stated: by wording: the days that its text states.
    :param modified: by capture id: the Last-Modified that comes with it when it is fetched, in seconds since 1970.
    :param width: fetches a call; those of one call are answered together.
    """

    listed: list
    truth: dict
    strategy: object = CHANGES
    options: object = None
    width: int | None = None
    stated: dict = field(default_factory=dict)
    modified: dict = field(default_factory=dict)
    wordings: dict = field(default_factory=dict)
    no_policy: set = field(default_factory=set)
    failed: set = field(default_factory=set)
    fetched: list = field(default_factory=list)
    calls: int = 0

    def __post_init__(self):
        self.digests = {one.capture_id: one.capture.digest for one in self.listed}
        self.rows = rows_of(self.listed)

    def knowledge(self, asked=()):
        kept = (number for number in self.fetched if number in self.digests and self.truth[number] is not FAILS)
        held = frozenset(map(digest_key, map(self.digests.get, kept)))
        modified = {number: self.modified[number] for number in self.fetched if number in self.modified}
        return Knowledge(self.wordings, self.no_policy, self.failed, asked, held, stated=self.days(), modified=modified)

    def days(self):
        return {number: self.stated[word] for number, word in self.wordings.items() if word in self.stated}

    def batch(self, asked=()):
        self.calls += 1
        return next_batch(self.rows, self.knowledge(asked), self.strategy, self.options, self.width)

    def answer(self, number):
        truth = self.truth[number]
        if truth is FAILS:
            self.failed.add(number)
        elif truth is None:
            self.no_policy.add(number)
        else:
            self.wordings[number] = truth

    def fetch(self, number):
        assert number not in self.fetched, "asked twice"
        self.fetched.append(number)
        self.answer(number)

    def run(self, rounds=100_000):
        for _round in range(rounds):
            batch = self.batch()
            if batch.done:
                return self
            for number in batch.reuse:
                self.answer(number)
            for wanted in batch.fetch:
                self.fetch(wanted.capture_id)
        return self

    def claims(self):
        """(capture id, wording) where it is known, oldest first."""
        order = {number: at for at, number in enumerate(self.rows.pages.ids)}
        return sorted(self.wordings.items(), key=lambda item: order[item[0]])

    def is_held(self, number):
        return digest_key(self.digests[number]) in self.knowledge().held - {0}

    def claims_by_digest(self):
        """The same, with every capture of a digest whose wording is known."""
        told = {digest_key(self.digests[number]): wording for number, wording in self.wordings.items()}
        told.pop(0, None)
        pages = self.rows.pages
        for number, digest in zip(pages.ids, pages.digests, strict=True):
            wording = self.wordings.get(number) or told.get(digest)
            if wording is not None:
                yield number, wording

    def claims_by_digest_ids(self):
        return [number for number, _wording in self.claims_by_digest()]

    def changes(self):
        return sum(a != b for (_, a), (_, b) in pairwise(self.claims()))
