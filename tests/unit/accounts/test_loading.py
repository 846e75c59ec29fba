"""People loaded together are who they are alone."""

from app.accounts.actor import ProjectRole
from app.accounts.loading import load_actor, load_actors
from app.accounts.person import deactivate, get_person
from tests.build import OPERATOR, make_project
from tests.unit.accounts.people import T0, give_credential, make_person


def test_many_are_loaded_as_each_one_is_and_those_whose_account_is_closed_are_left_out(sqlite_database):
    boss = make_person(sqlite_database, "boss")
    people = [make_person(sqlite_database, name) for name in ("ann", "ben", "cal")]
    ann, ben, cal = people
    give_credential(sqlite_database, ann, boss, tier=2)
    give_credential(sqlite_database, ben, boss, tier=1)
    roles = {
        boss: (ProjectRole.MANAGER,),
        ann: (ProjectRole.ANNOTATOR, ProjectRole.VERIFIER),
        cal: (ProjectRole.ANNOTATOR,),
    }

    def unit(session):
        make_project(session, "first", roles, at=T0)
        deactivate(session, OPERATOR, get_person(session, cal), at=T0)

    sqlite_database.writing(unit)
    with sqlite_database.reading() as session:
        together = load_actors(session, [cal, ben, boss, ann], at=T0)
        assert together == [load_actor(session, person, at=T0) for person in (boss, ann, ben)]
        assert [sorted(one.roles_in(1)) for one in together] == [["manager"], ["annotator", "verifier"], []]
        assert load_actors(session, [], at=T0) == []
