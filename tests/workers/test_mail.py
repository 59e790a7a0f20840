"""Each answer of a mail server, which is one on the loopback; and a whole server that sends a mail."""

import socketserver
import threading
import time
from collections.abc import Iterator
from email import message_from_string
from pathlib import Path

import pytest

from server.app import build_server
from server.config import ConfigError, load_settings
from server.domain.jobs import JobState
from server.services.alarms.alarms import Mail
from server.workers.mail import Post
from tests.factories import Floor

MAIL = Mail("7", "Baari: There is no fresh backup", "The last backup failed.\n")
TO = ("asha@psk1.example", "it@psk1.example")
SOON_S = 20.0


class MailServer(socketserver.ThreadingTCPServer):
    """A server of SMTP: it answers a recipient and a mail as it is told to, and keeps what it got."""

    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Talk)
        self.answers: dict[str, str] = {}
        self.recipients: list[str] = []
        self.mails: list[str] = []
        self.url = f"smtp://127.0.0.1:{self.server_address[1]}"


class Talk(socketserver.StreamRequestHandler):
    """One conversation (RFC 5321)."""

    server: MailServer

    def handle(self) -> None:
        self.say("220 here")
        while line := self.rfile.readline().decode().strip():
            verb = line[:4].upper()
            if verb == "RCPT":
                self.server.recipients.append(line)
            if verb == "DATA":
                self.say("354 go on")
                self.server.mails.append(self.read_mail())
            self.say(self.server.answers.get(verb, "221 bye" if verb == "QUIT" else "250 ok"))
            if verb == "QUIT":
                return

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def read_mail(self) -> str:
        lines = []
        while (line := self.rfile.readline().decode()) != ".\r\n":
            lines.append(line)
        return "".join(lines)


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    server = MailServer()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_mail_goes_to_everybody_who_is_to_hear_of_it(mail_server: MailServer) -> None:
    assert Post(mail_server.url, "baari@psk1.example", TO).perform(MAIL).state is JobState.SENT
    (text,) = mail_server.mails
    message = message_from_string(text)
    assert (message["Subject"], message["To"]) == (MAIL.subject, ", ".join(TO))
    assert message["Message-ID"] == "<baari-7@psk1.example>"
    assert "The last backup failed." in message.get_payload()
    assert len(mail_server.recipients) == 2


@pytest.mark.parametrize(
    ("verb", "answer", "state"),
    [
        ("RCPT", "550 nobody", JobState.DEAD),
        ("RCPT", "451 later", JobState.QUEUED),
        ("DATA", "554 no", JobState.DEAD),
        ("DATA", "452 full", JobState.QUEUED),
        ("MAIL", "421 closing", JobState.QUEUED),
    ],
)
def test_each_answer_has_its_result(mail_server: MailServer, verb: str, answer: str, state: JobState) -> None:
    mail_server.answers[verb] = answer
    assert Post(mail_server.url, "baari@psk1.example", TO).perform(MAIL).state is state


def test_a_server_that_is_away_is_tried_again_and_without_one_nothing_is_sent() -> None:
    assert Post("smtp://127.0.0.1:9", "baari@psk1.example", TO).perform(MAIL).state is JobState.QUEUED
    assert Post("", "baari@psk1.example", TO).perform(MAIL).state is JobState.WITHDRAWN


@pytest.mark.parametrize(
    ("name", "value"),
    [("SMTP_URL", "http://mail.example"), ("SMTP_URL", "smtp://"), ("ALARM_TO", "asha@psk1.example,nobody")],
)
def test_a_wrong_setting_names_itself(name: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=f"BAARI_{name}"):
        load_settings({"BAARI_DATA_DIR": str(tmp_path), f"BAARI_{name}": value})


def test_a_server_tells_that_a_backup_failed(mail_server: MailServer, sqlite_floor: Floor, tmp_path: Path) -> None:
    (tmp_path / "failed.txt").touch()
    own = {"BAARI_BACKUP_DIR": str(tmp_path), "BAARI_BACKUP_PASSPHRASE": "correct horse", "BAARI_BACKUP_HOURS": "9999"}
    environ = {"BAARI_DATA_DIR": str(tmp_path), "BAARI_SMTP_URL": mail_server.url, "BAARI_ALARM_TO": TO[0], **own}
    server = build_server(load_settings(environ), db=sqlite_floor.db)
    for part in server.beside:
        part.start()
    give_up = time.monotonic() + SOON_S
    while not any("There is no fresh backup" in mail for mail in mail_server.mails):
        assert time.monotonic() < give_up
        time.sleep(0.05)
    for part in server.beside:
        part.stop()
