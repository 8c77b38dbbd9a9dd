"""What the lengths of captures tell of where a page changed, without a request.

    compressed lengths, by time ──► study ──► LengthEvidence(odds of each step, wobble, typical)

The length of an archived record jumps when the page's text does, and wobbles by a few bytes otherwise (nonces, dates,
server headers). It cannot tell a new wording from a new menu, so that it only says where to look first: no version
begins or ends because of a length.

How much to trust a step was measured on 48 real histories (184 changes among 15,000 captures;
the lengths are those of the pages compressed). A step counts by the smaller of two: the jump between the two captures
and the jump between the medians of three on either side, which one odd capture does not move. In units of the wobble:

    step           < 1    1-3    3-8    8-20   20-80   > 80
    odds, measured 0.2    0.3    1.6    4.5    10      17        (change : no change, by their shares)

The odds used rise faster, since the largest step between two captures of different wording is it more often than one
of its size anywhere. Fetches hardly depend on the form: exponents of 1 to 3, caps from 20 to none, floors of 0.05 to
1 all lie within 5 % of each other, on either half of the histories. What is below two wobbles counts as none: where
lengths tell nothing, the search is a bisection.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

UNKNOWN = -1
_FLOOR = 0.3  # odds of a step of no size: some changes leave the length as it was
_NOISE = 2  # wobbles; what is smaller tells nothing
_CAP = 100  # wobbles; what is larger is no surer
_EXPONENT = 1.5


@dataclass(frozen=True, slots=True)
class LengthEvidence:
    """What lengths tell.

    :param odds: per step from a row to the next, how much likelier a change is there than elsewhere.
    :param wobble: bytes by which neighbours differ (the median, rounded down to a power of two, so that a few new
        captures do not move it).
    :param typical: the median length, UNKNOWN if there is none.
    """

    odds: array[float]
    wobble: int
    typical: int


def study(lengths: Sequence[int], digests: Sequence[int] = ()) -> LengthEvidence:
    """Return what lengths tell; captures of UNKNOWN length share the step across them.

    :param lengths: bytes, oldest capture first.
    :param digests: a number for each, 0 where it is not known: between two neighbours of one there is no step.
    """
    known = [at for at, length in enumerate(lengths) if length != UNKNOWN]
    odds = array("f", [1.0]) * max(len(lengths) - 1, 0)
    sizes = [lengths[at] for at in known]
    wobble = 1
    if len(known) > 1:
        wobble = _weigh(odds, known, sizes)
    for at, (one, other) in enumerate(pairwise(digests)):
        if one and one == other:
            odds[at] = 0
    return LengthEvidence(odds, wobble, _median(sizes) if sizes else UNKNOWN)


def _weigh(odds: array[float], known: Sequence[int], sizes: Sequence[int]) -> int:
    """Put the odds of each step; return the wobble."""
    jumps = [abs(b - a) for a, b in pairwise(sizes)]
    wobble = 1 << max(_median(jumps).bit_length() - 1, 0)
    smooth = _medians_of_three(sizes)
    last = len(sizes) - 1
    for at, jump in enumerate(jumps):
        step = min(jump, abs(smooth[min(at + 2, last)] - smooth[max(at - 1, 0)]))
        bayes = _FLOOR + min(max(step / wobble - _NOISE, 0), _CAP) ** _EXPONENT
        for between in range(known[at], known[at + 1]):
            odds[between] = bayes
    return wobble


def _median(values: Sequence[int]) -> int:
    return sorted(values)[len(values) // 2]


def _medians_of_three(values: Sequence[int]) -> list[int]:
    """Of each of two or more values and its neighbours; both ends as they are."""
    inner = (max(min(a, b), min(max(a, b), c)) for a, b, c in zip(values, values[1:], values[2:], strict=False))
    return [values[0], *inner, values[-1]]
