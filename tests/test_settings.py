"""Settings and the newsroom's vocabulary."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ticker.news.newsroom import Group, Newsroom, SignOn
from ticker.settings import Settings, SettingsError, load, load_newsroom, static_dir


def test_defaults_then_environment_then_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is said closer to the command wins."""
    monkeypatch.setenv("TICKER_PORT", "9000")
    monkeypatch.setenv("TICKER_DATA_DIR", "~/news")
    monkeypatch.setenv("TICKER_BEAT", "2.5")
    settings = load({"port": 9001, "host": None})
    assert (settings.port, settings.host, settings.beat) == (9001, "127.0.0.1", 2.5)
    assert settings.data_dir == Path.home() / "news"


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "x"), ("PORT", "65536"), ("PORT", "-1"), ("WORKERS", "0"), ("BEAT", "nan-ish"),
     ("MEMORY", "-5"), ("BUFFERS", "0"), ("DRAIN_NOTICE", "nan"), ("DRAIN_SECONDS", "-1"), ("CONFIG", "/nowhere.toml"),
     ("NAMESPACE", "a:b"), ("NAMESPACE", "")],
)  # fmt: skip
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """A service with a wrong setting does not start, and says which."""
    monkeypatch.setenv(f"TICKER_{name}", value)
    with pytest.raises(SettingsError, match=r"(?i)" + (name if name != "CONFIG" else "nowhere")):
        load()


def test_the_built_in_newsroom() -> None:
    """Without configuration there are three editions and the vocabularies of a news channel."""
    newsroom = Settings().newsroom
    assert {it.code: it.dir for it in newsroom.editions.values()} == {
        "en": "ltr",
        "ar": "rtl",
        "es": "ltr",
    }
    assert set(newsroom.sections) == {
        "politics", "economy", "sports", "arts-culture", "health", "miscellaneous", "technology",
        "environment",
    }  # fmt: skip
    assert set(newsroom.regions) == {
        "africa", "asia", "asia-pacific", "europe", "latin-america", "mena", "palestine",
        "us-canada",
    }  # fmt: skip
    for vocabulary in (newsroom.sections, newsroom.regions):
        assert all(set(names) == {"en", "ar", "es"} for names in vocabulary.values())


def test_labels_fall_back() -> None:
    """A word that is missing in a language is shown in English, else as its code."""
    vocabulary = {"sports": {"en": "Sports", "ar": "رياضة"}, "x": {}}
    assert Newsroom.labels(vocabulary, "ar") == {"sports": "رياضة", "x": "x"}
    assert Newsroom.labels(vocabulary, "fr") == {"sports": "Sports", "x": "x"}


EDITION = '[[editions]]\ncode = "{code}"\nlang = "fr"\ndir = "{dir}"\nname = "N"\nlabel = "L"\n'


def test_a_newsroom_of_ones_own(tmp_path: Path) -> None:
    """One file gives a newsroom its own editions, sections and sites."""
    path = tmp_path / "news.toml"
    text = EDITION.format(code="fr", dir="ltr") + 'origins = ["https://a.example"]\n'
    path.write_text(text + '[sections]\nsport = { fr = "Sport" }\n', "utf-8")
    newsroom = load_newsroom(str(path))
    assert newsroom.editions["fr"].origins == ("https://a.example",)
    assert (list(newsroom.sections), list(newsroom.regions)) == (["sport"], [])


@pytest.mark.parametrize(
    "text",
    ["", "not toml", EDITION.format(code="desk", dir="ltr"), EDITION.format(code="FR", dir="ltr"),
     EDITION.format(code="fr", dir="up"), '[[editions]]\ncode = "fr"\n',
     EDITION.format(code="fr", dir="ltr") + 'mood = "x"\n',
     EDITION.format(code="fr", dir="ltr") + "origins = [\"https://a.example; script-src *\"]\n",
     EDITION.format(code="fr", dir="ltr") + 'origins = ["a.example"]\n',
     EDITION.format(code="fr", dir="ltr") + '[sections]\n"a b" = {}\n'],
)  # fmt: skip
def test_a_wrong_newsroom_is_named(tmp_path: Path, text: str) -> None:
    """A file that says something wrong is refused by name."""
    path = tmp_path / "news.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(SettingsError, match=r"news\.toml"):
        load_newsroom(str(path))


