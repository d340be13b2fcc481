"""Commands of case work. Each module that has commands is named here."""
from cases.cli_documents import dossier, notices
from cases.halt_cli import sweep
from cases.imports.cli import payments, pensioners
from cases.ledgers.cli import lists
from cases.limit_cli import limits
from cases.nearing_age.cli import nearing_age

__all__ = ["dossier", "limits", "lists", "nearing_age", "notices", "payments", "pensioners", "sweep"]
