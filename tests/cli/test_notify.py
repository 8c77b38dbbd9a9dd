"""`policylapse notify`: each change once to each channel, whatever fails, whoever kills it."""

import base64
import hashlib
import hmac
import json
import os
import random
import re
import sqlite3
import sys
import types
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.policy import SMTP

import pytest
from click.testing import CliRunner

from cli.giving import notify as command
from cli.giving.carriers.http import is_public
from cli.giving.carriers.webhook import signature
from cli.main import main
from pipelines.store.store import Store
from tests import programs
from tests.databases.stored import EXTRACTOR, NOW, Seen, put
from tests.servers.receivers import data_of, mail_server, webhook_receiver

SECRET = f"whsec_{base64.b64encode(bytes(range(32))).decode()}"
BEFORE, AFTER = "We keep your data.\nWrite to us.", "We keep your data.\nWe sell it to partners, too.\nWrite to us."


class Night:
    """A database that crawls write into, and the clock of those who look at it."""

    def __init__(self, tmp_path, monkeypatch):
        self.path, self.folder = tmp_path / "x.db", tmp_path
        self.now = NOW
        self.day = (NOW - Seen(0).capture.captured_at).days - 20
        self.monkeypatch = monkeypatch
        monkeypatch.setenv("POLICYLAPSE_WEBHOOK_SECRET_HOOK", SECRET)
        clock = types.SimpleNamespace(now=lambda _zone: self.now)
        monkeypatch.setattr(command, "datetime", clock)

    def crawl(self, *sites, text=AFTER):
        """Find a page of a new day with a text, on each site."""
        store = Store(self.path, lambda: self.now)
        run = store.runs.begin(program="test", archive="test", strategy="all", arguments={})
        for site in sites:
            url = f"http://{site}/privacy"
            policy = store.policies.named(site, url, "named")
            put(store, run, policy, Seen(self.day, text, url=url, site=site))
            store.versions.fold(policy, EXTRACTOR)
        store.runs.finish(run, listed=1, fetched=1, reused=0, exit_code=0)
        store.close()
        self.day += 1

    def write(self, channels, watch="", head=""):
        names = re.findall(r"\[channels\.(\w+)\]", channels)
        text = f"{head}\n{channels}\n[watches.all]\nchannels = {json.dumps(names)}\n{watch}\n"
        (self.folder / "notify.toml").write_text(text, encoding="utf-8")

    def notify(self, *arguments):
        config = str(self.folder / "notify.toml")
        return CliRunner().invoke(main, ["notify", "--config", config, "--db", str(self.path), *arguments])

    def rows(self, sql):
        with closing(sqlite3.connect(self.path)) as db:
            return db.execute(sql).fetchall()


@pytest.fixture
def night(tmp_path, monkeypatch):
    return Night(tmp_path, monkeypatch)


@pytest.fixture
def mail():
    with mail_server() as (address, inbox):
        inbox.channel = f'[channels.me]\nmail = "{address}"\nfrom = "Policies <p@x.example>"\nto = ["a@x.example"]\n'
        yield inbox


@pytest.fixture
def hook():
    with webhook_receiver() as (url, hooks):
        hooks.channel = f'[channels.hook]\nwebhook = "{url}"\nallow_private = true\n'
        yield hooks


def test_a_change_is_told_once_to_each_channel(night, mail, hook):
    night.write(mail.channel + hook.channel)
    night.crawl("a.example", "b.example", text=BEFORE)
    first = night.notify()
    assert (first.exit_code, first.stdout) == (0, "")
    assert "watch all begins now" in first.stderr
    night.crawl("a.example")
    second = night.notify()
    assert (second.exit_code, second.stdout) == (0, "policylapse: 2 messages sent\n")
    assert (night.notify().stdout, night.notify().stderr) == ("", "")
    (one,) = mail.mails
    assert one["Subject"] == "a.example: substantive change, +6 −0 words"
    assert "{+We sell it to partners, too.+}" in one.get_body(("plain",)).get_content()
    assert ">We sell it to partners, too.</ins>" in one.get_body(("html",)).get_content()
    (sent,) = hook.got
    assert data_of(sent)["type"] == "policy.changed"
    assert data_of(sent)["data"]["added"] == ["We sell it to partners, too."]


