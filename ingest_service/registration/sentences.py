"""What is said to an installer: one sentence a code, with what to do."""

from teplosvet.domain.errors import FieldError
from teplosvet.words.catalogue import gettext as _

CONFLICTS = frozenset(
    {
        "serial_installed",
        "device_occupied",
        "identity_taken",
        "overlaps",
        "request_differs",
        "claim_used",
        "serial_in_stock",
        "name_taken",
    }
)
"""Codes of what contradicts the registry; the others contradict themselves or what is possible."""


def refusal(field: str, code: str) -> FieldError:
    """What is wrong with a field, in the language that is spoken now."""
    return FieldError(field, code, _of_place(code) or _of_instrument(code) or _of_request(code))


def _of_place(code: str) -> str | None:
    return {
        "unknown_building": _("There is no such building among yours: choose one from the list."),
        "unknown_entrance": _("This building has no such entrance: choose one from the list, or have it added."),
        "not_yours": _("This device stands in a building of somebody else: ask who runs it."),
        "publisher_not_yours": _("This publisher speaks for devices of somebody else: choose another name."),
        "device_occupied": _("An instrument is installed in this device: exchange it, or choose another device."),
        "overlaps": _(
            "At that time another instrument was in this device: look at its history, and give the right time."
        ),
        "in_future": _("This time is in the future: set the clock of the phone right."),
        "before_installation": _("It cannot be taken out before it was put in: give the right time."),
        "name_taken": _("A device is called so already: choose another name."),
        "unknown_organisation": _("There is no such organisation among yours: choose another one."),
        "not_installed": _("No instrument is installed in this device: register one."),
    }.get(code)


def _of_instrument(code: str) -> str | None:
    return {
        "unknown_class": _("There is no such kind of device: light, heat, electricity, water or climate."),
        "other_class": _("The device or its model measures something else: choose the right kind."),
        "serial_installed": _(
            "An instrument with this serial number is installed elsewhere: withdraw it there first, or look again."
        ),
        "unknown_register": _("This kind of device has no such register: choose one of those shown."),
        "register_out_of_range": _("No register can show this: look for the decimal point."),
        "below_last_reading": _("This instrument showed more before: read it again, all digits."),
        "identity_taken": _("This identity belongs to another device: take it away from that one first."),
        "unknown_adapter": _("There is no such format of messages: choose one of those shown."),
        "calibration_order": _("The next verification is due after the last one: exchange the dates."),
        "calibration_in_future": _("The verification is in the future: give the date on the certificate."),
        "serial_in_stock": _("A device with this serial number waits for its place already: print its label again."),
        "claim_unknown": _("This code is of another system, or its label was replaced: type the serial number."),
        "claim_used": _("This code has been used: the device is installed already."),
        "claim_serial": _("The label is of another instrument: compare the serial numbers."),
    }.get(code)


def _of_request(code: str) -> str:
    return {
        "request_differs": _("This request was answered with other contents: send it under a new request_id."),
        "missing": _("This field is needed."),
        "not_an_image": _("This is no JPEG, PNG or WebP picture: take another photo."),
        "image_too_large": _("The picture is larger than 20 MB: take it with a lower resolution."),
    }.get(code) or _("This is not what the field takes: correct it.")
