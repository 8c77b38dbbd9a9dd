"""Which captures show another document than the policy: what no single page can tell, its neighbours in time can.

    other_pages(stretches, texts) ──► {index of a stretch: why it is set aside}

A home page, an imprint or the same policy in another language that an archive's robot was served for a while shares
hardly a line with what stood there before and after. Texts that share enough are one document, whatever its versions;
of two documents that take turns, the one that was there for less time is set aside where it comes between. A document that
replaces another for good is a version, unless it is no legal text at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from itertools import groupby, pairwise
from typing import Final

from pipelines.versions.sightings import SeenText, Stretch, Words

# Shared words of the shorter text. An imprint repeats the policy's address (0.2 of its words on the pages seen); two
# versions of one policy share 0.6 and more unless it was written anew.
SAME_DOCUMENT: Final = 0.3
# A visit of another document that is over so soon was a redirect or a test; a longer one is a part of the history.
SHORT_VISIT: Final = timedelta(days=90)
# Of the judge's score: below the one hardly a word of privacy on the page, from the other on the policy is one of privacy.
NO_POLICY: Final = 0.15
SURE_POLICY: Final = 0.4
# A page of so few words between two of many is no version: nobody cuts a policy to a third and takes it back.
SHORT_SHARE: Final = 0.35
SHORT_FOR: Final = timedelta(days=366)  # longer, and it is a part of the history
SHORTER: Final = "shorter page of another kind"
RARE: Final = 0.2  # of the time of the document that was there longest
_GRAM: Final = 5  # words; so long a sequence is hardly shared by chance
_MAX_DOCUMENTS: Final = 12  # compared with; the least recent is forgotten


def other_pages(stretches: Sequence[Stretch], texts: Mapping[int, SeenText]) -> dict[int, str]:
    """Return which stretches are not the policy, and why.

    :param stretches: in time order.
    :param texts: by text_id, for each stretch.
    """
    seen = [texts[stretch.text_id] for stretch in stretches]
    shorter = _shorter_pages(stretches, seen)
    rest = [index for index in range(len(stretches)) if index not in shorter]
    found = _other_documents([stretches[index] for index in rest], [seen[index] for index in rest])
    return shorter | {rest[index]: reason for index, reason in found.items()}


def _other_documents(stretches: Sequence[Stretch], seen: Sequence[SeenText]) -> dict[int, str]:
    documents = _documents(seen)
    if len(set(documents)) < 2:
        return {}
    weights = _weights(stretches, documents)
    aside: dict[int, str] = {}
    by_weight = _by_weight(weights, {d for d, text in zip(documents, seen, strict=True) if text.score >= SURE_POLICY})
    for main in by_weight:
        places = [i for i, document in enumerate(documents) if document == main and i not in aside]
        for before, after in pairwise(places):
            brief = after > before + 1 and _seen_for(stretches, before + 1, after - 1) <= SHORT_VISIT
            for i in range(before + 1, after):
                lighter = weights[documents[i]] < weights[main]
                if i not in aside and ((brief and lighter) or _is_no_policy(seen[i], beside=seen[before])):
                    aside[i] = _why(seen[i], seen[before])
    places = [i for i, document in enumerate(documents) if document == by_weight[0]]
    for i in (*range(places[0]), *range(places[-1] + 1, len(stretches))):
        if i not in aside and _is_no_policy(seen[i], beside=seen[places[0]]):
            aside[i] = _why(seen[i], seen[places[0]])
    return aside


def _seen_for(stretches: Sequence[Stretch], first: int, last: int) -> timedelta:
    return stretches[last].last.captured_at - stretches[first].first.captured_at


def _shorter_pages(stretches: Sequence[Stretch], seen: Sequence[SeenText]) -> dict[int, str]:
    """Stretches that show little where much stood and stands again: a summary, headings alone, a page cut short."""
    found: dict[int, str] = {}
    sizes = [text.size for text in seen]
    for i in range(1, len(sizes) - 1):
        if i in found or sizes[i] >= SHORT_SHARE * sizes[i - 1]:
            continue
        after = next((j for j in range(i + 1, len(sizes)) if sizes[j] * SHORT_SHARE > max(sizes[i:j])), None)
        if after is None or _seen_for(stretches, i, after - 1) > SHORT_FOR:
            continue
        if same_document(seen[i - 1], seen[after]):
            for j in range(i, after):
                found[j] = "another page" if _is_no_policy(seen[j], beside=seen[after]) else SHORTER
    return found


def _weights(stretches: Sequence[Stretch], documents: Sequence[int]) -> Mapping[int, float]:
    """For how many seconds each document was seen without another in between; a capture counts as one.

    Time, not captures: of a quiet document few are asked for.
    """
    weights: Counter[int] = Counter()
    for document, visit in groupby(range(len(stretches)), key=documents.__getitem__):
        indexes = list(visit)
        there = stretches[indexes[-1]].last.captured_at - stretches[indexes[0]].first.captured_at
        weights[document] += int(there.total_seconds()) + sum(stretches[i].captures for i in indexes)
    return weights


def _by_weight(weights: Mapping[int, float], sure: Collection[int]) -> list[int]:
    """The documents, that which was there longest first; a privacy policy goes before what is none unless it is rare."""
    enough = RARE * max(weights.values())
    return sorted(weights, key=lambda d: (not (d in sure and weights[d] >= enough), -weights[d], d))


def _is_no_policy(page: SeenText, *, beside: SeenText) -> bool:
    return not page.legal and page.score < NO_POLICY and beside.score >= SURE_POLICY


def _why(page: SeenText, policy: SeenText) -> str:
    if page.language and policy.language and page.language != policy.language and page.score >= NO_POLICY:
        return f"another language ({page.language})"
    return "another page"


def _documents(texts: Sequence[SeenText]) -> list[int]:
    """Number the document of each text: that of the most recent text it shares enough with, or a new one."""
    found: list[int] = []
    recent: dict[int, SeenText] = {}  # document: its latest text, the most recent one last
    for text in texts:
        document = next((d for d, seen in reversed(recent.items()) if same_document(text, seen)), len(set(found)))
        recent.pop(document, None)
        recent[document] = text
        if len(recent) > _MAX_DOCUMENTS:
            recent.pop(next(iter(recent)))
        found.append(document)
    return found


def same_document(one: SeenText, other: SeenText) -> bool:
    """Tell whether two texts share so much that they are versions of one document."""
    if one is other:
        return True
    shorter = min(one.size, other.size)
    lines, others = _bag(one), _bag(other)
    shared = sum(len(words) * min(count, others[words]) for words, count in lines.items())
    if not shorter or shared >= SAME_DOCUMENT * shorter:
        return bool(shorter)
    grams, other_grams = _grams(one), _grams(other)
    fewer = min(len(grams), len(other_grams))
    return bool(fewer) and len(grams & other_grams) >= SAME_DOCUMENT * fewer


def _bag(text: SeenText) -> Counter[Words]:
    return Counter(line.words for line in text.lines if line.words)


def _grams(text: SeenText) -> set[Words]:
    words = [word for line in text.lines for word in line.words]
    return {tuple(words[i : i + _GRAM]) for i in range(len(words) - _GRAM + 1)}