def test_the_first_run_takes_what_was_found_for_the_past(night, mail):
    night.crawl("a.example", text=BEFORE)
    night.crawl("a.example")
    night.write(mail.channel)
    assert "{+We sell it to partners, too.+}" in night.notify("--dry-run").stdout
    assert night.rows("SELECT count(*) FROM watches") == [(0,)]
    night.notify()
    night.notify()
    assert mail.raw == []


def test_mail_is_as_the_rfcs_have_it(night, mail):
    night.write(mail.channel + 'unsubscribe = "mailto:stop@x.example"')
    long = "\n".join([BEFORE, *(f"Паragraph {n}: {'ünd so weiter ' * 40}" for n in range(9))])
    night.crawl("a.example", text=BEFORE)
    night.notify()
    night.crawl("a.example", text=long)
    night.notify()
    (raw,) = mail.raw
    assert all(len(row) <= 78 for row in raw.split(b"\r\n"))
    assert raw.isascii()
    (one,) = mail.mails
    assert [one[name] for name in ("From", "To", "Auto-Submitted", "Precedence", "List-Unsubscribe")] == [
        "Policies <p@x.example>",
        "a@x.example",
        "auto-generated",
        "bulk",
        "<mailto:stop@x.example>",
    ]
    assert one["List-Id"] == "policylapse all <all.policylapse.invalid>"
    assert re.fullmatch(r"<[0-9a-f]{32}@policylapse\.invalid>", one["Message-ID"])
    text = one.get_body(("plain",)).get_content()
    assert all(len(row) <= 78 for row in text.splitlines())
    assert not any(part.get_filename() for part in one.walk())
    assert one.as_bytes(policy=SMTP)


def test_webhooks_are_signed_and_verified_by_the_standards_own_rule(night, hook):
    night.write(hook.channel)
    night.crawl("a.example", text=BEFORE)
    night.notify()
    night.crawl("a.example")
    night.notify()
    ((headers, body),) = hook.got
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    mac = hmac.new(bytes(range(32)), signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(mac).decode()}"
    # the example of the specification's libraries
    known = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    assert signature(known, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}') == (
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


@pytest.mark.parametrize(
    ("answer", "step"),
    [
        ((500, {}), "retry"),
        ((503, {"Retry-After": "7200"}), "later"),
        ((302, {"Location": "http://127.0.0.1:1/"}), "retry"),
        ((404, {}), "retry"),
        ((410, {}), "gone"),
    ],
)
def test_what_a_webhook_answers(night, hook, answer, step):
    night.write(hook.channel)
    night.crawl("a.example", text=BEFORE)
    night.notify()
    night.crawl("a.example")
    hook.answers.append(answer)
    failed = night.notify()
    assert failed.exit_code == 1
    assert f"HTTP {answer[0]}" in failed.stderr
    night.now += timedelta(hours=1)
    again = night.notify()
    if step == "retry":
        assert (again.exit_code, len(hook.got)) == (0, 2)
        assert len({headers["webhook-id"] for headers, _ in hook.got}) == 1
    elif step == "later":
        assert len(hook.got) == 1
        night.now += timedelta(hours=1)
        night.notify()
        assert len(hook.got) == 2
    else:
        night.crawl("a.example", text=BEFORE)
        assert "channel hook is off" in night.notify().stderr
        assert len(hook.got) == 1
    assert "/hook" not in failed.output + again.output  # its address can be a secret


def test_what_fails_for_three_days_is_given_up_and_said_once(night, mail):
    night.write(mail.channel)
    night.crawl("a.example", text=BEFORE)
    night.notify()
    night.crawl("a.example")
    mail.answers += ["451 later"] * 10
    codes = []
    for _ in range(5):
        codes.append(night.notify().exit_code)
        night.now += timedelta(days=1)
    assert codes == [1, 1, 1, 1, 0]
    assert night.rows("SELECT state, attempts FROM notices") == [("failed", 4)]
    assert mail.raw == []


