"""Histories as other tools take them: `formats.py` is the table of formats; each other module is one format.

It may import every room of history. `policylapse export` and `feed` call it.
"""
