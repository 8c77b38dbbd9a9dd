"""What the best search takes that gives the guarantees of `changes`, where lengths and texts tell nothing of where to look.

It knows what no search does: how many changes are to be expected, each as likely at one step as at another. A fetch tells
which of the known wordings a capture has, or that it has a new one, and none comes back. Then what is on one side
of a fetched capture says nothing of the other side, and the cost of a gap is that of its best split:

    ends differ     1 + for each side: its cost if its ends differ as well, else a capture at least every max gap
    ends are alike  a capture at least every max gap

No gap has a better split than those compared here: with all splits of gaps of up to 9,999 steps, 5 changes and max gaps of 720 and
1,440 steps, the results were the same to a hundredth of a fetch.
"""

from bisect import bisect_right
from math import exp


class BestSearch:
    """The best split of each gap, by its number of steps from a capture to the next.

    :param steps: of the whole history. :param changes: that are expected in it.
    :param max_gap: steps that two captures of one wording may be apart at most.
    """

    def __init__(self, steps: int, changes: float, max_gap: int) -> None:
        none = [exp(-changes * gap / steps) for gap in range(steps + 1)]
        self._quiet = [max(-(-gap // max_gap) - 1, 0) for gap in range(steps + 1)]
        self._split = [0] * (steps + 1)
        cost = [0.0] * (steps + 1)  # where the ends differ, times the odds that they do
        for gap in range(2, steps + 1):
            splits = {gap // 2, *range(max_gap, gap, max_gap), *(1 << bit for bit in range((gap - 1).bit_length()))}
            costs = []
            for left in splits | {gap - left for left in splits}:
                right = gap - left
                alike = none[left] * (1 - none[right]) * self._quiet[left]
                alike += none[right] * (1 - none[left]) * self._quiet[right]
                costs.append((cost[left] + cost[right] + alike, left))
            least, self._split[gap] = min(costs)
            cost[gap] = 1 - none[gap] + least

    def fetches(self, changes: list[int]) -> int:
        """Return what it takes to find changes. :param changes: the captures after which they are, the first being 0."""
        count, gaps = 2, [(0, len(self._split) - 1)]
        while gaps:
            left, right = gaps.pop()
            if bisect_right(changes, left - 1) == bisect_right(changes, right - 1):
                count += self._quiet[right - left]
            elif right - left > 1:
                middle = left + self._split[right - left]
                count += 1
                gaps += [(left, middle), (middle, right)]
        return count
