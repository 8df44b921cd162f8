"""Passwords, tokens and the limiter."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.accounts import check_name, fresh_token, hash_password, same, token_of, verify_password
from dashboard.limiter import Limiter
from dashboard.people import Person, Role, read_roles
from wire.errors import UserError


def test_a_password_fits_its_hash_alone() -> None:
    kept = hash_password("correct horse battery")
    assert kept.startswith("$argon2id$")
    assert verify_password("correct horse battery", kept)
    assert not verify_password("correct horse batterz", kept)
    assert not verify_password("correct horse battery", None)
    assert not verify_password("correct horse battery", "not a hash")


@pytest.mark.parametrize("password", ["", "elevenchars", "x" * 257])
def test_a_password_too_short_or_too_long_is_refused(password: str) -> None:
    with pytest.raises(UserError, match=str(len(password))):
        hash_password(password)


def test_tokens_are_256_bits_and_all_else_follows_from_them() -> None:
    one, two = fresh_token(), fresh_token()
    assert len(one.secret) == 43
    assert token_of(one.secret) == one
    assert len({one.secret, one.digest, one.csrf, two.secret, two.digest, two.csrf}) == 6
    assert same(one.csrf, token_of(one.secret).csrf)
    assert not same(one.csrf, two.csrf)
    assert not same("", one.csrf)


@pytest.mark.parametrize("name", ["", "a b", "a/b", "a\nb", "x" * 65, "<b>"])
def test_names_that_would_spoil_the_trail_are_refused(name: str) -> None:
    with pytest.raises(UserError):
        check_name(name)
    assert check_name("ada.lovelace-2_x") == "ada.lovelace-2_x"


def test_an_unknown_role_grants_nothing() -> None:
    assert read_roles(["viewer", "emperor"]) == {Role.VIEWER}


@pytest.mark.parametrize(
    ("roles", "signs_as"),
    [
        ({Role.VIEWER}, None),
        ({Role.VIEWER, Role.ADMIN}, "admin"),
        ({Role.ADMIN, Role.SUPERVISOR, Role.DISPATCHER}, "dispatcher"),
    ],
)
def test_an_order_is_signed_with_the_lowest_role_that_may(roles: set[Role], signs_as: str | None) -> None:
    assert Person("ada", frozenset(roles), "", "", datetime.now(UTC)).command_role == signs_as


@given(st.lists(st.floats(0, 30), max_size=40))
def test_never_more_failures_than_allowed_pass_in_any_window(gaps: list[float]) -> None:
    limiter, now, passed = Limiter(failures=3, window_s=60), 0.0, []
    for gap in gaps:
        now += gap
        if limiter.wait_s("ada", now) == 0:
            limiter.failed("ada", now)
            passed.append(now)
    for first in passed:
        assert sum(first <= moment < first + 60 for moment in passed) <= 3


def test_waiting_as_told_is_enough_and_others_do_not_wait() -> None:
    limiter = Limiter(failures=2, window_s=60)
    limiter.failed("ada", 0)
    limiter.failed("ada", 10)
    assert limiter.wait_s("ada", 20) == 40
    assert limiter.wait_s("bob", 20) == 0
    assert limiter.wait_s("ada", 60) == 0
    limiter.failed("ada", 60)
    limiter.forgive("ada")
    assert limiter.wait_s("ada", 61) == 0
    limiter.forgive("nobody")


def test_a_flood_of_names_is_forgotten_from_the_oldest() -> None:
    limiter = Limiter(failures=1, window_s=60, keys=100)
    for number in range(1000):
        limiter.failed(str(number), 0)
    assert limiter.wait_s("999", 1) > 0
    assert limiter.wait_s("0", 1) == 0
