"""Whose policies are wanted: sites, lists of sites, and declarations of where a document stands and which part it is.

It may import `crawler.archives`. The commands and `crawler/spiders/job.py` read what a person typed with it; `pipelines/reading`
cuts pages by its selectors.
"""
