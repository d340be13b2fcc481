"""How people of the agency work, for inspectors: counted from what is on record, judging nobody."""
