"""What migration m012 takes away (pipelines/store/schema/migrations.py): the triggers through which views were written."""

TABLES_ARE_WRITTEN = """
DROP TRIGGER captures_insert;
DROP TRIGGER captures_stay_forgotten;
DROP TRIGGER captures_update;
DROP TRIGGER captures_headers;
DROP TRIGGER captures_delete;
DROP TRIGGER extractions_insert;
DROP TRIGGER extractions_update;
DROP TRIGGER extractions_delete;
DROP TRIGGER text_blocks_insert;
DROP TRIGGER text_blocks_delete;
"""
