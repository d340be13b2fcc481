"""A small cosigning witness (C2SP tlog-witness): one more memory of a log's heads, on a machine of somebody else.

Needs neither Flask nor the database: `python -m audit.witness`.
"""
