"""Commands that read the history.

It may import everything but the other groups of commands; `cli/commands.py` loads its modules by name.
"""
