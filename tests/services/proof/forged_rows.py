"""Tampering with the tables, by somebody who knows the database's password and no more."""

import json
from dataclasses import replace

from sqlalchemy import text

from server.domain.events.installation import Act
from server.storage.chains import chained
from server.storage.sql import installation
from tests.factories import Floor
from tests.services.proof.forger import tampering
from tests.services.proof.tampering import Tampering, sql


def added_token(floor: Floor) -> None:
    """Copy a token of the table under another id."""
    with tampering(floor) as conn:
        conn.execute(text("CREATE TEMP TABLE one AS SELECT * FROM token WHERE label = 'N002' LIMIT 1"))
        conn.execute(text("UPDATE one SET id = 'x', number = 77, label = 'N077', secret = 'y'"))
        conn.execute(text("INSERT INTO token SELECT * FROM one"))


def lost_token(floor: Floor) -> None:
    """Take a token out of the tables."""
    with tampering(floor) as conn:
        conn.execute(text("DELETE FROM step WHERE token_id IN (SELECT id FROM token WHERE label = 'N004')"))
        conn.execute(text("DELETE FROM token WHERE label = 'N004'"))


IN_THE_TABLES = [
    Tampering("the actor of an event", "chain_broken", sql("UPDATE event SET actor = 'somebody' WHERE seq = 9")),
    Tampering("an event removed", "event_missing", sql("DELETE FROM event WHERE seq = 12")),
    Tampering(
        "the last event removed", "event_missing", sql("DELETE FROM event WHERE seq = (SELECT max(seq) FROM event)")
    ),
    Tampering("events that changed places", "chain_broken", sql("UPDATE event SET at = at + 1 WHERE seq IN (9, 10)")),
    Tampering("an event that is no JSON", "unreadable", sql("UPDATE event SET data = '{' WHERE seq = 9")),
    Tampering("the head of the chain", "chain_broken", sql("UPDATE centre SET head = 'x'")),
    Tampering(
        "the decision of a token",
        "state_differs",
        sql("UPDATE token SET decision = 'refused' WHERE decision = 'granted'"),
    ),
    Tampering(
        "whom the label of a token leads to",
        "state_differs",
        sql("UPDATE token SET merged_into = (SELECT max(id) FROM token) WHERE merged_into IS NOT NULL"),
    ),
    Tampering(
        "a label that leads to another token",
        "state_differs",
        sql("UPDATE token SET merged_into = (SELECT max(id) FROM token) WHERE label = 'N004'"),
    ),
    Tampering(
        "the state of somebody under way", "state_differs", sql("UPDATE step SET state = 'held' WHERE state = 'called'")
    ),
    Tampering(
        "the lane in which somebody stands",
        "state_differs",
        sql("UPDATE step SET lane = 'F' || substr(lane, 2) WHERE state = 'waiting'"),
    ),
    Tampering(
        "the counter of ten finished steps",
        "step_differs",
        sql("UPDATE step SET counter = 'A9' WHERE seq IN (SELECT seq FROM step WHERE state = 'done' LIMIT 10)"),
    ),
    Tampering(
        "when finished steps began",
        "step_differs",
        sql("UPDATE step SET started_at = started_at - 60000 WHERE state = 'done'"),
    ),
    Tampering(
        "a finished step removed",
        "step_differs",
        sql("DELETE FROM step WHERE seq = (SELECT min(seq) FROM step WHERE state = 'done')"),
    ),
    Tampering("what a citizen needs", "needs_differ", sql("UPDATE token SET need = 'infant' WHERE need = 'senior'")),
    Tampering(
        "a need beside an event",
        "needs_differ",
        sql("""UPDATE event SET private = '{"need": "infant"}' WHERE private LIKE '%senior%'"""),
    ),
    Tampering("a token taken out of the tables", "token_lost", lost_token),
    Tampering("a token put into the tables", "tokens_differ", added_token),
    Tampering(
        "a used booking made free again",
        "booking_differs",
        sql("UPDATE appointment SET token_id = NULL WHERE token_id IS NOT NULL"),
    ),
    Tampering("a used booking removed", "booking_differs", sql("DELETE FROM appointment WHERE token_id IS NOT NULL")),
    Tampering(
        "a booking given to somebody who came without",
        "booking_differs",
        sql("UPDATE appointment SET token_id = (SELECT id FROM token WHERE label = 'N002')"),
    ),
    Tampering("a lease widened", "lease_differs", sql("UPDATE lease SET last = last + 50")),
    Tampering(
        "the last number of a series", "numbers_differ", sql("UPDATE series_day SET last = last + 1 WHERE letter = 'N'")
    ),
    Tampering("the passes of a group of counters", "passes_differ", sql("UPDATE call_group SET passes = passes + 1")),
    Tampering("the state of a counter", "state_differs", sql("UPDATE counter SET state = 'open' WHERE id = 'C1'")),
    Tampering(
        "since when a counter is open", "state_differs", sql("UPDATE counter SET since = since - 1 WHERE id = 'G1'")
    ),
    Tampering("which counter helps with a party", "state_differs", sql("UPDATE helper SET counter = 'A1'")),
    Tampering("which day was closed last", "state_differs", sql("UPDATE centre SET closed_day = '2026-11-20'")),
    Tampering("a stop of the floor", "state_differs", sql("UPDATE centre SET freezes = '[]'")),
    Tampering(
        "the notice of the floor",
        "state_differs",
        sql("""UPDATE centre SET notices = '[["outage", "power", "2026"]]'"""),
    ),
    Tampering("when a counter is back", "state_differs", sql("UPDATE counter SET back_at = since WHERE id = 'G1'")),
    Tampering("who sits at a counter", "seat_differs", sql("UPDATE counter SET operator = 'staff:9' WHERE id = 'G1'")),
    Tampering("the secret of a slip", "secret_differs", sql("UPDATE token SET secret = 'mine' WHERE label = 'P001'")),
    Tampering("a stored answer", "answer_differs", sql("""UPDATE idempotency SET answer = '{"label": "F001"}'""")),
    Tampering(
        "a stored answer, cut from its event",
        "answer_lost",
        sql("UPDATE idempotency SET event_seq = NULL WHERE key = 'third'"),
    ),
    Tampering(
        "a printer in the table",
        "printer_differs",
        sql("UPDATE device SET settings = '{}' WHERE id = 'printer-k1'"),
    ),
    Tampering(
        "a rule as its row stands",
        "plan_differs",
        sql("UPDATE policy SET body = replace(body, '60', '61') WHERE kind = 'calling'"),
    ),
    Tampering(
        "a route as its row stands",
        "plan_differs",
        sql("""UPDATE route SET stages = '["G", "X"]' WHERE code = 'default'"""),
    ),
    Tampering(
        "a kept version of the set-up",
        "plan_differs",
        sql("UPDATE plan_version SET document = replace(document, '60', '61') WHERE number = 2"),
    ),
    Tampering("a version of the set-up removed", "wrong_plan", sql("DELETE FROM plan_version WHERE number = 2")),
]


