"""Commands that read the history, and how each answer looks on a terminal (`*_view.py`).

It may import everything but the other rooms of cli; `cli/commands.py` loads its modules by name.
"""
