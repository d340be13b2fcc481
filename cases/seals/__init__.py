"""The office's electronic seal on a dossier: its certificate, the PAdES signature, and what a seal found says."""
