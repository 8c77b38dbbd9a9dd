"""The name of a version that stays, as text: the policy's name, day on which it was first seen, wording."""

from __future__ import annotations

from typing import Final

LENGTH = 8  # hexadecimal digits of the wording: one in 4 billion, among the few wordings of one site

# The name of a policy `p` of a site `s`: the site, or its URL where the site has several policies with versions.
CITED_NAME: Final = """CASE WHEN (SELECT count(*) FROM policies q WHERE q.site_id = p.site_id AND EXISTS (
  SELECT 1 FROM versions w WHERE w.policy_id = q.id AND w.extractor_id = q.extractor_id)) > 1
  THEN p.policy_url ELSE s.site END"""


def cite(name: str, first_seen: str, wording: str) -> str:
    """Return the name of a version of which these are known.

    :param name: the policy's, of CITED_NAME.
    :param first_seen: ISO 8601.

    >>> cite("example.com", "2018-05-25T10:30:00Z", "1f3a9c2e5d77")
    'example.com@2018-05-25.1f3a9c2e'
    """
    return f"{name}@{first_seen[:10]}.{wording[:LENGTH]}"
