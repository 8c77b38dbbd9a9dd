"""Write the sample archive: `python -m tests.sample_archive data/sample`."""

import sys
from pathlib import Path

from crawler.archives.files.beside import write_index
from crawler.archives.files.warc import WarcArchive

from .build import FILE_NAME, write

if __name__ == "__main__":
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "data/sample")
    folder.mkdir(parents=True, exist_ok=True)
    count = write(folder / FILE_NAME)
    write_index(WarcArchive(folder / FILE_NAME).records(), folder / "sample.cdxj")
    sys.stdout.write(f"{folder / FILE_NAME}: {count} captures\n")
