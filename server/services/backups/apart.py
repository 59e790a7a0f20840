"""Opens what a passphrase has sealed in a process of its own: it takes seconds in which pyrage lets no thread run."""

import subprocess
import sys

from server.services.backups.sealing import CannotOpen, opened_by_passphrase

ITSELF = (sys.executable, "-m", "server.services.backups.apart")


def opened_apart(content: bytes, passphrase: str) -> bytes:
    """Return what a small file that a passphrase has sealed holds; raises CannotOpen."""
    sent = passphrase.encode() + b"\n" + content
    done = subprocess.run(ITSELF, input=sent, capture_output=True, check=False)  # noqa: S603 - our own command
    if done.returncode:
        raise CannotOpen(done.stderr.decode())
    return done.stdout


def main() -> int:
    """Open what comes in; the passphrase stands in its first line."""
    passphrase, _, content = sys.stdin.buffer.read().partition(b"\n")
    try:
        sys.stdout.buffer.write(opened_by_passphrase(content, passphrase.decode()))
    except CannotOpen as refusal:
        sys.stderr.write(str(refusal))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
