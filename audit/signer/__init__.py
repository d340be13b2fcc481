"""What signs the log's heads: a process of its own, with a folder of its own outside the database (decision 112).

Needs no Flask and no database: `python -m audit.signer`. It signs a head only if the one it signed last is part of it.
"""
