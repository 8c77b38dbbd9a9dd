"""What others say of policies, as the file keeps it (pipelines/store/schema/migrations.py).

m008: declarations, and URLs that are a policy's for a time only. m018: labels that people or models made elsewhere.
"""

DECLARATIONS = """
CREATE TABLE declarations (                -- which parts of its pages a policy is, as somebody else declared it
  policy_id INTEGER PRIMARY KEY REFERENCES policies(id),
  declared_at TEXT NOT NULL,               -- when the crawl was told so
  hints TEXT NOT NULL                      -- JSON: [{urlkey, valid_from, valid_to, select, remove, source}, …]
) STRICT;

ALTER TABLE policy_urls ADD COLUMN bounded INTEGER NOT NULL DEFAULT 0;  -- 1: captures before valid_from and after valid_to are none of the policy; see `readings`
"""

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
