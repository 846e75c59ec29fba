"""Composes the application: settings, registries, database, adapters."""

from __future__ import annotations

from importlib import import_module

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
    for path in plugins.COMMANDS:
        module, _, attribute = path.partition(":")
        app.cli.add_command(getattr(import_module(module), attribute))
    return app
