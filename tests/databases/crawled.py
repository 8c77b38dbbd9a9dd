"""The bundled sample archive, crawled once a session of tests: by whichever of pytest-xdist's workers needs it first."""

import pickle
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from tests.crawling import Crawled, crawl


@dataclass(frozen=True)
class CrawledSample:
    database: Path  # copy it where it is to be written
    run: Crawled
    sites_file: Path


def crawled_sample(tmp_path_factory) -> CrawledSample:
    """Crawl all sites of the sample, with --strategy distinct."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if base.name.startswith("popen-") else base) / "crawled-sample"  # popen-gw0: of one worker
    folder.mkdir(exist_ok=True)
    done = folder / "done.pickle"
    with FileLock(folder / "lock"):
        if not done.exists():
            done.write_bytes(pickle.dumps(_crawl(folder)))
    return pickle.loads(done.read_bytes())


def _crawl(folder: Path) -> CrawledSample:
    from tests.sample_archive.truth import TRUTH  # noqa: PLC0415 - it renders all pages of the sample

    sites = folder / "sites.txt"
    urls = [truth.policy_urls[0] for truth in TRUTH.values()]
    sites.write_text("# all sites of the sample\n" + "\n".join(urls) + "\n", encoding="utf-8")
    run = crawl(folder / "sample.db", "sample", sites=str(sites))
    assert run.code == 0, run.err
    return CrawledSample(folder / "sample.db", run, sites)
