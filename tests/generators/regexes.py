"""Every regular expression of the program, and strings made to cost it time.

`patterns()` walks the modules: patterns in their globals (in containers too), those that a cached function without
arguments makes, and those written where they are used. `strings(pattern, n)` gives, for each thing in it that repeats,
what leads there, n of what repeats, and an end that does not fit; and runs of white space, digits, letters and markup.
`slow(found)` says which of them costs a pattern more than its length.
"""

import ast
import importlib
import inspect
import pkgutil
import re
import time
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from re import _constants as constants
from re import _parser as parser

import regex

PACKAGES = ("crawler", "pipelines", "history", "cli")
ROOT = Path(__file__).resolve().parents[2]
_FUNCTIONS = ("sub", "subn", "split", "match", "search", "fullmatch", "findall", "finditer")
_RUNS = (
    " ",
    "\t",
    "\n",
    "a",
    "1",
    "A ",
    "1.",
    "a.",
    ". ",
    "-",
    "- ",
    ",",
    "<",
    "<a ",
    "<p",
    "&#",
    "(",
    "* ",
    "|",
    "/",
    "é",
    "a b. ",
    "\r\n",
    "\xa0",
)
_MOST_PUMPS = 40  # a list of phrases has hundreds, all alike
_ENDS = ("\x00", "!x")


@dataclass(frozen=True)
class Found:
    """A pattern, where it stands, and the methods that the program calls it with."""

    place: str
    pattern: object
    methods: frozenset

    @property
    def room(self):
        """The folder of its module, as rooms() names it."""
        parts = self.place.split(".")
        return ".".join(parts[: min(2, len(parts) - 2)])

    def run(self, text):
        if isinstance(self.pattern.pattern, bytes):
            text = text.encode("utf-8", "replace")
        if self.methods and self.methods <= {"match", "fullmatch"}:
            for method in self.methods:
                getattr(self.pattern, method)(text)
        else:
            for _ in self.pattern.finditer(text):
                pass


def rooms():
    """The wings of the program and the folders in them: "pipelines", "pipelines.text", ..."""
    inside = (folder.parent for package in PACKAGES for folder in ROOT.glob(f"{package}/*/__init__.py"))
    return [*PACKAGES, *sorted(".".join(folder.relative_to(ROOT).parts) for folder in inside)]


def patterns():
    """Every pattern of the program, each once."""
    modules = [
        importlib.import_module(info.name)
        for package in PACKAGES
        for info in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}.")
    ]
    sources = {module.__name__: Path(module.__file__).read_text(encoding="utf-8") for module in modules}
    called = {name: _called(source) for name, source in sources.items()}
    everywhere = _called("\n".join(sources.values()))
    found = {}
    for module in modules:
        own = sources[module.__name__]
        for name, pattern in _of_module(module):
            where = called[module.__name__] if name.startswith("_") else everywhere  # others import it
            methods = frozenset(where.get(name, ()))
            if name in _handed_on(own):
                methods |= {"search"}
            found.setdefault((pattern.pattern, pattern.flags), Found(f"{module.__name__}.{name}", pattern, methods))
        for number, method, pattern in _in_place(ast.parse(own)):
            place = f"{module.__name__}.line{number}"
            found.setdefault((pattern.pattern, pattern.flags, method), Found(place, pattern, frozenset((method,))))
    return list(found.values())


def _called(source):
    """{name: the methods that are called on it}."""
    found = {}
    for name, method in re.findall(r"\b(\w+)(?:\(\))?\.([a-z]+)\(", source):
        found.setdefault(name, set()).add(method)
    return found


def _of_module(module):
    for name, value in vars(module).items():
        yield from ((name, one) for one in _held(value))
        own = getattr(value, "__module__", "") == module.__name__
        if own and hasattr(value, "cache_info") and not inspect.signature(value).parameters:
            yield from ((name, one) for one in _held(value()))


@cache
def _handed_on(source):
    """Names that stand for a value without a method of it being called: whoever gets it calls what it likes."""
    tree = ast.parse(source)
    owners = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    names = (node for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load))
    return {node.id for node in names if id(node) not in owners}


