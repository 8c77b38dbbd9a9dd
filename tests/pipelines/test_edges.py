import pytest

from pipelines.edges import is_footer_text, without_edges
from pipelines.model import Block, BlockKind

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
