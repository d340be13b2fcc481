"""A made-up city with two years of history, every step of it by the real commands. Nobody in it exists."""
