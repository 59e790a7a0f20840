"""The projection, against floors small enough to compute by hand."""

from server.domain.outlook import Person, StageLoad, later_stages, project, with_one_more

LOADS = {"A": StageLoad("A", 0, 2, 10), "B": StageLoad("B", 4, 1, 5)}


def person(label: str, stage: str, stay: float, ahead: int | None, *later: str) -> Person:
    return Person(label, stage, stay, ahead, later)


def test_a_stay_is_the_time_so_far_the_line_here_and_what_is_left() -> None:
    served_at_a = person("N1", "A", 20, None, "B")
    last_at_b = person("N2", "B", 30, 3)
    outlook = project(LOADS, [served_at_a, last_at_b])
    assert [(one.person.label, one.expected_min) for one in outlook.people] == [
        ("N1", 20 + 5 + 5 + 20),
        ("N2", 30 + 15 + 5 + 0),
    ]


def test_the_bottleneck_is_the_stage_with_the_longest_line_in_minutes() -> None:
    outlook = project(LOADS, [person("N1", "B", 0, 0)])
    assert outlook.bottleneck is not None
    assert outlook.bottleneck.code == "B"


def test_a_floor_without_lines_has_no_bottleneck_and_nobody_is_late() -> None:
    outlook = project({"A": StageLoad("A", 0, 2, 10)}, [person("N1", "A", 5, None)])
    assert outlook.bottleneck is None
    assert outlook.beyond(45) == 0
    assert project({}, []).p90_min == 0


def test_a_line_of_one_service_is_no_bottleneck_and_a_stay_to_the_minute_is_not_beyond() -> None:
    one, two = ({"A": StageLoad("A", waiting, 1, 5)} for waiting in (1, 2))
    assert project(one, []).bottleneck is None
    assert project(two, []).bottleneck == two["A"]
    outlook = project(one, [person("N1", "A", 40, 0)])
    assert (outlook.beyond(45), outlook.beyond(44.9)) == (0, 1)


def test_one_counter_more_shortens_the_line() -> None:
    people = [person(f"N{n}", "B", 0, n) for n in range(4)]
    before, after = project(LOADS, people), project(with_one_more(LOADS, "B"), people)
    assert (before.p90_min, after.p90_min) == (20, 10)


def test_a_stage_that_nobody_serves_counts_as_hours() -> None:
    closed = {"A": StageLoad("A", 1, 0, 10)}
    outlook = project(closed, [person("N1", "A", 0, 0)])
    assert outlook.beyond(60) == 1
    assert outlook.bottleneck is not None


def test_what_is_left_follows_the_route_and_a_loop_comes_back() -> None:
    route = ("G", "A", "B", "C", "X")
    assert later_stages(route, "A", None) == ("B", "C", "X")
    assert later_stages(route, "AX", "B") == ("B", "C", "X")
    assert later_stages(route, "X", None) == ()
    assert later_stages(route, "E", None) == ()