def test_a_digest_comes_once_a_period_and_holds_all_of_it(night, mail):
    night.now = datetime(2026, 1, 5, 6, tzinfo=UTC)  # a Monday, before seven
    night.write(mail.channel, 'digest = "weekly"')
    night.crawl("a.example", "b.example", text=BEFORE)
    night.notify()
    night.crawl("a.example")
    night.now += timedelta(hours=2)
    night.notify()
    assert len(mail.mails) == 1  # Monday's
    night.crawl("b.example", text=AFTER.replace("partners", "strangers"))
    for _ in range(6):
        night.now += timedelta(days=1)
        night.notify()
    assert len(mail.mails) == 1
    night.now += timedelta(days=2)  # the machine was off on Monday: late, and once
    night.notify()
    night.notify()
    assert [one["Subject"].partition(":")[0] for one in mail.mails] == ["a.example", "b.example"]


def test_quiet_hours_hold_back_and_drop_nothing(night, mail):
    night.now = datetime(2026, 1, 1, 23, tzinfo=UTC)
    night.write(mail.channel, 'quiet = "22:00-07:00"')
    night.crawl("a.example", text=BEFORE)
    night.notify()
    night.crawl("a.example")
    night.notify()
    assert mail.raw == []
    night.now += timedelta(hours=8)
    night.notify()
    assert len(mail.raw) == 1


@pytest.mark.parametrize(
    ("watch", "told"),
    [
        ("", ["a.example", "b.shop.example"]),
        ('sites = ["*.shop.example"]', ["b.shop.example"]),
        ('sites = ["a.example"]', ["a.example"]),
        ('lists = ["sites.csv"]', ["a.example"]),
        ("min_words = 7", []),
        ("min_words = 6", ["a.example", "b.shop.example"]),
        ('classes = ["moved"]', []),
        ('added = "partner*"', ["a.example", "b.shop.example"]),
        ('added = "biometric"', []),
        ('removed = "partners"', []),
        ("max_age_days = 1", []),
    ],
)
def test_a_watch_means(night, hook, watch, told):
    (night.folder / "sites.csv").write_text("rank,site\n1,A.example\n", encoding="utf-8")
    night.write(hook.channel, watch)
    night.crawl("a.example", "b.shop.example", text=BEFORE)
    night.notify()
    night.crawl("a.example", "b.shop.example")
    assert night.notify().exit_code == 0
    assert sorted(data_of(one)["data"]["site"] for one in hook.got) == told


def test_the_same_edit_of_many_sites_is_one_entry(night, mail):
    night.write(mail.channel)
    names = [f"s{number}.example" for number in range(12)]
    clause = "We share what we know about you with our advertising partners all over the world, every day."
    night.crawl(*names, text=BEFORE)
    night.notify()
    night.crawl(*names, text=f"{BEFORE}\n{clause}")
    night.notify()
    (one,) = mail.mails
    text = one.get_body(("plain",)).get_content()
    assert "12 sites made the same edit" in text
    assert " ".join(text.split()).count(clause) == 1


def test_a_late_capture_that_narrows_a_bracket_is_no_news(night, hook):
    night.write(hook.channel)
    night.crawl("a.example", text=BEFORE)
    night.day += 10
    night.notify()
    night.crawl("a.example")
    night.notify()
    night.day -= 6
    night.crawl("a.example", text=BEFORE)
    night.notify()
    assert len(hook.got) == 1


def test_events_are_told(night, hook):
    night.write(hook.channel, 'events = ["deleted"]')
    night.crawl("a.example", text=BEFORE)
    night.notify()
    from pipelines.store.shelves.found import EventRow  # noqa: PLC0415

    store = Store(night.path, lambda: night.now)
    run = store.runs.begin(program="test", archive="test", strategy="all", arguments={})
    at = "2025-12-30T00:00:00Z"
    store.found.note_events(run, [1], [EventRow(1, "deleted", None, at, ("HTTP 404",), "https://a/1", at)])
    store.close()
    night.notify()
    night.notify()
    (one,) = hook.got
    assert (data_of(one)["type"], data_of(one)["data"]["kind"]) == ("policy.event", "deleted")


def test_a_command_gets_json_and_none_of_our_secrets(night, monkeypatch):
    monkeypatch.setenv("POLICYLAPSE_SMTP_PASSWORD", "hunter2")
    out = night.folder / "out.json"
    script = f"import json, os, sys; json.dump([json.load(sys.stdin), dict(os.environ)], open({str(out)!r}, 'w'))"
    night.write(f"[channels.run]\ncommand = {json.dumps([sys.executable, '-c', script])}\n")
    night.crawl("a.example", text=BEFORE)
    night.notify()
    night.crawl("a.example")
    assert night.notify().exit_code == 0
    data, environment = json.loads(out.read_text(encoding="utf-8"))
    assert data["data"]["site"] == "a.example"
    assert data["id"].startswith("msg_")
    assert "hunter2" not in str(environment)
    assert SECRET not in str(environment)


