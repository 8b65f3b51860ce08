"""What astropy reads from FITS files, for another reader to be held to.

astropy_pixels.py OUT [FOLDER ...]: makes a grid of files with astropy in OUT, and finds those of astropy's and fitsio's
own tests, if Python has them, and those below the folders. OUT/manifest.jsonl then has a line for each image in them,
with the pixels as big-endian doubles in a file of OUT, and one for each file that astropy does not read.
"""

import gzip
import importlib.util
import itertools
import json
import sys
import warnings
from pathlib import Path

import astropy
import numpy as np
from astropy.io import fits

warnings.simplefilter("ignore")
out = Path(sys.argv[1])
SMALLEST = 16


def galaxy(shape, seed):
    y, x = np.mgrid[-1 : 1 : shape[-2] * 1j, -1 : 1 : shape[-1] * 1j]
    light = 900 * np.exp(-4 * np.hypot(x, y)) * np.ones(shape)
    return light + np.random.default_rng(seed).normal(20, 4, shape)


def pixels(bitpix, shape, seed, blank):
    data = galaxy(shape, seed)
    if bitpix < 0:
        data[..., 5, 3] = 0
        if blank:
            data[..., 7:9, :4] = np.nan
        return data.astype(np.float32 if bitpix == -32 else np.float64)
    data = np.clip(data, 0, 250) if bitpix == 8 else data
    return np.round(data).astype({8: np.uint8, 16: np.int16, 32: np.int32, 64: np.int64}[bitpix])


def grid():
    """Every way of compression that astropy writes, over types, tiles, quantisation, dithering and undefined pixels."""
    folder = out / "grid"
    folder.mkdir()
    compressions = ["GZIP_1", "GZIP_2", "RICE_1", "PLIO_1", "HCOMPRESS_1", "NOCOMPRESS"]
    tiles = {2: [None, (1, 50), (16, 16), (45, 50), (7, 13)], 3: [None, (3, 16, 16), (2, 45, 50), (1, 20, 25)]}
    for bitpix, compression, axes, blank in itertools.product(
        [8, 16, 32, 64, -32, -64], compressions, [2, 3], [False, True]
    ):
        shape = (45, 50) if axes == 2 else (3, 45, 50)
        quantisations = [(0.0, -1), (16, -1), (4, -1), (4, 1), (4, 2), (-0.5, 2)] if bitpix < 0 else [(None, None)]
        for tile, (level, method) in itertools.product(tiles[axes], quantisations):
            data = pixels(bitpix, shape, seed=abs(bitpix) + axes, blank=blank)
            options = {} if level is None else {"quantize_level": level, "quantize_method": method, "dither_seed": 77}
            if tile is not None:
                options["tile_shape"] = tile
            name = f"{bitpix}-{compression}-{axes}-{tile}-{level}-{method}-{blank}.fits".replace(" ", "")
            try:
                hdu = fits.CompImageHDU(data, compression_type=compression, **options)
                if bitpix > 0 and blank:
                    hdu.header["BLANK"] = 21
                hdu.writeto(folder / name)
            except Exception:  # this combination is none that astropy writes
                (folder / name).unlink(missing_ok=True)
    for bitpix in [8, 16, 32, 64, -32, -64]:
        for shape in [(45, 50), (3, 45, 50), (3, 1, 45, 50), (1, 3, 45, 50)]:
            data = pixels(bitpix, shape, 1, True)
            fits.PrimaryHDU(data).writeto(folder / f"plain-{bitpix}-{len(shape)}-{shape[0]}.fits")
    for unsigned in [np.uint16, np.uint32, np.uint64]:
        data = np.round(galaxy((45, 50), 3)).astype(unsigned) + unsigned(2 ** (8 * unsigned().itemsize - 2) + 1)
        fits.PrimaryHDU(data).writeto(folder / f"unsigned-{unsigned().itemsize}.fits")
    return folder


def images(file):
    """The images of a file that are large enough, with their numbers."""
    for number, hdu in enumerate(fits.open(file, lazy_load_hdus=False)):
        if not isinstance(hdu, (fits.PrimaryHDU, fits.ImageHDU, fits.CompImageHDU)) or hdu.data is None:
            continue
        data = hdu.data
        shape = [length for length in data.shape[:-2] if length > 1] + list(data.shape[-2:])
        if data.ndim < 2 or len(shape) > 3 or min(shape[-2:]) < SMALLEST or data.dtype.kind not in "iuf":
            continue
        header = fits.open(file, do_not_scale_image_data=True)[number].header
        scaled = float(header.get("BSCALE", 1)) != 1 or float(header.get("BZERO", 0)) != 0
        yield number, data.reshape(shape), scaled and data.dtype.kind == "f" and data.dtype.itemsize == 4


def is_fits(file):
    """Whether a file is FITS, or was gzipped as a whole: our reader looks at its bytes alone."""
    with open(file, "rb") as plain:
        start = plain.read(9)
    if start[:2] == b"\x1f\x8b":
        with gzip.open(file) as inflated:
            start = inflated.read(9)
    return start == b"SIMPLE  ="


def places():
    """Folders with FITS files, by whose they are."""
    found = {"made here": grid(), "astropy": Path(astropy.__file__).parent}
    fitsio = importlib.util.find_spec("fitsio")
    if fitsio is None:
        print("The files of fitsio's tests are left out: this Python has no fitsio.")
    else:
        found["fitsio"] = Path(fitsio.origin).parent
    for folder in sys.argv[2:]:
        found[folder] = Path(folder)
    return found


with open(out / "manifest.jsonl", "w") as manifest:

    def write(**line):
        manifest.write(json.dumps(line) + "\n")

    number_of_file = 0
    for origin, place in places().items():
        for file in sorted(f for f in place.rglob("*") if f.is_file()):
            try:
                if not is_fits(file):
                    continue
                found = list(images(file))
            except Exception as problem:  # astropy does not read it either
                write(origin=origin, file=str(file.absolute()), refused=f"{type(problem).__name__}: {problem}"[:200])
                continue
            number_of_file += 1
            write(origin=origin, file=str(file.absolute()), images=len(found))
            for number, data, rounded in found:
                path = out / f"{number_of_file}-{number}.pixels"
                data.astype(">f8").tofile(path)
                write(
                    origin=origin,
                    file=str(file.absolute()),
                    hdu=number,
                    shape=data.shape[::-1],
                    single=data.dtype.itemsize == 4 and data.dtype.kind == "f",
                    rounded=rounded,
                    pixels=str(path.absolute()),
                )
