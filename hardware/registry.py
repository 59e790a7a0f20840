"""Every driver and every profile by its name: a new one adds its line here, and nothing else of ours changes."""

from collections.abc import Callable, Iterable, Mapping

from hardware.printer import Printer
from hardware.printers.file import FilePrinter
from hardware.printers.tcp import TcpPrinter
from hardware.profiles import epson_tm, generic_escpos
from hardware.profiles.profile import Profile
from hardware.settings import Settings, WrongSettings, text_of

DRIVERS: Mapping[str, Callable[[Profile, Settings], Printer]] = {
    "file": FilePrinter.of,
    "tcp": TcpPrinter.of,
}
FAMILIES = (
    epson_tm.PROFILES,
    generic_escpos.PROFILES,
)
PROFILES: Mapping[str, Profile] = {profile.name: profile for family in FAMILIES for profile in family}
KIND = "tcp"
PROFILE = epson_tm.TM_T20.name


def open_printer(settings: Settings) -> Printer:
    """Return the driver of a printer; nothing is connected yet.

    `kind` (`tcp` by default) names the driver, which reads its own settings, and `profile` the model. Raises
    WrongSettings.
    """
    kind, model = text_of(settings, "kind", KIND), text_of(settings, "profile", PROFILE)
    if kind not in DRIVERS:
        raise WrongSettings(f"there is no kind of printer “{kind}”; there are {_listed(DRIVERS)}")
    if model not in PROFILES:
        raise WrongSettings(f"there is no printer profile “{model}”; there are {_listed(PROFILES)}")
    return DRIVERS[kind](PROFILES[model], settings)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
