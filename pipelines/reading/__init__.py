"""From the bytes of a page to its text: decode, extract, judge. One page in, one reading out; no store, no clock.

`payload.py` is the whole way in one function; `pool.py` runs it in processes that can be ended. It may import
`pipelines/text` and the pure rooms of crawler. The item pipeline and `upkeep/reextract.py` call it.
"""
