"""Security headers on every answer, errors and static files included."""

from __future__ import annotations

from flask import Flask, Response

from app.http import context

# No inline script or style, nothing from elsewhere, no HTML made from strings (ASVS 3.4.3, domain G.2).
CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "object-src 'none'",
        "require-trusted-types-for 'script'",
    )
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Frame-Options": "DENY",
}
HSTS = "max-age=63072000; includeSubDomains"


def install(app: Flask) -> None:
    app.after_request(_add)


def _add(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers[name] = value
    if context.settings().https:
        response.headers["Strict-Transport-Security"] = HSTS
    # Only what says otherwise (versioned static files) is ever stored.
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["X-Request-Id"] = context.request_id()
    return response
