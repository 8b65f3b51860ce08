"""From the bytes of a JPEG to what the network takes: the central square, resampled, as uint8."""

import io

import numpy as np
import simplejpeg
from PIL import Image


def _box(width, height, share):
    side = share * min(width, height)
    left, top = (width - side) / 2, (height - side) / 2
    return left, top, left + side, top + side


def with_pillow(jpeg, share, size):
    with Image.open(io.BytesIO(jpeg)) as image:
        image = image.convert("RGB")
        box = _box(image.width, image.height, share)
        return np.asarray(image.resize((size, size), Image.Resampling.BILINEAR, box=box))


def with_simplejpeg(jpeg, share, size):
    """Decodes by libjpeg-turbo, without Pillow's detours, and resamples the crop alone."""
    pixels = simplejpeg.decode_jpeg(jpeg, "RGB")
    height, width, _ = pixels.shape
    left, top, right, bottom = _box(width, height, share)
    rows = slice(int(top), int(np.ceil(bottom)))
    columns = slice(int(left), int(np.ceil(right)))
    crop = Image.fromarray(np.ascontiguousarray(pixels[rows, columns]))
    box = (left - columns.start, top - rows.start, right - columns.start, bottom - rows.start)
    return np.asarray(crop.resize((size, size), Image.Resampling.BILINEAR, box=box))


def decoded_by_pillow(jpeg):
    with Image.open(io.BytesIO(jpeg)) as image:
        return image.convert("RGB")


def decoded_by_simplejpeg(jpeg):
    return simplejpeg.decode_jpeg(jpeg, "RGB")
