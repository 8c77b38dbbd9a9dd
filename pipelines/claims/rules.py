"""The rules: read from data/rules/*.toml, checked, compiled, and found by the words that each needs.

    rules() ──► RuleSet      .of("en") ──► Language(rules, scope, candidates)      .rules ──► all of them

Nothing is read before it is asked for: a language's files where the first text of that language comes, a pattern where
the first sentence comes that it may match. To compile all costs half a second.

A file is one category in one language:

    category = "retention"
    language = "en"                   # the folder's name; "*" in files outside: names that are the same in every language
    [parts]                           # pieces of patterns, used as {{name}}; {{number}} and {{unit}} are always there
    [[rule]]
    id = "en.retention.period"
    subject = "period"
    words = ["keep", "stor"]          # a sentence without one of these word beginnings is not tried
    also = ["day", "year"]            # nor one without one of these words, or their first four letters; signs and what
                                      # is longer may stand anywhere in it
    needs = ['…']                     # not tried where the sentence has none of these: a quick look before slow patterns
    any = ['…']                       # one claim per match; groups: n, unit, value, v (the verb whose polarity counts)
    not = ['…']                       # no claim where the sentence has it
    outside = ['…']                   # no claim where the match has it
    after = ['…']                     # the match stands behind one of these, in the sentence or its lead-in: who grants it
    between = ['…']                   # and none of these stands between the two: where what was granted ends
    item = true                       # an item of a list is read without its lead-in: "^" is where the item begins
    under = ['…']                     # only below a heading or lead-in like this
    not_under = ['…']                 # and not below one like this ("We never:")
    value = "duration"                # how the value is read from the groups (VALUES)
    polarity = "scope"                # read by scope.py; else fixed: yes, no, conditional, unclear. yes by default
    case = true                       # capitals count
    name, valid_from, valid_until, source   # of a law
    yes, no = [ …examples, each a test… ]

LANGUAGE/CATEGORY.examples.tsv has more sentences, each with all claims of the category that it makes ("-" for none). They are
tests (tests/pipelines/claims/test_rules.py) and no part of a rule: the program does not read them.

texts.py says by which version of them a text was read. Claims of another version are another reading of the same text: a
technical change, never a change of the policy.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

from pipelines.claims.candidates import RuleCandidates
from pipelines.claims.files import FOLDER
from pipelines.claims.model import Polarity
from pipelines.claims.parties import name_sign, name_words
from pipelines.claims.values import NUMBER, UNIT

_SIGN: Final = re.compile(r"(?s)\\.|\(\?P<\w+>|.")
# Patterns that a rule may have besides `any`: its field, and the attribute of Rule that has them compiled.
_OTHERS: Final = {
    "needs": "needs",
    "not": "forbidden",
    "outside": "outside",
    "after": "after",
    "between": "between",
    "under": "under",
    "not_under": "not_under",
}
_FIELDS: Final = frozenset(
    "id subject words also any item value polarity case yes no name valid_from valid_until source".split()
).union(_OTHERS)
_PARTS: Final = {"number": NUMBER, "unit": UNIT}
VALUES: Final = frozenset(("", "duration", "age", "article", "address", "text"))
ANY_LANGUAGE: Final = "*"
_REGISTRY, _SCOPE = "registry.toml", "scope.toml"
_NEVER: Final = r"(?!)"


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence that a rule must or must not match.

    :param heading, lead: what it stands under.
    :param value, polarity: what the claim must have; "" where the example leaves it open.
    """

    text: str
    heading: str = ""
    lead: str = ""
    value: str = ""
    polarity: str = ""


