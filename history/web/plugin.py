"""Our pages inside Datasette: routes, headers, and what its own pages are told. Nothing happens on other files.

Datasette 0.65; what differs in 1.0 is in `_allowed` and in the metadata hook (docs.datasette.io, "Upgrade guide").
Entry point `datasette: policylapse`, so that plain `datasette policies.db` has the pages, too.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from datasette import Response, hookimpl
from datasette.utils import sqlite_timelimit

from history.web.app import HEADERS, PATHS, Answer, answer, split
from history.web.catalogue import Catalogue, read_catalogue
from history.web.legal import read_dates
from history.web.links import ASSETS, Links
from history.web.page import Ask
from history.web.render import ASSET_TYPES, STATIC, assets_version
from history.web.state import state_of
from history.web.tables import database_metadata, queries
from pipelines.store.check import APPLICATION_ID
from pipelines.store.load import one_state

if TYPE_CHECKING:  # Datasette loads its plugins, this one too, before its own module `app` is whole
    from datasette.app import Datasette

NAME: Final = "policylapse"
_TIME: Final = 3_000  # milliseconds of SQL that one page may take
_YEAR: Final = "public, max-age=31536000, immutable"
PROGRAM: Final = f"{NAME}/{version(NAME)}"


class _Catalogues:
    """The catalogue of each file, read again only after a commit."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[str, tuple[str, Catalogue]] = {}

    def get(self, db: sqlite3.Connection, path: str, state: str) -> Catalogue:
        with self._lock:
            held = self._held.get(path)
        if held and held[0] == state:
            return held[1]
        catalogue = read_catalogue(db)
        with self._lock:
            self._held[path] = (state, catalogue)
        return catalogue


_CATALOGUES: Final = _Catalogues()


@hookimpl
def register_routes(datasette: Datasette) -> list[tuple[str, Callable[..., Any]]]:
    """Our pages, where a database is ours; Datasette asks once, at its first request."""
    if _ours(datasette) is None:
        return []
    _without_rich()
    return [
        (r"^/$", _index),
        (rf"^/-/(?P<path>{PATHS})$", _page),
        (rf"^/-/{ASSETS}/(?P<name>[a-z]+\.(?:css|js|svg))$", _asset),
        (r"^/robots\.txt$", _robots),
    ]


def _without_rich() -> None:
    """With rich installed, Datasette 0.65 prints every 404 with a traceback and fails on paths that no route matches:
    handle_exception.py calls rich's print_exception outside of an except block.
    """
    from datasette import handle_exception  # noqa: PLC0415 - as above

    handle_exception.rich = None


async def _index(request: Any, datasette: Datasette) -> Response:
    return await _respond(request, datasette, "", "html")


async def _page(request: Any, datasette: Datasette) -> Response:
    path, form = split(unquote(request.url_vars["path"]))
    return await _respond(request, datasette, path, form)


async def _respond(request: Any, datasette: Datasette, path: str, form: str) -> Response:
    name = _ours(datasette)
    database = datasette.get_database(name)
    file = Path(database.path)
    state = state_of(file)
    etag = f'W/"{state}-{assets_version()}-{PROGRAM}"'
    headers = {**HEADERS, "ETag": etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    paused = _settings(datasette).get("pauses")
    if etag in request.headers.get("if-none-match", "") and not (path == "runs" and paused):
        return Response("", status=304, headers=headers)
    query = {key: request.args[key] for key in request.args}
    settings = _settings(datasette)

    def read(db: sqlite3.Connection) -> Answer:
        with sqlite_timelimit(db, settings.get("time_limit_ms", _TIME)), one_state(db):
            # what is held is of the state that is read, unless there was a commit since `state` was asked for
            same = state_of(file) == state
            catalogue = _CATALOGUES.get(db, str(file), state) if same else read_catalogue(db)
            ask = Ask(
                db,
                catalogue,
                Links(datasette.urls.path("/"), here=path),
                path,
                query,
                settings["dates"],
                settings.get("pauses"),
                datasette.urls.database(name),
            )
            return answer(ask, form, PROGRAM)

    found = await database.execute_fn(read)
    if found.location:
        headers["Location"] = found.location
    if found.status != 200:
        headers["Cache-Control"] = "no-store"
        headers.pop("ETag")
    return Response(found.body, status=found.status, headers=headers, content_type=found.media)


async def _asset(request: Any) -> Response:
    name = request.url_vars["name"]
    if name not in ASSET_TYPES:
        return Response("no such file", status=404, headers=HEADERS, content_type="text/plain")
    body = (STATIC / name).read_bytes()
    return Response(body, headers={**HEADERS, "Cache-Control": _YEAR}, content_type=ASSET_TYPES[name])


async def _robots() -> Response:
    return Response("User-agent: *\nDisallow: /-/search\nDisallow: /-/compare\n", content_type="text/plain")


def _ours(datasette: Datasette) -> str | None:
    """The first database that a policylapse wrote, None where there is none."""
    for name, database in datasette.databases.items():
        if database.path and not database.is_memory and is_ours(Path(database.path)):
            return str(name)
    return None


def is_ours(path: Path) -> bool:
    """Tell whether a file is one of ours: by the application id in its header (sqlite.org/fileformat2.html, 1.3)."""
    try:
        with path.open("rb") as stream:
            header = stream.read(100)
    except OSError:
        return False
    return len(header) == 100 and int.from_bytes(header[68:72]) == APPLICATION_ID


def _settings(datasette: Datasette) -> Mapping[str, Any]:
    """What `policylapse web` set, or the plugin's configuration."""
    held = getattr(datasette, "_policylapse", None)
    if held is None:
        configured = datasette.plugin_config(NAME) or {}
        held = {"dates": read_dates(Path(configured["dates"]) if configured.get("dates") else None)}
        datasette._policylapse = held  # noqa: SLF001 - ours, and where a plugin keeps its state in 0.65
    return held


@hookimpl
def asgi_wrapper() -> Callable[[Any], Any]:
    """`nosniff` on Datasette's own pages as well: archived text is in their answers, too."""

    def wrap(app: Any) -> Any:
        async def wrapped(scope: Any, receive: Any, send: Any) -> None:
            async def sending(event: Mapping[str, Any]) -> None:
                if event["type"] == "http.response.start":
                    headers = list(event.get("headers", []))
                    if not any(name.lower() == b"x-content-type-options" for name, _value in headers):
                        headers.append((b"x-content-type-options", b"nosniff"))
                    event = {**event, "headers": headers}
                await send(event)

            await app(scope, receive, sending if scope["type"] == "http" else send)

        return wrapped

    return wrap


@hookimpl
def menu_links(datasette: Datasette) -> Sequence[Mapping[str, str]]:
    """The way back from Datasette's pages to ours."""
    return [{"href": datasette.urls.path("/"), "label": "policylapse"}] if _ours(datasette) else []


@hookimpl
def get_metadata(datasette: Datasette) -> Mapping[str, Any]:
    """Descriptions of the tables and hidden internals, for a database of ours."""
    name = _ours(datasette)
    return {"databases": {name: database_metadata()}} if name else {}


@hookimpl
def canned_queries(datasette: Datasette, database: str) -> Mapping[str, Mapping[str, str]]:
    """Queries that answer fast what the views cannot."""
    return queries() if database == _ours(datasette) else {}
