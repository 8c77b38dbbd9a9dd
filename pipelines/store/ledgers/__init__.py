"""What was sent out, to whom: ledgers in the same file, each opened by itself beside whoever else writes there.

It may import `store/file.py`, and no shelf. The commands that send, notify and save, open them.
"""
