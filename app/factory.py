"""Composes the application: settings, registries, database, commands; pages when somebody asks for one."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable
from importlib import import_module
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup
from werkzeug.routing import Map

from app import pipeline, plugins
from app.core import registry
from app.core.db import Database, tell_homes
from app.core.revision import problem_of
from app.settings import Settings

_composed = False

# gunicorn starts a worker that ends with any other code again and again.
REFUSED = 3


def compose() -> None:
    """Tell the registries what there is, once per process: web, worker, command line and tests call it."""
    global _composed  # noqa: PLW0603
    if not _composed:
        registry.declare(plugins.PARTS)
        tell_homes(plugins.TABLES)
        pipeline.connect()
        _composed = True


class Server(Flask):
    """The application. Commands know it as it is; a request, the first, brings the web and every part,
    and so does whoever asks for the routes (`flask routes`)."""

    def __init__(self, settings: Settings | None = None) -> None:
        compose()
        super().__init__("app", static_folder=None)
        self.extensions["settings"] = settings or Settings.from_env()
        self.extensions["database"] = Database(self.extensions["settings"].database)
        self.cli = _Commands()
        self._opened = self._installing = False
        # Building reads the routes it adds, so the thread that builds comes by again.
        self._opening = threading.RLock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.open()
        return super().__call__(environ, start_response)

    def require_schema(self) -> None:
        """End the process, with one sentence, before it touches a database made by another version."""
        if problem := problem_of(self.extensions["database"].url):
            print(problem, file=sys.stderr)
            raise SystemExit(REFUSED)

    def open(self) -> Server:
        """Put the edge and every page and endpoint in place, once; import every part, and so every model."""
        with self._opening:
            if not self._opened and not self._installing:
                self._installing = True
                try:
                    self._install()
                    self._opened = True
                finally:
                    self._installing = False
        return self

    @property
    def url_map(self) -> Map:  # type: ignore[override]
        """Every route."""
        return self.open()._routes

    @url_map.setter
    def url_map(self, routes: Map) -> None:
        self._routes = routes

    def _install(self) -> None:
        registry.load_all(plugins.PARTS)
        for path in plugins.EDGES:
            _named(path)(self)
        for path in plugins.BLUEPRINTS:
            self.register_blueprint(_named(path))
        self.extensions["menu"] = [_named(path) for path in plugins.MENU]


class _Commands(AppGroup):
    """`flask --app wsgi …`: names from `app/plugins.py`, each imported when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*plugins.COMMANDS, *super().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        path = plugins.COMMANDS.get(cmd_name)
        return _named(path) if path else super().get_command(ctx, cmd_name)


def create_app(settings: Settings | None = None) -> Server:
    """The whole application, open: every model, part, page and endpoint is there."""
    return Server(settings).open()


def _named(path: str) -> Any:
    """What `module:attribute` names: plug-ins are strings, so that nothing is imported upwards."""
    module, _, attribute = path.partition(":")
    return getattr(import_module(module), attribute)
