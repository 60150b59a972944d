"""The language of a page: chosen, remembered, or what the browser asks for."""

from teplosvet.words.language import Language


def preferred_language(chosen: str | None, remembered: str | None, accepted: str) -> Language:
    """The language to answer in; English where nobody asks for one of ours.

    Args:
        chosen: What the address says.
        remembered: What the cookie says.
        accepted: The header ``Accept-Language`` (RFC 9110, section 12.5.4).
    """
    known = {language.value: language for language in Language}
    for word in (chosen, remembered):
        if word in known:
            return known[word]
    for word in _by_weight(accepted):
        if word in known:
            return known[word]
    return Language.ENGLISH


def _by_weight(accepted: str) -> list[str]:
    """Primary language subtags, the most wanted first."""
    weighted: list[tuple[float, str]] = []
    for part in accepted.split(","):
        tag, _, weight = part.partition(";")
        quality = weight.strip().removeprefix("q=").strip()
        try:
            wanted = float(quality) if quality else 1.0
        except ValueError:
            continue
        if wanted > 0:
            weighted.append((wanted, tag.strip().partition("-")[0].lower()))
    return [tag for _, tag in sorted(weighted, key=lambda pair: -pair[0])]
