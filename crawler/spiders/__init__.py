"""The spider: from targets through listings to chosen captures, each page kept first, read then. A module a part.

It may import every room of crawler. It hands items to the pipelines that `settings.py` names, and imports none of them.
"""
