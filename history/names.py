"""Names of files and folders, for sites and policies: safe, and each its own, on Linux, macOS and Windows.

site_name("localhost:8080") ──► localhost_8080-8b1fdc44        policy_names(policies) ──► {id: "privacy"}

A name is of ASCII letters, digits, `.`, `_`, `-`; at most 100 characters, so that an ending has room below the 255 bytes
that file systems take; never hidden, never ending in a dot (which Windows drops), never a device of Windows
(learn.microsoft.com, "Naming Files, Paths, and Namespaces"), never one of the files that an export writes beside it. Two
names differ in more than case. A digest is in a name only where it has to be: what most are called stays as it reads.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from history.sites import PolicyRow

LONGEST: Final = 100
_KEY: Final = 8  # characters of a digest that tells two names apart
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")
_HIDDEN: Final = re.compile(r"^[._]*\.[._]*")
_DEVICE: Final = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)", re.IGNORECASE)
_OURS: Final = re.compile(r"manifest\.json|readme\.md$|metadata\.jsonl$|.*\.part$")
_NUMBERED: Final = re.compile(r"-(?:[0-9a-f]{8}|[0-9]+)$")  # as a digest, or a number, makes two of one name


def safe_name(text: str) -> str:
    """Return text as a file's name; two texts may have one.

    >>> safe_name("policies.example.com/de/privacy?x=1"), safe_name("../../etc"), safe_name(""), safe_name("aux.html")
    ('policies.example.com_de_privacy_x_1', '_etc', '_', '_aux.html')
    """
    name = _HIDDEN.sub("_", _UNSAFE.sub("_", text)).strip(".") or "_"
    name = f"_{name}" if _DEVICE.match(name) else name
    return name if len(name) <= LONGEST else _keyed(name, text)


def site_name(site: str) -> str:
    """Return the name of a site's folder: the site itself, or, where that cannot be, one that no other site has.

    >>> site_name("example.com"), site_name("localhost:8080"), site_name("manifest.json")
    ('example.com', 'localhost_8080-8b1fdc44', 'manifest.json-ffa5b716')
    """
    name = safe_name(site)
    plain = name == site == site.lower() and not _OURS.match(name) and not _NUMBERED.search(name)
    return name if plain else _keyed(name, site)


def service_name(service: str) -> str:
    """Return the name of the folder of a service, or of a type of terms: spaces stay, as Open Terms Archive has them.

    >>> service_name("Booking.com"), service_name("Acme, Inc"), service_name("../x"), service_name("README.md")
    ('Booking.com', 'Acme_ Inc', '_x', 'README.md-b3356305')
    """
    name = " ".join(map(safe_name, service.split()))
    plain = name and len(name) <= LONGEST and not _OURS.match(name.lower())
    return name if plain else _keyed(safe_name(service), service)


def policy_names(policies: Sequence[PolicyRow]) -> Mapping[int, str]:
    """Return each policy's name under its site's folder: its URL's path, with the host where that is not the site's.

    It does not depend on what else the database holds, but where two would have one name: then both get a digest of
    their URL, all of it where somebody made two that begin alike.
    """
    names = {policy.policy_id: safe_name(_short(policy)) for policy in policies}
    for length in (_KEY, 64):
        seen = Counter((policy.site, names[policy.policy_id].lower()) for policy in policies)
        for policy in policies:
            name = names[policy.policy_id]
            if seen[policy.site, name.lower()] > 1:
                names[policy.policy_id] = _keyed(safe_name(_short(policy)), policy.policy_url, length)
    return names


def shard(name: str) -> str:
    """Return the first letters of a name as a folder's; a dot at its end stays, since Windows finds it without, too.

    >>> shard("con"), shard("01.")
    ('con_', '01.')
    """
    return f"{name}_" if _DEVICE.match(name) else name


def _short(policy: PolicyRow) -> str:
    try:
        parts = urlsplit(policy.policy_url)
    except ValueError:  # no address, whatever the file says
        return policy.policy_url
    host = re.sub(r":(80|443)?$", "", parts.netloc.rpartition("@")[2]).removeprefix("www.")
    path = parts.path.strip("/") + (f"?{parts.query}" if parts.query else "")
    return "/".join(part for part in ("" if host == policy.site else host, path or "index") if part)


def _keyed(name: str, text: str, length: int = _KEY) -> str:
    key = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:length]
    return f"{name[: LONGEST - 1 - length]}-{key}"
