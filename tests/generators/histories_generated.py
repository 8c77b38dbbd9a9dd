"""Invented histories of one page, from a seed, with the truth: at which captures the policy's own words had changed.

    real or invented policy ──edits──► editions ─┐
    rhythm of captures ──────────────────────────┼──► Shot… (what stands on the page at each capture) ──► blocks, or HTML
    widgets of every kind, each at its rhythm ───┘

`generate(seed, number)` makes one history; two with the same numbers are equal. A widget is furniture: whatever it does is
no change. An edit is a change, however small: a date of effect, a number, one word. Strength, place, length, rhythm,
language and markup of all of them are drawn at random. `blocks(shot)` is what an extractor that tells no furniture within
the text from the text would find (fast; for the time axis alone); tests/generators/histories_pages.py renders the page as HTML.

What no program could tell from its history is not made: a widget changes often enough to be told (MIN_TIMES).
"""

from __future__ import annotations

import hashlib
import itertools
import json
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from pipelines.model import Block, BlockKind, Observation
from pipelines.text.wording import text_words, wording_key
from pipelines.versions.sightings import SeenText, lines_of
from tests.generators.histories_words import LANGUAGES, Words

SHARED = Path(__file__).resolve().parents[3] / "shared"
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MIN_TIMES = 5  # changes of a widget in a history
RHYTHMS = ("hourly", "dense", "daily", "weekly", "bursts", "sparse")
ABOVE, BELOW, INSIDE = "above", "below", "inside"


@dataclass(frozen=True)
class Clause:
    """A block of a policy or of what stands around it.

    :param furniture: the kind of widget; "" for the policy's own.
    :param key: names the clause while it is edited.
    """

    kind: BlockKind
    text: str
    level: int = 0
    furniture: str = ""
    key: int = 0


@dataclass(frozen=True)
class Shot:
    """A capture.

    :param edition: number of the policy's wording in force; -1 where the page is another one.
    :param clauses: what stands on the page within or right beside the text, in order.
    :param score: and `legal`: what a judge says of the page.
    """

    number: int
    at: datetime
    edition: int
    clauses: tuple[Clause, ...]
    score: float = 0.9
    legal: bool = True


@dataclass
class Generated:
    """:param kinds: of furniture and of other pages, for the person who reads a failure."""

    name: str
    language: str
    title: str
    shots: list[Shot]
    editions: list[tuple[Clause, ...]]
    kinds: tuple[str, ...]
    edits: list[str] = field(default_factory=list)

    def truth(self) -> list[tuple[datetime, str]]:
        """The wording in force at each capture that shows the policy."""
        keys = [wording_key(_blocks(edition)) for edition in self.editions]
        return [(shot.at, keys[shot.edition]) for shot in self.shots if shot.edition >= 0]


def generate(seed: int, number: int) -> Generated:
    """One history of 50 to 300 captures."""
    dice = random.Random(f"{seed}/{number}")
    language = list(LANGUAGES)[number % len(LANGUAGES)]
    return _Maker(dice, language, f"{seed}/{number}").make()


def blocks(shot: Shot) -> tuple[Block, ...]:
    return _blocks(shot.clauses)


def _blocks(clauses: Sequence[Clause]) -> tuple[Block, ...]:
    return tuple(Block(clause.kind, clause.level, clause.text) for clause in clauses)


def observed(history: Generated) -> tuple[list[Observation], dict[int, SeenText]]:
    """The history as the time axis gets it, by an extractor that leaves out nothing."""
    ids: dict[str, int] = {}
    texts: dict[int, SeenText] = {}
    observations = []
    for shot in history.shots:
        key = wording_key(blocks(shot))
        text_id = ids.setdefault(key, len(ids) + 1)
        if text_id not in texts:
            texts[text_id] = SeenText(lines_of(blocks(shot)), shot.score, shot.legal, history.language)
        observations.append(Observation(shot.at, shot.number + 1, key, text_id))
    return observations, texts


@dataclass(frozen=True)
class Score:
    pairs: int
    true: int
    found: int
    right: int

    @property
    def false(self) -> int:
        return self.found - self.right


