"""Every room that uses the store, on a Cluster: the same tests as on one server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.replicated import Replicated, cluster
from tests.test_accounts import test_revoking_ends_a_token_at_once
from tests.test_archive import test_a_line_leaves_its_story_when_it_moves_or_dies, test_what_is_due
from tests.test_audit import audit, test_a_touched_log_is_found
from tests.test_census import hub, test_hubs_are_added_up_and_dead_ones_forgotten
from tests.test_clicks import clock, process, test_all_processes_count_together
from tests.test_desks import test_all_desks_see_what_one_does
from tests.test_history import test_the_past_is_as_it_was, valkey_store
from tests.test_landing import test_who_left_is_neither_reached_nor_missed
from tests.test_logins import logins, test_many_at_once_get_no_more, test_success_is_no_try
from tests.test_sessions import test_all_of_a_user_end_together
from tests.test_wire import test_one_request_is_stored_once_however_often_it_is_sent
from tests.web.test_login import test_a_login_opens_the_desk
from tests.web.test_widget import test_an_upgrade_takes_no_pinned_script_away

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "audit",
    "clock",
    "hub",
    "logins",
    "process",
    "test_a_line_leaves_its_story_when_it_moves_or_dies",
    "test_a_login_opens_the_desk",
    "test_a_touched_log_is_found",
    "test_all_desks_see_what_one_does",
    "test_all_of_a_user_end_together",
    "test_all_processes_count_together",
    "test_an_upgrade_takes_no_pinned_script_away",
    "test_hubs_are_added_up_and_dead_ones_forgotten",
    "test_many_at_once_get_no_more",
    "test_one_request_is_stored_once_however_often_it_is_sent",
    "test_revoking_ends_a_token_at_once",
    "test_success_is_no_try",
    "test_the_past_is_as_it_was",
    "test_what_is_due",
    "test_who_left_is_neither_reached_nor_missed",
    "valkey_store",
]


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replicated]:
    with cluster(tmp_path_factory.mktemp("servers")) as started:
        yield started


@pytest.fixture
def any_store_url(servers: Replicated) -> str:
    """An empty Cluster."""
    for node in servers.nodes:
        node.ask("FLUSHALL")
    return servers.url


@pytest.fixture
def store_url(any_store_url: str) -> str:
    """The same."""
    return any_store_url
