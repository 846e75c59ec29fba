"""Composes the application: settings, registries, database, commands; pages when somebody asks for one."""

from __future__ import annotations

import os
import stat
import sys
import threading
from collections.abc import Iterable
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup
from werkzeug.routing import Map

from app import pipeline, plugins, surface
from app.accounts.breached import use_file
from app.audit.macs import INFO, EventKeys
from app.core import registry
from app.core.db import Database, tell_homes
from app.core.revision import problem_of
from app.corpus import vault
from app.corpus.vault import VaultFile
from app.settings import Settings
from app.tables import TABLES

_composed = False

# gunicorn starts a worker that ends with any other code again and again.
REFUSED = 3


def compose(settings: Settings | None = None) -> None:
    """Tell the registries what there is, once per process: web, worker, command line and tests call it.

    `settings` name what this installation brings besides. Raises ValueError for what cannot be used.
    """
    global _composed  # noqa: PLW0603
    if not _composed:
        registry.declare(plugins.PARTS)
        tell_homes(TABLES)
        pipeline.connect()
        _composed = True
    if settings and settings.breached_passwords:
        use_file(Path(settings.breached_passwords))
    if settings and settings.modality_paths:
        registry.declare({"modality": {**plugins.PARTS["modality"], **_own_modalities(settings.modality_paths)}})


def _own_modalities(paths: Iterable[str]) -> dict[str, str]:
    """Key → where it is. Each is imported here, so that a wrong one ends the start and not somebody's work."""
    own: dict[str, str] = {}
    for path in paths:
        try:
            key = _named(path).key
        except (ImportError, AttributeError, ValueError) as error:
            raise ValueError(f"CHARTMARK_MODALITIES: {path} is no package.module:Class with a key ({error})") from error
        if key in plugins.PARTS["modality"] or key in own:
            raise ValueError(f"CHARTMARK_MODALITIES: {path} has the key {key!r} of another modality")
        own[key] = path
    return own


class Server(Flask):
    """The application. Commands know it as it is; a request, the first, brings the web and every part,
    and so does whoever asks for the routes (`flask routes`). Once open it is a Flask application like any other."""

    def __init__(self, settings: Settings | None = None) -> None:
        settings = settings or Settings.from_env()
        keep_private(settings.var_dir)
        compose(settings)
        super().__init__("app", static_folder=None)
        self.extensions["settings"] = settings
        self.extensions["database"] = _database(settings)
        self.cli = _Commands()
        # Building reads the routes it adds, so the thread that builds comes by again.
        self._opening = threading.RLock()
        self._is_open = False
        self._routes: Map = self.__dict__.pop("url_map")
        self.wsgi_app = self._first_request  # type: ignore[method-assign]

    def _first_request(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        return self.open().wsgi_app(environ, start_response)

    @cached_property
    def url_map(self) -> Map:  # type: ignore[override]
        """Every route: asked for before a request came, they are put in place now."""
        self.open()
        return self._routes

    def require_schema(self) -> None:
        """End the process, with one sentence, before it touches a database made by another version."""
        if problem := problem_of(self.extensions["database"].url):
            print(problem, file=sys.stderr)
            raise SystemExit(REFUSED)

    def open(self) -> Server:
        """Put the edge and every page and endpoint in place, once; import every part, and so every model."""
        with self._opening:
            if not self._is_open:
                # What is being built reads routes; who comes meanwhile waits in `_first_request` or here.
                self.__dict__["url_map"] = self._routes
                self._install()
                serve: Any = super().wsgi_app
                for around in self.extensions["middleware"]:
                    serve = around(serve)
                self._is_open = True
                self.wsgi_app = serve  # type: ignore[method-assign]
        return self

    def _install(self) -> None:
        registry.load_all(plugins.PARTS)
        self.extensions["middleware"] = []
        for path in surface.EDGES:
            _named(path)(self)
        for path in surface.BLUEPRINTS:
            self.register_blueprint(_named(path))
        self.extensions["menu"] = [_named(path) for path in surface.MENU]


class _Commands(AppGroup):
    """`flask --app wsgi …`: names from `app/surface.py`, each imported when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*surface.COMMANDS, *super().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        path = surface.COMMANDS.get(cmd_name)
        return _named(path) if path else super().get_command(ctx, cmd_name)


def _database(settings: Settings) -> Database:
    """With the keys by which the log knows what the application wrote, and what opens texts that are sealed."""
    keys, file = EventKeys(settings.event_key_path), VaultFile(settings.master_key_path)
    info = {INFO: keys, vault.INFO: file, vault.SEAL_ALL: bool(settings.seal_texts)}
    return Database(settings.database, pooled=bool(settings.pooled), info=info)


def keep_private(var: Path) -> None:
    """What this process writes is its user's alone from the first byte, and so is the folder of everything written."""
    os.umask(0o077)
    try:
        mode = var.stat().st_mode
        if mode & 0o077:
            var.chmod(stat.S_IMODE(mode) & ~0o077)
    except OSError:
        pass  # not there yet, or another user's: `security check` says so


def create_app(settings: Settings | None = None) -> Server:
    """The whole application, open: every model, part, page and endpoint is there."""
    return Server(settings).open()


def _named(path: str) -> Any:
    """What `module:attribute` names: plug-ins are strings, so that nothing is imported upwards."""
    module, _, attribute = path.partition(":")
    return getattr(import_module(module), attribute)
