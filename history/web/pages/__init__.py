"""One module per page: each reads what it shows and returns a Page (template, context, and the data under it)."""
