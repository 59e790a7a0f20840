"""When an alarm is told, what it says, and that it is told once."""

from datetime import timedelta

from server.domain.proof.heads import INSTALLATION, read_heads
from server.services.alarms import alarms
from server.services.outbox import jobs
from tests.factories import CENTRE, MORNING, Floor, at_time


def told(floor: Floor, wrong: dict[str, str | None], minutes: int) -> int:
    return floor.write(lambda tx: alarms.tell(at_time(tx, MORNING + timedelta(minutes=minutes)), wrong))


def mail(floor: Floor, alarm: str) -> alarms.Mail:
    job = floor.db.read(lambda read: jobs.latest_at(read, floor.centre_id, alarms.MAIL, alarm))
    assert job is not None
    return floor.db.read(lambda read: alarms.prepare(read, job, "https://psk1.example"))


def test_an_alarm_is_told_once_a_day_while_it_lasts_and_once_when_it_is_over(floor: Floor) -> None:
    day = 24 * 60
    steps: tuple[tuple[int, str | None, int], ...] = (
        (0, None, 0),
        (1, "failed", 1),
        (2, "failed", 0),
        (3, "stale", 1),
        (2 + day, "stale", 0),
        (3 + day, "stale", 1),
        (4 + day, None, 1),
        (5 + 3 * day, None, 0),
    )
    assert [told(floor, {"backups": wrong}, at) for at, wrong, _ in steps] == [mails for _, _, mails in steps]
    assert told(floor, {"tail": "stale", "backups": "failed"}, 6 + 3 * day) == 2


def test_a_mail_says_what_is_wrong_and_what_to_do(sqlite_floor: Floor) -> None:
    told(sqlite_floor, {"backups": "failed"}, 0)
    assert mail(sqlite_floor, "backups").subject == "Baari: There is no fresh backup"
    assert "failed.txt" in mail(sqlite_floor, "backups").text
    told(sqlite_floor, {"backups": None}, 1)
    assert mail(sqlite_floor, "backups").subject.startswith("Baari: it is well again")


def test_the_heads_leave_the_building_once_a_day(floor: Floor) -> None:
    floor.issue()
    due = [
        floor.write(lambda tx, at=at: alarms.tell_heads(at_time(tx, MORNING + timedelta(hours=at))))  # type: ignore[misc]
        for at in (2, 3, 26)
    ]
    assert due == [True, False, True]
    heads = {head.chain: head for head in read_heads(mail(floor, alarms.HEADS).text)}
    assert (heads[CENTRE].seq, heads[CENTRE].head) == (floor.centre.event_seq, floor.centre.head)
    assert INSTALLATION in heads


def test_there_is_a_sentence_for_whatever_can_be_wrong() -> None:
    every = {"failed", "stale", "no_folder"}
    for alarm, wrongs in (("backups", {*every, "not_copied"}), ("tail", every)):
        assert {wrong for of, wrong in alarms.SENTENCES if of == alarm} == wrongs
