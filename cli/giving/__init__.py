"""Commands that hand the history on: export, feed, notify (with its carriers), extract.

It may import everything but the other groups of commands; `cli/commands.py` loads its modules by name.
"""
