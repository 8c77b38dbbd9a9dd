"""Save Page Now on loopback, as a stub that answers what it is told (shared/facts/save.md 2); it notes every request."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

KEYS = "ACCESSkey123:SECRETkey456"


class SaveService:
    """Its state; `saves` are answers (status, headers, body) to POST /save in turn, "hang up" breaks off; then jobs.

    :param jobs: job -> what its status says; a job that is not in it is not mentioned.
    """

    def __init__(self):
        self.asked, self.saves, self.jobs, self.forms = [], [], {}, []
        self.user = {"available": 8, "processing": 0, "daily_captures": 5, "daily_captures_limit": 4000}
        self.system = (200, {"status": "ok"})
        self.made = {}  # URL -> captures made: the service makes none where there is a young one

    def submit(self, form):
        self.forms.append(form)
        if self.saves:
            return self.saves.pop(0)
        url = form["url"]
        if url in self.made:
            return (
                200,
                {},
                {
                    "url": url,
                    "message": "The same snapshot had been made 3 hours ago. You can make new capture of this URL after 720 hours.",
                },
            )
        self.made[url] = 1
        job = f"spn2-{len(self.made)}"
        self.jobs.setdefault(job, {"status": "pending"})
        return 200, {}, {"url": url, "job_id": job}


@contextmanager
def save_service():
    """Yield (a value of --archive, SaveService)."""
    state = SaveService()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self._handle({})

        def do_POST(self):
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._handle({name: values[0] for name, values in parse_qs(text).items()})

        def _handle(self, form):
            path = self.path.partition("?")[0]
            state.asked.append(f"{self.command} {path}")
            if self.headers["Authorization"] != f"LOW {KEYS}":
                self._give(401, {}, {"message": "You need to be logged in to use Save Page Now."})
            elif path == "/save/status/system":
                self._give(state.system[0], {}, state.system[1])
            elif path == "/save/status/user":
                self._give(200, {}, state.user)
            elif path == "/save/status":
                known = [job for job in form["job_ids"].split(",") if job in state.jobs]
                self._give(200, {}, [{"job_id": job} | state.jobs[job] for job in known])
            else:
                answer = state.submit(form)
                if answer == "hang up":
                    self.close_connection = True
                    self.connection.close()
                else:
                    self._give(*answer)

        def _give(self, status, headers, body):
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body.encode() if isinstance(body, str) else json.dumps(body).encode())

        def log_message(self, *_):
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_):
            """A client that was killed says nothing of the server."""

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"wayback+http://127.0.0.1:{server.server_port}", state
        finally:
            server.shutdown()
