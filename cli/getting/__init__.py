"""Commands that get captures from an archive, with what a crawl does around itself for a scheduler.

It may import everything but the other groups of commands; `cli/commands.py` loads its modules by name.
"""
