"""`policylapse save`: every state of the service has its next step; keys are nowhere; nothing is asked twice."""

import os
import signal
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from cli.getting import save as command
from cli.main import main
from crawler.archives.saving import Step, account_again, left_today, next_time, read_answer, read_jobs, save_form
from pipelines.store.shelves.found import EventRow
from pipelines.store.store import Store
from tests.databases.stored import EXTRACTOR, Seen, put
from tests.servers.save_service import KEYS, save_service

NOW = datetime.now(UTC)
DAYS = (NOW - Seen(0).capture.captured_at).days
RETRIED = (
    "bad-gateway bandwidth-limit-exceeded browsing-timeout cannot-fetch capture-location-error celery gateway-timeout "
    "internal-server-error invalid-server-response job-failed no-browsers-available protocol-error proxy-error read-timeout "
    "recursion-error service-unavailable soft-time-limit-exceeded too-many-requests never-documented"
).split()
REFUSED = (
    "blocked no-access not-found unauthorized method-not-allowed too-many-redirects invalid-host-resolution filesize-limit "
    "http-version-not-supported not-implemented network-authentication-required ftp-access-denied invalid-url-syntax "
    "blocked-url bad-request blocked-client-ip"
).split()


class Place:
    """A database of policies, the newest capture of each so many days old, and the stub."""

    def __init__(self, tmp_path, monkeypatch, archive, service):
        self.path, self.archive, self.service = tmp_path / "x.db", archive, service
        monkeypatch.setattr(command, "POLICYLAPSE_STATE", str(tmp_path / "state"))
        keys = tmp_path / "keys"
        keys.write_text(f"{KEYS}\n", encoding="utf-8")
        keys.chmod(0o600)
        monkeypatch.setenv("POLICYLAPSE_IA_KEYS_FILE", str(keys))
        monkeypatch.setenv("HOME", str(tmp_path))
        for name in ("IA_ACCESS_KEY_ID", "IA_SECRET_ACCESS_KEY"):
            monkeypatch.delenv(name, raising=False)

    def policies(self, **ages):
        store = Store(self.path, lambda: NOW)
        run = store.runs.begin(program="test", archive=self.archive, strategy="all", arguments={})
        for name, age in ages.items():
            url = f"http://{name}.example/privacy"
            policy = store.policies.named(f"{name}.example", url, "named")
            put(store, run, policy, Seen(DAYS - age, url=url, site=f"{name}.example", archive=self.archive))
            store.versions.fold(policy, EXTRACTOR)
        store.close()

    def save(self, *arguments):
        return CliRunner().invoke(main, ["save", "--db", str(self.path), "--archive", self.archive, *arguments])

    def rows(self, columns="url, state"):
        with closing(sqlite3.connect(self.path)) as db:
            return db.execute(f"SELECT {columns} FROM saves ORDER BY id").fetchall()

    def later(self, **delta):
        """Let time pass for what is in the ledger."""
        with closing(sqlite3.connect(self.path)) as db:
            for column in ("asked_at", "not_before"):
                step = f"-{int(timedelta(**delta).total_seconds())} seconds"
                db.execute(
                    f"UPDATE saves SET {column} = strftime('%Y-%m-%dT%H:%M:%SZ', {column}, ?) WHERE {column} NOT NULL",
                    [step],
                )
            db.commit()


@pytest.fixture
def place(tmp_path, monkeypatch):
    with save_service() as (archive, service):
        yield Place(tmp_path, monkeypatch, archive, service)


def test_stale_policies_are_saved_the_longest_ago_first(place):
    place.policies(young=10, old=40, older=400)
    shown = place.save("--dry-run")
    assert [row.split()[0] for row in shown.stdout.splitlines()[1:3]] == ["older.example", "old.example"]
    assert place.service.asked == []
    done = place.save()
    assert (done.exit_code, done.stdout) == (0, "policylapse: 2 stale policies: 2 pending\n")
    assert place.service.asked == ["GET /save/status/system", "GET /save/status/user", "POST /save", "POST /save"]
    assert place.service.forms[0] == {
        "url": "http://older.example/privacy",
        "capture_all": "0",
        "delay_wb_availability": "1",
        "skip_first_archive": "1",
        "force_get": "1",
        "js_behavior_timeout": "0",
        "if_not_archived_within": "2592000",
    }
    again = place.save()  # under way: polled, not asked again
    assert len(place.service.forms) == 2
    assert again.exit_code == 0
    place.service.jobs = {
        "spn2-1": {"status": "success", "timestamp": "20261126000000", "original_url": "http://older.example/login"},
        "spn2-2": {"status": "error", "status_ext": "error:blocked", "message": "The site blocks us."},
    }
    last = place.save()
    assert last.exit_code == 1
    assert "http://old.example/privacy: The site blocks us.; not asked again for 30 days" in last.stdout
    assert place.rows("state, timestamp, original_url") == [
        ("saved", "20261126000000", "http://older.example/login"),
        ("refused", "", ""),
    ]
    assert place.save().exit_code == 0
    assert len(place.service.forms) == 2


