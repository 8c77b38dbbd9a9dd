"""Applying a difference to the old text gives the new text, exactly; as data, and as a patch that the tools take."""

import json
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.archives.errors import ConfigError
from history.diff.diff import DiffKind, diff
from history.diff.patch import apply, patch_data
from history.diff.unified import patch_lines
from history.plain import clean
from pipelines.model import Block, BlockKind
from pipelines.text.markdown import render_markdown

WORDS = st.sampled_from(
    ["We", "sell", "data", "don't", "50", "%", "個", "人", "é", "(a)", "1.", "½", "“", "”", "*", "no."]
)
GAPS = st.sampled_from([" ", "  \n", ". ", "\n\n", "-", " | ", "\u200b"])
TEXT = st.lists(st.tuples(WORDS, GAPS), max_size=14).map(lambda pairs: "".join(a + b for a, b in pairs))
BLOCK = st.builds(Block, st.sampled_from(list(BlockKind)), st.integers(0, 3), st.one_of(TEXT, st.text(max_size=12)))
BLOCKS = st.lists(BLOCK, max_size=8)


def through_json(old, new):
    return json.loads(json.dumps(patch_data(old, new, diff(old, new))))


@given(BLOCKS, BLOCKS)
def test_any_two_texts(old, new):
    assert apply(old, through_json(old, new)) == tuple(new)


@given(BLOCKS, st.data())
def test_a_text_that_was_edited_and_whose_blocks_moved(old, data):
    new = data.draw(st.permutations(old))
    for _ in range(data.draw(st.integers(0, 2))):
        at = data.draw(st.integers(0, len(new)))
        new[at : at + data.draw(st.integers(0, 1))] = data.draw(st.lists(BLOCK, max_size=2))
    assert apply(old, through_json(old, new)) == tuple(new)


def test_a_section_that_moved():
    parts = [Block(BlockKind.PARAGRAPH, 0, f"Paragraph {n} says what it says about things {n}.") for n in range(6)]
    old, new = parts, [*parts[3:], *parts[:3]]
    found = diff(old, new)
    assert sum(b.kind is DiffKind.MOVED for b in found) == 3
    assert apply(old, through_json(old, new)) == tuple(new)


def test_another_text_is_refused():
    old, new = [Block(BlockKind.PARAGRAPH, 0, "We keep it.")], [Block(BlockKind.PARAGRAPH, 0, "We sell it.")]
    data = through_json(old, new)
    with pytest.raises(ConfigError, match="made of another text"):
        apply(new, data)
    with pytest.raises(ConfigError, match="made of another text"):
        apply([Block(BlockKind.TITLE, 0, "Title"), *old], data)


@pytest.mark.parametrize(
    "data", [{}, {"blocks": []}, {"blocks": [{}], "titles": {"old": [], "new": []}}, {"blocks": 3, "titles": 4}]
)
def test_what_is_no_difference_is_refused(data):
    with pytest.raises(ConfigError):
        apply([], data)


def patched(tool, old, new, folder):
    patch = patch_lines(old, new, ("a/a.md", "b/a.md"))
    (folder / "a.md").write_bytes(old.encode())
    if patch:
        command = {"patch": ["patch", "-s", "-p1"], "git": ["git", "apply", "--whitespace=nowarn", "-"]}[tool]
        subprocess.run(command, cwd=folder, input=f"# evidence\n{patch}".encode(), check=True, capture_output=True)
    return (folder / "a.md").read_bytes().decode()


@pytest.mark.parametrize("tool", ["patch", "git"])
@settings(max_examples=25, deadline=None)
@given(old=BLOCKS, new=BLOCKS)
def test_tools_take_the_patch(tmp_path_factory, tool, old, new):
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")
    before, after = (clean(render_markdown(blocks)) for blocks in (old, new))
    if before and after:  # to the tools, an empty file is none
        folder = tmp_path_factory.mktemp("patch")
        assert patched(tool, before, after, folder) == after


def test_lines_that_end_in_nothing(tmp_path):
    assert patched("git", "a\nb", "a\nc\n", tmp_path) == "a\nc\n"
    assert patch_lines("a\n", "a\n", ("a", "b")) == ""
