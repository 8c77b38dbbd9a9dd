"""The HTTP server under our test servers: a thread a connection."""

from http.server import ThreadingHTTPServer


class Server(ThreadingHTTPServer):
    """Python's own lets five connections wait. A sixth that comes at once is dropped, and its client tries again a
    second later: to the server, that is a request inside a pause.
    """

    request_queue_size = 128
