"""Reading what is kept on many machines: pages out as files, readings back as files, whoever does the work between.

    the database ──out──► pages/NAME.parquet ──read, anywhere──► readings/NAME.parquet ──into──► the database

A *shard* is one such file, and all state there is: it is done when its readings have their name. So any scheduler may
start it, stop it, kill it or start it twice: cron, GNU parallel, Slurm, Spark, Dask (on_dask.py). Only `into` writes a
database, and it is one process.

It may import the store and the reader. Only this folder knows Dask and msgspec. The commands `shard` and `cluster` call it.
"""
