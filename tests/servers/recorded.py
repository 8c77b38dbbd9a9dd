"""The recorded answers of web.archive.org in ../shared, which is not part of this repository."""

import json
from pathlib import Path

import pytest

from crawler.archives.coding import undo_content_encoding

SHARED = Path(__file__).resolve().parents[3] / "shared"
FOLDER = SHARED / "recorded"
needs_recordings = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the recorded answers are not at {FOLDER}")


def recorded(*kinds):
    """Parameters (answer) for each recorded answer of these kinds; one that skips, saying why, where they are missing."""
    if not FOLDER.is_dir():
        return [pytest.param(None, marks=[pytest.mark.shared, needs_recordings])]
    answers = [json.loads(line) for line in (FOLDER / "index.jsonl").read_text(encoding="utf-8").splitlines()]
    return [
        pytest.param(answer, id=f"{answer['id']}-{answer['kind']}", marks=pytest.mark.shared)
        for answer in answers
        if answer["kind"] in kinds
    ]


def headers_of(answer):
    return {name.lower(): value for name, value in answer["headers"]}


def body_of(answer):
    """The body, content codings undone."""
    return undo_content_encoding((FOLDER / answer["body"]).read_bytes(), headers_of(answer))[0]
