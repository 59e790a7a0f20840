"""Looks at the database and at what stands in it: schema, secret, printers."""

import time
from collections.abc import Iterator

from hardware.registry import open_printer
from server.domain.errors import Unavailable
from server.operations.doctor.finding import Finding, Patient, fault, fine, warning
from server.operations.opening import database_in_words
from server.services.person_data.leaving import overdue
from server.services.setup import secret as secrets
from server.storage import schema
from server.storage.sql.centres import all_centres
from server.storage.sql.devices import devices_of

SLOW_S = 0.5


def database(patient: Patient) -> Iterator[Finding]:
    """Can something be written, and how long does that take? What is written is what stood there."""
    db, name = patient.db, database_in_words(patient.settings.database)
    if db is None:
        return
    begin = time.perf_counter()
    try:
        db.write(None, lambda tx: schema.write_again(tx.conn))
    except Unavailable as error:
        yield fault("database_read_only", f"Nothing can be written to {name}: {error.message}")
        return
    took = time.perf_counter() - begin
    text = f"{name} wrote for good in {took * 1000:.0f} ms."
    yield fine("database", text) if took < SLOW_S else warning("database_slow", text)


def centres(patient: Patient) -> Iterator[Finding]:
    """Which centres are there, in which schema?"""
    if (db := patient.db) is None:
        return
    codes = [centre.code for centre in db.read(all_centres)]
    if codes:
        yield fine("schema", f"{', '.join(codes)} in schema {db.read(schema.revision_of)}.")
    else:
        yield fault("centre_missing", "There is no centre in the database.")


def secret(patient: Patient) -> Iterator[Finding]:
    """Is the secret at hand the one that the database was made with?"""
    db, settings = patient.db, patient.settings
    if db is None:
        return
    if not settings.has_secret:
        if db.read(secrets.is_needed):
            yield fault("secret_wrong", f"There is no secret in {settings.data_dir}.")
        return
    ours = settings.secret()
    try:
        db.read(lambda read: secrets.require_ours(read, ours))
    except secrets.WrongSecret as error:
        yield fault("secret_wrong", str(error))
        return
    yield fine("secret", f"The secret {secrets.name_of(ours)} is that of the database.")


def person_data(patient: Patient) -> Iterator[Finding]:
    """Has what is known of citizens left the floor, and ended, when it should?"""
    if (db := patient.db) is None:
        return
    terms = patient.settings.terms
    for centre in db.read(all_centres):
        if overdue(db, centre.id, terms, db.now(centre.id)):
            yield fault("person_data_overdue", f"Personal data of {centre.code} should have left the floor, or ended.")
        else:
            yield fine("person_data", f"Personal data of {centre.code} leaves the floor after {terms.floor_days} days.")


def printers(patient: Patient) -> Iterator[Finding]:
    """Is each printer reached, and ready?"""
    if (db := patient.db) is None:
        return
    for centre in db.read(all_centres):
        for printer in db.read(lambda read, of=centre.id: devices_of(read, of, "printer")):  # type: ignore[misc]
            name = f"{printer.id} of {centre.code}"
            if not printer.settings:
                yield warning("printer_unset", f"Nobody has said how {name} is reached.", device=printer.id)
                continue
            try:
                state = open_printer(printer.settings).look()
            except ValueError as error:
                yield fault("printer_trouble", f"{name} cannot print as it is set: {error}.")
                continue
            text = f"{name} is {state.value.replace('_', ' ')}."
            yield fine("printer", text) if state.can_print else fault("printer_trouble", text)