def promoted(floor: Floor) -> None:
    """Let a person have been added as a manager, with all hashes of the installation written anew."""
    with tampering(floor) as conn:
        conn.execute(text("UPDATE membership SET role = 'manager'"))
        head = ""
        for row in list(installation.stored_between(conn, 0, 1000)):
            data = {**row.data, "role": "manager"} if row.kind == Act.PERSON_ADDED else row.data
            new = chained(replace(row, data=data), head)
            head = new.hash
            values = {"data": json.dumps(new.data), "hash": head, "seq": new.seq}
            conn.execute(text("UPDATE installation_event SET data = :data, hash = :hash WHERE seq = :seq"), values)
        conn.execute(text("UPDATE installation SET head = :head"), {"head": head})


def without_record(floor: Floor) -> None:
    """Take the whole record of the installation away."""
    with tampering(floor) as conn:
        conn.execute(text("DELETE FROM installation_event"))
        conn.execute(text("UPDATE installation SET event_seq = 0, head = ''"))


OF_THE_INSTALLATION = [
    Tampering("a person added as a manager, chained anew, behind a closed day", "anchor_missed", promoted),
    Tampering("the whole record of the installation taken away", "anchor_missed", without_record),
    Tampering(
        "a key that is derived from the secret, in force again",
        "secret_differs",
        sql("UPDATE derived_key SET ended_at = NULL"),
    ),
    Tampering("the role of a person", "person_differs", sql("UPDATE membership SET role = 'manager'")),
    Tampering("a person let work nowhere any more", "person_differs", sql("DELETE FROM membership")),
    Tampering("the password of a person", "person_differs", sql("UPDATE staff SET password_hash = 'other'")),
    Tampering(
        "a person that nobody has added",
        "person_differs",
        sql("INSERT INTO staff (centre_id, user, password_hash, created_at) VALUES (1, 'x', 'y', 0)"),
    ),
    Tampering("the second step of a person taken away", "person_differs", sql("DELETE FROM second_factor")),
    Tampering("the phone of a second step", "person_differs", sql("UPDATE second_factor SET nonce = 'other'")),
    Tampering("a code on paper put back", "person_differs", sql("INSERT INTO recovery_code VALUES ('other', 1)")),
    Tampering("a session let past its second step", "session_differs", sql("UPDATE staff_session SET second_due = 0")),
    Tampering("a PIN that somebody else chose", "person_differs", sql("UPDATE pin SET pin_hash = 'other'")),
    Tampering("an approval that nobody gave", "approval_differs", sql("UPDATE approval SET approved = 1")),
    Tampering("what was approved", "approval_differs", sql("UPDATE approval SET detail = 'administrator'")),
    Tampering("the secret of a key", "key_differs", sql("UPDATE access_key SET secret_hash = 'other' WHERE id = 1")),
    Tampering("the role of a key", "key_differs", sql("UPDATE access_key SET role = 'manager' WHERE id = 1")),
    Tampering("the counter of a key", "key_differs", sql("UPDATE access_key SET counter_id = NULL WHERE id = 2")),
    Tampering(
        "a key of one centre let into all", "key_differs", sql("UPDATE access_key SET all_centres = 1 WHERE id = 1")
    ),
    Tampering("a revoked key in force again", "key_differs", sql("UPDATE access_key SET revoked_at = NULL")),
    Tampering(
        "a session of somebody else",
        "session_differs",
        sql(
            "UPDATE staff_session SET secret_hash = 'other'"
            " WHERE secret_hash = (SELECT min(secret_hash) FROM staff_session)"
        ),
    ),
    Tampering(
        "the role of a person in the log",
        "chain_broken",
        sql("UPDATE installation_event SET data = replace(data, 'counter', 'manager')"),
    ),
    Tampering(
        "an act of the installation removed", "event_missing", sql("DELETE FROM installation_event WHERE seq = 4")
    ),
    Tampering(
        "the last acts of the installation removed",
        "event_missing",
        sql("DELETE FROM installation_event WHERE seq > 5"),
    ),
    Tampering(
        "who did an act of the installation",
        "chain_broken",
        sql("UPDATE installation_event SET actor = 'staff:9' WHERE seq = 3"),
    ),
    Tampering("the head of the installation", "chain_broken", sql("UPDATE installation SET head = 'x'")),
    Tampering(
        "the first set-up of a centre", "plan_differs", sql("UPDATE plan_version SET sha256 = 'x' WHERE number = 1")
    ),
]
