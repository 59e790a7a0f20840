"""One form of each name and address, whatever letters a browser, a proxy or a technician writes it with."""

import socket

import pytest

from server.addresses import Place, host_form, is_loopback, origin_of, own_addresses, place_of


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("PSK1.Example", "psk1.example"),
        ("psk1.example.", "psk1.example"),
        ("सेवा.example", "xn--y2bft8a.example"),
        ("XN--Y2BFT8A.example", "xn--y2bft8a.example"),
        ("192.0.2.7", "192.0.2.7"),
        ("[2001:DB8:0::7]", "2001:db8::7"),
        ("2001:db8::7", "2001:db8::7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
    ],
)
def test_a_name_has_one_form(written: str, form: str) -> None:
    assert host_form(written) == form
    assert host_form(form) == form


@pytest.mark.parametrize("written", ["", ".", "a..b", "a b", "a/b", "a:80", "[a]", "[::1", "a_b", "é" * 70, "\u200d"])
def test_what_is_no_name_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        host_form(written)


def test_the_usual_ports_are_no_part_of_a_place() -> None:
    assert place_of("psk1.example") == place_of("PSK1.example:80") == place_of("psk1.example:443")
    assert place_of("[::1]:8080") == Place("::1", 8080)
    assert [str(place_of(text)) for text in ("[::1]:8080", "a:8080", "a:80")] == ["[::1]:8080", "a:8080", "a"]


@pytest.mark.parametrize("text", ["", "a:", "a:0", "a:65536", "a:x", "a:1:2", "::1", "a@b"])
def test_what_names_no_place_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        place_of(text)


@pytest.mark.parametrize("text", ["null", "", "https://a/", "https://a/b", "file://", "http://me@a", "a", "http://a?b"])
def test_what_is_no_origin_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        origin_of(text)


def test_only_addresses_that_stay_in_the_machine_are_loopback() -> None:
    assert all(map(is_loopback, ("localhost", "127.0.0.1", "127.8.8.8", "::1")))
    assert not any(map(is_loopback, ("127.evil.example", "localhost.example", "192.0.2.1", "::2")))


def test_the_addresses_of_this_machine_are_those_that_others_reach() -> None:
    for address in own_addresses():
        assert not is_loopback(address)
        with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
            probe.bind((address, 0))  # which fails for an address of another machine
