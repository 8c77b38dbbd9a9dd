# ruff: noqa: T201 -- a command speaks by printing
"""Show where our text is not the golden one, and set the floors to what it is now.

python -m tests.golden [--lower REASON] [--dry-run] [NAME…]

Refuses to lower a floor without a reason, which then stands in floors.toml.
"""

import argparse
import difflib
import sys

from . import LoweredError, floors_of, golden_pages, read_floors, read_page, score, write_floors


def main(argv=None):
    parser = argparse.ArgumentParser(prog="python -m tests.golden", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--lower", metavar="REASON", default="", help="lower floors, for this reason")
    parser.add_argument("--dry-run", action="store_true", help="only show")
    parser.add_argument("names", nargs="*", help="show only these pages; sets no floors")
    args = parser.parse_args(argv)
    scores = {}
    for page in golden_pages():
        if args.names and page.name not in args.names:
            continue
        got, _ = read_page(page)
        scores[page.name] = score(page.text, got)
        if not scores[page.name].exact:
            print(page.name, scores[page.name])
            lines = difflib.unified_diff(page.text.split("\n"), got.split("\n"), "golden", "ours", lineterm="", n=0)
            print("\n".join(f"    {line[:160]}" for line in lines))
    print(f"{sum(found.exact for found in scores.values())} of {len(scores)} pages are exact")
    if args.dry_run or args.names:
        return 0
    try:
        write_floors(floors_of(scores, read_floors(), args.lower))
    except LoweredError as error:
        print(f"Not written; these got worse (--lower REASON allows it):\n{error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
