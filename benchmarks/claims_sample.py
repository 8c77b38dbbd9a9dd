"""Sentences to label for benchmarks/claims_gold: `python -m benchmarks.claims_sample en 40`.

    texts of ../shared/pairs ──net of a category──► distinct sentences ──a seeded draw──► rows to label

A net is a list of words, wider than any rule: what it holds is a claim, a near miss or neither. One row in five has no
word of a net at all, so that what the rules find in other sentences counts too. Sentences that have a label are left out.
Printed: category, file, block, sentence, digest, lead-in, text. The labels go into the .tsv, the text does not.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys

from benchmarks.claims import GOLD, PAIRS, Place, half, places

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
SEED = 20
LENGTHS = range(12, 381)  # characters
SHARE = 0.34  # at most, of a category's rows, from one operator


def candidates(language: str) -> list[Place]:
    """Return the distinct sentences of the texts of a language."""
    rows = map(json.loads, (PAIRS / "index.jsonl").read_text(encoding="utf-8").splitlines())
    found: dict[str, Place] = {}
    for row in sorted((row for row in rows if row["lang"] == language), key=lambda row: row["id"]):
        for place in places(PAIRS / f"{row['id']}.gold.md"):
            if len(place.text) in LENGTHS and place.of.kind not in ("heading", "title"):
                found.setdefault(place.digest, place)
    return list(found.values())


def draw(language: str, category: str, part: str, count: int, known: set[str], pool: list[Place]) -> list[Place]:
    """Return rows of one category and half to label, none of `known`."""
    net = re.compile(NETS[language][category], re.IGNORECASE)
    chance = random.Random(f"{SEED} {language} {category} {part}")
    mine = [place for place in pool if half(place.operator) == part and place.digest not in known]
    chance.shuffle(mine)
    taken: dict[str, int] = {}
    chosen: list[Place] = []
    for inside, limit in ((True, count - count // 5), (False, count)):
        for place in mine:
            if len(chosen) >= limit:
                break
            if bool(net.search(place.text)) is inside and taken.get(place.operator, 0) < count * SHARE:
                taken[place.operator] = taken.get(place.operator, 0) + 1
                chosen.append(place)
    return chosen


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.claims_sample", description=__doc__)
    parser.add_argument("language", choices=sorted(NETS))
    parser.add_argument("count", type=int, help="rows for each category and half")
    parser.add_argument("--part", choices=("tuning", "test"), default="test")
    parser.add_argument("--category", action="append", choices=sorted({one for nets in NETS.values() for one in nets}))
    args = parser.parse_args()
    file = GOLD / f"{args.language}.tsv"
    rows = [line.split("\t") for line in file.read_text(encoding="utf-8").splitlines()[1:]] if file.exists() else []
    pool = candidates(args.language)
    for category in args.category or NETS[args.language]:
        known = {row[4] for row in rows if row[0] == category}
        for place in draw(args.language, category, args.part, args.count, known, pool):
            lead = place.context.lead or f"# {place.context.heading}"
            print(category, place.file, place.block, place.sentence, place.digest, lead, place.text, sep="\t")
    return 0


if __name__ == "__main__":
    sys.exit(main())
