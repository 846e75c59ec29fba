"""How much a request may bring: small bodies everywhere, large ones only where files are uploaded."""

from __future__ import annotations

from flask import Flask, request

from app.http import access, context

MEGABYTE = 1024 * 1024
COMMON_BODY = 8 * MEGABYTE


def install(app: Flask) -> None:
    hosts = app.extensions["settings"].hosts
    app.config.update(
        MAX_CONTENT_LENGTH=COMMON_BODY,
        MAX_FORM_MEMORY_SIZE=2 * MEGABYTE,
        MAX_FORM_PARTS=500,
        TRUSTED_HOSTS=[host.strip() for host in hosts.split(",")] if hosts else None,
    )


def widen() -> None:
    """Let an upload be as large as the settings say."""
    if access.declared().accepts == access.UPLOAD:
        request.max_content_length = context.settings().max_upload_mb * MEGABYTE
