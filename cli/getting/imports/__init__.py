"""Commands that get captures out of files on this machine: a module a source; `around.py` is the run around an import.

It may import everything but the other groups of commands; `cli/commands.py` loads its modules by name.
"""
