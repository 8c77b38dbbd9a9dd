"""The tables: one migration after the other, each frozen once applied, and the check of a file before it is opened.

It knows nothing of ours but what an error is. `store/file.py` runs it.
"""
