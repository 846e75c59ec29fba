"""A person's browser over one socket, which says when the line went dead instead of an answer."""

import http.client
import json
import re
from urllib.parse import urlencode

from tests.conftest import PASSWORD

TOKEN = re.compile(r'name="csrf-token" content="([0-9a-f]{64})"')
TIMEOUT = 60


class NoAnswer(Exception):
    """Nobody knows whether the request took effect."""


class Answer:
    def __init__(self, status: int, headers: http.client.HTTPMessage, body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self) -> dict:
        return json.loads(self.body)

    @property
    def location(self) -> str:
        return self.headers.get("Location", "")


class Browser:
    def __init__(self, port: int, username: str) -> None:
        self.port, self.username = port, username
        self.cookies: dict[str, str] = {}
        self.token = ""
        self.line: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        """Raises NoAnswer."""
        sent = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())} if self.cookies else {}
        if self.token and method != "GET":
            sent["X-CSRF-Token"] = self.token
        try:
            if self.line is None:
                self.line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
            self.line.request(method, path, body, sent | (headers or {}))
            got = self.line.getresponse()
            answer = Answer(got.status, got.headers, got.read())
            if got.headers.get("Content-Length", got.headers.get("Transfer-Encoding")) is None:
                raise http.client.IncompleteRead(answer.body)  # headers that were cut read as if they had ended
        except (OSError, http.client.HTTPException) as error:
            self.hang_up()
            raise NoAnswer(type(error).__name__) from None
        for cookie in got.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        if got.headers.get("Connection", "").lower() == "close":
            self.hang_up()
        return answer

    def hang_up(self) -> None:
        if self.line is not None:
            self.line.close()
        self.line = None

    def send(self, method: str, path: str, value: object, **headers: str) -> Answer:
        """JSON; keyword `if_match` becomes the header If-Match."""
        named = {name.replace("_", "-").title(): text for name, text in headers.items()}
        return self.ask(method, path, json.dumps(value).encode(), {"Content-Type": "application/json"} | named)

    def fill_in(self, path: str, **fields: str) -> Answer:
        """A form."""
        data = urlencode({"csrf_token": self.token} | fields).encode()
        return self.ask("POST", path, data, {"Content-Type": "application/x-www-form-urlencoded"})

    def upload(self, path: str, name: str, content: str) -> Answer:
        mark = "torture-boundary"
        parts = [
            f'--{mark}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{self.token}\r\n',
            f'--{mark}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n{content}\r\n',
            f"--{mark}--\r\n",
        ]
        return self.ask(
            "POST", path, "".join(parts).encode(), {"Content-Type": f"multipart/form-data; boundary={mark}"}
        )

    def sign_in(self, password: str = PASSWORD) -> None:
        """Raises NoAnswer; also when the server was there and its database was not."""
        self.cookies, self.token = {}, ""
        self.token = self._find_token("/sign-in")
        answer = self.fill_in("/sign-in", username=self.username, password=password)
        if answer.status != 303:
            raise NoAnswer(f"sign-in: {answer.status}")
        self.token = self._find_token("/account")

    def _find_token(self, path: str) -> str:
        found = TOKEN.search(self.ask("GET", path).body.decode())
        if found is None:
            raise NoAnswer(f"no token on {path}")
        return found[1]
