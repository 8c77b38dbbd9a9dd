"""The spider: from targets through listings and chosen captures to pages, kept first and read then.

It may import every room of crawler. It hands items to the pipelines that `settings.py` names, and imports none of them.
"""
