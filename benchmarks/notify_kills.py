"""SIGKILLs of `notify` at random moments, with channels that fail at random: nothing is lost, nothing doubled.

    python -m benchmarks notify_kills [KILLS]      (default 200)

A process of its own runs `notify`, forked from one that has loaded all; crawls go on in between. What a receiver gets
twice under one id counts once.
"""

import json
import os
import random
import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

from pipelines.store.store import Store
from tests.databases.stored import EXTRACTOR, Seen, put
from tests.servers.receivers import mail_server, webhook_receiver

SITES = 4
WORDS = (
    "we you they share sell keep store erase use read send track partners vendors children location camera contacts "
    "cookies profile payment health identity advertising analytics abroad forever daily monthly lawfully secretly openly "
    "consent contract interest request complaint regulator encryption backup archive device browser account"
).split()
SLEEP = 0.4  # seconds within which a notify is killed


@dataclass
class Result:
    """What was told of: site and citation; `lost` by no message of a channel, `doubled` by two ids."""

    kills: int = 0
    told: set = field(default_factory=set)
    lost: set = field(default_factory=set)
    doubled: set = field(default_factory=set)


def killed(folder: Path, times: int, chance: random.Random) -> Result:
    result, path = Result(), folder / "x.db"
    for name in ("cli.giving.carriers.mail", "cli.giving.carriers.webhook", "cli.giving.notify"):
        import_module(name)  # before the forks
    now = datetime.now(UTC)
    first = (now - Seen(0).capture.captured_at).days - 60
    os.environ["POLICYLAPSE_WEBHOOK_SECRET_HOOK"] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    with mail_server() as (address, inbox), webhook_receiver() as (url, hooks):
        (folder / "notify.toml").write_text(
            f'[channels.me]\nmail = "{address}"\nfrom = "p@x.example"\nto = ["a@x.example"]\n'
            f'[channels.hook]\nwebhook = "{url}"\nallow_private = true\n'
            '[watches.all]\nchannels = ["me", "hook"]\nclasses = ["substantive", "replaced", "minor", "return", "moved"]\n'
        )
        expected = crawl(path, first, 0)
        run(folder, path)  # begins the watch
        expected = set()
        for number in range(times):
            expected |= crawl(path, first, number + 1) if number % 2 == 0 and number < 100 else set()
            inbox.answers += ["451 later"] * chance.randrange(2)
            hooks.answers += [(chance.choice([500, 503, 429]), {})] * chance.randrange(3)
            result.kills += run(folder, path, chance.uniform(0, SLEEP))
            forgive(path)
        inbox.answers.clear()
        hooks.answers.clear()
        for _ in range(2):
            run(folder, path)
            forgive(path)
        mails = {}
        for one in inbox.mails:
            mails[one["Message-ID"]] = one.get_body(("plain",)).get_content()
        hooked = {headers["webhook-id"]: json.loads(body)["data"]["citation"] for headers, body in hooks.got}
    by_hook = Counter(hooked.values())
    by_mail = Counter(name for text in mails.values() for name in expected if f"cite: {name}" in text)
    result.told = expected
    result.lost = {name for name in expected if not by_hook[name] or not by_mail[name]}
    result.doubled = {name for name in expected if by_hook[name] > 1 or by_mail[name] > 1}
    return result


def crawl(path: Path, first: int, number: int) -> set[str]:
    """A new wording on one site (on all, at first); return the citations of what it brought as news."""
    store = Store(path, lambda: datetime.now(UTC))
    run_id = store.runs.begin(program="test", archive="test", strategy="all", arguments={})
    for site in range(SITES) if number == 0 else [number % SITES]:
        url = f"http://s{site}.example/privacy"
        policy = store.policies.named(f"s{site}.example", url, "named")
        text = "\n".join(["We keep your data.", *(clause(site, n) for n in range(number) if (n + 1) % SITES == site)])
        put(store, run_id, policy, Seen(first + number, text, url=url, site=f"s{site}.example"))
        store.versions.fold(policy, EXTRACTOR)
    store.runs.finish(run_id, listed=1, fetched=1, reused=0, exit_code=0)
    news = {one.citation for one in store.found.brought(run_id) if one.news}
    store.close()
    return news


def clause(site: int, number: int) -> str:
    """A paragraph that stays once it came, and is like no other."""
    words = random.Random(number * SITES + site).sample(WORDS, 14)
    return f"{words[0].capitalize()} {' '.join(words[1:])}."


def forgive(path: Path) -> None:
    """Let what failed be tried at once."""
    store = Store(path, lambda: datetime.now(UTC))
    with store.transaction():
        store.db.execute("UPDATE notices SET not_before = NULL WHERE state = 'pending'")
    store.close()


def run(folder: Path, path: Path, seconds: float = 0.0) -> int:
    """Run `notify` in a child; kill it after so long (0: not). Return 1 where it was killed."""
    child = os.fork()
    if not child:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(1, 2)
        try:
            from cli.giving.notify import notify  # noqa: PLC0415

            notify.main(["--config", str(folder / "notify.toml"), "--db", str(path)], standalone_mode=False)
        finally:
            os._exit(0)
    if seconds:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return int(bool(seconds)) if os.WIFSIGNALED(status) or seconds else 0


def main() -> None:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    begun = time.monotonic()
    with TemporaryDirectory() as folder:
        result = killed(Path(folder), times, random.Random(7))
    print(
        f"{result.kills} kills, {len(result.told)} changes: {len(result.lost)} lost, {len(result.doubled)} doubled, "
        f"{timedelta(seconds=round(time.monotonic() - begun))}"
    )
    sys.exit(bool(result.lost or result.doubled))


if __name__ == "__main__":
    main()
