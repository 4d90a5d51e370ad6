"""Every module that uses the store, on a Cluster: the same tests as on one server."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from redis.exceptions import NoPermissionError

from tests.accounts.test_audit import audit, test_entries_are_kept_in_order
from tests.accounts.test_login_limits import (
    login_limits,
    test_many_at_once_get_no_more,
    test_success_is_no_try,
)
from tests.accounts.test_sessions import test_all_of_a_user_end_together
from tests.accounts.test_tokens import test_revoking_ends_a_token_at_once
from tests.jobs.test_desk_feed import test_all_desks_see_what_one_does
from tests.store.test_archive import (
    test_a_line_leaves_its_story_when_it_moves_or_dies,
    test_what_is_due,
)
from tests.store.test_clicks import clock, process, test_all_processes_count_together
from tests.store.test_full_text import (
    test_a_kill_holds_before_the_index_hears_of_it,
    test_one_process_adds_at_a_time,
    test_the_index_of_another_log_is_made_anew,
)
from tests.store.test_presence import hub, test_hubs_are_added_up_and_dead_ones_forgotten
from tests.store.test_wire import test_one_request_is_stored_once_however_often_it_is_sent
from tests.support.replicated import Replicated, cluster
from tests.web.api.test_reach import test_who_left_is_neither_reached_nor_missed
from tests.web.api.test_search import test_killed_words_are_found_by_editors_only
from tests.web.desk.test_login import test_a_login_opens_the_desk
from tests.web.embed.test_widget import test_an_upgrade_takes_no_pinned_script_away
from ticker.commands.verify import verify
from ticker.store.client import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.service import Running

pytestmark = pytest.mark.slow

__all__ = [
    "audit",
    "clock",
    "hub",
    "login_limits",
    "process",
    "test_a_kill_holds_before_the_index_hears_of_it",
    "test_a_line_leaves_its_story_when_it_moves_or_dies",
    "test_a_login_opens_the_desk",
    "test_all_desks_see_what_one_does",
    "test_all_of_a_user_end_together",
    "test_all_processes_count_together",
    "test_an_upgrade_takes_no_pinned_script_away",
    "test_entries_are_kept_in_order",
    "test_hubs_are_added_up_and_dead_ones_forgotten",
    "test_killed_words_are_found_by_editors_only",
    "test_many_at_once_get_no_more",
    "test_one_process_adds_at_a_time",
    "test_one_request_is_stored_once_however_often_it_is_sent",
    "test_revoking_ends_a_token_at_once",
    "test_success_is_no_try",
    "test_the_index_of_another_log_is_made_anew",
    "test_what_is_due",
    "test_who_left_is_neither_reached_nor_missed",
]


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replicated]:
    with cluster(tmp_path_factory.mktemp("servers")) as started:
        yield started
        for node in started.nodes:
            assert node.ask("ACL", "LOG") == [], "docs/stores.md names too few rights"


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


async def test_what_was_written_is_whole(service: Running) -> None:
    """The logs of all editions can be verified, on whichever shards they are."""
    for edition in ("en", "ar", "es"):
        line = await service.post(edition, "One")
        await service.patch(edition, line["id"], headline="Two")
    lines = await asyncio.to_thread(verify, service.settings, ["en", "ar", "es"])
    assert lines[:3] == [f"{edition}: 2 entries, unbroken" for edition in ("en", "ar", "es")]


@pytest.mark.parametrize(
    "command",
    [
        ["FLUSHALL"],
        ["CONFIG GET", "dir"],
        ["GET", "other"],
        ["EVAL", "return redis.call('GET', KEYS[1])", 1, "other"],
    ],
)
async def test_the_rights_that_are_named_are_for_nothing_else(
    servers: Replicated, command: list[str | int]
) -> None:
    """Who gets at the service's store password can neither empty the store nor read others' keys."""
    store = Store(servers.url)
    node = store.commands.get_node_from_key
    await store.ping()
    with pytest.raises(NoPermissionError):
        await store.commands.execute_command(*command, target_nodes=node("other"))
    await store.close()
    for server in servers.nodes:
        server.ask("ACL", "LOG", "RESET")
