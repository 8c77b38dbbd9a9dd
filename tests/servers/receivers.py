"""Receivers on loopback: a mail server and a webhook's, each of which answers as it is told."""

import json
import threading
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller


class _AnyPort(Controller):
    """On whatever port is free; its own first connection goes there."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class Inbox:
    """What a mail server took; `answers` are given in turn, then "250 OK"."""

    def __init__(self):
        self.raw, self.answers = [], []

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - aiosmtpd's name
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("2"):
            self.raw.append(envelope.original_content)
        return answer

    @property
    def mails(self):
        return [message_from_bytes(raw, policy=default) for raw in self.raw]


@contextmanager
def mail_server():
    """Yield (address for notify.toml, Inbox)."""
    inbox = Inbox()
    controller = _AnyPort(inbox, hostname="127.0.0.1", port=0)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{controller.port}", inbox
    finally:
        controller.stop()


class Hooks:
    """What a webhook's receiver was sent: (headers, body); `answers` are (status, headers), in turn, then 204."""

    def __init__(self):
        self.got, self.answers = [], []


@contextmanager
def webhook_receiver():
    """Yield (URL, Hooks)."""
    hooks = Hooks()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, headers = hooks.answers.pop(0) if hooks.answers else (204, {})
            hooks.got.append((dict(self.headers.items()), body))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/hook", hooks
        finally:
            server.shutdown()


def data_of(hook):
    return json.loads(hook[1])
