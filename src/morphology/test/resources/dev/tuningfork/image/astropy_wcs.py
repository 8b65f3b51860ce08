"""Positions on the sky of pixels of images, as astropy computes them, for another reader to be held to.

astropy_wcs.py OUT POINTS: OUT gets a line of JSON for each header: its name, its cards, and POINTS times x, y, RA and Dec
(ICRS, degrees), which astropy's SkyCoord and WCS give. Headers are such as surveys write, and those of astropy's own tests.
"""

import json
import sys
import warnings
from pathlib import Path

import astropy.wcs
import numpy as np
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.wcs import WCS
from astropy.wcs.utils import wcs_to_celestial_frame

warnings.simplefilter("ignore")

TAN = {"CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN"}


def cd(scale, angle=0.0, mirrored=False):
    """Arcseconds a pixel, and the position angle of the columns."""
    cos, sin = np.cos(np.radians(angle)) * scale / 3600, np.sin(np.radians(angle)) * scale / 3600
    sign = 1 if mirrored else -1
    return {"CD1_1": sign * cos, "CD1_2": sin, "CD2_1": sign * -sin, "CD2_2": cos}


def at(x, y, ra, dec):
    return {"CRPIX1": x, "CRPIX2": y, "CRVAL1": ra, "CRVAL2": dec}


# the terms of a DECam exposure's SCAMP solution, in size
SCAMP = {"PV1_0": 1.3e-3, "PV1_1": 1.0142, "PV1_2": 8.8e-3, "PV1_4": -7.4e-3, "PV1_5": 4.1e-3, "PV1_6": -3.9e-3,
         "PV1_7": 1.2e-3, "PV1_8": 5.4e-3, "PV1_9": -2.3e-3, "PV1_10": 4.2e-3, "PV2_0": -2.9e-3, "PV2_1": 1.0092,
         "PV2_2": -1.1e-3, "PV2_4": 3.3e-3, "PV2_5": -2.7e-3, "PV2_6": 1.9e-3, "PV2_7": -4.1e-3, "PV2_8": 6.3e-3,
         "PV2_9": 1.7e-3, "PV2_10": -2.8e-3}
SIP = {"A_ORDER": 3, "A_0_2": 2.16e-6, "A_0_3": 3.3e-11, "A_1_1": 3.6e-6, "A_2_0": 1.2e-6, "A_3_0": -2.5e-10,
       "B_ORDER": 3, "B_0_2": -7.2e-7, "B_1_1": 1.5e-6, "B_2_0": 2.9e-6, "B_2_1": -1.4e-10, "B_3_0": 4e-11}

