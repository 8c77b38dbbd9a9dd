"""Secrets: read where they are kept, by name; never from the command line, never printed.

read_secret("POLICYLAPSE_SMTP_PASSWORD") ──► the environment variable of that name, or the file that NAME_FILE names, or the
systemd credential NAME (LoadCredential=); "" where there is none.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from crawler.archives.errors import ConfigError

_LONGEST = 4096  # bytes of a file that holds one
_SECRET = re.compile(r"PASSWORD|SECRET|ACCESS_KEY|POLICYLAPSE_PING|KEYS", re.IGNORECASE)


def read_secret(name: str) -> str:
    """Return a secret, without white space around it.

    :raises ConfigError: the file that should hold it cannot be read; names the variable, not the content.
    """
    value = os.environ.get(name, "")
    if value:
        return value.strip()
    folder = os.environ.get("CREDENTIALS_DIRECTORY", "")
    file = os.environ.get(f"{name}_FILE", "") or (str(Path(folder) / name) if folder else "")
    if not file or (not os.environ.get(f"{name}_FILE") and not Path(file).exists()):
        return ""
    try:
        with Path(file).open("rb") as opened:
            return opened.read(_LONGEST).decode("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise ConfigError(f"cannot read the file that {name}_FILE names. Check its path and its permissions.") from None


def without_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment for a command of the person's: without this program's secrets."""
    return {name: value for name, value in environment.items() if not _SECRET.search(name)}
