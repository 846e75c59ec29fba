"""A passkey device in software, for tests of what the server accepts: each part of its answers can be bent."""

import base64
import hashlib
import json
import secrets
import struct

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

ORIGIN, HOST = "https://notes.example", "notes.example"
PRESENT, VERIFIED, HOLDS_KEY = 0x01, 0x04, 0x40


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Device:
    """One key on one device."""

    def __init__(self, origin=ORIGIN, host=HOST):
        self.origin, self.host = origin, host
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id, self.count, self.handle = secrets.token_bytes(32), 0, None

    def register(self, options, **bent):
        """The browser's answer to options of an enrolment, as JSON."""
        self.handle = options["user"]["id"]
        data = self._client_data("webauthn.create", options, bent)
        authenticator = self._authenticator(bent, HOLDS_KEY) + self._attested()
        made = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": authenticator})
        return self._answer({"clientDataJSON": b64(data), "attestationObject": b64(made)})

    def use(self, options, **bent):
        """The browser's answer to options of a use; `bent` says which part is another than it should be."""
        self.count = bent.get("count", self.count + 1)
        data = self._client_data("webauthn.get", options, bent)
        authenticator = self._authenticator(bent, 0)
        signed = self.key.sign(authenticator + hashlib.sha256(data).digest(), ec.ECDSA(hashes.SHA256()))
        response = {"clientDataJSON": b64(data), "authenticatorData": b64(authenticator)}
        response["signature"] = b64(bent.get("signature", signed))
        if handle := bent.get("handle", self.handle):
            response["userHandle"] = handle
        return self._answer(response)

    def _answer(self, response):
        answer = {"id": b64(self.id), "rawId": b64(self.id), "type": "public-key", "response": response}
        return json.dumps(answer | {"clientExtensionResults": {}})

    def _client_data(self, kind, options, bent):
        challenge, origin = bent.get("challenge", options["challenge"]), bent.get("origin", self.origin)
        return json.dumps({"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False}).encode()

    def _authenticator(self, bent, flags):
        flags |= bent.get("flags", PRESENT | VERIFIED)
        host = bent.get("host", self.host)
        return hashlib.sha256(host.encode()).digest() + bytes([flags]) + struct.pack(">I", self.count)

    def _attested(self):
        point = self.key.public_key().public_numbers()
        key = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        return bytes(16) + struct.pack(">H", len(self.id)) + self.id + cbor2.dumps(key)
