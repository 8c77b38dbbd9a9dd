"""Collections of other people, taken into the store: their pages as captures, their texts as readings beside ours.

It may import the store, reading and what is below. `policylapse import-ota` and `policylapse import-corpus` call it.
"""
