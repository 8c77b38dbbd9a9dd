"""The store in a browser: pages over one SQLite file, served by Datasette or written as a static site.

answer(Ask(db, path, form, …)) ──► Answer(status, media type, body)      pure but for the read of the database
plugin.py and serve.py are the only modules that know Datasette; static_site.py writes the same pages to files.
"""
