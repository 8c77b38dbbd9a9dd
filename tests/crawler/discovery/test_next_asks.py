"""Discovery, planned: on generated sites with known truth, whatever the order of answers and whatever fails."""

import random
from datetime import timedelta
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.archives.capture import Outcome
from crawler.archives.surt import surt
from crawler.discovery.asks import Answer, AskKind, Source, Verdict
from crawler.discovery.known import Known, thin
from crawler.discovery.links import Label, PolicyLink
from crawler.discovery.next_asks import BUDGET, discover, judge_target, target_verdict
from tests.builders import make_capture, utc
from tests.discovering import NOW, answer, score
from tests.generators.sites_generated import PROFILES, GeneratedArchive, generate
from tests.ranges import examples

COUNT = examples(1, 2) * len(PROFILES)  # sites, as many of each profile
TOLD = {}


@cache
def sites():
    return generate(COUNT, seed=7)


@cache
def archive():
    return GeneratedArchive(sites())


def ask_archive(number, ask):
    """What the archive says to an ask; pages need not be read twice."""
    if (number, ask.key) not in TOLD:
        TOLD[number, ask.key] = answer(archive(), sites()[number].name, ask)
    return TOLD[number, ask.key]


@cache
def reference(number):
    answers = []
    while not (state := discover(sites()[number].name, answers, NOW)).done:
        answers += [ask_archive(number, ask) for ask in state.asks]
    return state, answers


def test_url_intervals_are_found_exactly_within_the_budget():
    scores = [(score(site, reference(number)[0].general), reference(number)[0]) for number, site in enumerate(sites())]
    wrong = [line for one, _ in scores for line in one.wrong]
    exact = sum(one.exact for one, _ in scores)
    assert exact >= 0.95 * max(sum(one.true for one, _ in scores), sum(one.found for one, _ in scores)), wrong
    assert all(len(reference(number)[1]) == found.spent <= BUDGET for number, (_, found) in enumerate(scores))


@pytest.mark.parametrize("number", range(len(PROFILES)))
@given(seed=st.integers(0, 2**32))
@settings(deadline=None, max_examples=examples(2, 6))
def test_the_order_and_the_split_of_answers_make_no_difference(number, seed):
    rng, answers, site = random.Random(seed), [], sites()[number].name
    while not (state := discover(site, answers, NOW)).done:
        some = rng.sample(state.asks, rng.randint(1, len(state.asks)))
        answers += [ask_archive(number, ask) for ask in some]
        rng.shuffle(answers)
    expected, all_answers = reference(number)
    assert {a.key for a in answers} == {a.key for a in all_answers}
    assert (state.policies, state.candidates, state.spent) == (expected.policies, expected.candidates, expected.spent)


@given(number=st.integers(0, COUNT - 1), budget=st.integers(0, 15), seed=st.integers(0, 2**32))
@settings(deadline=None, max_examples=examples(30, 60))
def test_never_more_than_the_budget_whatever_fails(number, budget, seed):
    rng, answers, site = random.Random(seed), [], sites()[number].name
    while not (state := discover(site, answers, NOW, budget)).done:
        assert len(answers) + len(state.asks) <= budget
        for ask in state.asks:
            said = ask_archive(number, ask)
            failed = Answer(ask.kind, ask.url, said.timestamp, NOW, Outcome.PLAYBACK_FAILED, "HTTP 503")
            answers.append(failed if rng.random() < 0.3 else said)
    assert len(answers) <= budget
    assert len({a.key for a in answers}) == len(answers)  # nothing is asked for twice
    assert all(span.first <= span.last for found in state.policies for span in found.spans)


@pytest.mark.parametrize("number", range(len(PROFILES)))
def test_a_month_later_only_what_may_be_new_is_asked(number):
    site, later = sites()[number].name, NOW + timedelta(days=31)
    found, answers = reference(number)
    state = discover(site, answers, later)
    asked = 0
    while not state.done:
        asked += len(state.asks)
        answers = [*answers, *(answer(archive(), site, ask, later) for ask in state.asks)]
        state = discover(site, answers, later)
    unfinished = found.spent >= BUDGET
    assert asked <= (BUDGET if unfinished else 3)
    if not unfinished:
        assert [s.url for p in state.policies for s in p.spans] == [s.url for p in found.policies for s in p.spans]


def test_nothing_is_asked_again_on_the_same_day():
    assert discover(sites()[0].name, reference(0)[1], NOW + timedelta(hours=20)).done


def test_what_failed_is_asked_again_in_the_next_run_and_an_exclusion_a_week_later():
    failed = Answer(AskKind.INDEX, "a.example", "", NOW, Outcome.LISTING_FAILED, "HTTP 504")
    homes = Answer(AskKind.HOMES, "http://a.example/", "", NOW)
    assert AskKind.INDEX not in {ask.kind for ask in discover("a.example", [failed, homes], NOW).asks}
    (ask,) = discover("a.example", [failed, homes], NOW + timedelta(minutes=1)).asks
    assert ask.kind is AskKind.INDEX
    excluded = Answer(AskKind.INDEX, "a.example", "", NOW, Outcome.EXCLUDED)
    assert discover("a.example", [excluded, homes], NOW + timedelta(days=6)).done
    assert not discover("a.example", [excluded, homes], NOW + timedelta(days=8)).done


