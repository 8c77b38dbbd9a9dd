"""The dates that a text or a page gives of itself, in the languages of CLDR.

It imports nothing but the model. `payload.py` calls it.
"""