@pytest.mark.parametrize(
    "line",
    ["breaking_budget = 0", "breaking_budget = true", 'breaking_budget = "3"',
     "breaking_budget = 1.5", "follow_up_minutes = 0", "follow_up_minutes = -1",
     "follow_up_minutes = true", 'follow_up_minutes = "12m"', "follow_up_minutes = nan",
     "follow_up_minutes = inf"],
)  # fmt: skip
def test_a_wrong_pace_is_named(tmp_path: Path, line: str) -> None:
    """A budget or a time that is none is refused by the name of the edition and the key."""
    path = tmp_path / "news.toml"
    path.write_text(EDITION.format(code="fr", dir="ltr") + line, "utf-8")
    with pytest.raises(
        SettingsError, match=f"edition fr: {line.split(maxsplit=1)[0]}: .* is not a number"
    ):
        load_newsroom(str(path))


@pytest.mark.parametrize(
    ("templates", "said"),
    [('fr = ["{author}: "]', "{author} is none of {source}, {place}, {number}"),
     ('fr = "{source}: "', "is no list of lines"), ("fr = [1]", "is no list of lines"),
     ('fr = ["{}"]', "{} is none of")],
)  # fmt: skip
def test_a_wrong_template_is_named(tmp_path: Path, templates: str, said: str) -> None:
    """A placeholder that nobody could fill in, or no list, is refused by name."""
    path = tmp_path / "news.toml"
    text = EDITION.format(code="fr", dir="ltr") + f"[templates]\n{templates}\n"
    path.write_text(text, "utf-8")
    with pytest.raises(SettingsError, match=f"templates fr: .*{re.escape(said)}"):
        load_newsroom(str(path))


def test_an_edition_has_a_pace(tmp_path: Path) -> None:
    """An edition and its drill have a budget of breaking lines and a time for follow-ups."""
    path = tmp_path / "news.toml"
    pace = "breaking_budget = 3\nfollow_up_minutes = 12\n"
    path.write_text(EDITION.format(code="fr", dir="ltr") + pace, "utf-8")
    for edition in load_newsroom(str(path)).all_editions.values():
        assert (edition.breaking_budget, edition.follow_up_minutes) == (3, 12)


def test_static_files_are_found() -> None:
    """The widget is where the service looks for it."""
    assert (static_dir() / "ticker.js").is_file()


