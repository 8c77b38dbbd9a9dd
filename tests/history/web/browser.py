"""A Chromium that is installed, where there is one; it never asks anybody but the test's own server."""

import os
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def executable():
    """The browser's path, "" where none is found: POLICYLAPSE_BROWSER names one, else it is looked for on the PATH."""
    named = os.environ.get("POLICYLAPSE_BROWSER", "")
    found = [shutil.which(name) for name in NAMES]
    return next((path for path in (named, *found) if path and Path(path).exists()), "")
