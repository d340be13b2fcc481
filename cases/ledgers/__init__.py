"""Ledgers: cases counted by place and part, listed, taken away, filed each day, followed up (SC 30-32, 38; QD 20)."""
