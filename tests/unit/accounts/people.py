"""Making people in tests of services."""

from app.accounts.actor import OperatorActor, ServerRole
from app.accounts.credential import Qualification, Verification, grant_credential
from app.accounts.loading import load_actor
from app.accounts.person import NewPerson, create_person, get_person
from app.accounts.reset import choose_password, issue_link
from app.accounts.role import grant_role

T0 = 1_700_000_000_000
PASSWORD = "wandering teapots sing"
OPERATOR = OperatorActor("tests")


def make_person(database, username="ann", *roles: ServerRole, password=PASSWORD):
    def unit(session):
        made = create_person(session, OPERATOR, NewPerson(username, f"Dr {username.title()}"), at=T0)
        for role in roles:
            grant_role(session, OPERATOR, made, role, at=T0)
        return made.id, issue_link(session, OPERATOR, made, at=T0)

    person_id, token = database.writing(unit)
    if password:
        choose_password(database, token, password, at=T0)
    return person_id


def actor_of(database, person_id, at=T0, **rest):
    with database.reading() as session:
        return load_actor(session, person_id, at=at, **rest)


def give_credential(database, person_id, by, tier=3, **rest):
    stated = Qualification(
        tier=tier,
        profession="physician",
        country="DE",
        issued_at=rest.pop("issued_at", T0 - 1),
        issuing_body="chamber",
        register_number=f"{person_id}",
        **rest,
    )

    def unit(session):
        person = get_person(session, person_id)
        return grant_credential(session, OPERATOR, person, stated, Verification(by, "register"), at=T0).id

    return database.writing(unit)
