"""Brakes on guessing: delays, a lock, forgiveness."""

import pytest

from app.accounts.throttle import (
    ACCOUNT,
    LOCK,
    Throttle,
    brake_account,
    brake_address,
    forgive_try,
    refuse_try,
    take_try,
)
from app.core.clock import DAY, SECOND
from app.core.errors import Unavailable

T0 = 1_700_000_000_000


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 0), (1, 0), (2, 0), (3, 1), (4, 2), (5, 4), (6, 8), (9, 64), (10, 900), (50, 900)],
)
def test_waits_double_from_the_third_failure_and_the_tenth_locks(failures, seconds):
    assert ACCOUNT.wait_after(failures) == seconds * SECOND


def tries(database, count, start=T0):
    """Make failing tries, each as soon as it is let in; returns the time after the last one's wait."""
    at = start
    for _ in range(count):
        while True:
            try:
                database.writing(lambda s, at=at: take_try(s, [brake_account("t", "ann")], at=at))
                break
            except Unavailable as error:
                at += error.details["retry_after"] * SECOND
    return at


def test_a_try_while_the_brake_is_on_is_refused_and_not_counted(database):
    at = tries(database, 3)
    for _ in range(20):
        with pytest.raises(Unavailable) as caught:
            database.writing(lambda s: take_try(s, [brake_account("t", "ann")], at=at))
        assert caught.value.details == {"retry_after": 1}
    assert database.writing(lambda s: take_try(s, [brake_account("t", "ann")], at=at + SECOND)) is False


def test_the_tenth_failure_says_that_it_locks(database):
    at = tries(database, 9) + 64 * SECOND
    assert database.writing(lambda s: take_try(s, [brake_account("t", "ann")], at=at)) is True
    with pytest.raises(Unavailable) as caught:
        database.writing(lambda s: take_try(s, [brake_account("t", "ann")], at=at + LOCK - 1))
    assert caught.value.details == {"retry_after": 1}


def test_success_clears_an_account_but_an_address_keeps_what_failed_there(database):
    brakes = account, address = brake_account("t", "ann"), brake_address("t", "192.0.2.1")
    for end in (refuse_try, forgive_try):
        database.writing(lambda s: take_try(s, [*brakes], at=T0))
        database.writing(lambda s, end=end: end(s, [*brakes], at=T0))
    with database.reading() as session:
        assert session.get(Throttle, account.key).failures == 0
        assert session.get(Throttle, address.key).failures == 1


def test_tries_that_nobody_answered_yet_do_not_brake_an_address(database):
    for number in range(60):
        brakes = [brake_account("t", f"p{number}"), brake_address("t", "192.0.2.1")]
        # Each a moment before the one that was counted last: requests are not served in their order.
        database.writing(lambda s, b=brakes, n=number: take_try(s, b, at=T0 - n))


def test_after_a_day_of_quiet_failures_are_forgotten(database):
    at = tries(database, 9)
    later = at + DAY + LOCK
    for _ in range(2):
        assert database.writing(lambda s: take_try(s, [brake_account("t", "ann")], at=later)) is False


def test_brakes_of_different_doors_do_not_touch(database):
    at = tries(database, 3)
    assert database.writing(lambda s: take_try(s, [brake_account("other", "ann")], at=at)) is False
