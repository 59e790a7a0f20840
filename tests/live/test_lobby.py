"""So many sockets wait in the lobby, and so many of one address."""

import pytest

from server.live.lobby import AT_ADDRESS, Lobby


def test_there_are_so_many_places_and_one_that_is_left_is_free_again() -> None:
    lobby = Lobby(2)
    assert [lobby.enter(socket, f"192.0.2.{socket}") for socket in range(3)] == [True, True, False]
    assert lobby.leave(0)
    assert not lobby.leave(0)
    assert lobby.enter(3, "192.0.2.9")


@pytest.mark.parametrize(("address", "neighbour"), [("192.0.2.1", "192.0.2.1"), ("2001:db8::1", "2001:db8::ffff:2")])
def test_no_address_takes_all_of_them(address: str, neighbour: str) -> None:
    lobby = Lobby(AT_ADDRESS * 2)
    assert all(lobby.enter(socket, address) for socket in range(AT_ADDRESS))
    assert not lobby.enter("one more", neighbour)
    assert lobby.enter("another", "198.51.100.1")
    lobby.leave(0)
    assert lobby.enter("one more", neighbour)
