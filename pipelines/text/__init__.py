"""What a text is, once it has been read: its wording, its digests, and its blocks written as Markdown.

It may import `pipelines/model.py`. Reading, versions, store and history use it.
"""
