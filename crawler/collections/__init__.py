"""Collections of policies that other people made and keep in git: their repositories, their layouts, their headers.

It may import `crawler.archives` and `crawler.targets`. `pipelines/imports` takes what it reads into the store.
"""
