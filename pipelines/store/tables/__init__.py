"""How rows are written where a table keeps less than what is said of it: what follows from the rest is left out.

It may import `store/load.py` and text. The shelves, merge and forget write through it.
"""
