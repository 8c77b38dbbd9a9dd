"""What a carrier is handed, and how it says that it could not deliver.

carrier(letter) ──► returns: the receiver has it          raises Undelivered: why, when to try again, whether ever
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from history.notify.message import Message


@dataclass(frozen=True, slots=True)
class Letter:
    """One message.

    :param key: the same at every attempt. :param decided_at: when it was decided to send it. :param now: this attempt.
    :param data: of a single change or event, for programs.
    """

    key: str
    decided_at: datetime
    now: datetime
    message: Message
    data: Mapping[str, Any]


class Undelivered(Exception):
    """It could not be delivered.

    :param retry_after: seconds that the receiver asks for. :param gone: the receiver wants no more.
    """

    def __init__(self, reason: str, retry_after: float | None = None, *, gone: bool = False) -> None:
        super().__init__(reason)
        self.retry_after, self.gone = retry_after, gone


Carrier = Callable[[Letter], None]
