"""The table of migration m018 (pipelines/store/schema/migrations.py): labels that people or models made elsewhere."""

ANNOTATIONS = """
CREATE TABLE annotations (                 -- labels of passages, made elsewhere by people or models, and imported
  id INTEGER PRIMARY KEY,
  text_key TEXT NOT NULL,                  -- SHA-256 of the words of the passage, or of the whole text: as versions.wording
  label TEXT NOT NULL,
  author TEXT NOT NULL,                    -- "" for none: then `model` names what made it
  model TEXT NOT NULL,
  labelled_at TEXT NOT NULL,
  note TEXT NOT NULL,
  citation TEXT NOT NULL,                  -- of the version in which it was labelled, "" where only the passage was named
  site TEXT NOT NULL,                      -- of that citation
  added_at TEXT NOT NULL,
  UNIQUE (text_key, label, author, model, labelled_at)
) STRICT;
"""
