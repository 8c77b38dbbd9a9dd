"""A change or event as a webhook, signed as Standard Webhooks 1.0.0 has it (standard-webhooks.com).

signature(secret, id, timestamp, body) ──► "v1,…"      webhook_carrier(channel) posts
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time

from cli.giving.carriers.http import check_address, send
from cli.giving.carriers.letters import Carrier, Letter, Undelivered
from cli.giving.carriers.secrets import read_secret
from crawler.archives.errors import ConfigError, PolicylapseError
from crawler.archives.timestamps import format_iso
from crawler.asking.limits import parse_retry_after
from history.notify.config import Channel

_PREFIX = "whsec_"


def key_of(secret: str) -> bytes:
    """Return the bytes of a secret; ConfigError if it is none."""
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(_PREFIX) or not 24 <= len(key) <= 64:
        raise ConfigError("a signing secret is whsec_ and 24 to 64 bytes in base64")
    return key


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the value of the header webhook-signature."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return f"v1,{base64.b64encode(hmac.new(key_of(secret), signed, hashlib.sha256).digest()).decode()}"


def webhook_carrier(channel: Channel) -> Carrier:
    """Return what posts to a channel.

    :raises ConfigError: its secret is missing or is none; its address is none.
    """
    secret = read_secret(channel.secret)
    if not secret:
        raise ConfigError(
            f"[channels.{channel.name}] has no signing secret. Set {channel.secret} to whsec_ and 24 to 64 bytes in base64."
        )
    try:
        key_of(secret)
        check_address(channel.address, private=channel.private)
    except ConfigError as error:
        raise ConfigError(
            f"[channels.{channel.name}]: {error}. Correct it in {channel.secret} or notify.toml."
        ) from None

    def post(letter: Letter) -> None:
        body = json.dumps(dict(letter.data) | {"timestamp": format_iso(letter.decided_at)}).encode()
        message_id, timestamp = f"msg_{letter.key}", int(letter.now.timestamp())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "policylapse",
            "webhook-id": message_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(secret, message_id, timestamp, body),
        }
        try:
            reply = send(channel.address, body=body, headers=headers, private=channel.private)
        except PolicylapseError as error:
            raise Undelivered(str(error)) from None
        if 200 <= reply.status < 300:
            return
        wait = parse_retry_after(reply.headers.get("retry-after", ""), time.time())
        raise Undelivered(f"it answered HTTP {reply.status}", wait, gone=reply.status == 410)

    return post
