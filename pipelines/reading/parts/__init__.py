"""Several documents on one page, and earlier editions of one: where each begins and ends.

It may import `judging` and `dates`. `html/reduce.py` and `payload.py` call it.
"""
