"""Records as JSON data, the one way that every `--json` takes: fields under their names, times as ISO 8601 UTC text.

    fields(record, "url", "valid_from") ──► {"url": "https://…", "valid_from": "2018-05-25T10:30:00Z"}
    plain(anything) ──► what json.dumps takes

A name in JSON is part of the interface (CHANGELOG.md); a name in Python is not. So a record's fields are named where its
data are made, and one that is called otherwise in JSON is written out there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields as fields_of
from dataclasses import is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from crawler.archives.timestamps import format_iso


def fields(record: object, *names: str) -> dict[str, Any]:
    """Return some attributes of a record, in this order, as `plain` has them."""
    return {name: plain(getattr(record, name)) for name in names}


def plain(value: Any) -> Any:
    """Return a value as json.dumps takes it: a dataclass as its fields, an enum's member as its value, a time as text.

    >>> from datetime import UTC
    >>> plain({"at": datetime(2018, 5, 25, 10, 30, tzinfo=UTC), "days": (date(2018, 5, 25),), "none": None})
    {'at': '2018-05-25T10:30:00Z', 'days': ['2018-05-25'], 'none': None}
    """
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return format_iso(value) if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, Mapping):
        return {plain(key): plain(one) for key, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return [plain(one) for one in value]
    if is_dataclass(value) and not isinstance(value, type):
        return fields(value, *(field.name for field in fields_of(value)))
    return value