def by_profile(profile):
    return reference(PROFILES.index(profile))[0]


def test_a_cookie_page_or_a_story_is_no_policy():
    found = by_profile("no policy")
    assert found.general is None
    assert found.candidates
    assert not any(candidate.taken for candidate in found.candidates)
    assert all("not taken" in candidate.why[-1] for candidate in found.candidates)


def test_other_policies_are_kept_apart_with_their_label():
    labels = {one.label for one in by_profile("several policies").policies}
    assert labels == {Label.GENERAL, Label.CHILDREN, Label.APPLICANTS}


def test_a_sold_domain_s_new_owner_is_a_candidate_and_not_taken():
    found = by_profile("sold")
    assert [span.url.split("/")[2] for span in found.general.spans] == [sites()[PROFILES.index("sold")].name]
    other = next(c for c in found.candidates if "bigcorp-group" in c.url)
    assert not other.taken


def test_every_url_says_by_what_it_was_found():
    for number in range(COUNT):
        for one in reference(number)[0].policies:
            for span in one.spans:
                assert span.evidence[0].source in (Source.LINK, Source.REDIRECT, Source.PAGE), span
                assert span.evidence[0].text


def test_an_excluded_site_is_asked_for_nothing_more():
    said = [
        Answer(AskKind.INDEX, "a.example", "", NOW, Outcome.EXCLUDED, "Blocked Site Error"),
        Answer(AskKind.HOMES, "http://a.example/", "", NOW, Outcome.EXCLUDED),
    ]
    state = discover("a.example", said, NOW)
    assert state.done
    assert state.spent == 2
    assert any("Blocked" in note for note in state.notes)


def test_well_known_paths_are_asked_only_where_the_index_could_not_be():
    homes = Answer(AskKind.HOMES, "http://a.example/", "", NOW)
    exact = Answer(AskKind.URL, "http://a.example/", "", NOW)
    failed = Answer(AskKind.INDEX, "a.example", "", NOW, Outcome.LISTING_FAILED, "HTTP 504")
    (asked,) = discover("a.example", [homes, exact, failed], NOW).asks
    assert asked.url == "http://a.example/sitemap.xml"
    unmapped = Answer(AskKind.URL, asked.url, "", NOW)
    asks = discover("a.example", [homes, exact, failed, unmapped], NOW).asks
    assert {ask.url for ask in asks} >= {"http://a.example/privacy", "http://a.example/legal/privacy"}
    empty = Answer(AskKind.INDEX, "a.example", "", NOW)
    assert discover("a.example", [homes, exact, empty], NOW).done


def test_the_site_s_map_names_a_policy_where_nothing_else_does():
    site, policy = "http://a.example/", "http://a.example/info/privacy-policy"
    home = make_capture(original=site)
    map_row, row = make_capture(original=f"{site}sitemap.xml"), make_capture(original=policy)
    link = PolicyLink(policy, "", 0.6, Label.GENERAL, ())
    said = {
        AskKind.INDEX: {},
        AskKind.HOMES: {"rows": (home,)},
        AskKind.HOME: {},
        AskKind.SITEMAP: {"links": (link,)},
        AskKind.PAGE: {"verdict": Verdict(privacy=True, kind="privacy", score=0.9)},
    }
    answers, kinds = [], []
    while not (state := discover("a.example", answers, NOW)).done:
        for ask in state.asks:
            kinds.append(ask.kind)
            rows = {f"{site}sitemap.xml": (map_row,), policy: (row,)}.get(ask.url, ())
            told = said.get(ask.kind, {"rows": rows})
            answers.append(Answer(ask.kind, ask.url, ask.capture.timestamp if ask.capture else "", NOW, **told))
    assert state.general.url == policy
    assert kinds.count(AskKind.SITEMAP) == 1
    assert state.spent == 7


def test_a_redirect_s_target_is_judged_by_one_listing_and_one_page():
    target = "http://b.example/privacy"
    (listing,) = judge_target(target, "20100101000000", [])
    assert (listing.kind, listing.url) == (AskKind.URL, target)
    rows = tuple(make_capture(original=target, timestamp=f"{year}0101000000") for year in (2005, 2012, 2015))
    listed = Answer(AskKind.URL, target, "", NOW, rows=rows)
    (page,) = judge_target(target, "20100101000000", [listed])
    assert page.capture == rows[1]
    read = Answer(AskKind.PAGE, target, page.capture.timestamp, NOW, verdict=Verdict(True, "privacy", 1.0, True))
    assert judge_target(target, "20100101000000", [listed, read]) == ()
    assert target_verdict(target, [listed, read])
    foreign = Answer(AskKind.PAGE, target, page.capture.timestamp, NOW, verdict=Verdict(True, "privacy", 1.0))
    assert not target_verdict(target, [listed, foreign])


