"""The database's schema over time: `versions/` holds one numbered file per change (docs/decisions/040)."""
