"""The settings: environment `BAARI_*` over a TOML file over defaults; a wrong value names itself."""

import os
import secrets
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails

PREFIX = "BAARI_"
LOOPBACK = ("127.0.0.1", "localhost")


class ConfigError(Exception):
    """A setting is wrong; the message names it."""


class Settings(BaseModel):
    """All settings of a Baari process; each is `BAARI_<NAME>` in the environment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    database_url: str = Field("", description="SQLite or PostgreSQL address; default: SQLite under the data folder")
    redis_url: str | None = Field(None, description="Redis address; none: single process")
    secret_key: str = Field("", description="secret of this installation; default: made once in the data folder")
    data_dir: Path = Field(Path("var"), description="where the database and other files of the installation stand")
    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8080, ge=0, le=65535, description="port to listen on; `--port` over `PORT` over it")
    public_url: str = Field("", description="address that phones and screens use; default http://HOST:PORT")
    trusted_hosts: tuple[str, ...] = Field((), description="host names accepted in requests, comma separated")
    threads: int = Field(600, ge=16, description="threads; more than the sockets expected")
    max_sockets: int = Field(500, ge=1, description="sockets accepted at once; one more is refused")

    @field_validator("trusted_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value and not value.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise ValueError("must begin with sqlite:/// or postgresql://")
        return value

    @field_validator("public_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        if value and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname):
            raise ValueError("must be an http:// or https:// address")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _room_for_http(self) -> Self:
        if self.max_sockets >= self.threads:
            raise ValueError("BAARI_THREADS must be above BAARI_MAX_SOCKETS: each socket holds a thread")
        return self

    @property
    def database(self) -> str:
        """The database address in force."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'baari.sqlite').absolute()}"

    @property
    def url(self) -> str:
        """The public address in force, without a slash at its end."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def hosts(self) -> tuple[str, ...]:
        """The host names accepted in requests: those set, that of the public address, and loopback."""
        return tuple(dict.fromkeys((*self.trusted_hosts, urlsplit(self.url).hostname or self.host, *LOOPBACK)))

    @property
    def origins(self) -> tuple[str, ...]:
        """The origins from which a browser may open the socket."""
        local = [f"http://{host}:{self.port}" for host in (self.host, *LOOPBACK)]
        named = [f"{scheme}://{host}" for host in self.trusted_hosts for scheme in ("http", "https")]
        return tuple(dict.fromkeys((self.url, *local, *named)))

    @property
    def has_secret(self) -> bool:
        """Whether the installation has its secret already."""
        return bool(self.secret_key) or (self.data_dir / "secret_key").exists()

    def secret(self) -> bytes:
        """Return the installation's secret; it is made in the data folder (mode 600) when none is set."""
        if self.secret_key:
            return self.secret_key.encode()
        path = self.data_dir / "secret_key"
        if not path.exists():
            self.data_dir.mkdir(parents=True, exist_ok=True)
            write_private(path, secrets.token_hex(32))
        return path.read_bytes()


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)


def load_settings(environ: Mapping[str, str], **overrides: object) -> Settings:
    """Return the settings from environment, file and defaults; raises ConfigError naming the wrong one.

    `overrides` stand above all (a flag of the command line); None among them means not given.
    """
    values = _from_file(environ.get("BAARI_CONFIG"))
    values |= {
        name: environ[PREFIX + name.upper()] for name in Settings.model_fields if PREFIX + name.upper() in environ
    }
    if "PORT" in environ:
        values["port"] = environ["PORT"]
    values |= {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise ConfigError("; ".join(_sentence(problem) for problem in error.errors())) from error


def _from_file(path: str | None) -> dict[str, object]:
    if path is None:
        return {}
    try:
        return tomllib.loads(Path(path).read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"BAARI_CONFIG: {error}") from error


def _sentence(problem: ErrorDetails) -> str:
    name = PREFIX + str(problem["loc"][0]).upper() if problem["loc"] else "settings"
    return f"{name}: {problem['msg'].removeprefix('Value error, ')}"
