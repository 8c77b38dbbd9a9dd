"""How answers look on a terminal. A module an answer; `chart.py` draws lines of marks for several.

It may import everything but the groups of commands, which call it.
"""
