"""Invented histories for the time axis: texts as lists of lines, a capture every twelve hours."""

from datetime import UTC, datetime, timedelta

from pipelines.model import Block, BlockKind, Observation
from pipelines.text.wording import text_words, wording_key
from pipelines.versions.fold import fold
from pipelines.versions.sightings import SeenText, lines_of

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
STEP = timedelta(hours=12)
POLICY = [
    f"Paragraph {n}: we keep the {what} that you give us, for as long as the law asks us to keep it."
    for n, what in enumerate(
        "name address mail number orders answers pictures messages payments returns reviews letters".split()
    )
]
HOME = ["Shoes for everybody", "Boots and sandals at half the price until Sunday", "Our shops in your town", "Jobs"]


class History:
    """Builds observations and texts from pages, a list of lines each (or the score with it)."""

    def __init__(self):
        self.observations, self.texts = [], {}
        self._ids = {}

    def add(self, lines, at=None, *, score=0.9, legal=None, language="en"):
        blocks = tuple(Block(BlockKind.PARAGRAPH, 0, line) for line in lines)
        text_id = self._ids.setdefault((blocks, score), len(self._ids) + 1)
        self.texts[text_id] = SeenText(lines_of(blocks), score, score > 0.2 if legal is None else legal, language)
        number = len(self.observations)
        moment = EPOCH + number * STEP if at is None else EPOCH + at
        self.observations.append(Observation(moment, number + 1, wording_key(blocks), text_id))
        return self

    def fold(self):
        return fold(self.observations, self.texts)

    def lines(self, folded, number):
        """The lines of a version, as it is shown."""
        version = folded.versions[number - 1]
        blocks = folded.texts.get(number)
        if blocks is None:
            return [line.block.markdown for line in self.texts[version.text_id].lines]
        assert version.wording == wording_key(blocks)
        assert text_words(blocks)
        return [block.markdown for block in blocks]
