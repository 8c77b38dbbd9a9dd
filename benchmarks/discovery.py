"""Score the finding of privacy policies: on the real pages and addresses of ../shared.

    python -m benchmarks discovery --links [--wrong]

Truth: a service's declared policy address (pairs, histories, policy_urls.csv). A page links to it if one of its links
does, spellings folded: scheme, `www.`, case, query, fragment, closing slash, language. ALIASES are other addresses of
the same services' policies, found by looking at the pages by eye; they are counted apart.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import json
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.discovery_sites import measure
from crawler.discovery.by_address import looks_like_policy
from crawler.discovery.links import TAKEN, Label, PageLink, PolicyLink, rank_links, rank_url
from pipelines.reading.html.page_links import page_links

SHARED = Path(__file__).resolve().parents[2] / "shared"
CAPTURES = 4  # of each history, evenly over its time
POLICIES = ("Privacy Policy", "Parent Organization Privacy Policy")
ALIASES = {
    "ChatGPT": ("openai.com/policies/privacy-policy", "openai.com/policies/row-privacy-policy"),
    "Claude.ai": ("anthropic.com/legal/privacy", "anthropic.com/privacy"),
    "Google Generative AI Services": ("policies.google.com/privacy", "policies.google.com"),
    "Grok": ("x.ai/legal/privacy-policy", "x.ai/privacy-policy"),
    "Le Chat": (
        "mistral.ai/terms",
        "legal.mistral.ai/terms",
        "mistral.ai/terms/privacy-policy",
        "mistral.ai/legal",
    ),  # until 2025 all its documents were on one page
    "Qwen Chat": ("qwen.ai/privacypolicy", "chat.qwen.ai/privacypolicy"),
    "happn": ("happn.com/privacy", "happn.com/confidentialite", "support.happn.fr/privacy"),
    "Tinder": ("policies.tinder.com/privacy",),
    "eharmony": ("eharmony.co.uk/legal/privacy-policy",),
    "Grindr": ("trust.grindr.com/privacy",),
    "LOVOO": ("about.lovoo.com/support/legal/privacy-policy-en", "de.lovoo.com/legal/privacy"),
    "Parship": ("parship.fr/legal/privacy-policy",),
    "ROMEO": ("romeo.com/privacy",),
    "AdopteUnMec": ("adopte.app/sensitive", "adopteunmec.com/legal", "adopte.app/cgs"),
    "WITHINGS": ("withings.com/fr/legal/privacy-policy",),
    "Allergy Insider": ("thermofisher.com/home/global/privacy-policy.html",),
    "YouTube": (
        "google.com/privacy.html",
        "google.com/policies/privacy",
        "youtube.com/t/privacy",
        "policies.google.com",
    ),
}
_LANGUAGE = re.compile(r"(?:intl|[a-z]{2}(?:[-_][a-z]{2,4})?)", re.IGNORECASE)


@dataclass
class Tally:
    linked: int = 0
    found: int = 0
    wrong: int = 0
    unlinked: int = 0
    false: int = 0
    examples: Counter[str] = field(default_factory=Counter)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks discovery", description=__doc__)
    parser.add_argument("--links", action="store_true", help="links of real pages, and addresses")
    parser.add_argument("--sites", action="store_true", help="policy URLs over time, of generated sites")
    parser.add_argument("--wrong", action="store_true", help="show each wrong candidate")
    args = parser.parse_args(argv)
    if args.sites:
        return int(not measure(76, seed=7))
    if not (SHARED / "pairs").is_dir():
        print(f"Skipped: the data lies in {SHARED}, which is missing.", file=sys.stderr)
        return 0
    if args.links:
        score_links(wrong=args.wrong)
        score_addresses(wrong=args.wrong)
    return 0


def judge_pages(pages: Iterable[tuple[str, str, str]]) -> dict[str, Tally]:
    """Judge the first candidates of pages: (service, address, HTML)."""
    declared = declared_policies()
    known = {service: declared[service] | set(ALIASES.get(service, ())) for service in {*declared, *ALIASES}}
    tallies = {"declared address": Tally(), "with aliases": Tally(), "its links taken out": Tally()}
    for service, url, html in pages:
        links = page_links(html, url)
        ranked = rank_links(links, url)
        if declared[service]:
            count(tallies["declared address"], links, ranked, declared[service], service)
        count(tallies["with aliases"], links, ranked, known[service], service)
        left = [link for link in links if folded(link.url) not in known[service]]
        count(tallies["its links taken out"], left, rank_links(left, url), set(), service)
    return tallies


def score_links(*, wrong: bool) -> None:
    pages = list(real_pages())
    start = time.process_time()
    tallies = judge_pages(pages)
    seconds = time.process_time() - start
    print(
        f"{'truth':22} {'linked':>7} {'first':>6} {'recall':>7} {'wrong':>6} {'precision':>10}   {'not linked':>10} {'taken':>6} {'none taken':>11}"
    )
    for name, tally in tallies.items():
        recall, precision = share(tally.found, tally.linked), share(tally.found, tally.found + tally.wrong)
        print(
            f"{name:22} {tally.linked:7} {tally.found:6} {recall:7.3f} {tally.wrong:6} {precision:10.3f}   "
            f"{tally.unlinked:10} {tally.false:6} {share(tally.unlinked - tally.false, tally.unlinked):11.3f}"
        )
        for example, times in tally.examples.most_common() if wrong else ():
            print(f"    {times:3} × {example}")
    print(f"{len(pages)} pages, {1000 * seconds / max(len(pages), 1):.1f} ms a page (read once, ranked twice)")
    print(
        "declared address: what is taken elsewhere are aliases, but for the mistakes of the second line; --wrong shows each"
    )


def share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")


def count(
    counts: Tally, links: Sequence[PageLink], ranked: Sequence[PolicyLink], right: set[str], service: str
) -> None:
    first = ranked[0] if ranked else None
    linked = any(folded(link.url) in right for link in links)
    counts.linked += linked
    counts.unlinked += not linked
    taken = first is not None and first.score >= TAKEN and first.label in (Label.GENERAL, Label.HUB)
    if linked and taken and folded(first.url) in right:
        counts.found += 1
    elif taken or linked:
        counts.wrong += taken and linked
        counts.false += taken and not linked
        counts.examples[f"{service}: {first and (first.url, first.text[:50], first.score)}"] += 1


def folded(url: str) -> str:
    parts = urlsplit(url)
    path = [piece for piece in parts.path.lower().split("/") if piece and not _LANGUAGE.fullmatch(piece)]
    return "/".join([(parts.hostname or "").removeprefix("www."), *path])


def declared_policies() -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    with (SHARED / "discovery" / "policy_urls.csv").open(encoding="utf-8") as rows:
        indexed = [*csv.DictReader(rows), *index("pairs"), *index("histories")]
    for row in indexed:
        if row["terms"] in POLICIES:
            found[row["service"]].add(folded(row["url"]))
    return found


def index(name: str) -> list[dict]:
    return [json.loads(line) for line in (SHARED / name / "index.jsonl").read_text(encoding="utf-8").splitlines()]


def real_pages() -> Iterator[tuple[str, str, str]]:
    """Service, address and HTML of each page of the pairs, and of some captures of each history."""
    yield from pair_pages()
    yield from history_pages()


def pair_pages() -> Iterator[tuple[str, str, str]]:
    for row in index("pairs"):
        yield (
            row["service"],
            row["url"],
            (SHARED / "pairs" / f"{row['id']}.html").read_text(encoding="utf-8", errors="replace"),
        )


def history_pages() -> Iterator[tuple[str, str, str]]:
    sys.path.insert(0, str(SHARED / "tools"))
    common = importlib.import_module("bench_common")
    for row in index("histories"):
        folder = SHARED / "histories" / row["name"]
        captures = [capture for capture in common.read_jsonl(folder / "history.jsonl") if capture.get("ok")]
        blobs = common.BlobStore(folder)
        chosen = {
            captures[(len(captures) - 1) * part // (CAPTURES - 1)]["blob"]: part
            for part in range(CAPTURES if captures else 0)
        }
        for blob in chosen:
            yield row["service"], row["url"], blobs.get(blob).decode("utf-8", "replace")
        blobs.close()


def score_addresses(*, wrong: bool) -> None:
    """How high a service's policy stands among its addresses; ties count against it."""
    with (SHARED / "discovery" / "policy_urls.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    services: dict[str, dict[str, bool]] = defaultdict(dict)
    for row in rows:
        services[row["service"]][row["url"]] = (
            services[row["service"]].get(row["url"], False) or row["terms"] in POLICIES
        )
    first = asked = 0
    for service, urls in services.items():
        if not any(urls.values()) or all(urls.values()):
            continue
        asked += 1
        best = max(rank_url(url).score for url, right in urls.items() if right)
        other = max((rank_url(url).score, url) for url, right in urls.items() if not right)
        first += best > other[0]
        if wrong and best <= other[0]:
            print(f"    {service}: {best} behind {other}")
    print(f"addresses: the policy is first for {first} of {asked} services ({first / max(asked, 1):.3f})")
    policy = [row["url"] for row in rows if "rivacy" in row["terms"]]
    others = [row["url"] for row in rows if "rivacy" not in row["terms"]]
    for name, test in (
        ("taken by rank_url", lambda url: rank_url(url).score >= TAKEN),
        ("likely (import-warc)", looks_like_policy),
    ):
        print(
            f"{name}: {sum(map(test, policy))} of {len(policy)} privacy policies, {sum(map(test, others))} of {len(others)} other documents"
        )


if __name__ == "__main__":
    sys.exit(main())
