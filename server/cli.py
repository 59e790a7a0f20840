"""The command `baari`."""

import json
import os
import secrets
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import click

from hardware.layout import shapes_indic
from hardware.network_printer import look
from server.app import Server, build_server
from server.clocks import Clock, ScaledClock, SystemClock
from server.config import ConfigError, Settings, load_settings
from server.demo import Demo, DemoFloor, NotADemo, left_behind, plan_demo, set_up, welcome, write_facts
from server.demo_printers import DemoPrinters, printer_page
from server.domain.errors import Refused
from server.domain.roles import Role
from server.process import Process
from server.services import access, presets
from server.services.days import close_day as end_day
from server.services.verification import verify as verify_centre
from server.simulation.day import simulate_day
from server.simulation.report import day_report
from server.storage import queries, schema
from server.storage.database import Database
from server.storage.devices import set_address
from server.storage.transaction import CentreState, Transaction

PRESETS = click.Choice(presets.preset_names())
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
PORT = click.option("--port", type=int, help="Port to listen on.")


@click.group(help="Token and queue management for service centres.")
@click.version_option(package_name="baari")
def cli() -> None:
    """Group the commands."""


def main() -> None:
    """Run the command line: a refusal is one sentence and exit status 1, a wrong setting status 2."""
    try:
        cli()
    except ConfigError as error:
        click.echo(f"baari: {error}", err=True)
        sys.exit(2)
    except (Refused, NotADemo, LookupError, ValueError, OSError) as error:
        click.echo(f"baari: {error}", err=True)
        sys.exit(1)


def _settings(**overrides: Any) -> Settings:
    return load_settings(os.environ, **overrides)


def _with_database(fn: Callable[[Database], Any]) -> Any:
    settings = _settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    db = Database(settings.database)
    try:
        return fn(db)
    finally:
        db.close()


def _only_centre(db: Database, code: str | None) -> CentreState:
    """Return the centre named, or the only one; raises LookupError."""
    centres = db.read(queries.centres)
    if code is not None:
        return db.read(lambda conn: queries.centre_by_code(conn, code))
    if len(centres) != 1:
        known = ", ".join(c.code for c in centres) or "none"
        raise LookupError(f"name a centre with --centre (there are: {known})")
    return centres[0]


@cli.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    settings = _settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    schema.migrate(settings.database)
    click.echo("The database has the newest schema.")


@cli.command()
@click.option("--preset", type=PRESETS, default="M", help="What kind of centre.")
@click.option("--code", help="Code of the centre; default: that of the preset.")
@click.option("--name", help="Full name of the centre.")
def init(preset: str, code: str | None, name: str | None) -> None:
    """Set up a real centre from a preset."""
    settings = _settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    schema.migrate(settings.database)
    shape = presets.load_preset(preset)
    own_name = shape.centre.name if name is None else dict.fromkeys(shape.centre.name, name)
    centre = shape.centre.model_copy(update={"code": code or shape.centre.code, "name": own_name})
    shape = shape.model_copy(update={"centre": centre})
    today = datetime.now(UTC).date()

    def install(tx: Transaction) -> int:
        return presets.install_centre(tx, shape, today, secrets.token_hex(4), demo=False)

    _with_database(lambda db: db.write(None, install))
    click.echo(f"{next(iter(own_name.values()))} ({shape.centre.code}) is set up. Next: baari key create, baari serve.")


@cli.command()
@PORT
def serve(port: int | None) -> None:
    """Serve the centres of the database."""
    settings = _settings(port=port)
    _require_free_port(settings)
    _warn_of_script()
    Process(settings, lambda: build_server(settings)).run()


