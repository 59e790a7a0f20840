"""Settings: environment over file over defaults, and a wrong value names itself."""

from ipaddress import ip_network
from pathlib import Path

import pytest

from server.addresses import Place, own_addresses
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


def test_the_file_may_write_lists_and_truth_as_its_language_does(tmp_path: Path) -> None:
    file = tmp_path / "baari.toml"
    file.write_text('trusted_hosts = ["Hall.example"]\ntrusted_proxies = ["10.0.0.0/8"]\nplain_http = true\n')
    settings = load_settings({"BAARI_CONFIG": str(file)})
    assert (settings.trusted_hosts, settings.proxies) == (("hall.example",), (ip_network("10.0.0.0/8"),))
    assert settings.plain_http
    assert load_settings({"BAARI_CONFIG": str(file), "BAARI_PLAIN_HTTP": "0"}).plain_http is False


@pytest.mark.parametrize("line", ["trusted_hosts = [1]", "trusted_proxies = [true]", "trusted_proxies = 7", "host = 1"])
def test_a_value_of_another_kind_in_the_file_is_refused_by_name(tmp_path: Path, line: str) -> None:
    file = tmp_path / "baari.toml"
    file.write_text(line)
    with pytest.raises(ConfigError, match=f"BAARI_{line.partition(' ')[0].upper()}: "):
        load_settings({"BAARI_CONFIG": str(file)})


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


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("BAARI_DATABSE_URL", "BAARI_DATABASE_URL"),
        ("BAARI_TRUSTED_HOST", "BAARI_TRUSTED_HOSTS"),
        ("BAARI_CONIFG", "BAARI_CONFIG"),
        ("BAARI_hosst", "BAARI_HOST"),
        ("BAARI_", "BAARI_"),
    ],
)
def test_a_name_that_is_no_setting_stops_the_start_and_tells_the_nearest(name: str, nearest: str) -> None:
    with pytest.raises(ConfigError, match=f"^{name.upper()}: there is no such setting; the nearest is {nearest}"):
        load_settings({name: "x"})


def test_names_that_are_for_others_are_left_alone() -> None:
    assert load_settings({"BAARI_TEST_PG_URL": "x", "PGHOST": "x", "BAARIX": "x"}) == load_settings({})


@pytest.mark.parametrize(
    "address",
    [
        "https://gov.example/baari",
        "https://gov.example/?a",
        "https://gov.example/#a",
        "https://me@gov.example",
        "https://gov.example:99999",
        "https://gov.example:x",
        "https://[::1",
        "ftp://gov.example",
        "https://",
        "http://0.0.0.0:8080",
        "http://[::]:8080",
    ],
)
def test_a_public_address_that_could_not_be_opened_as_it_stands_is_refused(address: str) -> None:
    with pytest.raises(ConfigError, match=r"^BAARI_PUBLIC_URL: "):
        load_settings({"BAARI_PUBLIC_URL": address})


@pytest.mark.parametrize("secret", ["", "a", "x" * 31])
def test_a_short_secret_is_refused_with_the_cure(secret: str) -> None:
    with pytest.raises(ConfigError, match=r"^BAARI_SECRET_KEY: .*openssl rand -hex 32"):
        load_settings({"BAARI_SECRET_KEY": secret})
    assert load_settings({"BAARI_SECRET_KEY": "x" * 32}).secret() == b"x" * 32


@pytest.mark.parametrize("kept", ["", "\n", "a" * 31])
def test_a_file_with_no_secret_in_it_is_refused_with_the_cure(tmp_path: Path, kept: str) -> None:
    (tmp_path / "secret_key").write_text(kept)
    with pytest.raises(ConfigError, match=r"secret_key holds no secret of 32 characters\. Put it back"):
        load_settings({"BAARI_DATA_DIR": str(tmp_path)}).secret()


def test_more_sockets_than_threads_are_refused() -> None:
    with pytest.raises(ConfigError, match="BAARI_THREADS"):
        load_settings({"BAARI_THREADS": "100", "BAARI_MAX_SOCKETS": "100"})


def test_a_name_in_the_file_that_is_not_a_setting_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "baari.toml"
    file.write_text("prot = 9000\n")
    with pytest.raises(ConfigError, match="BAARI_PROT: there is no such setting; the nearest is BAARI_PORT"):
        load_settings({"BAARI_CONFIG": str(file)})


