"""Forms of case work: shape only; what may be done is decided by the commands."""
