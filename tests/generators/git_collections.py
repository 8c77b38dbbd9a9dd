"""Git repositories as the collections keep them, made by `git fast-import`: Open Terms Archive's, and the corpus'.

commits ──make_repository──► a repository, bare or with a `.git`, whose commits have these files, dates and messages
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from crawler.collections.git import git_environment
from crawler.collections.ota import page_id

_EMPTY_MODE = "100644"


@dataclass(frozen=True)
class Made:
    """A commit to make.

    :param files: what it writes, by path; None deletes. :param modes: of files that are none (120000, 160000).
    :param committed_at: where it is not the author's date.
    """

    at: datetime
    message: str
    files: Mapping[str, bytes | None]
    modes: Mapping[str, str] = field(default_factory=dict)
    committed_at: datetime | None = None


def make_repository(path: Path, commits: Iterable[Made], *, bare: bool = True) -> Path:
    """Make a repository of commits, in their order; made again, commits are added."""
    fresh = not path.exists()
    if fresh:
        git(path.parent, "init", "--quiet", *(["--bare"] if bare else []), "--initial-branch=main", str(path))
    process = subprocess.Popen(
        ["git", "-C", str(path), "fast-import", "--quiet", "--done", "--date-format=raw"],
        env=git_environment(),
        stdin=subprocess.PIPE,
    )
    assert process.stdin is not None
    with process.stdin as stream:
        for number, one in enumerate(commits):
            stream.write(_commit(one, first=number == 0, fresh=fresh))
        stream.write(b"done\n")
    assert process.wait() == 0
    if not bare:
        git(path, "reset", "--quiet", "--hard", "main")
    return path


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder; return what it says."""
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=git_environment(), check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def _commit(one: Made, *, first: bool, fresh: bool) -> bytes:
    author, committer = (int(at.timestamp()) for at in (one.at, one.committed_at or one.at))
    lines = [
        b"commit refs/heads/main\n",
        f"author OTA <bot@example.org> {author} +0000\ncommitter OTA <bot@example.org> {committer} +0000\n".encode(),
        _data(one.message.encode()),
    ]
    if first and not fresh:
        lines.append(b"from refs/heads/main^0\n")
    for path, content in one.files.items():
        name = _quoted(path)
        mode = one.modes.get(path, _EMPTY_MODE)
        if content is None:
            lines.append(b"D " + name + b"\n")
        elif mode == "160000":
            lines.append(f"M {mode} {content.decode()} ".encode() + name + b"\n")
        else:
            lines.append(f"M {mode} inline ".encode() + name + b"\n" + _data(content))
    return b"".join(lines) + b"\n"


def _data(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)


def _quoted(path: str) -> bytes:
    raw = path.encode("utf-8", "surrogateescape")
    return b'"' + raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n") + b'"'


def snapshot(
    service: str,
    terms: str,
    at: datetime,
    body: bytes,
    *,
    url: str = "",
    page: bool = False,
    first: bool = False,
    ending: str = "html",
    modern: bool = True,
) -> Made:
    """A commit of a snapshots repository.

    :param url: for the trailer, as the engine has it since version 2; `modern`: its subjects. :param page: the URL's id in the name.
    """
    name = f"{terms} #{page_id(url)}" if page else terms
    subject = {
        (True, True): f"First record of {service} {terms}",
        (True, False): f"Record new changes of {service} {terms}",
        (False, True): f"Start tracking {service} {terms}",
        (False, False): f"Update {service} {terms}",
    }[modern, first]
    trailer = f"\n\nX-engine-version: 2.0.0\nX-fetcher: htmlOnly\nX-source-document-location: {url}" if url else ""
    return Made(at, f"{subject}{trailer}\n", {f"{service}/{name}.{ending}": body})


def version(service: str, terms: str, at: datetime, text: str, *, kind: str = "change", of: Iterable[str] = ()) -> Made:
    """A commit of a versions repository. :param kind: first, change or technical. :param of: ids of snapshots."""
    subject = {
        "first": f"First record of {service} {terms}",
        "change": f"Record new changes of {service} {terms}",
        "technical": f"Apply technical or declaration upgrade on {service} {terms}",
    }[kind]
    told = "".join(f"\n\nThis version was recorded after extracting from snapshot {one}" for one in of)
    return Made(at, f"{subject}{told}\n", {f"{service}/{terms}.md": text.encode()})


def day(number: float) -> datetime:
    """A moment so many days after the beginning of 2020."""
    return datetime(2020, 1, 1, 12, tzinfo=UTC) + timedelta(days=number)


def corpus_commit(site: str, at: datetime, url: str, page: bytes, text: str, *, title: str = "Privacy") -> Made:
    """A commit of the Princeton-Leuven corpus: the pair of a site, with their headers."""
    link = f"https://web.archive.org/web/{at:%Y%m%d%H%M%S}id_/{quote(url, safe='/')}"
    about = f"{site} privacy policy that was archived on {at:%Y-%m-%d}."
    head = (
        f"> *The following text is extracted and transformed from the {about} Please check the "
        f"[original snapshot on the Wayback Machine]({link}) for the most accurate reproduction.*\n\n# {title}\n\n"
    )
    comment = (
        f"<!--The following is the downloaded HTML source of the {about}\n Please check the original snapshot on the "
        f"Wayback Machine ({link}) for the most accurate reproduction.-->\n"
    )
    stem = f"{site[:1]}/{site[:2]}/{site[:3]}/{site}"
    return Made(
        at,
        f'{site} {at:%Y}\n\n{{"site_url": "{site}"}}',
        {f"{stem}.md": (head + text).encode(), f"{stem}.html": comment.encode() + page},
    )
