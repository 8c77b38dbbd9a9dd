"""Stage 1 on pages made to be slow: many of everything under one parent."""

import time

import pytest

from pipelines.reading.html.reduce import reduce_page
from tests.ranges import ALL

PARAGRAPH = (
    "<p>We keep what you order for ten years, since the law of taxes asks us for it, and no longer than that.</p>"
)
MANY, SECONDS = (20_000, 15) if ALL else (10_000, 4)  # of processor time; what grows with the square takes a quarter
SHAPES = ("{many}", "<div>{text}</div>{many}<div>{text}</div>", "<div>{text}{many}{text}</div>")
REPEATED = (
    "<div class=search><h2>x</h2>y</div>",
    f"<div class=newsletter><h2>x</h2>{PARAGRAPH}</div>",
    "<div role=alert>x</div>",
    "<a href=#>Accept</a>",
    "<p><button>Accept all</button> cookies</p>",
    "<a href=#top>Top</a>",
    "<p><a href=#top>Top</a></p>",
    "<div><a href=/>Home</a></div>",
    "<ul><li><a href=/a>1 May 2014</a><li><a href=/b>2 May 2015</a></ul>",
    "<div role=heading>x</div>",
    "<p style='mso-list:l0'><span style='mso-list:Ignore'>·</span>x",
    "<h2>x</h3>",
    "</body>x",
    '<iframe srcdoc="&lt;p&gt;x"></iframe>',
    "<td rowspan=9999 colspan=9999>x",
    "donâ€™t <i>x</i> ",
)


# with POLICYLAPSE_TEST_ALL=1 each in every shape, else each in one, the shapes in turn
@pytest.mark.whole
@pytest.mark.parametrize(
    ("repeated", "shape"),
    [(one, shape) for n, one in enumerate(REPEATED) for m, shape in enumerate(SHAPES) if ALL or m == n % len(SHAPES)],
)
def test_many_of_one_kind(repeated, shape):
    start = time.process_time()
    reduce_page(f"<body>{shape.format(many=repeated * MANY, text=PARAGRAPH * 9)}", "https://www.example.org/")
    assert time.process_time() - start < SECONDS
