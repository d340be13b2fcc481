"""Commands of case work. Each module that has commands is named here."""
from cases.imports.cli import payments, pensioners

__all__ = ["payments", "pensioners"]
