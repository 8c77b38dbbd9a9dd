"""The command `policylapse`: a module a command, which reads its options, asks history or upkeep, and prints.

It may import everything; nothing imports it.
"""
