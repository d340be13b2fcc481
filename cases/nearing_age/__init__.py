"""Insured persons who near the age of benefit: told ahead, reviewed ahead, listed by month (JS-6.4, JS-7.3)."""
