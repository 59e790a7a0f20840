"""Settings: environment over file over defaults, and a wrong value names itself."""

from pathlib import Path

import pytest

from server.config import ConfigError, load_settings


def test_defaults_serve_sqlite_on_loopback() -> None:
    settings = load_settings({})
    assert (settings.host, settings.port, settings.url) == ("127.0.0.1", 8080, "http://127.0.0.1:8080")
    assert settings.database.startswith("sqlite:////")
    assert settings.database.endswith("/var/baari.sqlite")


def test_the_environment_stands_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "baari.toml"
    file.write_text('port = 9000\nhost = "0.0.0.0"\n')
    settings = load_settings({"BAARI_CONFIG": str(file), "BAARI_PORT": "9001"})
    assert (settings.host, settings.port) == ("0.0.0.0", 9001)  # noqa: S104


def test_the_flag_stands_over_port_and_port_over_baari_port() -> None:
    environ = {"BAARI_PORT": "1000", "PORT": "2000"}
    assert load_settings(environ).port == 2000
    assert load_settings(environ, port=3000).port == 3000
    assert load_settings(environ, port=None).port == 2000


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BAARI_PORT", "http"),
        ("BAARI_PORT", "70000"),
        ("BAARI_DATABASE_URL", "mysql://here"),
        ("BAARI_PUBLIC_URL", "baari.example"),
        ("BAARI_THREADS", "1"),
    ],
)
def test_a_wrong_value_names_itself(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=name):
        load_settings({name: value})


def test_more_sockets_than_threads_are_refused() -> None:
    with pytest.raises(ConfigError, match="BAARI_THREADS"):
        load_settings({"BAARI_THREADS": "100", "BAARI_MAX_SOCKETS": "100"})


def test_a_name_in_the_file_that_is_not_a_setting_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "baari.toml"
    file.write_text("prot = 9000\n")
    with pytest.raises(ConfigError, match="BAARI_PROT"):
        load_settings({"BAARI_CONFIG": str(file)})


@pytest.mark.parametrize("content", [None, "port = "])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "baari.toml"
    if content is not None:
        file.write_text(content)
    with pytest.raises(ConfigError, match="BAARI_CONFIG"):
        load_settings({"BAARI_CONFIG": str(file)})


def test_hosts_and_origins_follow_from_the_public_address() -> None:
    settings = load_settings({"BAARI_PUBLIC_URL": "https://q.example/", "BAARI_TRUSTED_HOSTS": "hall.example, b"})
    assert settings.url == "https://q.example"
    assert settings.hosts == ("hall.example", "b", "q.example", "127.0.0.1", "localhost")
    assert "https://q.example" in settings.origins
    assert "https://hall.example" in settings.origins


def test_a_secret_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    settings = load_settings({"BAARI_DATA_DIR": str(tmp_path / "data")})
    first = settings.secret()
    assert len(first) == 64
    assert settings.secret() == first
    assert (tmp_path / "data" / "secret_key").stat().st_mode & 0o777 == 0o600
