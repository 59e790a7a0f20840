"""Looks at the machine: its clock, its disk, its backups and their tail, its fonts."""

import ctypes
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress

from hardware.layout.fonts import shapes_indic
from server.clock import SystemClock
from server.domain.instants import to_iso
from server.operations.doctor.finding import Finding, Patient, fault, fine, warning
from server.services.backups.folder import state_of
from server.services.backups.tail_folder import tail_state
from server.services.floor.clock import doubted_centres
from server.syslog import collector_at

UNSYNCHRONISED = 5
"""TIME_ERROR of adjtimex(2): nothing holds the clock."""
STRUCT_TIMEX = 256
"""Bytes, more than its 208."""
FULL, FILLING = 200 << 20, 2 << 30


def clock(patient: Patient) -> Iterator[Finding]:
    """Is the machine's clock held by a time server, and is the time of every centre believed?"""
    if (source := _source()) is not None:
        yield fine("clock", f"The clock follows {source}.")
    elif ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(STRUCT_TIMEX)) == UNSYNCHRONISED:
        yield warning("clock_free", "No time server holds the clock of this machine.")
    else:
        yield fine("clock", "A time server holds the clock of this machine.")
    if (db := patient.db) is not None:
        for centre, why in db.read(lambda read: doubted_centres(read, db.told)).items():
            yield fault("clock_doubted", f"The time of {centre} is doubted: {why}.")


def _source() -> str | None:
    """Return whom chrony follows and how far it is off, None where it follows nobody or is not there."""
    program = shutil.which("chronyc")
    if program is None:
        return None
    with suppress(OSError, subprocess.TimeoutExpired, IndexError, ValueError):
        tracking = subprocess.run([program, "-c", "tracking"], capture_output=True, text=True, timeout=5)  # noqa: S603 - found by name
        fields = tracking.stdout.split(",")
        return f"{fields[1]} and is {float(fields[4]) * 1000:.1f} ms off" if fields[1] else None
    return None


def disk(patient: Patient) -> Iterator[Finding]:
    """Is there room where the data stands, and may we write there, and nobody else read?"""
    folder = patient.settings.data_dir
    free = shutil.disk_usage(folder).free
    text = f"{free / (1 << 30):.1f} GB are free at {folder}."
    if free < FULL:
        yield fault("disk_full", text)
    elif free < FILLING:
        yield warning("disk_filling", text)
    else:
        yield fine("disk", text)
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"baari")
    except OSError as error:
        yield fault("folder_unwritable", f"Nothing can be written at {folder}: {error.strerror}.")
    if folder.stat().st_mode & 0o077:
        yield warning("folder_open", f"Other users of this machine may look into {folder}.")


def backups(patient: Patient) -> Iterator[Finding]:
    """Is there a backup of late that another machine could go on from?"""
    settings = patient.settings
    if settings.backup_dir is None:
        yield warning("backup_unset", "Nobody makes backups here by the clock.")
        return
    state = state_of(settings.backup_dir, settings.backup_hours, SystemClock().now())
    last = "There is no backup yet" if state.last is None else f"The last backup is of {to_iso(state.last)}"
    text = f"{last}, in {settings.backup_dir}."
    yield fine("backup", text) if state.wrong is None else fault(f"backup_{state.wrong}", text)


def tail(patient: Patient) -> Iterator[Finding]:
    """Is what was done since the last backup somewhere else, too?"""
    folder = patient.settings.tail_dir
    if folder is None:
        yield warning("tail_unset", "What is done after a backup is kept on this machine alone.")
        return
    state = tail_state(folder, SystemClock().now())
    last = "Nobody has looked yet" if state.looked_at is None else f"It was up to date at {to_iso(state.looked_at)}"
    text = f"{last}, in {folder}."
    yield fine("tail", text) if state.wrong is None else fault(f"tail_{state.wrong}", text)


def syslog(patient: Patient) -> Iterator[Finding]:
    """Does the syslog server of the house take the log, and is it the one that is meant?"""
    collector = collector_at(patient.settings.syslog, patient.settings.syslog_trusted)
    if collector is None:
        return
    try:
        collector.open().close()
    except OSError as error:
        yield warning("syslog_silent", f"The log does not reach {collector.place}: {error}.")
    else:
        yield fine("syslog", f"The log goes to {collector.place}, too.")


def fonts(_patient: Patient) -> Iterator[Finding]:
    """Can slips be printed in Indic scripts?"""
    if shapes_indic():
        yield fine("fonts", "Slips are printed in every script.")
    else:
        yield fault("fonts_unshaped", "libfribidi0 is not installed: Indic letters cannot be joined.")