def test_who_is_not_asked_for(place):
    place.policies(gone=400, forgotten=400, live=400)
    store = Store(place.path, lambda: NOW)
    run = store.runs.begin(program="test", archive="x", strategy="all", arguments={})
    at = "2026-01-01T00:00:00Z"
    store.found.note_events(run, [1], [EventRow(1, "deleted", None, at, (), "", at)])
    with store.transaction():
        store.db.execute(
            "INSERT INTO tombstones SELECT urlkey, url, 'forgotten.example', '', ?, 1, 1 FROM policy_urls WHERE policy_id = 2",
            [at],
        )
    store.close()
    assert "live.example" in (shown := place.save("--dry-run").stdout)
    assert "1 stale policy" in shown
    assert place.save("gone.example", "--dry-run").stdout == ""


ANSWERS = [
    ((200, {}, {"url": "u", "job_id": "spn2-9"}), "pending", 0),
    (
        (
            200,
            {},
            {
                "message": "The same snapshot had been made 3 hours ago. You can make new capture of this URL after 720 hours."
            },
        ),
        "fresh",
        0,
    ),
    ((200, {}, {"status": "error", "status_ext": "error:blocked-url", "message": "no"}), "refused", 1),
    ((200, {}, {"status": "error", "status_ext": "error:too-many-daily-captures", "message": "10 today"}), "later", 0),
    (
        (200, {}, {"status": "error", "status_ext": "error:too-many-requests", "message": "the site is slow"}),
        "failed",
        1,
    ),
    ((200, {}, {"status": "error", "status_ext": "error:user-session-limit", "message": "sessions"}), None, 3),
    ((200, {}, {"message": "You have already reached the limit of active sessions"}), None, 3),
    ((200, {}, {"message": "You cannot make more than 4000 captures per day"}), None, 3),
    ((429, {"Retry-After": "30"}, "<html>Too Many Requests</html>"), None, 3),
    ((429, {}, ""), None, 3),
    ((200, {}, ""), "failed", 1),
    ((200, {}, "<html>"), "failed", 1),
    ((502, {}, ""), "failed", 1),
    ((401, {}, {"message": "You need to be logged in"}), None, 2),
    ("hang up", "failed", 1),
]


@pytest.mark.parametrize(("answer", "state", "code"), ANSWERS)
def test_each_answer_has_its_next_step(place, answer, state, code):
    place.policies(old=40, other=39)
    place.service.saves.append(answer)
    done = place.save()
    assert done.exit_code == code, done.output
    states = [row[1] for row in place.rows() if row[0] == "http://old.example/privacy"]
    assert states == ([state] if state else [])
    if state:  # the next page is asked for whatever became of this one
        assert len(place.service.forms) == 2
    else:
        assert len(place.service.forms) == 1
        before = len(place.service.asked)
        if code == 3:  # what the account or the archive said holds for later runs, too
            assert place.save().exit_code == 3
            assert len(place.service.asked) == before


def test_a_failure_of_the_service_is_tried_in_three_runs(place):
    place.policies(old=40)
    place.service.saves += [(502, {}, "")] * 5
    codes = []
    for _ in range(5):
        codes.append(place.save().exit_code)
        place.later(hours=2)
    assert codes == [1, 1, 1, 0, 0]
    assert [state for _url, state in place.rows()] == ["failed", "failed", "refused"]
    assert len(place.service.forms) == 3


def test_a_job_that_is_never_heard_of_again(place):
    place.policies(old=40)
    place.save()
    place.service.jobs.clear()
    place.save()
    assert place.rows() == [("http://old.example/privacy", "pending")]
    place.later(hours=2)
    place.save()
    assert place.rows()[0][1] == "failed"


@pytest.mark.parametrize(
    "user", [{"available": 0}, {"available": 3, "daily_captures": 4000, "daily_captures_limit": 4000}]
)
def test_an_account_without_captures_left(place, user):
    place.policies(old=40)
    place.service.user = user
    assert place.save().exit_code == 3
    assert place.service.forms == []


