"""A server of the pages, by Datasette and uvicorn, until it is stopped.

serve(Serving(path, host, port, …)) ──► never returns before Ctrl-C
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
import yaml
from datasette.app import Datasette
from datasette.plugins import pm

from crawler.archives.errors import ConfigError
from history.database import open_database
from history.web import plugin
from history.web.legal import read_dates
from history.web.render import warm

_LONGEST_HEADERS = 16_384  # bytes of a request line and its headers
_AT_ONCE = 200  # requests that wait or are answered


@dataclass(frozen=True, slots=True)
class Serving:
    """What is served, and to whom.

    :param public: for strangers: no SQL of theirs. :param dates: a file of more legal dates.
    :param base: the path below which a proxy shows the pages. :param pauses: what the archives' limits say now.
    """

    path: Path
    host: str = "127.0.0.1"
    port: int = 8001
    public: bool = False
    dates: Path | None = None
    base: str = "/"
    pauses: Callable[[], Sequence[Mapping[str, Any]]] | None = None


def application(wanted: Serving) -> Datasette:
    """Return Datasette with our pages over a file.

    :raises StoreError: it is no database of ours. :raises ConfigError: the legal dates cannot be read.
    """
    open_database(wanted.path).close()
    shipped = yaml.safe_load(Path(__file__).with_name("datasette.yaml").read_text(encoding="utf-8"))
    settings = dict(shipped["settings"])
    if wanted.public:
        settings["default_allow_sql"] = False
    if wanted.base != "/":
        settings["base_url"] = f"/{wanted.base.strip('/')}/"
    with_pages()
    served = Datasette([str(wanted.path)], settings=settings)
    served._policylapse = {"dates": read_dates(wanted.dates), "pauses": wanted.pauses}  # noqa: SLF001 - plugin.py reads it
    return served


def with_pages() -> None:
    """Register our pages with Datasette, which finds them by itself only where this program is installed with its
    entry point; again, where it met the module half imported.
    """
    if pm.is_registered(plugin):
        pm.unregister(plugin)
    if (other := pm.get_plugin(plugin.NAME)) is not None:
        pm.unregister(other)
    pm.register(plugin, plugin.NAME)


def bound(host: str, port: int) -> socket.socket:
    """Return a socket that listens. :raises ConfigError: it cannot; its text says what to do."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise ConfigError(
            f"cannot listen on {host} port {port}: {error.strerror or error}. Name another with --port (0 takes a free one)"
        ) from None
    return listening


def serve(wanted: Serving, ready: Callable[[str], None]) -> None:
    """Serve until the process is stopped.

    :param ready: is told the address, as soon as the port is taken.
    :raises StoreError: it is no database of ours. :raises ConfigError: it cannot listen there.
    """
    served = application(wanted)
    warm()
    listening = bound(wanted.host, wanted.port)
    port = listening.getsockname()[1]
    shown = f"[{wanted.host}]" if ":" in wanted.host else wanted.host
    config = uvicorn.Config(
        served.app(),
        log_level="warning",
        lifespan="on",
        limit_concurrency=_AT_ONCE,
        server_header=False,
        h11_max_incomplete_event_size=_LONGEST_HEADERS,
    )
    ready(f"http://{shown}:{port}{'/' if wanted.base == '/' else '/' + wanted.base.strip('/') + '/'}")
    uvicorn.Server(config).run(sockets=[listening])
