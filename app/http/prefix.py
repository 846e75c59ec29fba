"""Where the server is reached below a path of another host (`https://notes.example/chart/`), the path ends here.

Inside, every address is written from the root: views, templates, scripts and `next` know of no prefix. It is taken from
what comes in and put before what goes out: redirects, and links, forms, pictures and scripts of pages. Scripts put it
before addresses themselves (`js/lib/address.js`). A fixed setting and not a header of the proxy, since whoever can send
a header could lead everybody elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, request

# Jinja escapes quotes in texts, so a quote like these is always an attribute's.
_LINK = re.compile(rb'(\s(?:href|action|formaction|src)=")/(?!/)')


def install(app: Flask) -> None:
    prefix = app.extensions["settings"].prefix_path
    if prefix:
        app.extensions["middleware"].append(partial(_Without, prefix))
        app.after_request(partial(_put_before, prefix))


class _Without:
    """The application below it sees paths without the prefix; proxies that took it away already may do so."""

    def __init__(self, prefix: str, application: Callable[..., Iterable[bytes]]) -> None:
        self._prefix, self._application = prefix, application

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == self._prefix or path.startswith(f"{self._prefix}/"):
            environ["PATH_INFO"] = path[len(self._prefix) :] or "/"
        return self._application(environ, start_response)


def _put_before(prefix: str, response: Response) -> Response:
    if response.location:
        target = urlsplit(response.location)
        if not target.netloc or target.netloc == request.host:
            response.location = target._replace(path=prefix + target.path).geturl()
    if response.mimetype == "text/html" and not response.is_streamed:
        response.set_data(_LINK.sub(rb"\1" + prefix.encode() + b"/", response.get_data()))
    return response
