"""The program as a person gets it: a wheel in an environment of its own, far from this folder."""

import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import main
from crawler import __version__
from docs.pictures import FOLDER, SHOWN, THEMES, WIDTH, svg

from .crawling import environment

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = re.findall(r"^ +(policylapse .+)$", CliRunner().invoke(main, ["--help"]).output, re.MULTILINE)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Build the wheel of a copy and install it; the libraries are those of the environment that runs the tests."""
    folder = tmp_path_factory.mktemp("install")
    source = folder / "source"
    for package in ("crawler", "pipelines", "history", "cli", "data"):
        shutil.copytree(ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    build = [*pip, "wheel", "--no-deps", "--no-index", "--no-build-isolation", "-w", str(folder), str(source)]
    subprocess.run(build, check=True, timeout=300)
    venv.create(folder / "env", with_pip=False, symlinks=True)
    python = folder / "env" / "bin" / "python"
    (wheel,) = folder.glob("*.whl")
    subprocess.run(
        [*pip, "--python", str(python), "install", "--no-deps", "--no-index", str(wheel)], check=True, timeout=300
    )
    (packages,) = (folder / "env").glob("lib/python*/site-packages")
    libraries = [path for path in sys.path if Path(path).name == "site-packages"]
    (packages / "libraries.pth").write_text("\n".join(libraries))
    return python.parent


def run(programs, command, folder):
    settings = environment(PATH=f"{programs}{os.pathsep}{os.environ['PATH']}", POLICYLAPSE_STATE=str(folder / "state"))
    settings.pop("PYTHONPATH", None)
    return subprocess.run(
        ["sh", "-c", command], cwd=folder, env=settings, capture_output=True, text=True, timeout=600, check=False
    )


@pytest.fixture(scope="module")
def crawled(installed, tmp_path_factory):
    """A folder in which the help's examples were run, in order: (folder, what each command printed)."""
    folder, shown = tmp_path_factory.mktemp("examples"), {}
    for command in EXAMPLES:
        done = run(installed, command, folder)
        assert done.returncode == 0, (command, done.stderr)
        shown[command.split()[1]] = done.stdout
    return folder, shown


def test_the_examples_of_the_help_run_where_only_the_wheel_is_installed(installed, crawled, tmp_path):
    where = run(installed, "python -c 'import cli, crawler; print(cli.__file__, crawler.__file__)'", tmp_path).stdout
    assert where.count(str(installed.parent)) == 2
    assert len(EXAMPLES) >= 4
    _folder, shown = crawled
    assert "8 policies" in shown["crawl"]
    assert "7 versions" in shown["timeline"]
    assert run(installed, "policylapse --version", tmp_path).stdout.endswith(f" {__version__}\n")


@pytest.mark.parametrize("name", SHOWN)
def test_the_pictures_show_what_the_program_prints(installed, crawled, name):
    folder, _shown = crawled
    output = run(installed, f"COLUMNS={WIDTH} {SHOWN[name]} --color always", folder).stdout
    for theme in THEMES:
        assert svg(output, SHOWN[name], theme) == (FOLDER / f"{name}-{theme}.svg").read_text(encoding="utf-8"), (
            "make docs"
        )


def test_one_version_everywhere():
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.search(r"^version: (.+)$", citation, re.MULTILINE)[1] == __version__
    newest = re.search(r"^## (\d\S+) ", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest[1] == __version__
