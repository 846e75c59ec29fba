"""A real OpenID Connect provider in a process of its own: Canaille, with two people, a group and one client.

`python -m tests.identity_provider PORT REDIRECT_URI` serves until it is ended; `running(redirect_uri)` is that process.
"""

import datetime
import json
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

CLIENT, SECRET = "chartmark", "between the two of us"
PEOPLE = {"ann.provider": "plum carts over snow", "eve.provider": "tin whistle afternoon"}
GROUP = "trial readers"


def issuer(port):
    return f"http://localhost:{port}"


def make(port, redirect_uri):
    """Canaille over its memory: what it would read from files and a database is said here."""
    from canaille import create_app
    from canaille.app import models
    from canaille.backends import Backend
    from joserfc.jwk import RSAKey

    settings = {
        "SECRET_KEY": "of tests",
        "SERVER_NAME": f"localhost:{port}",
        "PREFERRED_URL_SCHEME": "http",
        "CANAILLE_OIDC": {"ACTIVE_JWKS": [RSAKey.generate_key(2048, auto_kid=True).as_dict(private=True)]},
        "CANAILLE": {"DATABASE": "memory", "ADMIN_EMAIL": "admin@localhost", "CAPTCHA_BACKEND": None},
    }
    app = create_app(settings)
    with app.app_context():
        people = [models.User(user_name=name, formatted_name=name, family_name=name, emails=[f"{name}@localhost"],
                              password=password) for name, password in PEOPLE.items()]  # fmt: skip
        for person in people:
            Backend.instance.save(person)
        Backend.instance.save(models.Group(display_name=GROUP, members=people[:1]))
        client = models.Client(
            client_id=CLIENT,
            client_secret=SECRET,
            client_name="Chartmark",
            client_uri="http://127.0.0.1",
            client_id_issued_at=datetime.datetime.now(datetime.UTC),
            redirect_uris=[redirect_uri],
            grant_types=["authorization_code"],
            response_types=["code"],
            scope=["openid", "profile", "groups"],
            token_endpoint_auth_method="client_secret_basic",
        )
        Backend.instance.save(client)
        client.audience = [client]
        Backend.instance.save(client)
    return app


@contextmanager
def running(redirect_uri):
    """The issuer of a provider that runs meanwhile."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "tests.identity_provider", str(port), redirect_uri]
    process = subprocess.Popen(
        command, cwd=Path(__file__).parents[1], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    try:
        _wait(process, port)
        yield issuer(port)
    finally:
        process.kill()
        process.communicate()


def _wait(process, port, seconds=90):
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            with urlopen(f"{issuer(port)}/.well-known/openid-configuration", timeout=2) as answer:
                assert json.load(answer)["issuer"] == issuer(port)
                return
        except (URLError, OSError):
            time.sleep(0.2)
    process.kill()
    raise AssertionError(f"the identity provider did not start: {process.communicate()[1][-2000:]}")


if __name__ == "__main__":
    from werkzeug.serving import run_simple

    number = int(sys.argv[1])
    run_simple("localhost", number, make(number, sys.argv[2]), threaded=True)