@pytest.mark.parametrize(
    "address", ["ticker.example", "https://a.example/x", "https://a b", "ftp://a"]
)
def test_a_public_address_is_an_origin(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """What readers know the service by is scheme and host, nothing else."""
    monkeypatch.setenv("TICKER_PUBLIC_URL", address)
    with pytest.raises(SettingsError, match="public_url"):
        load()
    monkeypatch.setenv("TICKER_PUBLIC_URL", "https://ticker.example")
    assert load().public_url == "https://ticker.example"


@pytest.mark.parametrize(
    "url",
    ["redis://h", "rediss://u:p@h:1/0?ssl_ca_certs=/ca", "unix:///s", "redis+sentinel://a,b:2,[::1]/n",
     "rediss+sentinel://u:p@a/n/1", "redis+cluster://a:1,b:2", "rediss+cluster://a"],
)  # fmt: skip
def test_a_store_has_an_address(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Each kind of store is named by a URL of its own."""
    monkeypatch.setenv("TICKER_REDIS_URL", url)
    assert load().redis_url == url


@pytest.mark.parametrize(
    "url",
    ["h:1", "http://h", "sentinel://a/n", "redis+x://a", "redis+cluster://a:b", "redis://h:0"],
)
def test_what_is_no_store_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """An address that can't be one of a store is named before anything starts."""
    monkeypatch.setenv("TICKER_REDIS_URL", url)
    with pytest.raises(SettingsError, match="redis_url"):
        load()


@pytest.mark.parametrize("name", ["beat", "board_hours", "session_hours", "posts_per_second"])
@pytest.mark.parametrize("text", ["nan", "inf", "-1"])
def test_what_is_no_number_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, text: str
) -> None:
    """No reader is ever told of a beat that is not a number."""
    monkeypatch.setenv(f"TICKER_{name.upper()}", text)
    with pytest.raises(SettingsError, match=name):
        load()


@pytest.mark.parametrize("text", ["foo", "10.0.0.1, proxy.example", "10.0.0.0/99"])
def test_a_proxy_is_an_address(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """A slip in whom to believe is told before anybody is believed, or is not."""
    monkeypatch.setenv("TICKER_TRUSTED_PROXIES", text)
    with pytest.raises(SettingsError, match="trusted_proxies"):
        load()
    monkeypatch.setenv("TICKER_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8,::1")
    assert load().trusted_proxies


def test_no_fewer_than_no_replicas(monkeypatch: pytest.MonkeyPatch) -> None:
    """A number of replicas to wait for is none or more."""
    monkeypatch.setenv("TICKER_WAIT_REPLICAS", "-1")
    with pytest.raises(SettingsError, match="wait_replicas"):
        load()


SIGN_ON = """
[sign_on]
name = "Example News"
issuer = "https://login.example/realms/news"
client_id = "ticker"
scopes = ["profile", "groups"]
[[sign_on.groups]]
group = "editors"
role = "editor"
[[sign_on.groups]]
group = "french"
role = "reporter"
editions = ["fr"]
"""


@pytest.fixture
def newsroom_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A newsroom with single sign-on, and settings that go with it."""
    path = tmp_path / "news.toml"
    path.write_text(EDITION.format(code="fr", dir="ltr") + SIGN_ON, "utf-8")
    monkeypatch.setenv("TICKER_CONFIG", str(path))
    monkeypatch.setenv("TICKER_PUBLIC_URL", "https://ticker.example")
    return path


def test_groups_of_the_provider_stand_in_the_newsroom_file(newsroom_file: Path) -> None:
    """Which group may do what, where; and whom to ask for them."""
    sign_on = load_newsroom(str(newsroom_file)).sign_on
    assert sign_on == SignOn(
        "Example News",
        "https://login.example/realms/news",
        "ticker",
        (Group("editors", "editor"), Group("french", "reporter", ("fr",))),
        ("profile", "groups"),
    )
    assert load().newsroom.sign_on == sign_on


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("https://login.example/realms/news", "http://login.example"), ("https://login.example", "login.example"),
     ("/realms/news", "/x?y=1"), ("https://login.example", "https://u:p@login.example"), ('"reporter"', '"king"'), ('"fr"]', '"xx"]'),
     ('group = "french"', 'group = ""'), ('group = "french"', ""), ('client_id = "ticker"', ""),
     ('name = "Example News"', 'name = ""'), ('name = "Example News"', 'name = "x"\nmood = "x"'),
     ('scopes = ["profile", "groups"]', "scopes = [7]"), ("sign_on.groups", "sign_on.groupies")],
)  # fmt: skip
def test_a_wrong_sign_on_is_named(newsroom_file: Path, right: str, wrong: str) -> None:
    """A provider that could not be trusted, or a group that gives nothing, is refused at the start."""
    text = newsroom_file.read_text("utf-8")
    assert right in text.partition("[sign_on]")[2]
    head, mark, table = text.partition("[sign_on]")
    newsroom_file.write_text(head + mark + table.replace(right, wrong), "utf-8")
    with pytest.raises(SettingsError, match=r"news\.toml"):
        load()


def test_sign_on_needs_an_address_and_the_extra(
    newsroom_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is asked for and cannot be done is said at the start, not at somebody's login."""
    assert newsroom_file.is_file()
    monkeypatch.setenv("TICKER_PUBLIC_URL", "")
    with pytest.raises(SettingsError, match="public_url"):
        load()
    monkeypatch.setenv("TICKER_PUBLIC_URL", "https://ticker.example")
    monkeypatch.setattr("ticker.settings.find_spec", lambda _: None)
    with pytest.raises(SettingsError, match=r"sign_on: needs .* breaking-ticker\[signon\]"):
        load()
    monkeypatch.delenv("TICKER_CONFIG")
    assert load().newsroom.sign_on is None
    monkeypatch.setenv("TICKER_LOCAL_PASSWORDS", "admins")
    with pytest.raises(SettingsError, match=r"local_passwords: needs"):
        load()


def test_whose_passwords_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody's or admins', and no third thing; a secret is in no text of the settings."""
    monkeypatch.setenv("TICKER_LOCAL_PASSWORDS", "nobody")
    with pytest.raises(SettingsError, match="local_passwords"):
        load()
    monkeypatch.setenv("TICKER_LOCAL_PASSWORDS", "admins")
    monkeypatch.setenv("TICKER_SIGN_ON_SECRET", "canary")
    settings = load()
    assert settings.sign_on_secret == "canary"
    assert "canary" not in repr(settings)
