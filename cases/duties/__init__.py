"""Duties of an office that come again (workflows/duties.py): when each is due, and what shows that it was done."""
