"""Which codec a payload is for: the operator's word first, then the name of the model, then the bytes themselves."""

from collections.abc import Sequence
from typing import NamedTuple

from teplosvet.vendors.guesses import squashed
from teplosvet.vendors.lorawan.codec import Codec
from teplosvet.vendors.lorawan.codecs import codecs


class Choice(NamedTuple):
    """The codec, if there is one.

    Attributes:
        codec: It.
        certain: Whether it counts even where somebody else has decoded the payload.
        candidates: Codecs of which each could be it.
        notes: What a person should know.
    """

    codec: Codec | None
    certain: bool = True
    candidates: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def problem(self) -> tuple[str, str]:
        """Reason and detail of there being none."""
        if self.candidates:
            why = f"the payload could be one for {' or '.join(self.candidates)}"
        else:
            why = f"no codec knows the payload: there are {', '.join(sorted(codecs()))}"
        return "unknown_codec", f"{why}; write the right one into a tag «codec» of the device, or name its profile so"


def choose(eui: str, f_port: int, payload: bytes | None, wished: str | None, models: Sequence[str]) -> Choice:
    """Choose.

    Args:
        eui: DevEUI in lower-case digits.
        f_port: Its port.
        payload: The bytes, if there are any.
        wished: What the operator wrote into the tag ``codec``.
        models: Names of profile, maker and model.
    """
    notes: tuple[str, ...] = ()
    if wished:
        named = next((codec for codec in codecs().values() if squashed(codec.name) == squashed(wished)), None)
        if named is not None:
            return Choice(named)
        notes = (f"the tag «codec» says {wished[:40]!r}, which is none of ours: {', '.join(sorted(codecs()))}",)
    of_model = [codec for codec in codecs().values() if any(codec.is_named_by(model) for model in models)]
    if len(of_model) == 1:
        return Choice(of_model[0], notes=notes)
    if not payload:
        return Choice(None, notes=notes)
    return _by_shape(eui, f_port, payload)._replace(notes=notes)


def _by_shape(eui: str, f_port: int, payload: bytes) -> Choice:
    """Who recognises the bytes; the maker's range of DevEUIs and then the port decide between several."""
    makers = [codec for codec in codecs().values() if eui.startswith(codec.eui_prefixes)]
    # a maker with a format of its own does not speak anybody's
    asked = [codec for codec in codecs().values() if not (codec.generic and makers)]
    able = [codec for codec in asked if codec.recognises(f_port, payload)]
    for narrower in ([c for c in able if c in makers], [c for c in able if f_port in c.f_ports], able):
        if len(narrower) == 1:
            return Choice(narrower[0], certain=not narrower[0].generic)
    if able:
        return Choice(None, candidates=tuple(codec.name for codec in able))
    whole = [codec for codec in makers if not codec.read(payload, {}).problems]
    return Choice(whole[0]) if len(whole) == 1 else Choice(None)
