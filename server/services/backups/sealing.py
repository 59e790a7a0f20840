"""Who can open a backup: a file that `age` opens, by a key of a recipient or by a passphrase (https://age-encryption.org/v1)."""

import io
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, BinaryIO

import pyrage

AGE = b"age-encryption.org/v1\n"
BY_PASSPHRASE = AGE + b"-> scrypt "
TRIES, TOO_SLOW = 30, "Excessive work"
"""How often a passphrase is tried while the library finds that too slow, and how it says so."""
SSH_RECIPIENTS, SSH_IDENTITY = ("ssh-ed25519 ", "ssh-rsa "), "-----BEGIN OPENSSH PRIVATE KEY-----"
Key = Any  # a recipient or an identity of pyrage, which have no common type


class CannotOpen(Exception):
    """A backup cannot be opened with what is at hand, or is damaged; the message says which."""


@dataclass(frozen=True, slots=True)
class Seal:
    """Who can open a backup: `recipients` (lines of a file of `age -R`), or whoever knows the `passphrase`; or all."""

    recipients: tuple[str, ...] = ()
    passphrase: str = ""

    @property
    def is_open(self) -> bool:
        """Whether everybody can open it."""
        return not self.recipients and not self.passphrase


def lines_of(text: str) -> tuple[str, ...]:
    """Return the recipients or identities of a file of `age`: its lines, without the empty ones and comments."""
    return tuple(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))


def recipient(line: str) -> Key:
    """Return whom a line names, `age1…` or an SSH key; raises ValueError."""
    kind = pyrage.ssh if line.startswith(SSH_RECIPIENTS) else pyrage.x25519
    try:
        return kind.Recipient.from_str(line)
    except pyrage.RecipientError as error:
        raise ValueError(f"“{line[:20]}…” is no recipient as `age -R` takes it: {error}") from error


def identities(text: str) -> list[Key]:
    """Return the keys of a file of `age -i`; raises ValueError."""
    try:
        if text.lstrip().startswith(SSH_IDENTITY):
            return [pyrage.ssh.Identity.from_buffer(text.encode())]
        return [pyrage.x25519.Identity.from_str(line) for line in lines_of(text)]
    except pyrage.IdentityError as error:
        raise ValueError(f"This is no identity as `age -i` takes it: {error}") from error


@contextmanager
def sealed(out: BinaryIO, seal: Seal) -> Iterator[BinaryIO]:
    """Give what is written into, and goes on to `out` sealed; a passphrase takes it into memory whole."""
    if seal.recipients:
        with _piped(lambda source: pyrage.encrypt_io(source, out, [recipient(r) for r in seal.recipients])) as into:
            yield into
    elif seal.passphrase:
        kept = io.BytesIO()
        yield kept
        out.write(pyrage.passphrase.encrypt(kept.getvalue(), seal.passphrase))
    else:
        yield out


@contextmanager
def opened(file: BinaryIO, keys: Sequence[Key], passphrase: str) -> Iterator[BinaryIO]:
    """Give the content of a file, as far as it is whole; raises CannotOpen, also at the end."""
    begin = file.read(len(BY_PASSPHRASE))
    file.seek(0)
    try:
        if not begin.startswith(AGE):
            yield file
        elif begin.startswith(BY_PASSPHRASE):
            yield io.BytesIO(opened_by_passphrase(file.read(), passphrase))
        elif not keys:
            raise CannotOpen("It is sealed for recipients: name the file of an identity with --identity.")
        else:
            with _drained(file, keys) as content:
                yield content
    except pyrage.DecryptError as error:
        raise CannotOpen(f"It does not open: {error}. The key is another, or it is damaged.") from error


def sealed_bytes(content: bytes, recipients: Sequence[Key]) -> bytes:
    """Return a small content sealed for recipients."""
    return bytes(pyrage.encrypt(content, list(recipients)))


def opened_bytes(content: bytes, keys: Sequence[Key]) -> bytes:
    """Return what a small file for recipients holds; raises CannotOpen."""
    try:
        return bytes(pyrage.decrypt(content, list(keys)))
    except pyrage.DecryptError as error:
        raise CannotOpen(f"It does not open: {error}. The key is another, or it is damaged.") from error


def identity_under(passphrase: str) -> tuple[str, bytes]:
    """Return a new recipient, and its identity sealed by a passphrase: many small files then cost what one does."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity.to_public()), bytes(pyrage.passphrase.encrypt(f"{identity}\n".encode(), passphrase))


def identity_in(content: bytes, passphrase: str) -> list[Key]:
    """Return the identity that was sealed by a passphrase; raises CannotOpen."""
    return identities(opened_by_passphrase(content, passphrase).decode())


def opened_by_passphrase(content: bytes, passphrase: str) -> bytes:
    """Return what a passphrase has sealed; raises CannotOpen.

    The library refuses what would take it too long by its measure of this machine, which is one thousandth of a second:
    on a busy one it errs, so it is asked again.
    """
    for _ in range(TRIES):
        try:
            return bytes(pyrage.passphrase.decrypt(content, passphrase))
        except pyrage.DecryptError as error:
            if not str(error).startswith(TOO_SLOW):
                raise CannotOpen("It does not open: the passphrase is another, or it is damaged.") from error
    raise CannotOpen("It does not open: this machine is too slow for its passphrase, or too busy now.")


def needs_passphrase(begin: bytes) -> bool:
    """Whether a file that begins so opens by a passphrase."""
    return begin.startswith(BY_PASSPHRASE)


@contextmanager
def _piped(sink: Any) -> Iterator[BinaryIO]:  # takes a file to read, as pyrage has it
    """Give the end of a pipe to write into, whose other end a thread reads."""
    with ThreadPoolExecutor(1) as threads:
        source, into = _pipe()
        done = threads.submit(_closing, sink, source)
        with suppress(BrokenPipeError), into:  # the thread says why it broke
            yield into
        done.result()


@contextmanager
def _drained(file: BinaryIO, keys: Sequence[Key]) -> Iterator[BinaryIO]:
    """Give the end of a pipe to read, into which a thread writes what it opens."""
    with ThreadPoolExecutor(1) as threads:
        source, into = _pipe()
        done: Future[None] = threads.submit(_closing, lambda end: pyrage.decrypt_io(file, end, keys), into)
        try:
            with source:
                yield source
                source.read()
        except Exception:
            if isinstance(error := done.exception(), pyrage.DecryptError):  # which is why nothing came
                raise error from None
            raise
        try:
            done.result()
        except OSError as error:
            raise CannotOpen(f"It is damaged: {error}.") from error


def _closing(fn: Any, end: BinaryIO) -> None:  # takes one end of a pipe
    with end:
        fn(end)


def _pipe() -> tuple[BinaryIO, BinaryIO]:
    source, into = os.pipe()
    return os.fdopen(source, "rb"), os.fdopen(into, "wb")
