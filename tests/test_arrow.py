"""The one arrow: cli → history → pipelines → the core of crawler; the Scrapy half knows crawler only."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("crawler", "pipelines", "history", "cli")
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if path.name != "__init__.py"
)
# the rooms of crawler/ that are functions of their arguments: what pages and histories are read with
CORE = ("crawler.archives", "crawler.choosing", "crawler.discovery", "crawler.targets")
# layer -> what it may import of ours
ALLOWED = {
    "core": CORE,
    "crawler": ("crawler",),
    "pipelines": ("pipelines", *CORE),
    "history": ("history", "pipelines", *CORE),
    "cli": PACKAGES,
}
# library -> the only modules that may import it
ONLY = {
    "trafilatura": ("pipelines.reading.extract",),
    "ftfy": ("pipelines.reading.html.repair",),
    "pypdfium2": ("pipelines.reading.pdf.process",),
    "py3langid": ("pipelines.reading.judging.languages",),
    "jinja2": ("history.diff.html",),
    "sqlite_utils": ("pipelines.store", "pipelines.upkeep"),
    "syllapy": ("history.readability",),
    "cssselect": ("crawler.targets.hints",),
    "idna": ("crawler.archives.surt",),
    "scrapy": ("crawler.", "pipelines.stages", "cli."),
    "pyarrow": ("history.export.parquet",),
    "warcio": ("history.export.warc", "crawler.", "pipelines."),
    "rich": ("crawler.summary", "crawler.progress", "cli."),
    "click": ("cli.",),
}  # fmt: skip


def imports(module: str) -> set[str]:
    """Every module that a module names in an import, wherever the import stands."""
    tree = ast.parse((ROOT / (module.replace(".", "/") + ".py")).read_text(encoding="utf-8"))
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(module.split(".")[: -node.level]) if node.level else ""
            source = ".".join(part for part in (base, node.module) if part)
            found |= {source} | {f"{source}.{alias.name}" for alias in node.names}
    return found


def layer(module: str) -> str:
    return "core" if _within(module, CORE) else module.split(".", maxsplit=1)[0]


def _within(name: str, prefixes: tuple[str, ...]) -> bool:
    return any(name == prefix.rstrip(".") or name.startswith(prefix.rstrip(".") + ".") for prefix in prefixes)


@pytest.mark.parametrize("module", MODULES)
def test_imports_follow_the_arrow(module):
    ours = {name for name in imports(module) if name.split(".")[0] in PACKAGES}
    wrong = {name for name in ours if not _within(name, ALLOWED[layer(module)])}
    assert not wrong, f"{module} may not know {wrong}"


@pytest.mark.parametrize("module", MODULES)
def test_a_library_is_used_where_it_belongs(module):
    for library, homes in ONLY.items():
        if any(name.split(".")[0] == library for name in imports(module)):
            assert _within(module, homes), f"{module} imports {library}"
            assert layer(module) != "core" or library not in ("scrapy", "rich"), module


def test_nothing_imports_the_command_line():
    assert not [m for m in MODULES if not m.startswith("cli.") and any(n.split(".")[0] == "cli" for n in imports(m))]


def test_packages_hold_no_code():
    """Reading never loads Scrapy or trafilatura by accident: an __init__.py says what its folder is for, and no more."""
    for package in PACKAGES:
        for init in (ROOT / package).rglob("__init__.py"):
            body = ast.parse(init.read_text(encoding="utf-8")).body
            assert not body[1:], init
            assert not body or isinstance(body[0], ast.Expr), init


@pytest.mark.parametrize("module", MODULES)
def test_every_module_can_be_imported(module):
    importlib.import_module(module)


def test_reading_loads_neither_scrapy_nor_trafilatura():
    readers = [m for m in MODULES if m.startswith("history.")]
    code = f"import importlib, sys; [importlib.import_module(m) for m in {readers}]; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()
    assert not {"scrapy", "trafilatura", "sqlite_utils"} & set(loaded)
