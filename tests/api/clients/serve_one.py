"""Serves one citizen with the client that openapi-python-client makes: `serve_one.py URL CENTRE COUNTER KEY`."""

import itertools
import json
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from baari_client import AuthenticatedClient
from baari_client.api.counters import call_next, finish_service, open_counter, start_service
from baari_client.api.screens import read_events, read_snapshot
from baari_client.api.tokens import issue_token
from baari_client.models import CallAnswer, FinishAnswer, FinishIn, Problem, SeenIn, TokenEvent, TokenIn, TokenOut

ATTEMPTS = itertools.count()


def serve(url: str, centre: str, counter: str, key: str) -> dict[str, Any]:
    """Return what became of a token that was issued, called and finished."""
    with AuthenticatedClient(url, token=key) as client:
        before = read_snapshot.sync(centre, client=client)
        issued = _send(issue_token.sync, centre, client=client, body=TokenIn(service="NORMAL"))
        at_counter = partial(_send, centre=centre, counter=counter, client=client)
        at_counter(open_counter.sync)
        called = at_counter(call_next.sync)
        at_counter(start_service.sync, body=SeenIn(token=called.call.token.id))
        finished = at_counter(finish_service.sync, body=FinishIn(outcome="ok"))
        assert isinstance(issued, TokenOut)
        assert isinstance(called, CallAnswer)
        assert isinstance(finished, FinishAnswer)
        events = read_events.sync(centre, client=client, after=before.seq).events
        refused = _send(issue_token.sync, centre, client=client, body=TokenIn(service=""))
        assert isinstance(refused, Problem)
    calls = (event for event in events if isinstance(event, TokenEvent) and event.type_ == "token.called")
    return {
        "issued": issued.token.label,
        "called": called.call.token.label,
        "reason": called.call.reason.rule,
        "told": [event.token.label for event in calls],
        "next": finished.token.stage,
        "klass": finished.token.staff.klass,
        "refusal": f"{refused.status} {refused.code}",
    }


def _send(verb: Callable[..., Any], *where: str, **told: Any) -> Any:
    return verb(*where, **told, idempotency_key=f"py-{next(ATTEMPTS)}")


if __name__ == "__main__":
    sys.stdout.write(json.dumps(serve(*sys.argv[1:])))
