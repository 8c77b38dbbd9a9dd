"""Over many policies, each gets a page before any gets a second one, and its ends before the details of any."""

import asyncio
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from crawler.spiders.fetching import Fetcher
from crawler.spiders.state.ledger import Ledger
from crawler.spiders.state.policy_work import PolicyWork
from crawler.spiders.state.waits import Waits
from tests.builders import make_listed


class Asker:
    def page_request(self, listed, callback, errback, *, priority, policy_id, work):
        return priority, policy_id, listed.capture_id


def policy_work(policy_id):
    search = SimpleNamespace(can_reuse=lambda listed: False, digest_of=lambda listed: 0, resume=lambda ended: None)
    policy = SimpleNamespace(policy_id=policy_id)
    return PolicyWork(policy, lambda _work: search, None)


def asked(wanted):
    """The requests of captures that policies want, in the order in which Scrapy's scheduler gives them out."""
    fetcher = Fetcher(None, Asker(), Waits(), Ledger(), None, None, None)
    work = {policy: policy_work(policy) for policy, _level in wanted}

    async def requests():
        return [
            request
            for number, (policy, level) in enumerate(wanted, 1)
            async for request in fetcher.get(make_listed(number), work[policy], level)
        ]

    return sorted(asyncio.run(requests()), key=lambda request: -request[0])


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 5)), min_size=1))
def test_every_policy_has_a_page_before_any_has_a_second_one(wanted):
    order = asked(wanted)
    policies = {policy for policy, _level in wanted}
    assert {policy for _priority, policy, _number in order[: len(policies)]} == policies
    assert len(order) == len(wanted)
    levels = [wanted[number - 1][1] for _priority, _policy, number in order[len(policies) :]]
    assert levels == sorted(levels)
