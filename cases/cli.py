"""Commands of case work. Each module that has commands is named here."""
from cases.cli_documents import dossier, notices
from cases.imports.cli import payments, pensioners
from cases.ledgers.cli import lists
from cases.limit_cli import limits
from cases.sweep_cli import sweep

__all__ = ["dossier", "limits", "lists", "notices", "payments", "pensioners", "sweep"]
