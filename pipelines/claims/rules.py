"""The rules: read from data/rules/*.toml, checked, compiled, and found by the words that each needs.

    rules() ──► RuleSet(version, rules, scopes, index)      candidates(text, language) ──► the rules worth trying

A file is one category in one language:

    category = "retention"
    language = "en"                   # "*" for names that are the same in every language
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
    value = "duration"                # how the value is read from the groups (VALUES)
    polarity = "scope"                # read by scope.py; else fixed: yes, no, conditional, unclear. yes by default
    case = true                       # capitals count
    name, valid_from, valid_until, source   # of a law
    yes, no = [ …examples, each a test… ]

LANGUAGE/CATEGORY.examples.tsv has more sentences, each with all claims of the category that it makes ("-" for none). They are
tests (tests/pipelines/claims/test_rules.py) and no part of a rule: the program does not read them.

The version is the number in registry.toml and a digest of all files. Claims of another version are another reading of
the same text: a technical change, never a change of the policy.
"""

from __future__ import annotations

import hashlib
import re
import string
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias

from pipelines.claims.model import Polarity
from pipelines.claims.values import NUMBER, UNIT

_ROOT: Final = Path(__file__).resolve().parents[2]
_CLONE: Final = _ROOT / "data" / "rules"
_WHEEL: Final = _ROOT / "pipelines" / "claims" / "data"  # pyproject.toml puts it there
FOLDER: Final = _CLONE if _CLONE.is_dir() else _WHEEL
_KEY: Final = 4  # letters of a word by which rules are found
_SIGNS: Final = bytes.maketrans(string.punctuation.replace("_", "").encode(), b" " * (len(string.punctuation) - 1))
_HEAD: Final = re.compile(rf"(?<!\w)\w{{1,{_KEY}}}")  # the first letters of each word
_SIGN: Final = re.compile(r"(?s)\\.|\(\?P<\w+>|.")
_GROUP: Final = re.compile(r"\(\?P<([a-z]+)>")
_FIELDS: Final = frozenset(
    "id subject words also needs any not outside after between item under value polarity case yes no name valid_from valid_until source".split()
)
_PARTS: Final = {"number": NUMBER, "unit": UNIT}
VALUES: Final = frozenset(("", "duration", "age", "article", "address", "text"))
ANY_LANGUAGE: Final = "*"


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


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, compiled.

    :param sources: the patterns of `any` as they are compiled: they tell what a sentence must hold (needles.py).
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
    also: frozenset[str]
    signs: tuple[str, ...]
    sources: tuple[str, ...]
    needs: re.Pattern[str] | None
    any: re.Pattern[str]
    forbidden: re.Pattern[str] | None
    outside: re.Pattern[str] | None
    after: re.Pattern[str] | None
    between: re.Pattern[str] | None
    item: bool
    case: bool
    under: re.Pattern[str] | None
    value: str
    polarity: Polarity | None
    yes: tuple[Example, ...]
    no: tuple[Example, ...]
    name: str = ""
    valid_from: str = ""
    valid_until: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """How a language denies and makes conditions, and which sentences state nothing (data/rules/scope.toml)."""

    negation: re.Pattern[str]
    not_negation: re.Pattern[str]
    breaks: re.Pattern[str]
    condition: re.Pattern[str]
    doubt: re.Pattern[str]
    silent: re.Pattern[str]


