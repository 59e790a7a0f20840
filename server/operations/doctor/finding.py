"""What a look at an installation finds, and the cure of each fault."""

from dataclasses import dataclass
from enum import StrEnum

from server.config import Settings
from server.storage.database import Database


class Level(StrEnum):
    """How bad it is: people cannot be served as they should be by a fault."""

    FINE = "fine"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found: `code` is stable and for programs, the others are sentences; what is fine needs no `cure`."""

    code: str
    level: Level
    text: str
    cure: str = ""


@dataclass(frozen=True, slots=True)
class Patient:
    """The installation looked at; `db` is None where its database cannot be worked with."""

    settings: Settings
    db: Database | None


CURES = {
    "clock_free": "Install chrony and name a time server of the house in it; “chronyc tracking” then shows its source.",
    "clock_doubted": "Say which clock is right: “baari clock floor” or “baari clock wall”.",
    "disk_full": "Free some room, or move the data folder to a larger disk.",
    "disk_filling": "Free some room before the disk is full: then nobody gets a token.",
    "folder_unwritable": "Give the folder to the user that runs Baari: “chown”, and “chmod 700”.",
    "folder_open": "Close it to others: “chmod 700”.",
    "database_missing": "Set a centre up with “baari init”, or set BAARI_DATABASE_URL to the database that is meant.",
    "database_silent": "Start the database, or correct BAARI_DATABASE_URL.",
    "database_read_only": "Let Baari write to it: look at its disk, its owner, and whether it is a standby.",
    "database_slow": "Look at the disk of the database: each call waits for it.",
    "schema_wrong": "Do as it says; “baari doctor” looks again.",
    "centre_missing": "Set a centre up with “baari init”.",
    "secret_wrong": "Put the right secret back; nothing is served with another.",
    "printer_unset": "Say how it is reached: “baari printer set --device {device} --host ADDRESS”.",
    "printer_trouble": "Look at its paper, cover and cable; “baari printer set” changes how it is reached.",
    "fonts_unshaped": "Install libfribidi0: until then slips are printed in English only.",
    "plain_http": "Put a proxy with TLS before Baari, then leave BAARI_PLAIN_HTTP out.",
    "public_missing": "Set BAARI_PUBLIC_URL to an HTTPS address that phones can open: it stands on every slip.",
    "public_plain": "Give the public address TLS: phones and staff come over HTTPS.",
    "address_unknown": "Enter the name in the DNS of the house, or take it out of the settings.",
    "address_silent": "Is “baari serve” running? Look at BAARI_HOST, BAARI_PORT, the proxy and the firewall.",
    "address_refused": "Write the name into BAARI_TRUSTED_HOSTS, and let the proxy pass the header Host on as it is.",
    "address_foreign": "Let the address lead to Baari: another program answers there.",
    "name_silent": "Open a page under that name by hand: its port is not known here. Else take it out of the settings.",
    "proxy_silent": "Let the proxy send X-Forwarded-Proto, and write its address into BAARI_TRUSTED_PROXIES.",
    "cookie_lost": "Let the proxy pass Set-Cookie and Cookie on as they are: without them no screen stays paired.",
    "socket_refused": "Let the proxy pass Host and Origin on as they are, and everything under /socket.io/.",
    "socket_polls": "Let the proxy pass Upgrade and Connection on; until then calls come a little later.",
    "tls_untrusted": "Install the root of the certificate on every screen and here, or get one that all trust.",
    "tls_ended": "Renew the certificate now: browsers open the page no more.",
    "tls_ends": "Renew the certificate.",
    "board_silent": "Open its page on the screen, and pair it by the code that it shows: “baari device pair CODE”.",
    "backup_unset": "Set BAARI_BACKUP_DIR, and who can open them: BAARI_BACKUP_RECIPIENTS.",
    "backup_no_folder": "Mount the disk, and let the user that runs Baari write to it.",
    "backup_failed": "Read failed.txt there; then “baari backup rotate --at-once”.",
    "backup_not_copied": "Read not-copied.txt there; then “baari backup rotate --at-once”.",
    "backup_stale": "Is “baari serve” running? “baari backup rotate --at-once” makes one now.",
    "tail_unset": "Set BAARI_TAIL_DIR to a folder on another disk or machine: a restore loses a second then.",
    "tail_no_folder": "Mount the disk, and let the user that runs Baari write to it.",
    "tail_failed": "Read failed.txt there, and look at the room and the rights of that folder.",
    "tail_stale": "Is “baari serve” running, with this BAARI_TAIL_DIR?",
    "syslog_silent": "Look at BAARI_SYSLOG, BAARI_SYSLOG_TRUSTED and the firewall: the log stands here alone.",
    "person_data_overdue": "Is “baari serve” running? “baari records run” does it now.",
    "look_failed": "Report this sentence.",
}
"""What to do, by the code of what is wrong; a test compares the table of docs/doctor.md."""


def fine(code: str, text: str) -> Finding:
    """Return that something is as it should be."""
    return Finding(code, Level.FINE, text)


def warning(code: str, text: str, **values: str) -> Finding:
    """Return what should be changed before it stops people."""
    return Finding(code, Level.WARNING, text, CURES[code].format(**values))


def fault(code: str, text: str, **values: str) -> Finding:
    """Return what stops people now."""
    return Finding(code, Level.FAULT, text, CURES[code].format(**values))
