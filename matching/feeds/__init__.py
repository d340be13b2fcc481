"""Feeds: files of other registers, kept as they came, resolved to persons once, written as signs (decision 101)."""
