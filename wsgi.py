"""The WSGI entry point: `flask --app wsgi …` and `gunicorn wsgi:app`. Pages are built on the first request."""

from app.factory import Server

app = Server()
app.require_schema()
