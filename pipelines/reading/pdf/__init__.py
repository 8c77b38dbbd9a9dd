"""From a PDF to the same blocks as from HTML: its characters, rows, columns, headings, lists and tables.

It may import `pipelines/reading/titles.py`. `extract.py` calls it.
"""
