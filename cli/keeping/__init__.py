"""Commands that keep the database well: re-extract, compact, fsck, merge, forget.

It may import everything but the other groups of commands; `cli/commands.py` loads its modules by name.
"""
