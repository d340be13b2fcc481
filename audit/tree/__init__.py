"""The tree over the log's entries: RFC 6962 in tiles (C2SP tlog-tiles). Pure: readers are passed in.

What verifies stands in audit/verify.py alone; here is what makes proofs.
"""
