"""Hands mails over to a server of SMTP, each to everybody who is to hear of alarms."""

import smtplib
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate
from urllib.parse import unquote, urlsplit

from server.domain.jobs import JobState, Result
from server.services.alarms.alarms import RULES, Mail

LIMIT_S = 20.0
HERE = ("localhost", "127.0.0.1", "::1")
PLAIN_PORT, TLS_PORT = 587, 465
NEVER = 500
"""SMTP's replies from here on say that it will never be taken (RFC 5321, section 4.2.1)."""


@dataclass(frozen=True, slots=True)
class Post:
    """A server of SMTP and who gets mails: `url` is `smtp://user:password@host:port`, `smtps://` with TLS at once.

    Beyond this machine nothing is said in the open: a server without STARTTLS is refused.
    """

    url: str
    sender: str
    to: Sequence[str]

    def perform(self, mail: Mail) -> Result:
        """Send a mail. SENT: it was taken; DEAD: it never will be; else it is tried again."""
        if not self.url or not self.to:
            return Result(JobState.WITHDRAWN, "no server, or nobody who is to hear of it, is set")
        try:
            self._send(self._message(mail))
        except smtplib.SMTPRecipientsRefused as refusal:
            return _refused(max(code for code, _ in refusal.recipients.values()))
        except smtplib.SMTPResponseException as refusal:
            return _refused(refusal.smtp_code)
        except (smtplib.SMTPException, OSError) as error:
            return RULES.interrupted(f"the mail server: {type(error).__name__}")
        return Result(JobState.SENT, f"to {len(self.to)}")

    def _send(self, message: EmailMessage) -> None:
        server = self._connected()
        try:
            server.send_message(message)
        finally:
            with suppress(smtplib.SMTPException, OSError):  # it was taken, or refused, before
                server.quit()
            server.close()

    def _connected(self) -> smtplib.SMTP:
        address = urlsplit(self.url)
        host, context = address.hostname or "", ssl.create_default_context()
        if address.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, address.port or TLS_PORT, timeout=LIMIT_S, context=context)
        else:
            server = smtplib.SMTP(host, address.port or PLAIN_PORT, timeout=LIMIT_S)
            server.ehlo()
            if server.has_extn("starttls") or host not in HERE:
                server.starttls(context=context)
                server.ehlo()
        if address.username:
            server.login(unquote(address.username), unquote(address.password or ""))
        return server

    def _message(self, mail: Mail) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, ", ".join(self.to), mail.subject
        message["Date"], message["Auto-Submitted"] = formatdate(), "auto-generated"
        message["Message-ID"] = f"<baari-{mail.id}@{self.sender.rpartition('@')[2]}>"
        message.set_content(mail.text)
        return message


def _refused(code: int) -> Result:
    return Result(JobState.DEAD if code >= NEVER else JobState.QUEUED, f"the mail server answers {code}")