def test_waiting_reads_the_result(place, monkeypatch):
    place.policies(old=40)
    place.service.jobs["spn2-1"] = {"status": "pending"}

    def slept(_seconds):
        place.service.jobs["spn2-1"] = {"status": "success", "timestamp": "20261126000000", "original_url": "u"}

    monkeypatch.setattr(command.time, "sleep", slept)
    run = command.save_stale(
        command.parse_archive(place.archive), place.path, "", timedelta(days=30), 9, wait=True, sleep=slept
    )
    assert run.counts == {Step.SAVED: 1}


@pytest.mark.parametrize("code", RETRIED)
def test_what_is_retried(code):
    assert (
        read_jobs(f'[{{"job_id": "j", "status": "error", "status_ext": "error:{code}"}}]'.encode())["j"].step
        is Step.FAILED
    )


@pytest.mark.parametrize("code", REFUSED)
def test_what_is_refused(code):
    saving = read_answer(200, f'{{"status": "error", "status_ext": "error:{code}"}}'.encode())
    assert saving.step is Step.REFUSED
    assert next_time(saving.step, NOW, tries=0, within=timedelta(days=30)) == (Step.REFUSED, NOW + timedelta(days=30))


def test_times():
    at = datetime(2026, 11, 26, 23, 59, tzinfo=UTC)
    assert account_again("You cannot make more than 4000 captures per day", at) == datetime(
        2026, 11, 27, 0, 5, tzinfo=UTC
    )
    assert account_again("sessions", at) == at + timedelta(minutes=10)
    assert next_time(Step.LATER, at, tries=0, within=timedelta(days=30)) == (
        Step.LATER,
        datetime(2026, 11, 27, 0, 5, tzinfo=UTC),
    )
    assert [left_today(body) for body in (b"", b"[]", b'{"available": 2}', b'{"available": 0}')] == [
        None,
        None,
        None,
        0,
    ]
    assert save_form("u", timedelta(days=1), errors=True)["capture_all"] == "1"
    assert read_jobs(b"[" * 100_000) == {}


def test_keys_come_from_where_they_are_and_are_nowhere_else(place, monkeypatch, tmp_path):
    place.policies(old=40)
    done = place.save()
    place.service.saves.append((401, {}, {"message": KEYS}))
    place.policies(other=50)
    refused = place.save()
    assert (done.exit_code, refused.exit_code) == (0, 2)
    assert "refuses the keys" in refused.output
    held = b"".join(one.read_bytes() for one in tmp_path.rglob("*") if one.is_file() and one.name != "keys")
    for secret in KEYS.split(":"):
        assert secret not in done.output + refused.output + repr(refused.exc_info)
        assert secret.encode() not in held
    (tmp_path / "keys").chmod(0o644)
    assert "chmod 600" in place.save().output
    monkeypatch.delenv("POLICYLAPSE_IA_KEYS_FILE")
    assert "POLICYLAPSE_IA_KEYS_FILE" in place.save().output
    (tmp_path / ".config" / "internetarchive").mkdir(parents=True)
    (tmp_path / ".config" / "internetarchive" / "ia.ini").write_text(
        "[s3]\naccess = ACCESSkey123\nsecret = SECRETkey456\n", encoding="utf-8"
    )
    assert command.read_keys() == ("ACCESSkey123", "SECRETkey456")
    monkeypatch.setenv("IA_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("IA_SECRET_ACCESS_KEY", "b")
    assert command.read_keys() == ("a", "b")


def test_who_cannot_save(place):
    place.policies(old=40)
    assert (
        "cannot be asked to save"
        in CliRunner().invoke(main, ["save", "--db", str(place.path), "--archive", "sample"]).output
    )
    public = CliRunner().invoke(main, ["save", "--db", str(place.path), "--archive", "wayback"])
    assert (public.exit_code, "POLICYLAPSE_CONTACT" in public.output) == (2, True)


def killed(place, times, moments):
    """Kill a save at each of these moments; return how many captures were made of each URL in the end."""
    for moment in moments[:times]:
        child = os.fork()
        if not child:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            try:
                command.save_stale(command.parse_archive(place.archive), place.path, "", timedelta(days=30), 50)
            finally:
                os._exit(0)
        time.sleep(moment)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    place.save()
    return place.service.made


def test_kills_lose_and_double_nothing(place):
    """A sample of benchmarks/save_kills.py."""
    names = {f"s{number}": 40 + number for number in range(12)}
    place.policies(**names)
    made = killed(place, 6, [0.02, 0.03, 0.04, 0.05, 0.06, 0.08])
    assert made == {f"http://{name}.example/privacy": 1 for name in names}
    assert len(place.rows()) == len(names)
    assert not [state for _url, state in place.rows() if state == "asking"]
