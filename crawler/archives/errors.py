"""Every error of the program, one tree.

PolicylapseError
├── ConfigError                     could not run: a setting, an argument, a file (exit code 2)
├── ArchiveError                    the archive's answer; an outcome, the crawl goes on
│   ├── RateLimited(retry_after)    the archive asks us to wait; ends the run (exit code 3)
│   └── UnexpectedArchiveResponse   an answer that cannot be parsed: never "no captures"
├── DecodeError                     bytes that are no text; an outcome
├── ExtractError                    a page that cannot be read; an outcome
│   └── TookTooLong                 … in the time it may take; it is read again later
├── NotRunning                      nobody listens at a private archive's address: ends the run (exit code 2)
├── LimitsError                     where the archives' limits stand is lost: ends the run (exit code 2)
├── NotFound                        the database has no such site, policy or version (exit code 2)
└── StoreError                      the database: ends the run, since nothing could be kept (exit code 2)
"""

from enum import IntEnum


class Exit(IntEnum):
    """What a command ends with: the only place of these numbers."""

    COMPLETE = 0
    PARTLY = 1  # something could not be had, and the command has said what
    NOT_RUN = 2  # a ConfigError, a StoreError, …: the tree above names them
    STOPPED = 3  # by the archive's limits, or a person's; the same command goes on there


class PolicylapseError(Exception):
    """Base of all; its text tells a person what is wrong and what to do next."""


class ConfigError(PolicylapseError):
    """A setting, an argument or a named file is wrong; raised before the first request."""


class ArchiveError(PolicylapseError):
    """The archive's answer is not a memento or a listing."""


class RateLimited(ArchiveError):
    """The archive told us to slow down (429) or refuses connections.

    :param retry_after: seconds to stay away, None if the archive did not say.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class UnexpectedArchiveResponse(ArchiveError):
    """An answer that does not parse as what was asked for."""


class DecodeError(PolicylapseError):
    """A payload whose bytes are no text."""


class ExtractError(PolicylapseError):
    """A page from which no text could be read."""


class TookTooLong(ExtractError):
    """A page that used up its processor time; a later run reads it again."""


class NotRunning(PolicylapseError):
    """An archive on this machine or in a private network that accepts no connection."""


class LimitsError(PolicylapseError):
    """Where the archives' limits stand cannot be read or written any more: a fault of this machine, not the archive's."""


class NotFound(PolicylapseError):
    """The database holds no site, policy or version of that name or date."""


class StoreError(PolicylapseError):
    """The database cannot be opened, read or written."""