@dataclass(frozen=True, eq=False)
class Rule:
    """One rule. Its patterns are compiled when they are asked for.

    :param words, also: as the file has them.
    :param written: the patterns by the file's names, with `parts` to fill in.
    :param polarity: None where scope.py reads it.
    :param name: of the subject, for people; "" where the subject says it.
    :param valid_from, valid_until: the days on which a law began and ceased to apply, "" where there is none; `source`
        says so.
    """

    id: str
    category: str
    subject: str
    language: str
    words: tuple[str, ...]
    also: tuple[str, ...]
    written: Mapping[str, Sequence[str]]
    parts: Mapping[str, str]
    item: bool
    case: bool
    value: str
    polarity: Polarity | None
    yes: tuple[Example, ...]
    no: tuple[Example, ...]
    name: str = ""
    valid_from: str = ""
    valid_until: str = ""
    source: str = ""

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """The patterns of `any` as they are compiled: they tell what a sentence must hold (needles.py)."""
        return self._sources("any")

    @cached_property
    def needed(self) -> tuple[str, ...]:
        """The patterns of `needs`, likewise."""
        return self._sources("needs")

    @cached_property
    def patterns(self) -> tuple[re.Pattern[str], ...]:
        return tuple(map(self.pattern, range(len(self.sources))))

    @cached_property
    def needs(self) -> tuple[re.Pattern[str], ...]:
        return self._compiled(self.needed)

    @cached_property
    def forbidden(self) -> tuple[re.Pattern[str], ...]:
        return self._compiled(self._sources("not"))

    @cached_property
    def outside(self) -> tuple[re.Pattern[str], ...]:
        return self._compiled(self._sources("outside"))

    @cached_property
    def after(self) -> tuple[re.Pattern[str], ...]:
        return self._compiled(self._sources("after"))

    @cached_property
    def between(self) -> tuple[re.Pattern[str], ...]:
        return self._compiled(self._sources("between"))

    @cached_property
    def under(self) -> tuple[re.Pattern[str], ...]:
        return self._compiled(self._sources("under"))

    @cached_property
    def not_under(self) -> tuple[re.Pattern[str], ...]:
        return self._compiled(self._sources("not_under"))

    def pattern(self, number: int) -> re.Pattern[str]:
        """Return that of one of the sources. The others are not compiled for it."""
        found = self._some.get(number)
        if found is None:
            (found,) = self._compiled(self.sources[number : number + 1])
            self._some[number] = found
        return found

    @cached_property
    def _some(self) -> dict[int, re.Pattern[str]]:
        return {}

    def _compiled(self, sources: Sequence[str]) -> tuple[re.Pattern[str], ...]:
        try:
            return tuple(map(re.compile, sources))
        except re.error as error:
            raise ValueError(f"rule {self.id!r}: {error}") from error

    def _sources(self, name: str) -> tuple[str, ...]:
        """Patterns with their parts. Where capitals do not count they are written in small letters, for a text in small
        letters: twice as fast as re.IGNORECASE.
        """
        try:
            filled = tuple(_filled(source, self.parts) for source in self.written.get(name, ()))
        except KeyError as error:
            raise ValueError(f"rule {self.id!r}: there is no part {error}") from error
        return filled if self.case and not name.endswith("under") else tuple(map(_in_small_letters, filled))


@dataclass(frozen=True, eq=False)
class Scope:
    """How a language denies and makes conditions, and which sentences state nothing (data/rules/scope.toml). Its patterns
    are for sentences in small letters.
    """

    written: Mapping[str, str]

    @cached_property
    def negation(self) -> re.Pattern[str]:
        return self._pattern("negation")

    @cached_property
    def not_negation(self) -> re.Pattern[str]:
        return self._pattern("not_negation")

    @cached_property
    def breaks(self) -> re.Pattern[str]:
        return self._pattern("breaks")

    @cached_property
    def condition(self) -> re.Pattern[str]:
        return self._pattern("condition")

    @cached_property
    def choice(self) -> re.Pattern[str]:
        """What makes conditional what is said, and not what is denied: "you can turn it off"."""
        return self._pattern("choice")

    @cached_property
    def joined(self) -> re.Pattern[str]:
        return self._pattern("joined")

    @cached_property
    def apart(self) -> re.Pattern[str]:
        """Where another main clause begins, which has conditions of its own: ", and we"."""
        return self._pattern("apart")

    @cached_property
    def doubt(self) -> re.Pattern[str]:
        return self._pattern("doubt")

    @cached_property
    def silent(self) -> re.Pattern[str]:
        return self._pattern("silent")

    @cached_property
    def speaking(self) -> re.Pattern[str] | None:
        """None where it is not known: then no title is told by it."""
        return self._pattern("speaking") if self.written.get("speaking") else None

    def _pattern(self, name: str) -> re.Pattern[str]:
        return re.compile(_in_small_letters(self.written.get(name) or _NEVER))


@dataclass(frozen=True, eq=False)
class Language:
    """The rules for texts in one language, in the order of the files: its own, and those of any language.

    :param scope: None for texts in a language without rules.
    """

    rules: tuple[Rule, ...]
    scope: Scope | None
    candidates: RuleCandidates[Rule]


