"""The settings: environment `BAARI_*` over a TOML file over defaults; a wrong value names itself."""

import difflib
import os
import secrets
import tomllib
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
    validate_email,
)
from pydantic_core import ErrorDetails

from server.addresses import ANY, LOOPBACK, Place, host_form, is_loopback, origin_of, own_addresses, place_of
from server.domain.approvals import Guarded
from server.domain.permissions import PEOPLE, Role
from server.domain.person_data import Terms
from server.domain.provider import GroupRole, group_role
from server.domain.stores import store_place

PREFIX = "BAARI_"
FILE = "BAARI_CONFIG"
FOR_TESTS = "BAARI_TEST_"
"""Names that begin so say where tests find a server; they are no settings."""
SECRET_MIN = 32
Network = IPv4Network | IPv6Network
Count = Annotated[int, Field(ge=0)]


class ConfigError(Exception):
    """A setting is wrong; the message names it."""


class Settings(BaseModel):
    """All settings of a Baari process; each is `BAARI_<NAME>` in the environment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    database_url: str = Field("", description="SQLite or PostgreSQL address; default: SQLite under the data folder")
    redis_url: str | None = Field(None, description="Redis address; none: single process")
    secret_key: str = Field("", description="secret of this installation; default: made once in the data folder")
    data_dir: Path = Field(Path("var"), description="where the database and other files of the installation stand")
    host: str = Field("127.0.0.1", description="address to listen on; 0.0.0.0 and :: are all of this machine")
    port: int = Field(8080, ge=0, le=65535, description="port to listen on; `--port` over `PORT` over it")
    public_url: str = Field("", description="address that phones and screens use; default http://HOST:PORT")
    trusted_hosts: tuple[str, ...] = Field((), description="further names and addresses of the server, with any port")
    trusted_proxies: tuple[Network, ...] | None = Field(None, description="addresses of proxies whose word is taken")
    plain_http: bool = Field(False, description="whether staff may sign in where nothing is encrypted")
    security_contact: str = Field("", description="whom to tell of a weakness: mailto:, https: or tel:")
    backup_dir: Path | None = Field(None, description="folder into which backups are made by the clock")
    backup_hours: int = Field(24, ge=1, description="hours between two backups")
    backup_keep: tuple[Count, Count, Count] = Field(
        (14, 8, 12), description="of how many days, weeks and months the last backup is kept, comma separated"
    )
    backup_recipients: Path | None = Field(None, description="file of those who can open backups, as `age -R` takes it")
    backup_passphrase_file: Path | None = Field(None, description="file whose first line is the passphrase of backups")
    backup_passphrase: str = Field("", description="passphrase of backups, for where no file can be mounted")
    backup_store: str = Field("", description="store that speaks S3 into which backups are copied: https://HOST/BUCKET")
    backup_store_key: str = Field("", description="access key of the store")
    backup_store_secret_file: Path | None = Field(None, description="file whose first line is the secret of that key")
    backup_store_secret: str = Field("", description="that secret, for where no file can be mounted")
    backup_store_region: str = Field("us-east-1", description="region of the store; one of your own mostly has this")
    tail_dir: Path | None = Field(None, description="second folder to which what is done is shipped every second")
    smtp_url: str = Field("", description="mail server: smtp://user:password@host:587, or smtps:// with TLS at once")
    alarm_to: tuple[str, ...] = Field((), description="who is told by e-mail that a backup failed, comma separated")
    alarm_from: str = Field("", description="sender of these mails; default: baari at the public address")
    syslog: str = Field("", description="syslog server that the log goes to over TLS, too: host or host:6514")
    syslog_trusted: Path | None = Field(None, description="file of certificates it is believed by; default: all here")
    access_log: bool = Field(False, description="whether each request has a line in the log; a proxy writes its own")
    personal_days: int = Field(7, ge=1, description="days for which what is known of who has gone stays on the floor")
    sealed_days: int = Field(365, ge=1, description="days for which it is kept, sealed; then it is gone")
    rate_limits: bool = Field(True, description="whether devices, phones and guesses at secrets are limited")
    max_sockets_of_key: int = Field(100, ge=1, description="sockets of one key or person at once")
    second_step: tuple[Role, ...] = Field((), description="roles of people who must have a second step to sign in")
    lock_minutes: int = Field(15, ge=1, le=55, description="minutes without use that lock the session of who has a PIN")
    second_person: tuple[Guarded, ...] = Field((), description="what a second named person approves, comma separated")
    oidc_issuer: str = Field("", description="provider (OpenID Connect) that signs people in: its issuer, https://…")
    oidc_id: str = Field("", description="by which id the provider knows this server")
    oidc_secret_file: Path | None = Field(None, description="file whose first line is the secret of that id")
    oidc_secret: str = Field("", description="that secret, for where no file can be mounted")
    oidc_scope: str = Field("openid profile", description="what is asked of the provider; some need offline_access")
    oidc_groups: str = Field("groups", description="claim that holds a person's groups; a dot goes one level down")
    oidc_roles: tuple[str, ...] = Field((), description="who works as what where: GROUP=ROLE@CENTRE, comma separated")
    oidc_button: str = Field("", description="what the button on the sign-in page says")
    oidc_logout: bool = Field(True, description="whether who signs out here is signed out at the provider, too")
    oidc_trusted: Path | None = Field(None, description="file of certificates it is believed by; default: all here")
    threads: int = Field(600, ge=16, description="threads; more than the sockets expected")
    max_sockets: int = Field(500, ge=1, description="sockets accepted at once; one more is refused")

    @field_validator(
        *("alarm_to", "backup_keep", "oidc_roles", "second_step", "second_person", "trusted_hosts"), mode="before"
    )
    @classmethod
    def _split(cls, value: object) -> object:
        return _listed(value)

    @field_validator("trusted_hosts")
    @classmethod
    def _bare_names(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(_bare_name, value))

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _networks(cls, value: object) -> object:
        listed = _listed(value)
        return [ip_network(str(part), strict=False) for part in listed] if isinstance(listed, list) else listed

    @field_validator("host")
    @classmethod
    def _one_form(cls, value: str) -> str:
        return host_form(value)

    @field_validator("syslog")
    @classmethod
    def _of_a_house(cls, value: str) -> str:
        return str(place_of(value)) if value else value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value and not value.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise ValueError("must begin with sqlite:/// or postgresql://")
        return value

    @field_validator("public_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        return _origin(value) if value else value

    @field_validator("backup_store")
    @classmethod
    def _store(cls, value: str) -> str:
        if value:
            store_place(value)
        return value

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, value: str) -> str:
        if value and (not value.startswith(("smtp://", "smtps://")) or not urlsplit(value).hostname):
            raise ValueError("must be like smtp://user:password@host:587 or smtps://host")
        return value

    @field_validator("alarm_to")
    @classmethod
    def _mailboxes(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for mailbox in value:
            validate_email(mailbox)
        return value

    @field_validator("second_step")
    @classmethod
    def _of_people(cls, value: tuple[Role, ...]) -> tuple[Role, ...]:
        if strangers := [role.value for role in value if role not in PEOPLE]:
            raise ValueError(f"{', '.join(strangers)} is no role of people; those are {', '.join(PEOPLE)}")
        return value

    @field_validator("oidc_issuer")
    @classmethod
    def _issuer(cls, value: str) -> str:
        parts = urlsplit(value)
        if not value:
            return value
        if not parts.hostname or parts.query or parts.fragment or parts.username is not None:
            raise ValueError("must be the issuer as the provider writes it, https://…")
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host_form(parts.hostname))):
            raise ValueError("must begin with https://; what it says lets people in")
        return value

    @field_validator("oidc_roles")
    @classmethod
    def _group_roles(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            group_role(text)
        return value

    @field_validator("security_contact")
    @classmethod
    def _reachable(cls, value: str) -> str:
        if value and (not value.startswith(("mailto:", "https://", "tel:")) or not value.isprintable() or " " in value):
            raise ValueError("must be one address that begins with mailto:, https:// or tel:")
        return value

    @field_validator("secret_key")
    @classmethod
    def _long_secret(cls, value: str) -> str:
        if len(value) < SECRET_MIN:
            raise ValueError(
                f"has {len(value)} characters and needs {SECRET_MIN}; make one with “openssl rand -hex 32”, or leave "
                f"the setting out: then one is made in the data folder. {TOO_SHORT_BEFORE}"
            )
        return value

    @model_validator(mode="after")
    def _room_for_http(self) -> Self:
        if self.max_sockets >= self.threads:
            raise ValueError("BAARI_THREADS must be above BAARI_MAX_SOCKETS: each socket holds a thread")
        return self

    @model_validator(mode="after")
    def _sealed_before_it_ends(self) -> Self:
        if self.sealed_days <= self.personal_days:
            raise ValueError("BAARI_SEALED_DAYS must be above BAARI_PERSONAL_DAYS: it counts from the same day")
        return self

    @model_validator(mode="after")
    def _whole_backups(self) -> Self:
        sealed = self.backup_recipients or self.backup_passphrase_file or self.backup_passphrase
        for name, folder in (("BAARI_BACKUP_DIR", self.backup_dir), ("BAARI_TAIL_DIR", self.tail_dir)):
            if folder is not None and not sealed:
                raise ValueError(f"{name} needs BAARI_BACKUP_RECIPIENTS or BAARI_BACKUP_PASSPHRASE_FILE")
        return self

    @model_validator(mode="after")
    def _store_with_key(self) -> Self:
        if not self.backup_store:
            return self
        if self.backup_dir is None:
            raise ValueError("BAARI_BACKUP_STORE needs BAARI_BACKUP_DIR: what is copied stands there first")
        if not (self.backup_store_key and (self.backup_store_secret_file or self.backup_store_secret)):
            raise ValueError("BAARI_BACKUP_STORE needs BAARI_BACKUP_STORE_KEY and BAARI_BACKUP_STORE_SECRET_FILE")
        return self

    @model_validator(mode="after")
    def _whole_provider(self) -> Self:
        if not self.oidc_issuer:
            return self
        if not (self.oidc_id and (self.oidc_secret_file or self.oidc_secret)):
            raise ValueError("BAARI_OIDC_ISSUER needs BAARI_OIDC_ID and BAARI_OIDC_SECRET_FILE")
        if not self.oidc_roles:
            raise ValueError("BAARI_OIDC_ISSUER needs BAARI_OIDC_ROLES: else it lets nobody in")
        if "openid" not in self.oidc_scope.split():
            raise ValueError("BAARI_OIDC_SCOPE must hold openid")
        return self

    @property
    def group_roles(self) -> tuple[GroupRole, ...]:
        """As what the groups of the provider work, and where."""
        return tuple(map(group_role, self.oidc_roles))

    @property
    def mail_from(self) -> str:
        """The sender of mails."""
        return self.alarm_from or f"baari@{origin_of(self.url)[1].host}"

    @property
    def database(self) -> str:
        """The database address in force."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'baari.sqlite').absolute()}"

    @property
    def terms(self) -> Terms:
        """For how long what is known of citizens stays, and is kept."""
        return Terms(self.personal_days, self.sealed_days)

    @property
    def copies(self) -> list[Path]:
        """The folders outside the data folder that hold copies of the database."""
        return [folder for folder in (self.backup_dir, self.tail_dir) if folder is not None]

    @property
    def url(self) -> str:
        """The public address in force, without a slash at its end."""
        return self.public_url or f"http://{Place(self._reached_at[0], self.port)}"

    @property
    def is_open(self) -> bool:
        """Whether other machines can open the server, at an address it listens on or by the name of a proxy."""
        return bool(self.public_url) or not is_loopback(self.host)

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address that a screen could use, the public one first, but for those `behind_proxy`."""
        ports = [f"http://{Place(host, self.port)}" for host in self._reached_at]
        if not is_loopback(self.host):
            ports += [f"http://{Place(name, self.port)}" for name in self.trusted_hosts]
        return tuple(dict.fromkeys((self.url, *ports)))

    @property
    def behind_proxy(self) -> tuple[str, ...]:
        """Further names where the server listens for a proxy of its machine: it knows over what, at which port."""
        public = origin_of(self.url)[1].host
        return tuple(name for name in self.trusted_hosts if name != public) if is_loopback(self.host) else ()

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names and addresses of the server: those set, that of the public address, and loopback.

        One that listens on all addresses has those that the machine has now, too.
        """
        public = origin_of(self.url)[1].host
        return tuple(dict.fromkeys((*self.trusted_hosts, public, *self._reached_at, *LOOPBACK)))

    @property
    def proxies(self) -> tuple[Network, ...]:
        """The addresses of proxies whose word is taken.

        Unless they are set, those of this machine where the public address is HTTPS: Baari itself encrypts nothing.
        """
        if self.trusted_proxies is not None:
            return self.trusted_proxies
        return OF_THIS_MACHINE if self.public_url.startswith("https://") else ()

    @property
    def _reached_at(self) -> tuple[str, ...]:
        """The addresses at which the server listens, the best for others first; never 0.0.0.0."""
        if self.host not in ANY:
            return (self.host,)
        own = own_addresses()
        return (*(own if self.host == "::" else (each for each in own if ":" not in each)), "127.0.0.1")

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
            self.make_data_dir()
            write_private(path, secrets.token_hex(32))
        kept = path.read_bytes()
        if len(kept.strip()) < SECRET_MIN:
            raise ConfigError(
                f"{path} holds no secret of {SECRET_MIN} characters. Put it back from the backup; where nothing was "
                f"served with it yet, remove the file: then one is made. {TOO_SHORT_BEFORE}"
            )
        return kept

    def make_data_dir(self) -> None:
        """Make the data folder, for its owner alone, where there is none; one that is there keeps its mode."""
        self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)


