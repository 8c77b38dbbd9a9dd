"""The house: who may import whom (contracts.toml), what a folder says of itself, and the map in CONTRIBUTING.md."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("crawler", "pipelines", "history", "cli")
FOLDERS = sorted(
    path.parent.relative_to(ROOT).as_posix() for package in PACKAGES for path in (ROOT / package).rglob("__init__.py")
)
MOST_MODULES = 15  # a folder with more is two: say what each is for, without an "and"
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if path.name != "__init__.py"
)


def lint(contracts: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    command += ["--config", str(contracts), "--no-logo", "--no-cache"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_imports_follow_the_contracts():
    checked = lint(ROOT / "tests" / "contracts.toml")
    assert checked.returncode == 0, checked.stdout


def test_a_contract_that_is_broken_is_seen(tmp_path):
    contract = tmp_path / "contracts.toml"
    contract.write_text(
        """
[tool.importlinter]
root_package = "pipelines"
[[tool.importlinter.contracts]]
name = "No store"
type = "forbidden"
source_modules = ["pipelines.upkeep"]
forbidden_modules = ["pipelines.store"]
"""
    )
    checked = lint(contract)
    assert checked.returncode == 1
    assert "No store BROKEN" in checked.stdout


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_says_what_it_is_for_and_holds_no_code_of_its_own(folder):
    """Reading never loads Scrapy or trafilatura by accident. The version is a constant of the first folder."""
    docstring, *others = ast.parse((ROOT / folder / "__init__.py").read_text(encoding="utf-8")).body
    assert [ast.unparse(node).split(" ")[0] for node in others] == ["__version__"] * (folder == "crawler")
    assert isinstance(docstring, ast.Expr)
    assert len(str(ast.literal_eval(docstring.value)).split()) > 10


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_holds_no_more_modules_than_one_looks_through(folder):
    modules = [path.name for path in (ROOT / folder).glob("*.py") if path.name != "__init__.py"]
    assert len(modules) <= MOST_MODULES


def parsed():
    for folder in FOLDERS:
        for path in (ROOT / folder).glob("*.py"):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def test_a_name_is_of_two_classes_at_most():
    """Whoever searches for a class by its name is to find it."""
    owners: dict[str, list[str]] = {}
    for path, module in parsed():
        for node in module.body:
            if isinstance(node, ast.ClassDef):
                owners.setdefault(node.name.lstrip("_"), []).append(f"{path}:{node.lineno}")
    assert [places for places in owners.values() if len(places) > 2] == []


def test_exit_codes_are_named():
    """crawler.archives.errors.Exit is the only place of their numbers."""

    def numbers(node: ast.AST) -> bool:
        return any(type(getattr(part, "value", None)) is int for part in ast.walk(node))

    found = []
    for path, module in parsed():
        for node in ast.walk(module):
            if isinstance(node, ast.Call):
                told = getattr(node.func, "attr", "") == "exit" and any(map(numbers, node.args))
            elif isinstance(node, ast.Assign):
                told = any(getattr(target, "id", "") == "exit_code" for target in node.targets) and numbers(node.value)
            elif isinstance(node, ast.FunctionDef):
                returned = [part for part in ast.walk(node) if isinstance(part, ast.Return)]
                told = node.name.endswith("exit_code") and any(map(numbers, returned))
            else:
                continue
            found += [f"{path}:{node.lineno}"] * told
    assert found == []


# of other programs, whose sources we cite
OTHERS = {
    "handle_exception.py",
    "_client.py",
    "myrequests.py",
    "cdxobject.py",
    "fuzzymatcher.py",
    "yours.py",
    "x.py",
    "others.py",
}
OTHERS |= {"make_warc.py", "score_changes.py"}  # ../shared/tools


def test_a_file_that_a_text_names_is_there():
    """Who follows a docstring to another module finds it."""
    kinds = ("crawler", "pipelines", "history", "cli", "tests", "benchmarks", "contrib", "docs")
    ours = {path.relative_to(ROOT).as_posix() for kind in kinds for path in (ROOT / kind).rglob("*.py")}
    schema = ROOT / "pipelines" / "store" / "schema"  # applied migrations stay as they are, and so does what docs show
    lost = []
    texts = [ROOT / "CONTRIBUTING.md", ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    for path in [*texts, *(path for kind in kinds for path in (ROOT / kind).rglob("*.py"))]:
        if path.parent == schema or path.name == "schema.md":
            continue
        for name in re.findall(r"(?<![\w./*-])[\w/]*\w\.py\b", path.read_text(encoding="utf-8")):
            if name not in ours and not any(one.endswith(f"/{name}") for one in ours):
                lost += [f"{path.relative_to(ROOT)}: {name}"] * (name.rpartition("/")[2] not in OTHERS)
    assert lost == []


def test_the_map_names_every_folder_and_none_that_is_not_there():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = [
        line for line in text.split("## Where things are")[1].split("`tests/` mirrors")[0].splitlines() if "|" in line
    ]
    named: set[str] = set()
    for row in rows:
        above = ""
        for path in re.findall(r"`([\w/.]+/)`", row.split("|")[2]):
            inside = above + path
            named.add((path if (ROOT / path).is_dir() else inside).rstrip("/"))
            above = path if path.count("/") > 1 and (ROOT / path).is_dir() else above
    wings = {"crawler", "pipelines", "history"}
    tests = {one for one in named if one.startswith("tests/")}
    assert all((ROOT / one).is_dir() for one in tests)
    assert named - tests == set(FOLDERS) - wings


def test_every_module_can_be_imported_and_reading_loads_neither_scrapy_nor_trafilatura():
    readers = [module for module in MODULES if module.startswith("history.")]
    code = (
        f"import importlib, sys; [importlib.import_module(m) for m in {readers}]; print(*sys.modules);"
        f"[importlib.import_module(m) for m in {MODULES}]"
    )
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    assert not {"scrapy", "trafilatura", "sqlite_utils"} & set(run.stdout.split())
