"""Many counters and kiosks at once: every token called once, every number given once."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx

from server.services.proof.verify import verify
from server.storage.database import Database
from server.storage.sql import centres
from tests.factories import CENTRE
from tests.processes import Client, ServerProcess

COUNTERS = [f"A{n}" for n in range(1, 11)]
TOKENS = 60
ISSUES, RETRIED = 200, 40


def work_until_empty(client: Client, counter: str) -> tuple[list[str], set[str]]:
    """Serve at a counter until nobody waits; returns the tokens called and every refusal met."""
    called: list[str] = []
    refused: set[str] = set()
    while not refused:
        answer = client.post(f"centres/{CENTRE}/counters/{counter}/call-next")
        if answer.status_code != 200:
            refused.add(answer.json()["code"])
            continue
        called.append(answer.json()["call"]["token"]["id"])
        for verb in ("start", "finish"):
            done = client.post(f"centres/{CENTRE}/counters/{counter}/{verb}")
            if done.status_code != 200:
                refused.add(done.json()["code"])
    return called, refused


def put_in_line_at_a(client: Client) -> list[str]:
    """Issue tokens and bring each through the gate to stage A."""
    client.post(f"centres/{CENTRE}/counters/G1/open")
    for _ in range(TOKENS):
        client.issue()
        for verb in ("call-next", "start", "finish"):
            client.post(f"centres/{CENTRE}/counters/G1/{verb}")
    return [token["id"] for token in client.snapshot()["tokens"]]


def assert_every_promise_kept(db: Database) -> None:
    verdict = db.read(lambda conn: verify(conn, centres.centre_by_code(conn, CENTRE)))
    assert verdict.faults == []


def test_ten_counters_in_parallel_call_every_token_once(server: ServerProcess, db: Database) -> None:
    clients = [server.client() for _ in COUNTERS]
    waiting = put_in_line_at_a(clients[0])
    for counter in COUNTERS:
        clients[0].post(f"centres/{CENTRE}/counters/{counter}/open")
    with ThreadPoolExecutor(len(COUNTERS)) as pool:
        results = list(pool.map(work_until_empty, clients, COUNTERS))
    called = Counter(token for tokens, _ in results for token in tokens)
    assert called == Counter(waiting)
    assert {code for _, refused in results for code in refused} == {"queue_empty"}
    assert_every_promise_kept(db)


def test_a_second_call_at_an_occupied_counter_names_the_present_one(server: ServerProcess) -> None:
    client = server.client()
    client.post(f"centres/{CENTRE}/counters/G1/open")
    client.issue()
    client.issue()
    first = client.post(f"centres/{CENTRE}/counters/G1/call-next").json()["call"]
    second = client.post(f"centres/{CENTRE}/counters/G1/call-next")
    assert (second.status_code, second.json()["code"]) == (409, "counter_busy")
    assert second.json()["call"]["id"] == first["id"]
    assert second.json()["call"]["token"]["label"] == "N001"


def test_parallel_issues_with_retries_give_no_doubled_number_and_no_gap(server: ServerProcess, db: Database) -> None:
    client = server.client()
    keys = [f"issue-{n}" for n in range(ISSUES)]
    sent = keys + random.Random(7).sample(keys, RETRIED)
    random.Random(8).shuffle(sent)

    def issue(key: str) -> tuple[str, httpx.Response]:
        return key, client.issue(key=key)

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(issue, sent))
    assert {answer.status_code for _, answer in answers} == {201}
    labels = {key: answer.json()["token"]["label"] for key, answer in answers}
    assert all(answer.json()["token"]["label"] == labels[key] for key, answer in answers)
    assert sorted(labels.values()) == [f"N{n:03d}" for n in range(1, ISSUES + 1)]
    assert_every_promise_kept(db)
