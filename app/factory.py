"""Composes the application: settings, registries, database, adapters."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from flask import Flask

from app import pipeline, plugins
from app.core.db import Database
from app.settings import Settings

_composed = False


def compose() -> None:
    """Load every plug-in, once per process: web, worker, command line and tests call it."""
    global _composed  # noqa: PLW0603
    if not _composed:
        plugins.load()
        pipeline.connect()
        _composed = True


def create_app(settings: Settings | None = None) -> Flask:
    """The Flask application. Nothing heavy is imported and nothing is connected here."""
    compose()
    app = Flask("app", static_folder=None)
    app.extensions["settings"] = settings or Settings.from_env()
    app.extensions["database"] = Database(app.extensions["settings"].database)
    for path in plugins.EDGES:
        _named(path)(app)
    for path in plugins.BLUEPRINTS:
        app.register_blueprint(_named(path))
    app.extensions["menu"] = [_named(path) for path in plugins.MENU]
    for path in plugins.COMMANDS:
        app.cli.add_command(_named(path))
    return app


def _named(path: str) -> Any:
    """What `module:attribute` names: plug-ins are strings, so that nothing is imported upwards."""
    module, _, attribute = path.partition(":")
    return getattr(import_module(module), attribute)
