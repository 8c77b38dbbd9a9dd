import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.model import Block, BlockKind
from pipelines.reading.html.edges import (
    is_footer_text,
    may_end_in_leftovers,
    squeezed,
    without_edges,
    without_leftovers,
)

HEADING = Block(BlockKind.HEADING, 2, "Privacy")
TEXT = Block(BlockKind.PARAGRAPH, 0, "We keep what you order.")


def line(text, kind=BlockKind.PARAGRAPH):
    return Block(kind, 0, text)


@pytest.mark.parametrize(
    "text",
    [
        "© 1999-2006 Acme Parts",
        "Copyright © 2001 Acme Inc. All rights reserved.",
        "(c) 2003 Acme",
        "(C) Copyright 2003 Acme",
        "Acme © Alle Rechte vorbehalten",
        "Page served in 0.18 s, 14 queries",
        "This page was generated in 0.034 seconds.",
        "Diese Seite wurde in 0,18 Sekunden erzeugt",
        "Visitors today: 311",
        "You are visitor number 004211",
        "Hits: 5121",
        "All times are GMT -5. The time now is 09:14 PM.",
        "Web design by Acme",
        "Powered by Forum Software 3.6",
    ],
)
def test_line_of_a_footer(text):
    assert is_footer_text(text)
    kept, decisions = without_edges((HEADING, TEXT, line(text)))
    assert kept == (HEADING, TEXT)
    assert len(decisions) == 1


@pytest.mark.parametrize(
    "text",
    [
        "© 2015 Acme. Last updated 3 May 2015.",
        "Last updated 3 May 2015",
        "(c) data that we got before 2018 are erased.",
        "The copyright in these texts is ours.",
        "Records are kept for 1.5 seconds.",
        "This site is run by Acme, Harbour Road 9.",
        "Designed for children over 16.",
        "Write to us. " * 20 + "© 2015",
    ],
)
def test_last_line_of_a_text(text):
    assert without_edges((HEADING, TEXT, line(text))) == ((HEADING, TEXT, line(text)), ())


def test_footer_line_amid_the_text_stays():
    blocks = (HEADING, line("© 2015 Acme"), TEXT)
    assert without_edges(blocks) == (blocks, ())


@pytest.mark.parametrize(
    "text", ["Tuesday, 14 March 2006", "Acme, Dienstag, 14. März 2006", "mardi 14 mars 2006, 10:15"]
)
def test_todays_date_above_the_heading_goes(text):
    assert without_edges((line("Acme"), line(text), HEADING, TEXT))[0] == (line("Acme"), HEADING, TEXT)


@pytest.mark.parametrize(
    "blocks",
    [
        (HEADING, line("Friday, 25 May 2018"), TEXT),
        (line("Friday, 25 May 2018"), TEXT),
        (line("Effective Friday, 25 May 2018"), HEADING, TEXT),
        (line("25 May 2018"), HEADING, TEXT),
    ],
)
def test_date_of_the_text_stays(blocks):
    assert without_edges(blocks) == (blocks, ())


def test_nothing_has_no_edges():
    assert without_edges(()) == ((), ())


CLOSING = st.lists(
    st.builds(
        Block,
        st.sampled_from([BlockKind.PARAGRAPH, BlockKind.HEADING, BlockKind.ITEM]),
        st.just(0),
        st.sampled_from(["Was this page helpful?", "Yes", "No", "Call 555", "We keep your data. " * 9, "Share"]),
    ),
    max_size=9,
).map(tuple)


@given(CLOSING, st.sets(st.integers(0, 8)))
def test_trafilatura_is_asked_wherever_its_answer_could_change_the_text(blocks, taken):
    """Whatever it takes of a text, without the question nothing is dropped that it would keep, and the other way round."""
    engine = squeezed(" ".join(block.markdown for number, block in enumerate(blocks) if number in taken))
    kept, _decision = without_leftovers(blocks, engine)
    assert may_end_in_leftovers(blocks) or kept == blocks


def test_it_is_asked_where_a_text_ends_in_what_it_may_leave_out():
    prose = Block(BlockKind.PARAGRAPH, 0, "We keep your data. " * 9)
    loose = tuple(Block(BlockKind.PARAGRAPH, 0, text) for text in ("Was this page helpful?", "Yes", "No"))
    assert may_end_in_leftovers((prose, prose, prose, *loose))
    assert not may_end_in_leftovers((prose, prose, *loose))
    assert not may_end_in_leftovers((prose, prose, prose, *loose, prose))
