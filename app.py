"""create_app(): configuration, extensions, blueprints, commands. No logic."""
from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any

import click
from flask import Blueprint, Flask

import settings
from database import init_database

MODELS = ("staff.models", "cases.models", "audit.models", "audit.witnesses.models",
          "matching.feeds.models", "matching.results.models",
          "matching.linkage.tables", "staff.triggers", "cases.triggers", "cases.imports.triggers",
          "cases.duties.triggers", "matching.feeds.triggers", "matching.linkage.triggers", "matching.results.triggers",
          "cases.batch_triggers", "cases.retention_triggers", "cases.correction_triggers", "matching.results.met")
# Each has `init_app(app)`: extensions, filters, headers, error handlers. In this order.
PARTS = ("staff.access", "web")
# Packages or modules; every blueprint found in one, or in a module right below it, is registered.
ROUTES = ("web", "staff.routes", "cases.routes", "audit.routes", "matching.routes")
COMMANDS = ("database.cli", "staff.cli", "cases.cli", "audit.cli", "audit.signer_cli", "rules.cli",
            "matching.cli", "matching.feeds.cli",
            "invariants.cli", "demo.cli", "docs.cli", "replay.cli")


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """The application. `config` goes before the environment: DATABASE_URL or SQLALCHEMY_DATABASE_URI, SECRET_KEY,
    INDEX_KEY and FIELD_KEY (32 bytes each) at least.
    """
    app = Flask(__name__, instance_relative_config=True)
    app.config.from_mapping(SESSION_COOKIE_HTTPONLY=True, SESSION_COOKIE_SAMESITE="Lax", WTF_CSRF_TIME_LIMIT=None)
    app.config.from_mapping(settings.from_environment() if config is None else _given(config))
    list(_present(MODELS))
    init_database(app)
    for part in _present(PARTS):
        if hasattr(part, "init_app"):
            part.init_app(app)
    for blueprint in _found(ROUTES, Blueprint):
        app.register_blueprint(blueprint)
    for command in _found(COMMANDS, click.Command):
        app.cli.add_command(command)
    return app


def _given(config: Mapping[str, Any]) -> dict[str, Any]:
    given = {"INSTANCE_DIR": str(settings.ROOT / "instance")} | settings.plain_settings() | dict(config)
    if url := given.get("DATABASE_URL"):
        given.setdefault("SQLALCHEMY_DATABASE_URI", settings.database_url(url, settings.ROOT / "instance"))
    return given


def _present(names: tuple[str, ...]) -> Iterator[ModuleType]:
    """The modules of `names` that exist; one that exists and does not import still fails."""
    for name in names:
        try:
            yield import_module(name)
        except ModuleNotFoundError as error:
            if not (error.name and (name == error.name or name.startswith(error.name + "."))):
                raise


def _found(names: tuple[str, ...], kind: type) -> list[Any]:
    """Objects of `kind` in the modules and those right below them, each once; commands of a group left out."""
    found: dict[int, Any] = {}
    for module in _present(names):
        for one in (module, *_below(module)):
            found |= {id(value): value for value in vars(one).values() if isinstance(value, kind)}
    inner = {id(sub) for group in found.values() if isinstance(group, click.Group) for sub in group.commands.values()}
    return [value for key, value in found.items() if key not in inner]


def _below(package: ModuleType) -> Iterator[ModuleType]:
    for info in pkgutil.iter_modules(getattr(package, "__path__", ())):
        yield import_module(f"{package.__name__}.{info.name}")
