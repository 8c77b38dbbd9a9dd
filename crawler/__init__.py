"""Reads captures of policies out of web archives."""

__version__ = "0.2.0"  # of the whole program: pyproject.toml, --version and the User-Agent take it from here
