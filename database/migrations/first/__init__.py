"""The tables of 0001, as they were then. Never changed: what comes later is a later migration."""
