"""The language that an answer is written in."""

from teplosvet.words.language import Language


def accepted_language(header: str) -> Language:
    """What ``Accept-Language`` asks for of what we speak, else English.

    References:
        RFC 9110, section 12.5.4.
    """
    known = {language.value: language for language in Language}
    best, weight = Language.ENGLISH, 0.0
    for part in header.split(","):
        tag, _, parameter = part.partition(";")
        language = known.get(tag.strip().partition("-")[0].lower())
        try:
            quality = float(parameter.strip().removeprefix("q=") or 1.0)
        except ValueError:
            continue
        if language is not None and quality > weight:
            best, weight = language, quality
    return best