HEADERS = {
    "sdss-frame": (2048, 1489, {"CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", **at(1025.0, 745.0, 179.689293428354, -0.454379056)
                   , "CD1_1": 1.35e-6, "CD1_2": 0.000109966, "CD2_1": 0.000109985, "CD2_2": -1.34e-6, "RADECSYS": "ICRS",
                   "EQUINOX": 2000.0}),
    "legacy-brick": (3600, 3600, {**TAN, **at(1800.5, 1800.5, 150.1375, 2.25), **cd(0.262), "EQUINOX": 2000.0}),
    "euclid-mer": (19200, 19200, {**TAN, **at(9600.0, 9600.0, 269.73, 66.01), **cd(0.1), "RADESYS": "ICRS"}),
    "rubin-patch": (3400, 3400, {**TAN, **at(-8699.0, 12301.0, 53.0, -27.9), "CDELT1": 1.0, "CDELT2": 1.0,
                    "PC1_1": -5.5555555555556e-5, "PC2_2": 5.5555555555556e-5, "RADESYS": "ICRS"}),
    "hsc-patch": (4200, 4200, {**TAN, **at(17999.0, -3001.0, 150.0, 0.7), **cd(0.168), "RADESYS": "ICRS", "EQUINOX": 2000.0}),
    "ps1-skycell": (6240, 6243, {**TAN, **at(3120.0, 3121.5, 210.8, 54.35), "CDELT1": 6.94444461259988e-05,
                    "CDELT2": 6.94444461259988e-05, "PC001001": -1.0, "PC001002": 0.0, "PC002001": 0.0, "PC002002": 1.0}),
    "crota": (2000, 2000, {**TAN, **at(1000.5, 1000.5, 12.3, 41.2), "CDELT1": -1e-4, "CDELT2": 1.2e-4, "CROTA2": 31.5}),
    "tan-sip": (4096, 4096, {"CTYPE1": "RA---TAN-SIP", "CTYPE2": "DEC--TAN-SIP", **at(2048.0, 2048.0, 202.48, 47.23),
                **cd(1.2, 17.0), **SIP, "RADESYS": "ICRS"}),
    "tpv": (2046, 4094, {"CTYPE1": "RA---TPV", "CTYPE2": "DEC--TPV", **at(-4000.0, 6200.0, 36.1, -4.5), **cd(0.27, 91.0),
            **SCAMP, "EQUINOX": 2000.0, "RADESYS": "ICRS"}),
    "scamp-tan": (2046, 4094, {**TAN, **at(5200.0, -3000.0, 36.1, -64.5), **cd(0.27, 271.0), **SCAMP, "EQUINOX": 2000.0}),
    "tpv-radial": (2048, 2048, {"CTYPE1": "RA---TPV", "CTYPE2": "DEC--TPV", **at(1100.0, 900.0, 5.0, 80.5), **cd(1.0, 5.0),
                   **SCAMP, "PV1_3": 2e-3, "PV2_3": -1e-3, "PV1_11": 4e-3, "PV2_11": 2e-3, "PV1_12": 2e-3, "PV2_16": 1e-3,
                   "PV1_17": 1e-3, "PV2_22": -2e-3, "PV1_23": 1e-3, "PV1_39": 1e-3, "RADESYS": "ICRS"}),
    "fk5-2015.5": (2000, 2000, {**TAN, **at(1000.5, 1000.5, 80.0, -69.5), **cd(0.4, 200.0), "RADESYS": "FK5",
                   "EQUINOX": 2015.5}),
    "fk5-1985": (2000, 2000, {**TAN, **at(1000.5, 1000.5, 359.9, 12.0), **cd(0.4), "EQUINOX": 1985.0}),
    "galactic": (3000, 3000, {"CTYPE1": "GLON-TAN", "CTYPE2": "GLAT-TAN", **at(1500.5, 1500.5, 122.9, 85.0), **cd(1.0)}),
    "dec-first": (2000, 2000, {"CTYPE1": "DEC--TAN", "CTYPE2": "RA---TAN", **at(1000.5, 1000.5, -20.0, 300.0),
                  "CD1_1": 1e-4, "CD1_2": 1e-5, "CD2_1": 1e-5, "CD2_2": -1e-4, "RADESYS": "ICRS"}),
    "pole": (4000, 4000, {**TAN, **at(2000.5, 2000.5, 10.0, 90.0), **cd(2.0), "RADESYS": "ICRS"}),
    "lonpole": (2000, 2000, {**TAN, **at(700.0, 1300.0, 33.0, -8.0), **cd(0.5), "LONPOLE": 150.0, "RADESYS": "ICRS"}),
    "sin": (2000, 2000, {"CTYPE1": "RA---SIN", "CTYPE2": "DEC--SIN", **at(1000.5, 1000.5, 101.0, 33.0), **cd(1.0),
            "RADESYS": "ICRS"}),
    "arc": (2000, 2000, {"CTYPE1": "RA---ARC", "CTYPE2": "DEC--ARC", **at(1000.5, 1000.5, 101.0, 33.0), **cd(5.0),
            "RADESYS": "ICRS"}),
    "stg": (2000, 2000, {"CTYPE1": "RA---STG", "CTYPE2": "DEC--STG", **at(1000.5, 1000.5, 101.0, 33.0), **cd(5.0),
            "RADESYS": "ICRS"}),
    "zea": (2000, 2000, {"CTYPE1": "RA---ZEA", "CTYPE2": "DEC--ZEA", **at(1000.5, 1000.5, 101.0, 33.0), **cd(5.0),
            "RADESYS": "ICRS"}),
}


def of_astropy():
    """Headers within astropy's own tests: Spitzer's SIP, and one with TPV alone."""
    folder = Path(astropy.wcs.__file__).parent / "tests" / "data"
    for name in ["irac_sip.hdr", "tpvonly.hdr", "siponly.hdr"]:
        file = folder / name
        if file.exists():
            text = file.read_bytes().decode("ascii")
            header = fits.Header.fromstring(text, sep="\n" if "\n" in text else "")
            yield name.removesuffix(".hdr"), header.get("NAXIS1", 2048), header.get("NAXIS2", 2048), header


def headers():
    for name, (width, height, cards) in HEADERS.items():
        header = fits.Header()
        header["NAXIS"] = 2
        header["NAXIS1"] = width
        header["NAXIS2"] = height
        for key, value in cards.items():
            header[key] = value
        yield name, width, height, header
    for name, width, height, header in of_astropy():
        yield f"astropy-{name}", width or 256, height or 256, header


def main():
    out, count = Path(sys.argv[1]), int(sys.argv[2])
    random = np.random.default_rng(23)
    with out.open("w") as lines:
        for name, width, height, header in headers():
            wcs = WCS(header)
            x = np.round(random.uniform(-20, width + 20, count), 2)
            y = np.round(random.uniform(-20, height + 20, count), 2)
            longitude, latitude = wcs.all_pix2world(x, y, 0)
            frame = wcs_to_celestial_frame(wcs)
            first, second = (longitude, latitude) if wcs.wcs.lng == 0 else (latitude, longitude)
            sky = SkyCoord(first, second, unit="deg", frame=frame).icrs
            keep = [card for card in header.cards if card.keyword not in ("COMMENT", "HISTORY", "", "END")]
            cards = [str(card) for card in keep if card.keyword != "SIMPLE" and len(str(card)) == 80]
            points = [
                [float(a), float(b), round(float(c), 11), round(float(d), 11)]
                for a, b, c, d in zip(x, y, sky.ra.deg, sky.dec.deg)
            ]
            json.dump({"name": name, "width": width, "height": height, "cards": cards, "points": points}, lines)
            lines.write("\n")


if __name__ == "__main__":
    main()