class RuleSet:
    """The rules of a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._languages: dict[str, Language] = {}
        self._files: dict[Path, tuple[Rule, ...]] = {}

    @cached_property
    def categories(self) -> Mapping[str, str]:
        """What each category is about, in the order in which they are shown."""
        found: dict[str, str] = _read(self.folder / _REGISTRY)["categories"]
        return found

    @cached_property
    def languages(self) -> frozenset[str]:
        """The languages that have rules; ANY_LANGUAGE is one of them."""
        return frozenset(self._scopes) | {ANY_LANGUAGE}

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All rules, in the order of the files."""
        found = self._of_files(sorted(self.folder.rglob("*.toml")))
        times = Counter(rule.id for rule in found)
        if len(times) < len(found):
            twice = sorted(name for name, number in times.items() if number > 1)
            raise ValueError(f"these rules exist twice: {', '.join(twice)}")
        return found

    def of(self, language: str) -> Language:
        """Return the rules for texts in a language; of one without rules those of any language."""
        found = self._languages.get(language)
        if found is None:
            found = self._languages[language] = self._language(language)
        return found

    def alone(self, rule: Rule) -> RuleSet:
        """Return a set of one rule, with the scopes of this one."""
        found = RuleSet(self.folder)
        for language in self.languages if rule.language == ANY_LANGUAGE else (rule.language,):
            scope = self.of(language).scope
            found._languages[language] = Language((rule,), scope, RuleCandidates((rule,), name_words(), name_sign))
        return found

    def _language(self, language: str) -> Language:
        if language not in self.languages:
            return self.of(ANY_LANGUAGE)
        own = () if language == ANY_LANGUAGE else (self.folder / language).glob("*.toml")
        rules = self._of_files(sorted([*self.folder.glob("*.toml"), *own]))
        scope = None if language == ANY_LANGUAGE else Scope(self._scopes[language])
        return Language(rules, scope, RuleCandidates(rules, name_words(), name_sign))

    @cached_property
    def _scopes(self) -> Mapping[str, Mapping[str, str]]:
        return _read(self.folder / _SCOPE)

    def _of_files(self, files: Iterable[Path]) -> tuple[Rule, ...]:
        found: list[Rule] = []
        for path in files:
            if path.name not in (_REGISTRY, _SCOPE):
                if path not in self._files:
                    self._files[path] = tuple(self._read_file(path))
                found += self._files[path]
        return tuple(found)

    def _read_file(self, path: Path) -> Iterator[Rule]:
        data = _read(path)
        if data.get("category") not in self.categories:
            raise ValueError(f"{path.name}: category {data.get('category')!r} is not in {_REGISTRY}")
        language = ANY_LANGUAGE if path.parent == self.folder else path.parent.name
        if data.get("language") != language:
            raise ValueError(f"{path.name}: language {data.get('language')!r} is not that of its folder, {language!r}")
        parts = _PARTS | data.get("parts", {})
        for row in data["rule"]:
            try:
                yield _read_rule(row, data["category"], language, parts)
            except KeyError as error:
                raise ValueError(f"{path.name}, rule {row.get('id')!r}: {error}") from error


@cache
def rules() -> RuleSet:
    """Return the rules of this program."""
    return RuleSet(FOLDER)


def read_rules(folder: Path) -> RuleSet:
    """Return the rules of a folder, all of them read and compiled.

    :raises ValueError: a file is not as the module says; the message names file or rule.
    """
    found = RuleSet(folder)
    for rule in found.rules:
        for name in ("patterns", *_OTHERS.values()):
            getattr(rule, name)
    return found


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _read_rule(row: Mapping[str, Any], category: str, language: str, parts: Mapping[str, str]) -> Rule:
    unknown = row.keys() - _FIELDS
    if unknown:
        raise KeyError(f"unknown fields: {', '.join(sorted(unknown))}")
    if row.get("value", "") not in VALUES:
        raise KeyError(f"unknown value {row['value']!r}")
    polarity = row.get("polarity", "yes")
    return Rule(
        id=row["id"],
        category=category,
        subject=row["subject"],
        language=language,
        words=tuple(row["words"]),
        also=tuple(row.get("also", ())),
        written={"any": row["any"], **{name: row[name] for name in _OTHERS if name in row}},
        parts=parts,
        item=bool(row.get("item")),
        case=bool(row.get("case")),
        value=row.get("value", ""),
        polarity=None if polarity == "scope" else Polarity(polarity),
        yes=tuple(map(_example, row["yes"])),
        no=tuple(map(_example, row["no"])),
        name=row.get("name", ""),
        valid_from=row.get("valid_from", ""),
        valid_until=row.get("valid_until", ""),
        source=row.get("source", ""),
    )


def _example(row: str | Mapping[str, str]) -> Example:
    return Example(row) if isinstance(row, str) else Example(**row)


def _in_small_letters(source: str) -> str:
    return _SIGN.sub(_small, source)


def _small(match: re.Match[str]) -> str:
    return match.group() if match.group()[0] in "\\(" else match.group().lower()


def _filled(source: str, parts: Mapping[str, str]) -> str:
    while "{{" in source:
        source = re.sub(r"\{\{(\w+)\}\}", lambda match: f"(?:{parts[match[1]]})", source)
    return source