@pytest.mark.parametrize("content", [None, "port = "])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "baari.toml"
    if content is not None:
        file.write_text(content)
    with pytest.raises(ConfigError, match="BAARI_CONFIG"):
        load_settings({"BAARI_CONFIG": str(file)})


def test_a_server_has_the_names_that_are_set_and_that_of_its_public_address() -> None:
    names = "Hall.Example., b, 192.0.2.7, [2001:DB8::7]"
    settings = load_settings({"BAARI_PUBLIC_URL": "https://Q.example:443/", "BAARI_TRUSTED_HOSTS": names})
    assert settings.url == "https://q.example"
    set_ones = ("hall.example", "b", "192.0.2.7", "2001:db8::7")
    assert settings.hosts == (*set_ones, "q.example", "127.0.0.1", "localhost", "::1")


@pytest.mark.parametrize("name", ["http://hall.example", "hall.example:8080", "a/b", "a b", "..", "0.0.0.0", "::"])  # noqa: S104
def test_a_name_that_no_server_has_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match=r"^BAARI_TRUSTED_HOSTS: .*"):
        load_settings({"BAARI_TRUSTED_HOSTS": f"hall.example, {name}"})


@pytest.mark.parametrize("host", ["", "http://127.0.0.1", "127.0.0.1:8080", "[::1"])
def test_what_nobody_can_listen_on_is_refused(host: str) -> None:
    with pytest.raises(ConfigError, match=r"^BAARI_HOST: "):
        load_settings({"BAARI_HOST": host})


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "[::]"])  # noqa: S104
def test_what_listens_on_every_address_never_calls_itself_so(host: str) -> None:
    settings = load_settings({"BAARI_HOST": host, "BAARI_PORT": "8161"})
    own = [address for address in own_addresses() if host != "0.0.0.0" or ":" not in address]  # noqa: S104
    assert settings.url == f"http://{Place((*own, '127.0.0.1')[0])}:8161"
    assert not set(settings.hosts) & {"0.0.0.0", "::"}  # noqa: S104


def test_an_address_of_ipv6_is_written_as_browsers_want_it() -> None:
    settings = load_settings({"BAARI_HOST": "0:0:0:0:0:0:0:1"})
    assert (settings.host, settings.url) == ("::1", "http://[::1]:8080")


def test_proxies_of_this_machine_are_believed_where_somebody_has_to_encrypt_and_none_else() -> None:
    assert load_settings({}).proxies == ()
    assert load_settings({"BAARI_PUBLIC_URL": "http://q.example"}).proxies == ()
    encrypted = {"BAARI_PUBLIC_URL": "https://q.example"}
    assert ip_network("127.0.0.0/8") in load_settings(encrypted).proxies
    assert load_settings({**encrypted, "BAARI_TRUSTED_PROXIES": ""}).proxies == ()
    named = load_settings({"BAARI_TRUSTED_PROXIES": "192.0.2.5, 10.0.0.7/8, fd00::/8"})
    assert named.proxies == tuple(map(ip_network, ("192.0.2.5", "10.0.0.0/8", "fd00::/8")))


@pytest.mark.parametrize("proxies", ["proxy.example", "10.0.0.0/33", "10.0.0.1:80"])
def test_a_proxy_that_is_no_address_is_refused(proxies: str) -> None:
    with pytest.raises(ConfigError, match=r"^BAARI_TRUSTED_PROXIES: "):
        load_settings({"BAARI_TRUSTED_PROXIES": proxies})


@pytest.mark.parametrize(("value", "allowed"), [("1", True), ("0", False), ("true", True), ("no", False)])
def test_whether_staff_sign_in_unencrypted_is_yes_or_no(value: str, allowed: bool) -> None:
    assert load_settings({"BAARI_PLAIN_HTTP": value}).plain_http is allowed
    with pytest.raises(ConfigError, match=r"^BAARI_PLAIN_HTTP: "):
        load_settings({"BAARI_PLAIN_HTTP": "maybe"})


def test_a_secret_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    settings = load_settings({"BAARI_DATA_DIR": str(tmp_path / "data")})
    first = settings.secret()
    assert len(first) == 64
    assert settings.secret() == first
    assert (tmp_path / "data" / "secret_key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
