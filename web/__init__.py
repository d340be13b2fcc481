"""What every page shares: words, figures, headers, errors, charts and forms. Knows no table and no business."""
from __future__ import annotations

from flask import Flask

from web import errors, event_words, filters, forms, headers, language, navigation


def init_app(app: Flask) -> None:
    """Registers all of it. The application calls this once, after the extensions that know who is signed in."""
    for part in (language, filters, event_words, headers, forms, navigation, errors):
        part.init_app(app)
