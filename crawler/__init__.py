"""From a list of sites to what an archive holds of their policies: the Scrapy project.

Its rooms `archives`, `choosing`, `discovery` and `targets` are functions of their arguments; pipelines and history may use
them, too. The others make requests. The spider reaches the store and the reader by the dotted paths in `settings.py`.
"""

__version__ = "0.2.0"  # of the whole program: pyproject.toml, --version and the User-Agent take it from here
