"""Loading what other offices hold: pensioners, pay runs and payment returns. Proposed by one person, released by another."""
