"""What the file keeps, a shelf a subject: policies, captures, payloads, readings, versions, runs, listings, discoveries.

It may import `store/tables`, reading, versions and text. `store.py` holds one of each, over one connection.
"""
