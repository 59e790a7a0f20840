"""What the server writes into each page for its scripts, name by name: the JSON of `#page`."""

from typing import Literal

from server.domain.notice import NoticeKind
from server.domain.permissions import Role
from server.domain.plan.plan import Names
from server.domain.screens import ScreenKind
from server.services.views.phone import StatusNow
from server.web.messages import Spoken


class StageData(Spoken):
    """A stage, and the zone of the hall in which its calls are shown."""

    code: str
    name: Names
    zone: str


class CauseData(Spoken):
    """Why a notice of some kinds may be given; in an emergency `verb` says what everybody must do."""

    kinds: list[NoticeKind]
    name: Names
    icon: str
    verb: Names | None


class CentreData(Spoken):
    """The centre of a page."""

    code: str
    name: Names
    timezone: str
    languages: list[str]
    stages: list[StageData]


class Frame(Spoken):
    """What every page of a centre has: `words` are its sentences in each language but English, by the English one.

    `own_names` are those of its languages, each in its own script, as its readers look for it. `causes` are those of
    notices, by their codes.
    """

    centre: CentreData
    language: str
    own_names: dict[str, str]
    causes: dict[str, CauseData]
    now: str
    ahead_s: int
    csrf: str | None
    words: dict[str, dict[str, str | list[str]]]


class ServiceData(Spoken):
    """A service; a kiosk shows its pictogram."""

    code: str
    name: Names
    icon: str


class NeedData(Spoken):
    """A need that brings priority, with its pictogram."""

    code: str
    name: Names
    icon: str


class HoursData(Spoken):
    """When the centre gives tokens, as HH:MM."""

    tokens: list[str]


class KioskPage(Frame):
    """What a kiosk offers, and the printer beside it.

    `booked` says whether any service can be booked here; `references` are patterns of normal forms.
    """

    device: str
    printer: str | None
    services: list[ServiceData]
    needs: list[NeedData]
    hours: HoursData
    booked: bool
    references: list[str]


class BoardSettings(Spoken):
    """How large a board is and from where it is read; `directions` says by counter which way to go, `exit` out."""

    inches: float | None = None
    distance_m: float | None = None
    directions: dict[str, str] | None = None
    exit: Literal["left", "right", "up", "down"] | None = None


class BoardPage(Frame):
    """The zone whose calls a board shows."""

    board: str
    zone: str | None
    settings: BoardSettings


class PhonePage(Frame):
    """A citizen's own token; `called_first` are the sentences about a call that passed it, by why."""

    secret: str
    status: StatusNow
    pause_min: float
    called_first: dict[str, str]


class StaffFrame(Frame):
    """A page of somebody who is signed in; `elsewhere`: they may act at other centres too, `lockable`: have a PIN."""

    user: str | None
    role: Role
    elsewhere: bool
    lockable: bool


class ClocksData(Spoken):
    """The minutes of a stay after which it is no longer quick, too long, and a breach of the promise."""

    high_performance_min: int
    promise_min: int
    breach_min: int


class NamedCode(Spoken):
    """Something with a code and a name."""

    code: str
    name: Names


class OutcomesData(Spoken):
    """How the service of a stage may end; `ok` is the usual way, `ending` are those that end the visit."""

    ok: str
    outcomes: list[str]
    ending: list[str]


class NeedMark(Spoken):
    """How a need is shown."""

    name: Names
    icon: str


class ConsolePage(StaffFrame):
    """What a counter's console needs to know of the centre; `reasons` say by the calling rule why somebody is next.

    `better` are the classes that are called before a class. `seat` is the counter for which this screen is paired.
    """

    outcomes: dict[str, OutcomesData]
    clocks: ClocksData
    needs: dict[str, NeedMark]
    access: list[str]
    party_max: int
    tail: int
    references: list[str]
    services: list[NamedCode]
    out_of_order: list[NamedCode]
    better: dict[str, list[str]]
    undo_min: float
    printers: dict[str, str]
    reasons: dict[str, str]
    seat: str | None


class DeviceCounts(Spoken):
    """How many devices there are, and how many printers have an address."""

    kiosk: int
    board: int
    printer: int
    printer_ready: int


class ManagerPage(StaffFrame):
    """What the manager's page needs to know of the centre.

    `to_import_again` bookings are kept as before there was one normal form, or under an older key. With `plain_http`
    staff may sign in where nothing is encrypted. `backups_wrong` is `no_folder`, `failed`, `not_copied` or
    `stale` where backups are made by the clock, `tail_wrong` where what is done is shipped to a second folder.
    """

    clocks: ClocksData
    demo: bool
    routes: dict[str, list[str]]
    devices: DeviceCounts
    to_import_again: int
    plain_http: bool
    backups_wrong: str | None
    tail_wrong: str | None


class PeoplePage(StaffFrame):
    """What the page of people and keys needs to know: the roles that a person, and that a key, may have."""

    roles: list[str]
    key_roles: list[str]


class DevicesPage(StaffFrame):
    """What the page of devices needs to know: nothing but who opens it."""


class ApprovalsPage(StaffFrame):
    """What the page of approvals needs to know: nothing but who opens it."""


class TrailPageData(StaffFrame):
    """What the page of the trail needs to know: each kind of event in words, by the chain in which it stands."""

    floor: dict[str, str]
    installation: dict[str, str]


class PersonalDataPage(StaffFrame):
    """What the page of personal data needs to know: nothing but who opens it."""


class PairingPage(Spoken):
    """Which screen's page is not paired."""

    centre: str
    kind: ScreenKind
    id: str


class PairingAnswer(Spoken):
    """How far a page is: it shows a `code` for `left_s` seconds, its code has lapsed, or it goes to its own `page`."""

    state: Literal["asking", "lapsed", "paired"]
    code: str | None = None
    expires_at: str | None = None
    left_s: int | None = None
    page: str | None = None


class PaperPage(Spoken):
    """The simulated printers of a demo, and the faults that they can be given."""

    printers: list[str]
    faults: list[str]
