"""Where each page is: one path per page, written as an address of the server or as a relative link of a static site.

A path has no leading slash and no ending: "", "changes", "site/example.com/privacy/v/2018-05-25.1f3a9c2e".

>>> Links("/").to("changes", site="example.com"), Links("/", ending=".html", here="site/a/b/timeline").to("changes")
('/-/changes?site=example.com', '../../../changes.html')
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

ASSETS: Final = "policylapse-assets"


@dataclass(frozen=True, slots=True)
class Links:
    """The links of one page.

    :param base: where the server's pages begin, with a slash at the end.
    :param ending: "" for a server; ".html" for files, whose links are relative.
    :param here: the path of the page that the links stand on.
    :param instead: of a static site: told of every page that is linked, says which file is linked instead.
    """

    base: str = "/"
    ending: str = ""
    here: str = ""
    instead: Callable[[str, Mapping[str, str]], str] | None = None

    @property
    def is_static(self) -> bool:
        return bool(self.ending)

    def to(self, path: str, form: str = "", **query: object) -> str:
        """Return the address of a page.

        :param form: "json" or "csv" for the page's data. :param query: what is "" or None is left out.
        """
        given = {name: str(value) for name, value in query.items() if value not in ("", None)}
        if self.is_static:
            name = self.instead(path, given) if self.instead and not form else path or "index"
            return self._relative(f"{name}{'.' + form if form else self.ending}")
        address = self.base + (f"-/{_quoted(path)}" if path else ("-/sites" if form else ""))
        return address + (f".{form}" if form else "") + (f"?{urlencode(given)}" if given else "")

    def asset(self, name: str, version: str = "") -> str:
        """Return the address of a style sheet or script."""
        if self.is_static:
            return self._relative(f"{ASSETS}/{name}")
        return f"{self.base}-/{ASSETS}/{name}" + (f"?v={version}" if version else "")

    def _relative(self, file: str) -> str:
        return "../" * self.here.count("/") + _quoted(file)


def _quoted(path: str) -> str:
    return quote(path, safe="/@.,~")
