"""The application as gunicorn serves it in benches: each answer says in a header how many statements it took."""

import threading

from sqlalchemy import event
from sqlalchemy.engine import Engine

from wsgi import app as application

_asked = threading.local()


@event.listens_for(Engine, "before_cursor_execute")
def _count(_connection, _cursor, statement, *_):
    if not statement.startswith(("BEGIN", "PRAGMA")):
        _asked.count = getattr(_asked, "count", 0) + 1


def app(environ, start_response):
    """The application, with X-Statements."""
    _asked.count = 0

    def start(status, headers, exc_info=None):
        return start_response(status, [*headers, ("X-Statements", str(_asked.count))], exc_info)

    return application(environ, start)