def score(history: Generated, wordings: Sequence[tuple[datetime, str]]) -> Score:
    """Count as ../shared/tools/score_changes.py does: over pairs of successive captures that show the policy.

    :param wordings: the wording at each capture that made a version.
    """
    given = dict(wordings)
    true = found = right = pairs = 0
    last: tuple[str, str | None] | None = None
    now: str | None = None
    for at, key in history.truth():
        now = given.get(at, now)
        if last is not None:
            changed, said = key != last[0], now != last[1]
            pairs, true, found, right = pairs + 1, true + changed, found + said, right + (changed and said)
        last = key, now
    return Score(pairs, true, found, right)


# the texts


@cache
def _real_texts() -> dict[str, list[tuple[Clause, ...]]]:
    """Curated policies of ../shared, by language; none where it is missing."""
    index = SHARED / "pairs" / "index.jsonl"
    found: dict[str, list[tuple[Clause, ...]]] = {}
    for row in map(json.loads, index.read_text().splitlines()) if index.exists() else ():
        if row["privacy"] and 300 <= row["gold_words"] <= 6000:
            clauses = _read_markdown((index.parent / f"{row['id']}.gold.md").read_text())
            if len(clauses) >= 15:
                found.setdefault(row["lang"], []).append(clauses)
    return found


def _read_markdown(text: str) -> tuple[Clause, ...]:

    clauses = []
    for part in re.split(r"\n\s*\n", text):
        lines = part.strip().split("\n")
        plain = " ".join(re.sub(r"\[([^\]]*)\]\([^)]*\)|[*_`\\]+|<[^>]*>", r"\1", " ".join(lines)).split())
        if not plain or set(plain) <= set("-=| ") or "|" in plain:
            continue
        if len(lines) > 1 and set(lines[1]) <= {"-"} | {"="} and lines[1]:
            clauses.append(Clause(BlockKind.HEADING, plain.rstrip("-= "), 2))
        elif plain.startswith("#"):
            clauses.append(Clause(BlockKind.HEADING, plain.lstrip("# "), 2))
        elif len(plain.split()) > 1:
            clauses.append(Clause(BlockKind.PARAGRAPH, plain))
    return tuple(replace(clause, key=number + 1) for number, clause in enumerate(clauses))


