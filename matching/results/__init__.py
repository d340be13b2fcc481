"""What comes of matching: runs, the list each case stands on, what a release makes of it (docs/decisions/103)."""
