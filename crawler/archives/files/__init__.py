"""Archive files (WARC, ARC, WACZ; plain, gzip, zstd), read as an archive that answers like the Wayback Machine.

It may import `crawler.archives`. `crawler/asking/handlers.py` serves what it answers; `policylapse import-warc` lists it.
"""