@cli.command()
@click.option("--preset", type=PRESETS, default="M", help="What kind of centre.")
@PORT
@click.option("--speed", type=click.FloatRange(min=0, min_open=True), default=1.0, help="How fast its clock runs.")
@click.option("--simulate/--no-simulate", default=True, help="With or without simulated citizens.")
@click.option("--keep", is_flag=True, help="Go on with what the demo before left.")
def demo(preset: str, port: int | None, speed: float, simulate: bool, keep: bool) -> None:
    """Serve a fresh demo centre; what a demo left before is replaced."""
    settings = _settings(port=port)
    _require_free_port(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    shape = presets.load_preset(preset)
    plan = plan_demo(shape, speed=speed, simulate=simulate, now=SystemClock().now())
    facts = left_behind(settings) if keep else set_up(settings, plan)
    write_facts(settings, facts)
    click.echo(welcome(facts, settings.data_dir / "demo.json"))
    _warn_of_script()
    clock = plan.clock()
    Process(settings, lambda: _demo_server(settings, plan, clock, facts["printers"])).run()


def _demo_server(settings: Settings, plan: Demo, clock: Clock, ports: Mapping[str, int]) -> Server:
    server, printers = build_server(settings, clock=clock), DemoPrinters(ports)
    server.app.register_blueprint(printer_page(printers))
    floor = (DemoFloor(server.db, plan, clock),) if isinstance(clock, ScaledClock) else ()
    return replace(server, beside=(printers, *server.beside, *floor))


def _warn_of_script() -> None:
    """Say so when slips cannot be printed in Indic scripts."""
    if not shapes_indic():
        click.echo("libfribidi0 is not installed: slips are printed in English only.", err=True)


def _require_free_port(settings: Settings) -> None:
    """Raise OSError naming the port when something listens there already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise OSError(f"{settings.host}:{settings.port} cannot be used: {error.strerror}") from error


@cli.command()
@click.option("--preset", type=PRESETS, default="M", help="What kind of centre.")
@click.option("--open", "opened", default="", metavar="G=6,A=30", help="Counters open by stage.")
@click.option("--seed", type=int, default=1, help="The same seed gives the same day.")
@AS_JSON
def simulate(preset: str, opened: str, seed: int, as_json: bool) -> None:
    """Run one whole day through the real services on a temporary database."""
    shape = presets.load_preset(preset)
    result = simulate_day(shape, seed, _counts(opened, shape))
    click.echo(json.dumps(result) if as_json else day_report(result))
    sys.exit(0 if result["verify"]["ok"] else 1)


def _counts(text: str, shape: presets.Preset) -> dict[str, int]:
    """Read `G=6,A=30`; raises BadParameter naming what is wrong."""
    most = {stage.code: stage.counters for stage in shape.stages}
    counts: dict[str, int] = {}
    for part in filter(None, text.split(",")):
        stage, _, number = part.partition("=")
        if stage not in most or not number.isdigit() or not 0 <= int(number) <= most[stage]:
            raise click.BadParameter(f"{part!r}: stages are {most}", param_hint="--open")
        counts[stage] = int(number)
    return counts


@cli.command()
@AS_JSON
def verify(as_json: bool) -> None:
    """Replay the event log of every centre; exit 1 and the first fault when a promise was broken."""
    verdicts = _with_database(
        lambda db: db.read(lambda conn: [verify_centre(conn, centre) for centre in queries.centres(conn)])
    )
    faults = [asdict(fault) for verdict in verdicts for fault in verdict.faults]
    tokens, events = sum(v.tokens for v in verdicts), sum(v.events for v in verdicts)
    if as_json:
        click.echo(json.dumps({"ok": not faults, "tokens": tokens, "events": events, "faults": faults}))
    elif faults:
        click.echo(f"Event {faults[0]['seq']}: {faults[0]['text']} ({faults[0]['code']})")
    else:
        click.echo(f"{tokens} tokens, {events} events: every promise kept.")
    sys.exit(1 if faults else 0)


@cli.command()
@click.option("--centre", help="Code of the centre.")
@click.option("--force", is_flag=True, help="Also end people who are still being served.")
def close_day(centre: str | None, force: bool) -> None:
    """Close the business day: open tokens expire, counters close."""

    def run(db: Database) -> str:
        state = _only_centre(db, centre)
        now = SystemClock().now()
        closed = db.write(state.id, lambda tx: end_day(tx, now, "cli", force=force))
        return (
            f"{closed.day} is closed: {closed.expired} tokens expired, {closed.no_show} no-shows, "
            f"{closed.counters} counters closed."
        )

    click.echo(_with_database(run))


@cli.group()
def key() -> None:
    """Bearer keys of devices and integrations."""


@key.command("create")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--name", required=True, help="Whose key it is.")
@click.option("--counter", help="The only counter it may act for.")
@click.option("--device", help="The kiosk or board it belongs to.")
@click.option("--centre", help="Code of the centre.")
def create(role: str, name: str, counter: str | None, device: str | None, centre: str | None) -> None:
    """Make a key and print it once."""

    def run(db: Database) -> str:
        state, now = _only_centre(db, centre), SystemClock().now()
        return db.write(
            state.id,
            lambda tx: access.create_key(tx, Role(role), name, now, counter=counter, device=device),
        )

    click.echo(_with_database(run))


@cli.group()
def printer() -> None:
    """Receipt printers."""


@printer.command("set")
@click.option("--device", required=True, help="The printer: printer-k1.")
@click.option("--host", required=True)
@click.option("--port", type=int, default=9100, help="Port to print to; 9100 on most.")
def set_printer(device: str, host: str, port: int) -> None:
    """Write where a printer listens, and look at it."""
    if not _with_database(lambda db: db.write(None, lambda tx: set_address(tx.conn, device, host, port))):
        raise LookupError(f"there is no printer {device!r}")
    click.echo(f"{device} is at {host}:{port}, and is {look(host, port).value.replace('_', ' ')}.")


@cli.group()
def user() -> None:
    """People who sign in."""


@user.command("add")
@click.option("--user", "name", required=True)
@click.option("--role", type=click.Choice([role.value for role in (Role.COUNTER, Role.MANAGER)]), required=True)
@click.option("--centre", help="Code of the centre.")
@click.password_option()
def add(name: str, role: str, centre: str | None, password: str) -> None:
    """Add a person; the password is asked for."""

    def run(db: Database) -> None:
        state, now = _only_centre(db, centre), SystemClock().now()
        db.write(state.id, lambda tx: access.add_staff(tx, name, Role(role), password, now))

    _with_database(run)
    click.echo(f"{name} can sign in.")
