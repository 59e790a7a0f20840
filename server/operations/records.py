"""What stands on record: prove it, explain it, report it, change a rule from a day on."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType

import click
import yaml

from server.clock import SystemClock
from server.domain.derived import Purpose
from server.domain.proof.heads import INSTALLATION, Head, read_heads
from server.domain.proof.seals import Seal, read_seal
from server.operations import report_lines
from server.operations.at_machine import at_machine
from server.operations.shared import AS_JSON, CENTRE, Day, derived_keys, only_centre, with_database
from server.services.figures.cells import roll_up
from server.services.figures.explanations import Explanation, explain_now
from server.services.figures.explanations import explain as explain_token
from server.services.figures.reports import DayReport
from server.services.proof.heads import heads_now
from server.services.proof.installation import verify_installation
from server.services.proof.verify import Anchor, Verdict
from server.services.proof.verify import verify as verify_centre
from server.services.setup import policies
from server.services.views.day_report import DayReports
from server.storage.database import Database
from server.storage.sql import centres
from server.storage.transaction import Read
from server.wording.catalogue import languages

CERTIFICATES_SHOWN = 7
THERE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--seal", "seals", multiple=True, help="Seal of a day report, as its QR code says; may be repeated.")
@click.option(
    "--heads", "files", multiple=True, type=THERE, help="File with heads as “baari heads” prints them, a mail say."
)
@AS_JSON
def verify(seals: Sequence[str], files: Sequence[Path], as_json: bool) -> None:
    """Replay the event log of every centre and certify its days; exit 1 when a promise was broken."""
    anchors: dict[str, list[Anchor]] = {}
    for seal in _seals(seals):
        anchors.setdefault(seal.centre, []).append(Anchor(seal.seq, seal.head))
    for head in (head for file in files for head in _heads(file)):
        anchors.setdefault(head.chain, []).append(Anchor(head.seq, head.head))
    people_at = {anchor.seq: anchor.head for anchor in anchors.pop(INSTALLATION, [])}
    verdicts, people = with_database(lambda db: db.read(lambda conn: judged(conn, anchors, people_at)))
    if missing := sorted(anchors.keys() - verdicts.keys()):
        raise LookupError(f"there is no centre {', '.join(missing)} in this database")
    ok = all(verdict.ok for verdict in (*verdicts.values(), people))
    view = _verdict_view(verdicts, people)
    click.echo(json.dumps(view) if as_json else "\n".join(_verdict_lines(verdicts, people)))
    sys.exit(0 if ok else 1)


def _seals(texts: Sequence[str]) -> list[Seal]:
    if not texts:
        return []
    keys = with_database(derived_keys)
    return [read_seal(text, keys) for text in texts]


def _heads(file: Path) -> list[Head]:
    """Return the heads in a file; raises ValueError where there is none."""
    found = read_heads(file.read_text("utf-8", "replace"))
    if not found:
        raise ValueError(f"There is no line like baari-head:1:… in {file}.")
    return found


@click.command()
def heads() -> None:
    """Print the heads of all chains: kept elsewhere, they find a record that was written anew."""
    click.echo("\n".join(head.text for head in with_database(lambda db: db.read(heads_now))))


def judged(
    read: Read, anchors: Mapping[str, Sequence[Anchor]], people_at: Mapping[int, str] = MappingProxyType({})
) -> tuple[dict[str, Verdict], Verdict]:
    """Replay every centre, and the installation; `people_at` are heads of its chain from outside."""
    verdicts = {c.code: verify_centre(read, c, anchors.get(c.code, ())) for c in centres.all_centres(read)}
    told = {seq: head for verdict in verdicts.values() for seq, head in verdict.people.items()}
    return verdicts, verify_installation(read, told | dict(people_at))


def _verdict_view(verdicts: dict[str, Verdict], people: Verdict) -> dict[str, object]:
    every = verdicts.values()
    return {
        "ok": all(v.ok for v in (*every, people)),
        "tokens": sum(v.tokens for v in every),
        "events": sum(v.events for v in every),
        "leased": sum(v.leased for v in every),
        "void": sum(v.void for v in every),
        "installation": people.events,
        "faults": [asdict(fault) for v in (*every, people) for fault in v.faults],
        "days": {code: [asdict(day) for day in v.days] for code, v in verdicts.items()},
    }


def _verdict_lines(verdicts: dict[str, Verdict], people: Verdict) -> list[str]:
    lines: list[str] = []
    for code, verdict in [*verdicts.items(), ("The installation", people)]:
        for fault in verdict.faults[:1]:
            lines.append(f"{code}, event {fault.seq}: {fault.text} ({fault.code})")
        for day in verdict.days[-CERTIFICATES_SHOWN:]:
            lines += [*report_lines.certificate_lines(day), ""]
    summary = _verdict_view(verdicts, people)
    numbers = f"{summary['leased']} numbers leased, {summary['void']} of them void"
    counted = f"{summary['tokens']} tokens, {summary['events']} events, {numbers}"
    broken = sum(len(verdict.faults) for verdict in (*verdicts.values(), people))
    kept = "every promise kept." if not broken else f"{broken} promises broken."
    return [*lines, f"{counted}: {kept}", *([] if broken else [report_lines.PROVEN]), report_lines.BELIEVED]


@click.command()
@click.argument("label")
@click.option("--day", type=Day(), help="Business day; when not given, whoever is here has the label, else the newest.")
@click.option("--language", type=click.Choice(languages()), default="en", help="Language of the answer.")
@CENTRE
@AS_JSON
def explain(label: str, day: date | None, language: str, centre: str | None, as_json: bool) -> None:
    """Tell why a token was called when it was, and who was called before it: baari explain N150."""

    def run(db: Database) -> Explanation:
        state = only_centre(db, centre)
        if day is not None:
            return db.read(lambda conn: explain_token(conn, state, label, day, language))
        now = SystemClock().now()
        return db.read(lambda conn: explain_now(conn, state.code, label, now, language))

    explanation = with_database(run)
    if as_json:
        click.echo(json.dumps(asdict(explanation), ensure_ascii=False))
        return
    click.echo(f"{explanation.label}, {explanation.day}: {explanation.state} at {explanation.stage}")
    for call in explanation.calls:
        click.echo(f"  {call.at} {call.stage} → {call.counter}  {call.text}")
    if not explanation.calls:
        click.echo("  Not called yet.")
    for overtaker in explanation.overtaken:
        click.echo(f"  {overtaker.text}")


@click.command()
@click.option("--day", type=Day(), help="Business day; the last that was closed, else today, when not given.")
@CENTRE
@AS_JSON
def report(day: date | None, centre: str | None, as_json: bool) -> None:
    """Print the report of a day with its certificate of fairness and its seal."""
    now = SystemClock().now()

    def run(db: Database) -> DayReport:
        state = only_centre(db, centre)
        roll_up(db, state.id)
        return DayReports(db, lambda: derived_keys(db).key(Purpose.SEALS)).report(state.code, day, now)

    made = with_database(run)
    click.echo(json.dumps(asdict(made), ensure_ascii=False) if as_json else "\n".join(report_lines.report_lines(made)))
    sys.exit(0 if made.certificate.ok else 1)


@click.group()
def policy() -> None:
    """Rules that hold from a day on: calling, hours, needs, slots, profiles and more."""


@policy.command("list")
@click.argument("kind", required=False)
@CENTRE
def list_policies(kind: str | None, centre: str | None) -> None:
    """Print the rules of a centre, each with the day from which it holds."""
    rows = with_database(lambda db: db.read(lambda conn: policies.policies(conn, only_centre(db, centre), kind)))
    for row in rows:
        click.echo(f"# {row.kind}, from {row.valid_from}")
        click.echo(yaml.safe_dump(dict(row.body), allow_unicode=True, sort_keys=False))


@policy.command("set")
@click.argument("kind")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--from", "valid_from", type=Day(), help="First business day; the next one when not given.")
@CENTRE
def set_policy(kind: str, file: Path, valid_from: date | None, centre: str | None) -> None:
    """Change a rule from a day on, as a YAML file says; days that have begun keep theirs."""
    body = yaml.safe_load(file.read_text("utf-8"))

    def run(db: Database) -> date:
        state = only_centre(db, centre)
        return db.write(state.id, lambda tx: policies.set_policy(tx, kind, body, at_machine(), valid_from=valid_from))

    begins = with_database(run)
    click.echo(f"{kind} holds from {begins}. The rule of {begins - timedelta(days=1)} and before stays on record.")
