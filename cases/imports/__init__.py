"""Loading pensioners, pay runs and payment returns: proposed by one person, released by another (F1-F4)."""
