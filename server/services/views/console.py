"""What the console needs to know of its centre before anybody is called."""

from server.domain.plan.plan import Stage
from server.domain.references import TAIL
from server.services.floor.correct import ACCESS, PARTY_MAX
from server.services.views.places import CentreFacts, printers_of
from server.storage.transaction import Read


def console_facts(read: Read, centre: CentreFacts) -> dict[str, object]:
    """Return the choices of the console: outcomes, needs, services, reasons, printers, and the limits of its fields.

    `better` are the classes that are called before a class.
    """
    plan = centre.plan
    return {
        "outcomes": {stage.code: _outcomes(stage) for stage in plan.stages.values()},
        "clocks": centre.clocks,
        "needs": centre.needs,
        "access": ACCESS,
        "party_max": PARTY_MAX,
        "tail": TAIL,
        "references": plan.patterns,
        "services": [{"code": s.code, "name": s.name} for s in plan.services.values()],
        "out_of_order": [{"code": code, "name": name} for code, name in plan.floor.out_of_order.items()],
        "better": {k: [other for other in plan.series if plan.calling.is_better(other, k)] for k in plan.series},
        "undo_min": plan.floor.undo_min,
        "printers": printers_of(read, centre.id),
    }


def _outcomes(stage: Stage) -> dict[str, object]:
    ending = [name for name, outcome in stage.outcomes.items() if name != stage.ok and outcome.ends_visit]
    return {"ok": stage.ok, "outcomes": list(stage.outcomes), "ending": ending}