def test_the_site_s_own_page_goes_before_another_company_s():
    known = Known("a.example", [])
    own = PolicyLink("http://a.example/privacy", "Privacy", 0.8, Label.GENERAL, ())
    other = PolicyLink("http://b.example/privacy", "Privacy", 0.9, Label.GENERAL, ())
    assert known.choose([other, own]) is own
    assert known.choose([other]) is other
    assert known.choose([PolicyLink("http://a.example/c", "Cookies", 0.9, Label.COOKIES, ())]) is None


def site_that_links(*urls, rows=(), index=()):
    """Discover a site whose home page links to one of the URLs after the other, a year each; return what was found and
    the URLs whose captures were asked for.

    :param rows: of the index, of whichever URL; `index`: those that the search by address gives.
    """
    site = "http://a.example/"
    homes = [make_capture(original=site, timestamp=f"{2005 + n}0101000000") for n in range(len(urls))]
    links = dict(zip((home.timestamp for home in homes), urls, strict=True))
    answers, listed = [], []
    while not (state := discover("a.example", answers, NOW)).done:
        for ask in state.asks:
            told = {}
            if ask.kind is AskKind.HOMES:
                told = {"rows": tuple(homes)}
            elif ask.kind is AskKind.INDEX:
                told = {"rows": tuple(index)}
            elif ask.kind is AskKind.HOME:
                told = {"links": (PolicyLink(links[ask.capture.timestamp], "Privacy", 0.9, Label.GENERAL, ()),)}
            elif ask.kind is AskKind.PAGE:
                told = {"verdict": Verdict(True, "privacy", 0.9, True)}
            elif ask.kind is AskKind.URL:
                listed.append(ask.url)
                told = {"rows": tuple(row for row in rows if row.urlkey == surt(ask.url))}
            answers.append(Answer(ask.kind, ask.url, ask.capture.timestamp if ask.capture else "", NOW, **told))
    return state, listed


QUERIES = ("lang=en&p=2", "p=2&hl=de", "locale=en_GB", "ref=footer", "utm_source=site&x=1", "x=1&y=2", "")


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("host", ["a.example", "www.a.example"])
def test_the_request_uses_the_url_as_linked(query, host):
    url = f"http://{host}/about/privacy.php" + (f"?{query}" if query else "")
    rows = [make_capture(original=url, timestamp=f"{year}0601000000") for year in (2005, 2006, 2007)]
    state, listed = site_that_links(url, url, url, rows=rows)
    assert set(listed) == {url}
    assert [span.url for span in state.general.spans] == [url]


def test_what_follows_visitors_about_is_no_move():
    urls = [f"http://a.example/privacy?utm_source={n}" for n in "abcdefgh"]
    rows = [make_capture(original=urls[n], timestamp=f"{2005 + n}0601000000") for n in (0, 7)]
    state, _listed = site_that_links(*urls, rows=rows)
    assert {surt(span.url) for span in state.general.spans} == {surt(urls[0]), surt(urls[7])}
    assert len({span.first for span in state.general.spans}) == 1  # one page, not one after the other
    assert state.spent <= 7


def test_where_no_linked_spelling_was_captured_the_plain_url_is_asked_for():
    plain = "http://a.example/privacy"
    rows = [make_capture(original=plain, timestamp="20060601000000")]
    state, listed = site_that_links(f"{plain}?ref=a", f"{plain}?ref=b", rows=rows)
    assert listed[-1] == plain
    assert [span.url for span in state.general.spans] == [plain]


@pytest.mark.parametrize("older", [("2001",), ("2001", "2002"), ("2001", "2002", "2003", "2004")])
def test_older_pages_that_no_home_page_links_to_come_before(older):
    url = "http://a.example/legal/privacy-policy"
    rows = [make_capture(original=url, timestamp=f"{year}0601000000") for year in (2005, 2006)]
    unlinked = [
        make_capture(original=f"http://a.example/privacy{year}.html", timestamp=f"{year}0301000000") for year in older
    ]
    state, _listed = site_that_links(url, url, rows=rows + unlinked, index=unlinked)
    spans = state.general.spans
    assert spans[-1].url == url
    assert spans[-1].after == spans[-2].last < spans[-1].first == spans[-2].before
    for old, new in pairwise(spans):
        assert old.last < new.first
        assert old.before == new.first


def test_thinning_keeps_where_a_url_turns():
    rows = [make_capture(timestamp=f"2010{month:02}{day:02}000000") for month in range(1, 13) for day in (1, 9, 17)]
    rows += [make_capture(timestamp=f"2011{month:02}01000000", statuscode="404") for month in range(1, 13)]
    kept = thin(rows, AskKind.URL)
    assert len(kept) < len(rows) / 3
    assert [row.timestamp[:8] for row in kept if row.statuscode == "200"][-1] == "20101217"
    assert next(row.timestamp[:8] for row in kept if row.statuscode == "404") == "20110101"
    assert kept[0].captured_at == utc(2010, 1, 1)
