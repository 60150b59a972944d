"""Which profiles read a meter that says what it is."""

from gateway.drivers.mbus.profile import MbusProfile
from gateway.mbus.telegram import Telegram
from gateway.profiles import models, profile


def proposed(telegram: Telegram) -> list[str]:
    """The profiles that know such a meter; else the one that reads any of its medium."""
    profiles = [each for name in models() if isinstance(each := profile(name), MbusProfile)]
    known = [each.model for each in profiles if any(match.fits(telegram) for match in each.matches)]
    return known or [each.model for each in profiles if telegram.medium in each.media and not each.matches]
