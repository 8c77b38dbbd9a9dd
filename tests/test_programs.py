"""What the tests start is what a person starts: only the start itself is left out (tests/programs.py)."""

import json
import signal
import subprocess
import sys

import pytest

from tests import programs
from tests.crawling import environment

SEEN = """
import json, os, signal, sys
print(json.dumps({
    "environment": dict(os.environ), "folder": os.getcwd(), "arguments": sys.argv, "stdin": sys.stdin.read(),
    "signals": [str(signal.getsignal(number)) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD, signal.SIGPIPE)],
    "name": __name__, "descriptors": [number for number in range(3) if os.fstat(number)],
}))
print("to standard error", file=sys.stderr)
"""


@pytest.mark.parametrize("stdin", ["", "two\nlines\n"])
def test_a_program_finds_what_one_that_starts_cold_finds(tmp_path, stdin):
    state = environment(POLICYLAPSE_DB="x.db", COLUMNS="77")
    warm = programs.run("-c", SEEN, "-a", "b c", cwd=tmp_path, env=state, stdin=stdin)
    cold = subprocess.run(
        [sys.executable, "-c", SEEN, "-a", "b c"],
        cwd=tmp_path,
        env=state,
        input=stdin,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(warm.stdout) == json.loads(cold.stdout)
    assert warm.stderr == cold.stderr
    assert warm.returncode == cold.returncode


@pytest.mark.parametrize(
    ("code", "ended"),
    [
        ("pass", 0),
        ("raise SystemExit", 0),
        ("raise SystemExit(3)", 3),
        ("import sys; sys.exit('why')", 1),
        ("1 / 0", 1),
        ("import os; os._exit(7)", 7),
        ("import os; os.kill(os.getpid(), 9)", -signal.SIGKILL),
    ],
)
def test_it_ends_as_one_that_starts_cold_ends(code, ended):
    assert programs.run("-c", code, env=environment()).returncode == ended


def test_it_has_everything_imported_but_what_reads_the_environment():
    code = "import sys; print([name in sys.modules for name in ('scrapy.crawler', 'trafilatura', 'twisted.internet.reactor', 'crawler.settings')])"
    assert programs.run("-c", code, env=environment()).stdout == "[True, True, False, False]\n"


def test_its_session_is_its_own_where_it_shall_be():
    own = "import os; print(os.getsid(0) == os.getpid())"
    assert programs.run("-c", own, env=environment(), session=True).stdout == "True\n"
    assert programs.run("-c", own, env=environment()).stdout == "False\n"


def test_two_run_at_once_and_each_says_its_own():
    code = "import sys; print(sys.argv[1]); sys.stdin.read()"
    with (
        programs.Program("-c", code, "one", env=environment()) as one,
        programs.Program("-c", code, "two", env=environment()) as two,
    ):
        assert [one.wait(), two.wait()] == [0, 0]
        assert [one.out, two.out] == ["one\n", "two\n"]