def test_apprise_is_handed_the_text_and_never_names_its_address(night, monkeypatch):
    told = []
    service = types.SimpleNamespace(
        add=lambda url: "slack" in url, notify=lambda **words: told.append(words) or len(told) > 1
    )
    monkeypatch.setitem(sys.modules, "apprise", types.SimpleNamespace(Apprise=lambda: service))
    night.write('[channels.chat]\napprise = "slack://token"\n')
    night.crawl("a.example", text=BEFORE)
    night.notify()
    night.crawl("a.example")
    assert night.notify().exit_code == 1
    night.now += timedelta(hours=1)
    assert night.notify().exit_code == 0
    assert "{+We sell it" in told[1]["body"]
    night.write('[channels.chat]\napprise = "nothing://token-of-mine"\n')
    refused = night.notify()
    assert refused.exit_code == 2
    assert "token-of-mine" not in refused.output
    monkeypatch.setitem(sys.modules, "apprise", None)
    assert "policylapse[notify]" in night.notify().output


def test_secrets_are_nowhere(night, mail, hook, monkeypatch):
    """A wrong password, a webhook that fails: neither output nor the database names a secret."""
    monkeypatch.setenv("POLICYLAPSE_SMTP_PASSWORD", "hunter2")
    channel = mail.channel.replace("smtp://", "smtp://user@")
    night.write(channel + hook.channel)
    night.crawl("a.example", text=BEFORE)
    night.notify()
    night.crawl("a.example")
    hook.answers.append((500, {"X-Echo": SECRET}))
    done = night.notify()
    assert done.exit_code == 1
    held = (
        night.path.read_bytes() + (night.folder / "x.db-wal").read_bytes()
        if (night.folder / "x.db-wal").exists()
        else night.path.read_bytes()
    )
    for secret in ("hunter2", SECRET, SECRET[6:]):
        assert secret not in done.output + str(done.exception)
        assert secret.encode() not in held
    monkeypatch.delenv("POLICYLAPSE_SMTP_PASSWORD")
    assert "POLICYLAPSE_SMTP_PASSWORD" in night.notify().output


def test_private_addresses_only_by_consent(night, monkeypatch):
    monkeypatch.setattr("socket.getaddrinfo", lambda *_a, **_k: [(2, 1, 6, "", ("100.64.0.1", 443))])
    night.write('[channels.hook]\nwebhook = "https://inside.example/x"\n')
    night.crawl("a.example", text=BEFORE)
    night.notify()
    night.crawl("a.example")
    assert "its address is private" in night.notify().output
    private = (
        "127.0.0.1",
        "10.1.1.1",
        "169.254.169.254",
        "192.168.0.1",
        "100.64.9.9",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::a01:101",
        "2002:a00:1::",
        "0.0.0.0",
        "224.0.0.1",
    )
    assert not any(is_public(one) for one in private)
    assert all(is_public(one) for one in ("1.1.1.1", "2606:4700::1111"))


KILLS = 6  # python -m benchmarks notify_kills has 200


def test_kills_lose_and_double_nothing(tmp_path):
    from benchmarks.notify_kills import killed  # noqa: PLC0415

    result = killed(tmp_path, KILLS, random.Random(1))
    assert result.lost == set()
    assert result.doubled == set()
    assert result.kills == KILLS
    assert result.told


def test_two_at_once_refuse(night, mail, monkeypatch):
    from filelock import FileLock  # noqa: PLC0415

    night.write(mail.channel)
    night.crawl("a.example", text=BEFORE)
    with FileLock(f"{night.path}-notify-lock"):
        refused = night.notify()
    assert refused.exit_code == 2
    assert "another notify works on" in refused.output


def test_the_help_names_no_secret():
    shown = programs.run(
        "-m", "cli.main", "notify", "--help", env={**os.environ, "POLICYLAPSE_SMTP_PASSWORD": "hunter2"}
    )
    assert shown.returncode == 0, shown.stderr
    assert "hunter2" not in shown.stdout
