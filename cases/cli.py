"""Commands of case work. Each module that has commands is named here."""
from cases.imports.cli import payments, pensioners
from cases.sweep_cli import sweep

__all__ = ["payments", "pensioners", "sweep"]