# What the first letters of a word lead to: rules that need no more, rules whose `also` has them, and rules that need more of
# their words. Rules are the bits of a number, by their place in RuleSet.rules.
_Leads: TypeAlias = tuple[int, int, tuple[tuple[int, tuple[str, ...]], ...]]


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All rules of one version."""

    version: str
    rules: tuple[Rule, ...]
    scopes: Mapping[str, Scope]
    categories: Mapping[str, str]
    index: Mapping[str, Mapping[str, _Leads]]

    def candidates(self, lower: str, language: str) -> list[Rule]:
        """Return the rules of a language of which a text has a word, in the order of the files.

        :param lower: the text in lower case.
        """
        index = self.index.get(language)
        if not index:
            return []
        found = allowed = 0
        longer: list[tuple[int, tuple[str, ...]]] = []
        for key in index.keys() & _heads(lower):
            sure, also, more = index[key]
            found |= sure
            allowed |= also
            if more:
                longer += more
        for bit, words in longer:
            if not found & bit and all(word in lower for word in words):
                found |= bit
        chosen: list[Rule] = []
        while found:
            bit = found & -found
            found ^= bit
            rule = self.rules[bit.bit_length() - 1]
            if allowed & bit or not (rule.also or rule.signs) or any(one in lower for one in rule.signs):
                chosen.append(rule)
        return chosen

    @property
    def languages(self) -> frozenset[str]:
        return frozenset(self.index)


@cache
def rules() -> RuleSet:
    """Return the rules of this program."""
    return read_rules(FOLDER)


def read_rules(folder: Path) -> RuleSet:
    """Return the rules of a folder.

    :raises ValueError: a file is not as the module says; the message names file and rule.
    """
    files = sorted(folder.rglob("*.toml"))
    digest = hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()[:8]
    registry = tomllib.loads((folder / "registry.toml").read_text(encoding="utf-8"))
    scopes = tomllib.loads((folder / "scope.toml").read_text(encoding="utf-8"))
    others = [path for path in files if path.name not in ("registry.toml", "scope.toml")]
    found = tuple(rule for path in others for rule in _read_file(path, frozenset(registry["categories"])))
    twice = {rule.id for rule in found if sum(other.id == rule.id for other in found) > 1}
    if twice:
        raise ValueError(f"these rules exist twice: {', '.join(sorted(twice))}")
    return RuleSet(
        version=f"{registry['version']}+{digest}",
        rules=found,
        scopes={language: _scope(words) for language, words in scopes.items()},
        categories=registry["categories"],
        index=_index(found, frozenset(scopes) | {ANY_LANGUAGE}),
    )


def _scope(words: Mapping[str, str]) -> Scope:
    names = ("negation", "not_negation", "breaks", "condition", "doubt", "silent")
    return Scope(*(re.compile(words.get(name) or r"(?!)", re.IGNORECASE) for name in names))


def _read_file(path: Path, categories: frozenset[str]) -> Iterator[Rule]:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    if data.get("category") not in categories:
        raise ValueError(f"{path.name}: category {data.get('category')!r} is not in registry.toml")
    parts = _PARTS | data.get("parts", {})
    for row in data["rule"]:
        try:
            yield _read_rule(row, data["category"], data["language"], parts)
        except (KeyError, re.error) as error:
            raise ValueError(f"{path.name}, rule {row.get('id')!r}: {error}") from error


def _read_rule(row: Mapping[str, Any], category: str, language: str, parts: Mapping[str, str]) -> Rule:
    unknown = row.keys() - _FIELDS
    if unknown:
        raise KeyError(f"unknown fields: {', '.join(sorted(unknown))}")
    if row.get("value", "") not in VALUES:
        raise KeyError(f"unknown value {row['value']!r}")
    case = bool(row.get("case"))
    polarity = row.get("polarity", "yes")
    sources = _written(row["any"], parts, case=case)
    return Rule(
        id=row["id"],
        category=category,
        subject=row["subject"],
        language=language,
        words=tuple(f" {word}" for word in row["words"]),
        also=frozenset(one for one in row.get("also", ()) if one.isalnum() and len(one) <= _KEY),
        signs=tuple(one for one in row.get("also", ()) if not one.isalnum() or len(one) > _KEY),
        needs=_pattern(_written(row.get("needs", ()), parts, case=case)),
        sources=sources,
        any=_pattern(sources),  # type: ignore[arg-type]
        forbidden=_pattern(_written(row.get("not", ()), parts, case=case)),
        outside=_pattern(_written(row.get("outside", ()), parts, case=case)),
        after=_pattern(_written(row.get("after", ()), parts, case=case)),
        between=_pattern(_written(row.get("between", ()), parts, case=case)),
        item=bool(row.get("item")),
        case=case,
        under=_pattern(_written(row.get("under", ()), parts, case=False)),
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


def _pattern(sources: Sequence[str]) -> re.Pattern[str] | None:
    """One pattern of several: the names of groups may come again in each of them, so each is numbered."""
    if not sources:
        return None
    whole = "|".join(
        f"(?:{_GROUP.sub(lambda match, n=number: f'(?P<{match[1]}_{n}>', source)})"  # type: ignore[misc]
        for number, source in enumerate(sources)
    )
    return re.compile(whole)


def _written(sources: Iterable[str], parts: Mapping[str, str], *, case: bool) -> tuple[str, ...]:
    """Patterns with their parts. Where capitals do not count they are written in small letters, for a text in small letters:
    twice as fast as re.IGNORECASE.
    """
    filled = (_filled(source, parts) for source in sources)
    return tuple(filled) if case else tuple(_SIGN.sub(_small, whole) for whole in filled)


def _small(match: re.Match[str]) -> str:
    return match.group() if match.group()[0] in "\\(" else match.group().lower()


def _filled(source: str, parts: Mapping[str, str]) -> str:
    while "{{" in source:
        source = re.sub(r"\{\{(\w+)\}\}", lambda match: f"(?:{parts[match[1]]})", source)
    return source


def group(match: re.Match[str], name: str) -> tuple[str, int]:
    """Return what a named group of a rule's pattern took, and where it begins; ("", -1) where it took nothing."""
    for key, value in match.groupdict().items():
        if value is not None and key.rpartition("_")[0] == name:
            return value, match.start(key)
    return "", -1


def _heads(lower: str) -> frozenset[str]:
    """The first letters of each word. Splitting ASCII at its signs, by a table of bytes, is thrice as fast as looking for words."""
    if lower.isascii():
        return frozenset([word[:_KEY] for word in lower.encode().translate(_SIGNS).decode().split()])
    return frozenset(_HEAD.findall(lower))


def _index(found: tuple[Rule, ...], languages: frozenset[str]) -> dict[str, dict[str, _Leads]]:
    words: dict[str, dict[str, list[tuple[int, str]]]] = {language: {} for language in languages}
    also: dict[str, dict[str, int]] = {language: {} for language in languages}
    for number, rule in enumerate(found):
        bit = 1 << number
        for language in languages if rule.language == ANY_LANGUAGE else (rule.language,):
            for word in rule.words:
                pair = bit, word if len(word) > _KEY + 1 else ""
                words[language].setdefault(word.split()[0][:_KEY], []).append(pair)
            for key in rule.also:
                also[language][key] = also[language].get(key, 0) | bit
    return {
        language: {key: _leads(pairs.get(key, []), also[language].get(key, 0)) for key in {**pairs, **also[language]}}
        for language, pairs in words.items()
    }


def _leads(pairs: list[tuple[int, str]], also: int) -> _Leads:
    sure = 0
    for bit, word in pairs:
        sure |= 0 if word else bit
    return sure, also, tuple((bit, tuple(word.split())) for bit, word in pairs if not sure & bit)
