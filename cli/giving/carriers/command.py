"""A change or event for a command of the person's, as JSON on its standard input. No shell, none of our secrets."""

from __future__ import annotations

import json
import os
import subprocess

from cli.giving.carriers.letters import Carrier, Letter, Undelivered
from cli.giving.carriers.secrets import without_secrets
from crawler.archives.timestamps import format_iso
from history.notify.config import Channel

_SECONDS = 60.0


def command_carrier(channel: Channel) -> Carrier:
    """Return what runs a channel's command; it has delivered where it ends with exit code 0."""

    def run(letter: Letter) -> None:
        data = dict(letter.data) | {"id": f"msg_{letter.key}", "timestamp": format_iso(letter.decided_at)}
        try:
            done = subprocess.run(
                channel.command,
                input=json.dumps(data).encode(),
                env=without_secrets(os.environ),
                check=False,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=_SECONDS,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Undelivered(f"the command could not run ({type(error).__name__})") from None
        if done.returncode:
            raise Undelivered(f"the command ended with exit code {done.returncode}")

    return run
