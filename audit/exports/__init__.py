"""Events taken away with their proofs, so that they can be checked without us (docs/decisions/113)."""
