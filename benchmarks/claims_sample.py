"""Sentences to label for benchmarks/claims_gold: `python -m benchmarks.claims_sample en 40`.

    texts of ../shared/pairs ─────────┐
    texts of ../shared/histories ─────┴─net of a category──► distinct sentences ──a seeded draw──► rows to label

A net is a list of words, wider than any rule: what it holds is a claim, a near miss or neither. One row in five has no
word of a net at all, so that what the rules find in other sentences counts too. Sentences that have a label are left out.

The texts are those of ../shared/pairs, of the half that is asked for if the language has no test half of its own files; or, by
`--histories`, the curated texts of histories (every wording, newest first) whose operators have no text in ../shared/pairs.
From these a sentence that nearly is one of ../shared/pairs, or one that was drawn, is left out: companies share their texts. A net holds many sentences that claim nothing: `--core N` draws
N more rows by narrower words. `--any N` draws N sentences of all, for every category.
Printed: category, file, block, sentence, digest, lead-in, text. The labels go into the .tsv, the text does not.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections.abc import Iterable, Iterator

from rapidfuzz import fuzz, process

from benchmarks.claims import PAIRS, Place, places, rows, wordings
from benchmarks.reading import HISTORIES

NETS = {
    "en": {
        "ai": r"\bAI\b|artificial|machine.learning|\bmodels?\b|\btrain|algorithm|automat|profiling|\bLLM",
        "children": r"\bchild|minors?\b|\bkids|years|\bages?\b|parent|guardian|teen|young|\b1[368]\b",
        "contact": r"@|officer|\bDPO|representative|contact",
        "disputes": r"arbitrat|class|jury|dispute|\bcourts?\b",
        "law": r"\bact\b|law\b|laws|GDPR|regulation|directive|shield|framework|clauses|code|CCPA",
        "legal_basis": r"basis|bases|legitimate|interest|consent|contract|obligation|article|\bart\b|public|vital",
        "party": r"[a-z] (?-i:[A-Z][\w.]+)",
        "retention": r"keep|kept|retain|retention|store|delete|erase|long|period|days|months|years|remove",
        "rights": r"right|request|access|correct|delet|object|port|withdraw|complain|opt|restrict|ask us|discriminat|appeal",
        "sale": r"\bsell|\bsold|\bsale|\brent|\btrad|monetar|advertis|marketing|cross-context|targeted",
        "security": r"secur|encrypt|protect|safeguard|breach|unauthori|guarantee",
        "signals": r"track|DNT|\bGPC|global privacy|signal|browser",
        "transfer": r"transfer|countr|outside|abroad|international|United States|servers|border|jurisdiction",
    },
    "fr": {
        "law": r"\bloi|RGPD|règlement|directive|code|clauses|bouclier|article",
        "legal_basis": r"base|légitime|intérêt|consentement|contrat|obligation|article|\bart\b|public",
        "retention": r"conserv|durée|stock|supprim|effac|archiv|jours|mois|\bans?\b|délai|périod",
        "rights": r"droit|accès|accéder|rectifi|effac|supprim|oppos|portab|retir|réclam|limit|demand|modifi",
    },
}
CORES = {
    "en": {
        "ai": r"\btrain(s|ed|ing)?\b|automated|artificial intelligence|\bAI\b|machine.learning|profiling",
        "children": r"under (the age of )?\d\d|\d\d years|age of \d\d|\bminors?\b|knowingly collect|years old",
        "contact": r"@|data protection officer|\bDPO\b|representative",
        "disputes": r"arbitrat|class.action|\bjury|dispute|\bcourt",
        "law": r"\bGDPR\b|General Data Protection|CCPA|CPRA|Shield|Data Privacy Framework|\bDPF\b|contractual clauses"
        r"|(?-i:\bAct\b)|Civil Code|COPPA|HIPAA|Shine the Light",
        "legal_basis": r"legitimate interest|(your|with|without|obtain) (\w+ )?consent|legal obligation|article \d"
        r"|perform(ance of)? (a|our|the|your) contract|legal bas[ie]s|vital interest|public interest",
        "party": r"(?-i:\b(Google|Facebook|Stripe|Amazon|Apple|Twitter|Meta|PayPal|LinkedIn|OpenAI|Cloudflare|Twilio|Zendesk"
        r"|Sentry|Intercom|Mailchimp|Braze|Adobe|Salesforce|Oracle|Instagram|TikTok|Yahoo|iPhone|Android|[a-z]+\.com)\b)",
        "retention": r"\b(retain|retention|kept|keep|store[ds]?)\b.{0,120}\b(days|months|years|as long as|necessary|required)"
        r"|delet.{0,60}(days|months|years)|for (up to )?\w+ (\(\d+\) )?(days|months|years)",
        "rights": r"right to\b|withdraw (your )?consent|lodge a complaint|request (that )?(access|deletion|correction|we)"
        r"|opt.out of (the )?(sale|sharing)",
        "sale": r"\bsell|\bsold|\bsale|cross-context|(targeted|interest-based|behaviou?ral|personali[sz]ed) ad|monetar"
        r"|shar(e|ed|ing)\b.{0,80}advertis|advertis.{0,60}(partner|network|compan)",
        "security": r"secur|encrypt|breach|unauthori|measures|safeguards|guarantee|100%",
        "signals": r"do.not.track|\bDNT\b|\bGPC\b|global privacy|preference signal|opt-out signal",
        "transfer": r"transfer.{0,60}(countr|outside|United States)|outside (of )?(the )?(EEA|European|EU|UK)",
    }
}
SEED = 20
LENGTHS = range(12, 381)  # characters
SHARE = 0.34  # at most, of a category's rows, from one operator
ALIKE = 85  # of 100, by rapidfuzz's ratio: nearly the same sentence
_WORDS = re.compile(r"\b(?:(the|and|of|you)|(les|des|et|vous))\b")


def candidates(files: Iterable[str]) -> list[Place]:
    """Return the distinct sentences of texts."""
    found: dict[str, Place] = {}
    for file in files:
        for place in places(file):
            if len(place.text) in LENGTHS and place.of.kind not in ("heading", "title"):
                found.setdefault(place.digest, place)
    return list(found.values())


def of_pairs(language: str) -> Iterator[str]:
    """Yield the texts of ../shared/pairs in a language."""
    index = map(json.loads, (PAIRS / "index.jsonl").read_text(encoding="utf-8").splitlines())
    yield from (f"{name}.gold.md" for name in sorted(row["id"] for row in index if row["lang"] == language))


def of_histories(language: str) -> Iterator[str]:
    """Yield every wording of the histories of operators that have no text in ../shared/pairs."""
    known = {file.name.split("__")[1] for file in PAIRS.glob("*__*")}
    for folder in sorted(HISTORIES.glob("*__*")):
        if folder.name.split("__")[1] in known:
            continue
        for file in wordings(folder.name):
            if _language(file) == language:
                yield file


def _language(file: str) -> str:
    """Return en or fr, by the commonest words of its sentences."""
    found = [_WORDS.findall(one.text) for one in places(file)]
    english = sum(bool(one) for words in found for one, _ in words)
    return "en" if 2 * english > sum(map(len, found)) else "fr"


class Draw:
    """Sentences drawn one after the other, none nearly the same as another or as a text that has been read."""

    def __init__(self, language: str, part: str, pool: list[Place], read: list[str]) -> None:
        self.chance = random.Random(f"{SEED} {language} {part}")
        self.pool, self.read = pool, read

    def _fresh(self, place: Place) -> bool:
        if process.extractOne(place.text, self.read, scorer=fuzz.ratio, score_cutoff=ALIKE):
            return False
        self.read.append(place.text)
        return True

    def take(self, count: int, *nets: tuple[re.Pattern[str] | None, bool, int]) -> Iterator[Place]:
        """Yield up to `count` sentences. :param nets: words, whether a sentence has one of them, rows until the next net."""
        mine = list(self.pool)
        self.chance.shuffle(mine)
        taken: dict[str, int] = {}
        drawn = 0
        for words, inside, limit in nets:
            for place in mine:
                if drawn >= limit:
                    break
                fits = words is None or bool(words.search(place.text)) is inside
                if fits and taken.get(place.operator, 0) < count * SHARE and self._fresh(place):
                    taken[place.operator] = taken.get(place.operator, 0) + 1
                    drawn += 1
                    yield place


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.claims_sample", description=__doc__)
    parser.add_argument("language", choices=sorted(NETS))
    parser.add_argument("count", type=int, help="rows for each category and half")
    parser.add_argument("--histories", action="store_true", help="draw from histories, not from pairs")
    parser.add_argument("--part", choices=("tuning", "test"), default="test")
    parser.add_argument("--category", action="append", choices=sorted({one for nets in NETS.values() for one in nets}))
    parser.add_argument("--core", type=int, default=0, help="more rows for each category, by narrower words")
    parser.add_argument("--any", type=int, default=0, help="rows of all sentences, for every category")
    args = parser.parse_args()
    labelled = list(rows(args.language))
    known = {row.digest for row in labelled}
    pairs = list(of_pairs(args.language))
    pool = candidates(of_histories(args.language) if args.histories else pairs)
    pool = [one for one in pool if one.digest not in known]
    draw = Draw(args.language, args.part, pool, [one.text for one in candidates(pairs)] if args.histories else [])

    def show(category: str, place: Place) -> None:
        lead = place.context.lead or f"# {place.context.heading}"
        print(category, place.file, place.block, place.sentence, place.digest, lead, place.text, sep="\t")

    for place in draw.take(args.any, (None, True, args.any)):
        show("*", place)
    for category in args.category or NETS[args.language]:
        net = re.compile(NETS[args.language][category], re.IGNORECASE)
        core = re.compile(CORES.get(args.language, {}).get(category, "(?!)"), re.IGNORECASE)
        count = args.core + args.count
        nets = (core, True, args.core), (net, True, count - args.count // 5), (net, False, count)
        for place in draw.take(count, *nets):
            show(category, place)
    return 0


if __name__ == "__main__":
    sys.exit(main())
