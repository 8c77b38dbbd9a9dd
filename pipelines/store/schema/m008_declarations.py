"""What migration m008 makes (pipelines/store/schema/migrations.py): declarations, and URLs that are a policy's for a time only."""

DECLARATIONS = """
CREATE TABLE declarations (                -- which parts of its pages a policy is, as somebody else declared it
  policy_id INTEGER PRIMARY KEY REFERENCES policies(id),
  declared_at TEXT NOT NULL,               -- when the crawl was told so
  hints TEXT NOT NULL                      -- JSON: [{urlkey, valid_from, valid_to, select, remove, source}, …]
) STRICT;

ALTER TABLE policy_urls ADD COLUMN bounded INTEGER NOT NULL DEFAULT 0;  -- 1: captures before valid_from and after valid_to are none of the policy; see `readings`
"""
