"""From HTML to blocks: mend it, unpack saved copies, take out the site's furniture, keep the text.

It may import its sister rooms `parts` and `judging`. `extract.py` calls it.
"""
