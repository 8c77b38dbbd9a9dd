"""Is this text a policy, of which kind, in which language? Words and rules, no markup.

It may import `pipelines/text`. `payload.py` calls it, and what needs to know a document by its name.
"""
