"""Commands of case work. Each module that has commands is named here."""
from cases.cli_documents import dossier, notices
from cases.halt_cli import sweep
from cases.imports.cli import payments, pensioners
from cases.ledgers.cli import lists
from cases.limit_cli import limits

__all__ = ["dossier", "limits", "lists", "notices", "payments", "pensioners", "sweep"]
