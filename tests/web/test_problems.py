"""Errors as problem documents."""

from __future__ import annotations

import pytest

from ticker.news.faults import Fault, InvalidError
from ticker.store.faults import Reason, StoreUnavailableError
from ticker.web.problems import ProblemError, problem_at, problem_of


def test_a_problem_names_its_fields() -> None:
    """A refusal says what, and for each field where and why (RFC 9457, RFC 6901)."""
    problem = ProblemError(
        422, "Two things", [Fault("headline", "is required"), Fault("a/b~c", "x")]
    )
    assert problem.document() == {
        "type": "about:blank",
        "title": "Unprocessable Entity",
        "status": 422,
        "detail": "Two things",
        "errors": [
            {"field": "headline", "detail": "is required", "pointer": "#/headline"},
            {"field": "a/b~c", "detail": "x", "pointer": "#/a~1b~0c"},
        ],
    }


def test_headers_of_a_problem() -> None:
    """A refusal carries the headers that tell what to do, and is never cached."""
    headers = problem_at(429, "Authorization", "Too many.", Retry_After="3").response().headers
    assert headers["retry-after"] == "3"
    assert headers["cache-control"] == "no-store"
    assert headers["content-type"] == "application/problem+json"


def test_errors_of_the_house_have_one_meaning() -> None:
    """The same fault gets the same answer wherever it happens."""
    invalid = problem_of(InvalidError([Fault("url", "is none")]))
    assert (invalid.status, invalid.detail) == (422, "url is none")
    for reason in Reason:
        away = problem_of(StoreUnavailableError("secret address", reason))
        assert (away.status, away.headers["Retry-After"]) == (503, "2")
        assert reason.value[1:] in away.detail
        assert "secret" not in away.detail
    with pytest.raises(TypeError):
        problem_of(KeyError("x"))
