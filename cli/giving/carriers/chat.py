"""A message through Apprise (an extra), which knows some 130 services. It says no more than that it failed."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from cli.giving.carriers.letters import Carrier, Letter, Undelivered
from crawler.archives.errors import ConfigError
from history.notify.config import Channel
from history.notify.message import plain, subject


def chat_carrier(channel: Channel) -> Carrier:
    """Return what sends to a channel.

    :raises ConfigError: Apprise is not installed, or does not know the address; does not quote it, as it holds a secret.
    """
    try:
        apprise: Any = import_module("apprise")
    except ImportError:
        raise ConfigError(
            f"[channels.{channel.name}] needs Apprise, which is not installed. Run pip install 'policylapse[notify]'."
        ) from None
    url = channel.address
    if "overflow=" not in url:  # by default a service refuses what is too long for it
        url += f"{'&' if '?' in url else '?'}overflow=split"
    service = apprise.Apprise()
    if not service.add(url):
        raise ConfigError(
            f"[channels.{channel.name}] apprise is not an address that Apprise knows. See its documentation."
        )

    def send(letter: Letter) -> None:
        try:
            done = service.notify(title=subject(letter.message), body=plain(letter.message), body_format="text")
        except Exception as error:  # noqa: BLE001 - a plugin of any of 130 services
            raise Undelivered(f"Apprise failed ({type(error).__name__})") from None
        if not done:
            raise Undelivered("Apprise could not deliver it; its log says why")

    return send
