"""Rows whose ID number is damaged or missing, compared with the register by name, birth, sex and place (issue 4).

A comparison only ever suggests; one person confirms it (docs/decisions/104).
"""