class _Writer:
    """Writes a policy in one language, and edits it."""

    def __init__(self, dice: random.Random, words: Words) -> None:
        self.dice, self.words = dice, words
        self.next_key = 10_000
        self.dates = dice.choice(("none", "top", "top", "bottom", "intro", "intro", "two lines"))
        self.format = dice.choice(("long", "long", "iso", "dots", "slashes"))
        self.company = dice.choice("Amberline Birchgate Cobaltix Dunewell Elmora Fjordia Garnetto".split())

    def sentence(self) -> str:
        words, dice = self.words, self.dice
        text = dice.choice(words.sentences).format(
            what=dice.choice(words.what), who=dice.choice(words.who), time=self.time()
        )
        return text[0].upper() + text[1:]

    def time(self) -> str:
        return f"{self.dice.choice((6, 10, 12, 14, 18, 24, 26, 30, 36, 60, 90))}{self.words.space}{self.dice.choice(self.words.units)}"

    def paragraph(self) -> Clause:
        self.next_key += 1
        text = self.words.space.join(self.sentence() for _ in range(self.dice.randint(1, 4)))
        return Clause(BlockKind.PARAGRAPH, text, key=self.next_key)

    def policy(self, sections: int) -> tuple[Clause, ...]:
        dice, clauses = self.dice, []
        for heading in dice.sample(self.words.sections, min(sections, len(self.words.sections))):
            self.next_key += 1
            clauses.append(Clause(BlockKind.HEADING, heading, 2, key=self.next_key))
            for _ in range(dice.randint(1, 6)):
                clauses.append(self.paragraph())
            if dice.random() < 0.4:
                for what in dice.sample(self.words.what, dice.randint(3, 6)):
                    self.next_key += 1
                    item = f"{what[0].upper()}{what[1:]} – {heading}"
                    clauses.append(Clause(BlockKind.ITEM, item, 1, key=self.next_key))
        return tuple(clauses)

    def day(self, at: datetime) -> str:
        if self.format == "iso":
            return f"{at:%Y-%m-%d}"
        if self.format == "dots":
            return f"{at.day:02}.{at.month:02}.{at.year}"
        if self.format == "slashes":
            return f"{at.day}/{at.month}/{at.year}"
        month = self.words.months[at.month - 1]
        return f"{at.year}年{month}{at.day}日" if not self.words.space else f"{at.day} {month} {at.year}"

    def dated(self, clauses: tuple[Clause, ...], day: datetime, effect: datetime) -> tuple[Clause, ...]:
        """The policy with the dates that it bears."""
        words = self.words
        updated, effective = f"{words.updated} {self.day(day)}", f"{words.effective} {self.day(effect)}"
        if self.dates == "top":
            return Clause(BlockKind.PARAGRAPH, updated, key=1), *clauses
        if self.dates == "two lines":
            return Clause(BlockKind.PARAGRAPH, updated, key=1), Clause(BlockKind.PARAGRAPH, effective, key=2), *clauses
        if self.dates == "bottom":
            return *clauses, Clause(BlockKind.PARAGRAPH, updated, key=1)
        if self.dates == "intro":
            text = f"{updated}, {effective}. {self.company}: {words.sentences[0].format(what=words.what[0], who='', time='')}"
            return Clause(BlockKind.PARAGRAPH, text, key=1), *clauses
        return clauses

    def edit(self, clauses: tuple[Clause, ...]) -> tuple[str, tuple[Clause, ...]]:
        """One true edit: its kind, and the policy after it."""
        dice = self.dice
        kind = dice.choice("number word word add remove paragraph gone section moved sentences item".split())
        prose = [i for i, clause in enumerate(clauses) if clause.kind is BlockKind.PARAGRAPH and len(clause.text) > 40]
        if not prose:
            return "paragraph", (*clauses, self.paragraph())
        at = dice.choice(prose)
        clause = clauses[at]
        new = list(clauses)
        if kind == "number":
            new[at] = replace(
                clause, text=_renumbered(dice, clause.text) or f"{clause.text}{self.words.space}{self.sentence()}"
            )
        elif kind == "word":
            new[at] = replace(clause, text=self._worded(clause.text))
        elif kind == "add":
            new[at] = replace(clause, text=f"{clause.text}{self.words.space}{self.sentence()}")
        elif kind == "remove":
            new[at] = replace(clause, text=_cut(dice, clause.text) or self.paragraph().text)
        elif kind == "paragraph":
            new.insert(at + 1, self.paragraph())
        elif kind == "item":
            self.next_key += 1
            item = f"{dice.choice(self.words.what)} ({dice.choice(self.words.who)})"
            new.insert(at + 1, Clause(BlockKind.ITEM, item, 1, key=self.next_key))
        elif kind == "gone" and len(prose) > 8:
            del new[at]
        elif kind == "section":
            new[at + 1 : at + 1] = self.policy(1)
        elif kind == "moved" and len(prose) > 8:
            new.insert(dice.choice(prose[len(prose) // 2 :]) - 1, new.pop(prose[dice.randrange(len(prose) // 3)]))
        else:
            for i in dice.sample(prose, min(len(prose), dice.randint(2, 6))):
                new[i] = replace(new[i], text=f"{self.sentence()}{self.words.space}{new[i].text}")
        return kind, tuple(new)

    def _worded(self, text: str) -> str:
        """One word more, or another one."""
        dice = self.dice
        if not self.words.space:
            at = dice.randrange(len(text))
            return text[:at] + self.words.not_ + text[at:]
        parts = text.split(" ")
        at = dice.randrange(1, len(parts))
        if dice.random() < 0.5:
            parts.insert(at, self.words.not_)
        else:
            parts[at] = dice.choice(self.words.what).split(" ")[0]
        return " ".join(parts)


def _renumbered(dice: random.Random, text: str) -> str:

    numbers = list(re.finditer(r"\d+", text))
    if not numbers:
        return ""
    match = dice.choice(numbers)
    return f"{text[: match.start()]}{int(match[0]) + dice.randint(1, 40)}{text[match.end() :]}"


def _cut(dice: random.Random, text: str) -> str:

    sentences = re.split(r"(?<=[.。])\s*", text)
    sentences = [one for one in sentences if one]
    if len(sentences) < 2:
        return ""
    del sentences[dice.randrange(len(sentences))]
    return ("" if "。" in text else " ").join(sentences)


# what stands around it

Place = tuple[str, int]  # ABOVE, BELOW or INSIDE, and after which clause
Placed = tuple[Place, tuple[Clause, ...]]


class _Furnisher:
    """Makes widgets: for each capture, the clauses that a widget shows and where."""

    def __init__(
        self, dice: random.Random, writer: _Writer, times: Sequence[datetime], policy: Sequence[Clause]
    ) -> None:
        self.dice, self.writer, self.words = dice, writer, writer.words
        self.times, self.policy, self.kind = times, policy, "layout"
        self.notices = dice.sample(self.words.notices, len(self.words.notices))

    def widget(self) -> tuple[str, list[list[Placed]]]:
        makers: dict[str, Callable[[], list[list[Placed]]]] = {
            "counter": self.counter,
            "clock": self.clock,
            "inline counter": self.inline_counter,
            "quotation": self.quotation,
            "teasers": self.teasers,
            "moving": self.moving,
            "shuffled": self.shuffled,
            "flapping": self.flapping,
            "panel": self.panel,
            "episodes": self.episodes,
            "rotating": self.rotating,
        }
        self.kind = self.dice.choice(list(makers))
        return self.kind, makers[self.kind]()

    def place(self) -> Place:
        where = self.dice.choice((ABOVE, BELOW, BELOW, INSIDE))
        return where, self.dice.choice(self.policy).key

    def line(self, text: str, kind: BlockKind = BlockKind.PARAGRAPH) -> Clause:
        return Clause(kind, text, 3 if kind is BlockKind.HEADING else 0, self.kind)

    def teaser(self) -> str:
        text = self.dice.choice(self.words.teasers).format(thing=self.dice.choice(self.words.things))
        return f"{text[0].upper()}{text[1:]} {self.dice.choice('ABCDEFGH')}{self.dice.randrange(40)}"

    def some_notices(self, most: int) -> list[str]:
        """Notices that no other widget of the history has, while there are any."""
        return [self.notices.pop() if self.notices else self.teaser() for _ in range(self.dice.randint(1, most))]

    # rhythms: a number for each capture

    def steps(self) -> list[int]:
        """Counts up now and then, at least MIN_TIMES in all."""
        dice = self.dice
        span = self.times[-1] - self.times[0]
        period = min(dice.choice((0.2, 1, 3, 7, 21, 60)) * DAY, span / (2 * MIN_TIMES))
        count, states, due = 0, [], self.times[0]
        for at in self.times:
            if at >= due:
                count += 1
                due = at + period * (0.5 + dice.random())
            states.append(count)
        return states if count > MIN_TIMES else list(range(len(self.times)))

    def toss(self, low: float = 0.15) -> list[bool]:
        """There or not, at random, each often enough."""
        share = low + (1 - 2 * low) * self.dice.random()
        while True:
            states = [self.dice.random() < share for _ in self.times]
            if sum(a != b for a, b in itertools.pairwise(states)) > MIN_TIMES:
                return states

    # widgets

    def counter(self) -> list[list[Placed]]:
        dice, place = self.dice, self.place()
        states = self.steps()
        base, salt, form = dice.randint(1, 30_000), str(dice.random()), dice.randrange(7)
        found = []
        for state, at in zip(states, self._moments(states), strict=True):
            number = base + state * (1 + int(hashlib.sha256(salt.encode()).hexdigest(), 16) % 3)
            digest = hashlib.sha256(f"{salt}{state}".encode()).hexdigest()
            text = (
                f"{self.words.version} 1.{number // 100}.0.{number % 1000}",
                f"{self.words.title} {at:%Y-%m-%d %H:%M} – {number}",
                f"Build {digest[:10]}",
                f"{number:,} {self.words.things[0]}",
                f"req-{digest[:8]}-{digest[8:12]}-{digest[12:24]}",
                f"{self.words.labels[1]}: {number}",
                f"v{number // 1000}.{number % 1000}-{digest[:7]}",
            )[form]
            found.append([(place, (self.line(text),))])
        return found

    def _moments(self, states: Sequence[int]) -> list[datetime]:
        """When the state that a capture shows began."""
        moments: list[datetime] = []
        for i, at in enumerate(self.times):
            moments.append(
                moments[-1] if i and states[i] == states[i - 1] else at - timedelta(minutes=self.dice.randrange(90))
            )
        return moments

    def clock(self) -> list[list[Placed]]:
        """The day of the capture, as it is somewhere on earth."""
        place, zone = self.place(), self.dice.randint(-11, 12) * HOUR
        form = self.dice.randrange(3)
        found = []
        for at in self.times:
            there = at + zone
            text = (
                self.writer.day(there),
                f"{self.writer.day(there)} {there:%H:%M}",
                f"{self.words.labels[0]} – {self.writer.day(there)}",
            )[form]
            found.append([(place, (self.line(text),))])
        return found

    def inline_counter(self) -> list[list[Placed]]:
        """A number within a paragraph: "842 partners"."""
        place = (INSIDE, self.dice.choice(self.policy).key)
        base, before, after = self.dice.randint(100, 900), self.writer.sentence(), self.writer.sentence()
        return [
            [(place, (self.line(f"{before} {base + state} {self.words.who[0]}. {after}"),))] for state in self.steps()
        ]

    def quotation(self) -> list[list[Placed]]:
        place, last, found = self.place(), -1, []
        text = ""
        for state in self.steps():
            text = text if state == last else f"{self.teaser()} {self.dice.randrange(10**5)}: {self.teaser()}"
            last = state
            found.append([(place, (self.line(text),))])
        return found

    def teasers(self) -> list[list[Placed]]:
        """A list of news: some are new every time."""
        place, size, last = self.place(), self.dice.randint(2, 6), -1
        shown = [self.teaser() for _ in range(size)]
        found = []
        head = self.line(self.words.labels[8], BlockKind.HEADING)
        for state in self.steps():
            if state != last:
                shown = (
                    [self.teaser(), *shown[:-1]] if self.dice.random() < 0.7 else [self.teaser() for _ in range(size)]
                )
            last = state
            found.append([(place, (head, *map(self.line, shown)))])
        return found

    def moving(self) -> list[list[Placed]]:
        """The same few words, at another place each time."""
        lines = tuple(self.line(text) for text in self.some_notices(2))
        found, last, place = [], -1, self.place()
        for state in self.steps():
            place = place if state == last else (INSIDE, self.dice.choice(self.policy).key)
            last = state
            found.append([(place, lines)])
        return found

    def shuffled(self) -> list[list[Placed]]:
        place, texts = self.place(), [self.teaser() for _ in range(self.dice.randint(3, 8))]
        found = []
        for _ in self.times:
            self.dice.shuffle(texts)
            found.append([(place, tuple(map(self.line, texts)))])
        return found

    def flapping(self) -> list[list[Placed]]:
        place = self.place()
        lines = tuple(self.line(text) for text in self.some_notices(3))
        return [[(place, lines)] if there else [] for there in self.toss()]

    def panel(self) -> list[list[Placed]]:
        """A consent panel of any size, there or not."""
        size = self.dice.choice((2, 5, 12, 30))
        lines = tuple(
            self.line(text)
            for text in (
                *self.some_notices(5),
                *(f"{self.words.notices[0]} {self.writer.sentence()}" for _ in range(size)),
            )
        )
        place = (self.dice.choice((ABOVE, BELOW)), 0)
        return [[(place, lines)] if there else [] for there in self.toss()]

    def episodes(self) -> list[list[Placed]]:
        """A banner that comes for some time, goes, and comes again."""
        place = (self.dice.choice((ABOVE, BELOW)), 0)
        lines = tuple(self.line(text) for text in self.some_notices(2))
        edges = sorted(self.dice.sample(range(1, len(self.times) - 1), 2 * self.dice.randint(3, 6)))
        return [[(place, lines)] if sum(edge <= n for edge in edges) % 2 else [] for n in range(len(self.times))]

    def rotating(self) -> list[list[Placed]]:
        """One of a few texts each time; they come again."""
        place = self.place()
        variants = [
            tuple(self.line(self.teaser()) for _ in range(self.dice.randint(1, 3)))
            for _ in range(self.dice.randint(2, 5))
        ]
        found, last, shown = [], -1, variants[0]
        for state in self.steps():
            shown = shown if state == last else self.dice.choice(variants)
            last = state
            found.append([(place, shown)])
        return found

    def layouts(self) -> tuple[list[int], Callable[[Sequence[Clause]], list[Clause]]]:
        """Two layouts in turn, within a window or all the time: which one at each capture, and what the second does."""
        dice, self.kind = self.dice, "layout"
        start, end = 0, len(self.times) - 1
        if dice.random() < 0.6:
            start = dice.randrange(1, len(self.times) // 2)
            end = min(end, start + dice.randint(14, 80))
        states = [0] * len(self.times)
        while sum(a != b for a, b in itertools.pairwise(states)) <= MIN_TIMES:
            share = 0.2 + 0.6 * dice.random()
            states = [int(start < n < end and dice.random() < share) for n in range(len(self.times))]
        chosen = {clause.key: dice.randrange(3) for clause in self.policy if dice.random() < dice.choice((0.05, 0.3))}
        chosen.setdefault(dice.choice(self.policy).key, 1)
        label, note = dice.choice(self.words.labels), dice.choice(self.words.notices)

        def second(clauses: Sequence[Clause]) -> list[Clause]:
            shown = []
            for clause in clauses:
                how = chosen.get(clause.key)
                if how == 0:
                    shown += [clause, self.line(f"{label} {clause.key}")]
                elif how == 1:
                    shown.append(replace(clause, text=f"{label}: {clause.text}", furniture="layout"))
                elif how == 2 and clause.kind is BlockKind.HEADING:
                    shown.append(replace(clause, text=f"{clause.text} ({label})", furniture="layout"))
                else:
                    shown.append(clause)
            return [*shown, self.line(note)]

        return states, second


# a history


class _Maker:
    def __init__(self, dice: random.Random, language: str, name: str) -> None:
        self.dice, self.language, self.name = dice, language, name
        self.words = LANGUAGES[language]
        self.writer = _Writer(dice, self.words)

    def make(self) -> Generated:
        dice = self.dice
        rhythm = dice.choice(RHYTHMS)
        count = dice.randint(50, 300) if rhythm != "sparse" else dice.randint(50, 80)
        times = self._times(rhythm, count)
        editions, kinds_of_edit, in_force = self._editions(rhythm, times)
        furnisher = _Furnisher(dice, self.writer, times, editions[0])
        kinds, shown = [], []
        for _ in range(dice.choice((0, 0, 1, 1, 1, 2, 2, 3, 4))):
            kind, placed = furnisher.widget()
            kinds.append(kind)
            shown.append(placed)
        states, second = [0] * count, None
        if dice.random() < 0.2:
            states, second = furnisher.layouts()
            kinds.append("layouts")
        shots = []
        for n, at in enumerate(times):
            policy = second(editions[in_force[n]]) if second and states[n] else editions[in_force[n]]
            placed = [item for widget in shown for item in widget[n]]
            shots.append(Shot(n, at, in_force[n], _furnished(policy, placed)))
        if dice.random() < 0.35:
            kinds.append(self._other_pages(shots, editions))
        return Generated(self.name, self.language, self.words.title, shots, editions, (rhythm, *kinds), kinds_of_edit)

    def _times(self, rhythm: str, count: int) -> list[datetime]:
        dice = self.dice
        at = datetime(
            dice.randint(2001, 2018), dice.randint(1, 12), dice.randint(1, 28), dice.randrange(24), tzinfo=UTC
        )
        mean = {
            "hourly": HOUR,
            "dense": 8 * HOUR,
            "daily": DAY,
            "weekly": 8 * DAY,
            "bursts": 2 * HOUR,
            "sparse": 45 * DAY,
        }[rhythm]
        times = []
        for _ in range(count):
            times.append(at)
            step = mean * (0.4 + 1.2 * dice.random())
            if rhythm == "bursts" and dice.random() < 0.1:
                step = DAY * dice.randint(3, 120)
            at += timedelta(seconds=round(step.total_seconds()))
        return times

    def _editions(
        self, rhythm: str, times: Sequence[datetime]
    ) -> tuple[list[tuple[Clause, ...]], list[str], list[int]]:
        """The policy's wordings, how each came about, and which is in force at each capture."""
        dice, writer = self.dice, self.writer
        real = _real_texts().get(self.language, [])
        policy = dice.choice(real) if real and dice.random() < 0.6 else writer.policy(dice.randint(3, 11))
        count = len(times)
        if rhythm == "sparse":  # captured about once an edit
            points = sorted(n for n in range(1, count) if dice.random() < 0.85)
        else:
            points = sorted(dice.sample(range(2, count - 2), dice.choice((0, 1, 1, 2, 3, 4, 6, 9))))
        writer.dates = writer.dates if policy not in real else dice.choice(("none", "top", "intro"))
        day = times[0] - dice.randint(1, 300) * DAY
        effect = day + dice.randint(0, 30) * DAY
        editions, kinds, in_force, known = [writer.dated(policy, day, effect)], [], [0] * count, set()
        known.add(wording_key(_blocks(editions[0])))
        for point in points:
            for _ in range(20):
                fresh, moved_on, kind = policy, dice.random() < 0.6, "dates"
                if writer.dates == "none" or dice.random() < 0.85:
                    kind, fresh = writer.edit(policy)
                else:
                    moved_on = True
                if moved_on:
                    day = times[point] - dice.randint(0, 12) * DAY
                    effect = times[point] + dice.randint(0, 30) * DAY
                edition = writer.dated(fresh, day, effect)
                key = wording_key(_blocks(edition))
                if key not in known:
                    known.add(key)
                    policy = fresh
                    editions.append(edition)
                    kinds.append(kind)
                    for n in range(point, count):
                        in_force[n] = len(editions) - 1
                    break
        return editions, kinds, in_force

    def _other_pages(self, shots: list[Shot], editions: Sequence[tuple[Clause, ...]]) -> str:
        """Another page at the policy's address, for a few captures."""
        dice = self.dice
        kind = dice.choice(
            ("home", "home", "home policy-like", "summary", "message keys", "headings only", "cut short")
        )
        size = dice.choice((6, 20, 60))
        home = [*dice.sample(self.words.labels, 6), *(self._teaser() for _ in range(size))]
        summary = [self.words.title, *(self.writer.sentence() for _ in range(9))]
        for _ in range(dice.choice((1, 1, 2, 4))):
            start, long = dice.randrange(2, len(shots) - 4), dice.choice((1, 1, 1, 2))
            for n in range(start, start + long):
                edition = editions[shots[n].edition] if shots[n].edition >= 0 else editions[0]
                score_, legal = 0.05, False
                if kind == "home":
                    texts = home
                elif kind == "home policy-like":
                    texts, score_, legal = home, 0.3, True
                elif kind == "summary":
                    texts, score_, legal = summary, 0.6, True
                elif kind == "message keys":
                    texts = [f"privacy.section{i // 3}.{('title', 'text', 'note')[i % 3]}" for i in range(30)]
                elif kind == "headings only":
                    texts, score_, legal = (
                        [c.text for c in edition if c.kind is BlockKind.HEADING] or summary,
                        0.5,
                        True,
                    )
                else:
                    texts, score_, legal = [c.text for c in edition[: max(2, len(edition) // 12)]], 0.6, True
                page = tuple(Clause(BlockKind.PARAGRAPH, text, 0, "other page") for text in texts)
                shots[n] = replace(shots[n], edition=-1, clauses=page, score=score_, legal=legal)
        return kind

    def _teaser(self) -> str:
        text = self.dice.choice(self.words.teasers).format(thing=self.dice.choice(self.words.things))
        return f"{text[0].upper()}{text[1:]} {self.dice.choice('ABCDEFGH')}{self.dice.randrange(40)}"


def _furnished(policy: Sequence[Clause], placed: Sequence[Placed]) -> tuple[Clause, ...]:
    above = [clause for (where, _), clauses in placed if where == ABOVE for clause in clauses]
    below = [clause for (where, _), clauses in placed if where == BELOW for clause in clauses]
    shown = list(policy)
    for (where, key), clauses in placed:
        if where == INSIDE:
            at = next(
                (i + 1 for i, clause in enumerate(shown) if clause.key == key and not clause.furniture), len(shown) // 2
            )
            shown[at:at] = clauses
    return (*above, *shown, *below)


def word_count(history: Generated) -> int:
    return len(text_words(_blocks(history.editions[0])))