def _in_place(tree):
    """(line, method, pattern) of patterns that are written where they are used."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        owner, first = node.func.value, node.args[0] if node.args else None
        library = {"re": re, "regex": regex}.get(owner.id) if isinstance(owner, ast.Name) else None
        if library and node.func.attr in _FUNCTIONS and isinstance(first, ast.Constant):
            yield node.lineno, node.func.attr, library.compile(first.value)


def _held(value, depth=0):
    if isinstance(value, re.Pattern | regex.Pattern):
        yield value
    elif isinstance(value, dict) and depth < 2:
        yield from (one for held in value.values() for one in _held(held, depth + 1))
    elif isinstance(value, tuple | list) and depth < 2:
        yield from (one for held in value for one in _held(held, depth + 1))


def strings(pattern, count):
    """Strings of about `count` characters that may cost a pattern time."""
    leads = {("", run) for run in _RUNS}
    leads |= set(islice(_pumps(pattern), _MOST_PUMPS))
    for lead, pump in sorted(leads):
        times = max(count // max(len(pump), 1), 1)
        yield from (lead + pump * times + end for end in _ENDS)
        yield (lead + pump) * max(count // len(lead + pump), 1) + _ENDS[0]


def _pumps(pattern):
    """(what leads to it, what repeats) of every repetition of a pattern."""
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    if isinstance(pattern, regex.Pattern):  # what Python's parser does not know
        source = re.sub(r"\\L<\w+>|\\[pPX]\{?[\w^]*\}?|\[\[.*?\]\]", "a", source)
        source = re.sub(r"\(\?V[01]\)|\(\?[<=!]{1,2}.*?\)", "", source)
    try:
        tree = parser.parse(source, pattern.flags & (re.VERBOSE | re.DOTALL | re.IGNORECASE))
    except re.error:
        return
    yield from _walk(tree, "")


def _walk(tree, lead):
    for kind, value in tree:
        if kind in (constants.MAX_REPEAT, constants.MIN_REPEAT, constants.POSSESSIVE_REPEAT):
            _least, most, inner = value
            if most is constants.MAXREPEAT or most > 8:
                for choice in (0, 1):
                    if pump := _sample(inner, choice):
                        yield lead, pump
            yield from _walk(inner, lead)
        elif kind is constants.SUBPATTERN:
            yield from _walk(value[3], lead)
        elif kind is constants.BRANCH:
            for branch in value[1]:
                yield from _walk(branch, lead)
        elif kind in (constants.ASSERT, constants.ASSERT_NOT):
            yield from _walk(value[1], lead)
        lead += _sample([(kind, value)], 0)


def _sample(tree, choice):
    """A text that a part of a pattern takes; the other of two by `choice`."""
    return "".join(_sample_one(kind, value, choice) for kind, value in tree)


def _sample_one(kind, value, choice):
    if kind is constants.LITERAL:
        return chr(value)
    if kind is constants.NOT_LITERAL:
        return "b" if value == ord("a") else "a"
    if kind is constants.ANY:
        return "a "[choice]
    if kind is constants.IN:
        return _of_set(value, choice)
    if kind is constants.BRANCH:
        return _sample(value[1][min(choice, len(value[1]) - 1)], choice)
    if kind is constants.SUBPATTERN:
        return _sample(value[3], choice)
    if kind in (constants.MAX_REPEAT, constants.MIN_REPEAT, constants.POSSESSIVE_REPEAT):
        return _sample(value[2], choice) * max(value[0], choice)
    return ""


def _of_set(items, choice):
    chars = []
    negated = False
    for kind, value in items:
        if kind is constants.NEGATE:
            negated = True
        elif kind is constants.LITERAL:
            chars.append(chr(value))
        elif kind is constants.RANGE:
            chars.append(chr(value[0]))
        elif kind is constants.CATEGORY:
            chars.append({constants.CATEGORY_SPACE: " ", constants.CATEGORY_DIGIT: "1"}.get(value, "a"))
    if negated:
        taken = re.compile("[" + "".join(map(re.escape, chars)) + "]") if chars else None
        chars = [char for char in "a 1.-x<" if not (taken and taken.match(char))] or ["b"]
    return chars[min(choice, len(chars) - 1)]


def seconds(found, text):
    """Processor time of a pattern over a text."""
    begun = time.process_time()
    found.run(text)
    return time.process_time() - begun


SHORT = (8, 12, 16, 18, 20)  # an exponential one shows here, before it takes for ever
N = 1000
# Four times the text takes a linear pattern 4 times as long and a quadratic one 16 times. What takes this long with the
# longest text is measured; what takes less is no danger.
RATIO, WORTH = 9.0, 0.01


def slow(found):
    """The string that costs a pattern more than its length, None if none does."""
    for size in SHORT:
        for text in strings(found.pattern, size):
            if seconds(found, text) > 0.1:
                return text
    for short, middle, long in zip(*(strings(found.pattern, n) for n in (N, 2 * N, 4 * N)), strict=True):
        first = seconds(found, short)
        if first > 0.2:
            return short
        if first < WORTH / 20:
            continue
        second = seconds(found, middle)
        if second > 0.4:
            return middle
        if second < 2.6 * first:  # twice the text, 4 times the time in a quadratic one
            continue
        if all(_ratio(found, short, long) > RATIO for _ in range(3)):
            return long
    return None


def _ratio(found, short, long):
    times = [min(seconds(found, text) for _ in range(2)) for text in (short, long)]
    return times[1] / max(times[0], 1e-9) if times[1] > WORTH else 0.0
