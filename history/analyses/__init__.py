"""What is computed of every version of every policy, a shard at a time, on any number of machines: claims, edits, words.

    the database ──versions.put_out──► versions/NAME.parquet ──a work──► claims/NAME.parquet, edits/…, words/…

Each work is a function of one policy's versions (`PolicyVersions`), so a shard that is done twice is the same file. What comes
out are plain tables for pandas, DuckDB and Spark, and nothing of it goes back into the database. It may import what is below
`export`. `policylapse shard` and `cluster` call it (docs/scale.md).
"""
