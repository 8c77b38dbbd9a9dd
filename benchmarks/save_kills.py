"""SIGKILLs of `save` at random moments, with a service that fails at random: each page captured once, none lost.

python -m benchmarks save_kills [KILLS]      (default 200)
"""

import os
import random
import signal
import sqlite3
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from cli.getting import save as command
from pipelines.store.store import Store
from tests.databases.stored import EXTRACTOR, Seen, put
from tests.servers.save_service import KEYS, save_service

PAGES = 400
BROKEN = [(502, {}, ""), (200, {}, "<html>"), (200, {}, {"status": "error", "status_ext": "error:celery"}), "hang up"]


def main() -> None:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    chance, begun = random.Random(3), time.monotonic()
    with TemporaryDirectory() as name, save_service() as (archive, service):
        folder = Path(name)
        command.POLICYLAPSE_STATE = str(folder / "state")
        (folder / "keys").write_text(KEYS)
        (folder / "keys").chmod(0o600)
        os.environ["POLICYLAPSE_IA_KEYS_FILE"] = str(folder / "keys")
        path = folder / "x.db"
        fill(path, archive)
        for _ in range(times):
            service.saves += [chance.choice(BROKEN)] * chance.randrange(2)
            run(archive, path, chance.uniform(0.01, 0.25))
            forgive(path)
        service.saves.clear()
        for _ in range(4):
            run(archive, path, 0)
            forgive(path)
        with closing(sqlite3.connect(path)) as db:
            states = dict(db.execute("SELECT state, count(*) FROM saves GROUP BY state"))
        lost = PAGES - len(service.made)
        doubled = sum(number > 1 for number in service.made.values())
    print(
        f"{times} kills, {PAGES} pages: {lost} lost, {doubled} captured twice; {states}; {time.monotonic() - begun:.0f} s"
    )
    sys.exit(bool(lost or doubled or states.get("asking")))


def fill(path: Path, archive: str) -> None:
    now = datetime.now(UTC)
    days = (now - Seen(0).capture.captured_at).days
    store = Store(path, lambda: now)
    number = store.runs.begin(program="test", archive=archive, strategy="all", arguments={})
    for page in range(PAGES):
        url = f"http://s{page}.example/privacy"
        policy = store.policies.named(f"s{page}.example", url, "named")
        put(store, number, policy, Seen(days - 40 - page, url=url, site=f"s{page}.example", archive=archive))
        store.versions.fold(policy, EXTRACTOR)
    store.close()


def forgive(path: Path) -> None:
    """Let what failed be tried at once, as often as it fails: the service is broken, not the page."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE saves SET not_before = NULL, tries = 0 WHERE state IN ('failed', 'refused')")
        db.commit()


def run(archive: str, path: Path, seconds: float) -> None:
    child = os.fork()
    if not child:
        try:
            command.save_stale(command.parse_archive(archive), path, "", timedelta(days=30), 10 if seconds else PAGES)
        finally:
            os._exit(0)
    if seconds:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


if __name__ == "__main__":
    main()
