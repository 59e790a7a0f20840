"""What is left of a way through the stages."""

from server.domain.token.route import stages_after


def test_what_is_left_follows_the_route_and_a_loop_comes_back() -> None:
    route = ("G", "A", "B", "C", "X")
    assert stages_after(route, "A", None) == ("B", "C", "X")
    assert stages_after(route, "AX", "B") == ("B", "C", "X")
    assert stages_after(route, "X", None) == ()
    assert stages_after(route, "E", None) == ()
