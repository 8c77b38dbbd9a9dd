"""Histories as other tools take them: `formats.py` is the table of formats, and there is a module a format.

It may import every room of history. `policylapse export` and `feed` call it.
"""
