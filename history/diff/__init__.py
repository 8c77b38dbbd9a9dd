"""What changed between two versions, and when each sentence was added: blocks, sentences, words, links.

It may import `timeline`. The commands show it; `html.py`, `markdown.py`, `unified.py` and `patch.py` write it out.
"""
