"""A trained model as a dated file: the probabilities of each level, of what data, when, and for which settings.

Shipped under rules/linkage/models; one trained on an installation's own data stands in its instance folder and goes
before. A file is never overwritten: the version names it, and a suggestion names the version it was made with.
"""
from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from matching.linkage.settings import FOLDER, Settings

SHIPPED = FOLDER / "models"
Model = dict[str, Any]


class NoModel(LookupError):
    """No trained model fits the settings; the message names them."""


def described(settings: Settings, trained: Model, on: date, data: dict[str, Any]) -> Model:
    """The file's content. data: what it was trained on, in plain counts and words."""
    version = f"{settings.name}-{on.isoformat()}"
    return {"version": version, "settings": settings.name, "settings_digest": settings.digest,
            "trained_on": on.isoformat(), "data": data} | trained


def save(model: Model, folder: Path) -> Path:
    """Raises FileExistsError: a version stands for ever."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{model['version']}.json"
    with path.open("x", encoding="utf-8") as file:
        json.dump(model, file, ensure_ascii=False, indent=1)
        file.write("\n")
    return path


def newest(settings: Settings, own: Path | None = None) -> Model:
    """The newest of the instance's own, else of the shipped ones, trained for just these settings. Raises NoModel."""
    for folder in (own, SHIPPED):
        for path in sorted(folder.glob(f"{settings.name}-*.json"), reverse=True) if folder else ():
            model = json.loads(path.read_text("utf-8"))
            if model["settings_digest"] == settings.digest:
                return model
    raise NoModel(settings.name)


def own_folder(instance: str) -> Path:
    return Path(instance) / "linkage"