TOO_SHORT_BEFORE = "A database that was made with a shorter one goes on after “baari secret accept”."


OF_THIS_MACHINE = (ip_network("127.0.0.0/8"), ip_network("::1"))


def _origin(url: str) -> str:
    """Return the address of a site as browsers write it; raises ValueError for what is more than that, or less."""
    parts = urlsplit(url.strip().rstrip("/"))
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an http:// or https:// address")
    if parts.path or parts.query or parts.fragment:
        raise ValueError(f"must end behind the name and the port; Baari cannot be served under {parts.path or url!r}")
    scheme, place = origin_of(f"{parts.scheme}://{parts.netloc}")
    if place.host in ANY:
        raise ValueError(f"{place.host} is no address that a phone could open; write the name of the server")
    return f"{scheme}://{place}"


def _listed(value: object) -> object:
    """Return the parts of a text with commas; what is a list already, in the file, stays as it is."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _bare_name(text: str) -> str:
    """Return the one form of a name or an address that stands alone; raises ValueError."""
    try:
        name = host_form(text)
    except ValueError as error:
        raise ValueError(f"{error}; it is written alone, without http:// and port: any port is meant") from None
    if name in ANY:
        raise ValueError(f"{name} is the name of no server; it belongs into BAARI_HOST")
    return name


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)


def load_settings(environ: Mapping[str, str], **overrides: object) -> Settings:
    """Return the settings from environment, file and defaults; raises ConfigError naming the wrong one.

    `overrides` stand above all (a flag of the command line); None among them means not given.
    """
    values = _from_file(environ.get(FILE)) | _from_environment(environ)
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


def _from_environment(environ: Mapping[str, str]) -> dict[str, object]:
    """Return what the environment sets; a name that is no setting is a slip of the pen, and nothing is served by it."""
    ours = [name for name in environ if name.startswith(PREFIX) and name != FILE and not name.startswith(FOR_TESTS)]
    return {name.removeprefix(PREFIX).lower(): environ[name] for name in ours}


def _sentence(problem: ErrorDetails) -> str:
    name = PREFIX + str(problem["loc"][0]).upper() if problem["loc"] else "settings"
    words = _unknown(name) if problem["type"] == "extra_forbidden" else problem["msg"].removeprefix("Value error, ")
    return f"{name}: {words}"


def _unknown(name: str) -> str:
    known = [FILE, *(PREFIX + field.upper() for field in Settings.model_fields)]
    nearest = difflib.get_close_matches(name, known, n=1, cutoff=0)
    return f"there is no such setting; the nearest is {nearest[0]}"
