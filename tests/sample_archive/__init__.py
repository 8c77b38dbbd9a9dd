"""The bundled sample archive: eight invented sites, their policies over 26 years, and how a crawler saw them.

`policies/` holds the texts, `templates/` the pages around them, `sites.py` what was published when and when
a crawler came by, `build.py` writes the WARC, `truth.py` says what a program reading it should find.
"""
