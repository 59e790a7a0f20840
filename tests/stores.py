"""A store that speaks S3 in a process of its own (moto), which checks signatures and rights as others do."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
import httpx

from tests.processes import free_port

READY_S = 30.0
BUCKET, REGION = "backups", "us-east-1"
NOBODY = "nobody"
BEFORE_IT_ASKS = 4
"""So many commands it takes from anybody: those that make the first account."""
MAY_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}


@dataclass(frozen=True, slots=True)
class RunningStore:
    """A store with an empty bucket, and who may write there."""

    url: str
    key: str
    secret: str

    @property
    def address(self) -> str:
        """The bucket."""
        return f"{self.url}/{BUCKET}"

    def files(self) -> dict[str, bytes]:
        """Return what is in the bucket, as another client sees it."""
        client = self._client()
        listed = client.list_objects_v2(Bucket=BUCKET).get("Contents", [])
        return {each["Key"]: client.get_object(Bucket=BUCKET, Key=each["Key"])["Body"].read() for each in listed}

    def put(self, name: str, content: bytes) -> None:
        """Put a file there by another client."""
        self._client().put_object(Bucket=BUCKET, Key=name, Body=content)

    def empty(self) -> None:
        """Remove all that is there."""
        for name in self.files():
            self._client().delete_object(Bucket=BUCKET, Key=name)

    def _client(self) -> Any:  # boto3 has no types
        return _client("s3", self.url, self.key, self.secret)


def _client(service: str, url: str, key: str, secret: str) -> Any:
    return boto3.client(
        service, endpoint_url=url, region_name=REGION, aws_access_key_id=key, aws_secret_access_key=secret
    )


@contextmanager
def running_store() -> Iterator[RunningStore]:
    """Run a store while the block runs; raises TimeoutError when it does not get ready."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        env={"PATH": "/usr/bin:/bin", "INITIAL_NO_AUTH_ACTION_COUNT": str(BEFORE_IT_ASKS)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_ready(url)
        yield _with_account(url)
    finally:
        process.terminate()
        process.wait(10)


def _wait_until_ready(url: str) -> None:
    give_up = time.monotonic() + READY_S
    while time.monotonic() < give_up:
        try:
            httpx.get(f"{url}/moto-api/data.json")
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"the store was not ready after {READY_S:.0f} s")


def _with_account(url: str) -> RunningStore:
    anybody = _client("iam", url, NOBODY, NOBODY)
    anybody.create_user(UserName="baari")
    made = anybody.create_access_key(UserName="baari")["AccessKey"]
    anybody.put_user_policy(UserName="baari", PolicyName="all", PolicyDocument=json.dumps(MAY_ALL))
    _client("s3", url, NOBODY, NOBODY).create_bucket(Bucket=BUCKET)
    return RunningStore(url, made["AccessKeyId"], made["SecretAccessKey"])
