"""Photos of installations: small, without where they were taken, and known by their digest."""

import hashlib
import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from ingest_service.registration.sentences import refusal
from teplosvet.domain.errors import RefusedError

LARGEST_UPLOAD = 20 * 1024 * 1024
"""[B]"""

LONGEST_SIDE = 2048
"""[px]"""

MOST_PIXELS = {"JPEG": 120_000_000, "PNG": 40_000_000, "WEBP": 40_000_000}
"""A file that unfolds to more is no photo of a phone; only a JPEG is made smaller while it is read. [px]"""


def reduced(data: bytes) -> tuple[bytes, str]:
    """A JPEG of at most 2048 pixels a side without any metadata, and its sha256.

    Raises:
        RefusedError: If it is too large or no picture.
    """
    if len(data) > LARGEST_UPLOAD:
        raise RefusedError([refusal("photo", "image_too_large")])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image: Image.Image = Image.open(io.BytesIO(data), formats=tuple(MOST_PIXELS))
            if image.width * image.height > MOST_PIXELS[image.format or "PNG"]:
                raise RefusedError([refusal("photo", "image_too_large")])
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise RefusedError([refusal("photo", "not_an_image")]) from error
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    bare = Image.new("RGB", upright.size)
    bare.paste(upright)
    kept = io.BytesIO()
    bare.save(kept, "JPEG", quality=85)
    return kept.getvalue(), hashlib.sha256(kept.getvalue()).hexdigest()
