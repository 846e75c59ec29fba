"""Setting up second factors in tests of services."""

from urllib.parse import parse_qs, urlsplit

import pyotp

from app.accounts.factors import passkey, recovery, totp
from app.accounts.factors.desk import Demand, FactorDesk
from app.corpus.vault import Vault
from tests.authenticator import ORIGIN, Device
from tests.unit.accounts.people import T0

VAULT = Vault(bytes(range(32)))
DESK = FactorDesk(VAULT, Demand.NOBODY, ORIGIN)


def add_totp(database, actor, desk=DESK, at=T0):
    """The app of somebody: `codes.at(seconds)`. The code of this moment is used."""
    token, address = database.writing(lambda s: totp.start_enrolment(s, desk, actor, at=at))
    codes = pyotp.TOTP(parse_qs(urlsplit(address).query)["secret"][0])
    database.writing(
        lambda s: totp.finish_enrolment(s, desk, actor, token, codes.at(at // 1000), "my telephone", at=at)
    )
    return codes


def add_passkey(database, actor, desk=DESK, at=T0, **place):
    device = Device(**place)
    options = database.writing(lambda s: passkey.start_enrolment(s, desk, actor, at=at))
    answer = device.register(options)
    database.writing(lambda s: passkey.finish_enrolment(s, desk, actor, answer, "key ring", at=at))
    return device


def add_codes(database, actor, at=T0):
    return database.writing(lambda s: recovery.make_codes(s, actor, actor.id, at=at))
