"""Work on many machines: shards out as files, results back as files, whoever does the work between.

    the database ──out──► pages/NAME.parquet ──read, anywhere──► readings/NAME.parquet ──into──► the database
    others' records ──lists──► warcs/…, locators/… ──collect, anywhere──► policies/NAME.warc.gz

A *shard* is one such file, and all state there is: it is done when its result has its name. So any scheduler may
start it, stop it, kill it or start it twice: cron, GNU parallel, Slurm, Spark, Dask (work.py). Only `into` writes a
database, and it is one process. Tables of versions are made the same way (history/analyses).

It may import the store and the reader. Only this folder knows Dask and msgspec; `arrow.py` loads what is an extra. The
commands `shard` and `cluster` call it.
"""
