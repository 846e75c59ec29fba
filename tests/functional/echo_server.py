"""What `test_slow_clients.py` serves: length and digest of a body. Also a gunicorn configuration with short times."""

import hashlib

from app.http import front

worker_class = "app.http.front.WholeRequestWorker"
threads = 2
worker_connections = 300
keepalive = 5
control_socket_disable = True
loglevel = "error"
front.HEAD_SECONDS, front.BODY_RATE, front.LINGER_SECONDS = 1, 5_000, 1


def app(environ, start_response):
    body = environ["wsgi.input"].read()
    answer = f"{len(body)} {hashlib.sha256(body).hexdigest()} {environ['PATH_INFO']}".encode()
    start_response("200 OK", [("Content-Length", str(len(answer)))])
    return [answer]
