"""The command `baari`: serve, demo, and the commands of `server.commandline`."""

import socket
import sys
from collections.abc import Mapping
from dataclasses import replace

import click

from hardware.layout.fonts import shapes_indic
from server.addresses import Place
from server.app import Server, build_server
from server.clock import Clock, ScaledClock, SystemClock
from server.config import ConfigError, Settings
from server.demo import Demo, DemoFloor, NotADemo, left_behind, plan_demo, set_up, welcome, write_facts
from server.demo_printers import DemoPrinters, printer_page
from server.domain.errors import Refused
from server.operations import (
    approvals,
    backups,
    clock,
    days,
    figures,
    incident,
    installation,
    jobs,
    keys,
    people,
    person_data,
    records,
    restores,
    rotation,
    screens,
    secret,
    stores,
    trials,
)
from server.operations.doctor.command import doctor
from server.operations.first_run.page import first_run, is_empty
from server.operations.opening import opening, who_comes_in
from server.operations.shared import PORT, PRESETS, claim_database, require_our_schema, settings_of
from server.process import Process
from server.release import RELEASE
from server.services.backups.sealing import CannotOpen
from server.services.setup import presets
from server.services.setup.secret import WrongSecret
from server.storage import schema

COMMANDS: tuple[click.Command, ...] = (
    clock.clock,
    installation.init,
    installation.migrate,
    keys.key,
    installation.printer,
    screens.device,
    people.user,
    approvals.approval,
    backups.backup,
    restores.restore,
    secret.secret,
    records.verify,
    records.heads,
    records.explain,
    records.report,
    days.day,
    figures.figures,
    jobs.job,
    doctor,
    records.policy,
    person_data.records,
    person_data.person_data_group,
    incident.incident,
    trials.simulate,
    trials.bench,
)


@click.group(help="Token and queue management for service centres.")
@click.version_option(RELEASE, prog_name="baari")
def cli() -> None:
    """Group the commands."""


for part in (rotation.rotate, stores.stored, stores.bring):
    backups.backup.add_command(part)
for command in COMMANDS:
    cli.add_command(command)


def main() -> None:
    """Run the command line: a refusal is one sentence and exit status 1, a wrong setting status 2."""
    try:
        cli()
    except ConfigError as error:
        click.echo(f"baari: {error}", err=True)
        sys.exit(2)
    except (Refused, NotADemo, schema.WrongSchema, WrongSecret, CannotOpen, LookupError, ValueError, OSError) as error:
        click.echo(f"baari: {error}", err=True)
        sys.exit(1)


@cli.command()
@PORT
def serve(port: int | None) -> None:
    """Serve the centres of the database; an empty one shows the page on which a backup is restored."""
    settings = settings_of(port=port)
    if is_empty(settings):
        _require_free_port(settings)
        first_run(settings, click.echo)
    require_our_schema()
    claim_database()
    _require_free_port(settings)
    click.echo(opening(settings))
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
    settings = settings_of(port=port)
    _require_free_port(settings)
    shape = presets.load_preset(preset)
    plan = plan_demo(shape, speed=speed, simulate=simulate, now=SystemClock().now())
    facts = left_behind(settings) if keep else set_up(settings, plan)
    require_our_schema()
    claim_database()
    write_facts(settings, facts)
    click.echo(welcome(facts, settings.data_dir / "demo.json"))
    click.echo(who_comes_in(settings))
    _warn_of_script()
    clock = plan.clock()
    limited = settings.model_copy(update={"rate_limits": settings.rate_limits and plan.simulate})
    Process(settings, lambda: _demo_server(limited, plan, clock, facts["printers"])).run()


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
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            place = f"{Place(settings.host)}:{settings.port}"
            raise OSError(f"{place} cannot be used: {error.strerror}") from error
