"""Pictures that the surveys' published formulas make with numpy of some flux, for other code to be held to.

recipe_pictures.py OUT: OUT gets JSON: for each recipe the bands, their flux plane by plane, and the levels.
"""

import json
import sys
from pathlib import Path

import numpy as np

SIDE = 24


def galaxy(seed, peak, noise, offset=0.0):
    y, x = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j]
    light = peak * np.exp(-5 * np.hypot(x - 0.05, 1.4 * y)) + 0.2 * peak * np.exp(-30 * np.hypot(x - 0.6, y + 0.5))
    return (light + np.random.default_rng(seed).normal(offset, noise, light.shape)).astype(np.float32)


def sdss(i, r, g):
    """nw_scale_rgb, nw_arcsinh_fit, nw_fit_to_box and nw_float_to_byte of NYU's routines."""
    rgb = np.stack([i, r, g]).astype(float) * np.array([2.0, 2.6, 3.6])[:, None, None]
    radius = rgb.sum(axis=0)
    radius = radius + (radius == 0)
    rgb = rgb * np.arcsinh(radius * 2.25) / 2.25 / radius
    rgb = rgb / np.maximum(rgb.max(axis=0), 1)
    return np.clip(np.floor(rgb * 256), 0, 255)


def legacy(z, r, g):
    """dr2_style_rgb of zooniverse/decals with scales .019, .014 and .008, range -0.5 to 300, desaturated."""
    rgb = np.stack([z / 0.019, r / 0.014, g / 0.008])
    low, high = np.arcsinh(-0.5), np.arcsinh(300)
    rgb = (np.arcsinh(rgb) - low) / (high - low)
    mean = rgb.mean(axis=0)
    mean[mean == 0] = 1
    weight = 1 - np.minimum((rgb / mean / 2.5).max(axis=0), 1)
    weight = np.sin(weight * np.pi / 2)
    rgb = rgb * weight + mean * (1 - weight) + mean * (1 - weight) ** 2 * rgb
    return np.floor(255 * np.clip(rgb, 0, 1))


def adjusted(flux, q):
    stretched = np.arcsinh(flux.astype(float) * q)
    return np.clip(stretched, 0, np.percentile(stretched, 99.85))


def to_uint8(image):
    image = np.clip(image, 0, None)
    return ((255 * (image + image.min()) / (image.min() + image.max())).astype(np.uint8)).astype(float)


def euclid_vis(vis):
    return to_uint8(adjusted(vis, 100))[None]


def euclid_composite(y, vis):
    red, blue = adjusted(y, 0.2), adjusted(vis, 100)
    return np.stack([to_uint8(red), to_uint8(np.mean([blue, red], axis=0)), to_uint8(blue)])


def hsc(i, r, g):
    """hscColor of colorPostage, for counts with a zero point of 27."""
    layers = np.stack([i, r, g]) * 10 ** (0.4 * 19) / 10 ** (0.4 * 27)
    u_min, u_max, u_a = -0.05, 2 / 3, np.exp(10)
    layers = (np.arcsinh(u_a * layers) / np.arcsinh(u_a) - u_min) / (u_max - u_min)
    return np.floor(255 * np.clip(layers, 0, 1))


def asinh(*bands):
    """AsinhStretch(0.1) of PercentileInterval(99.5)."""
    shown = []
    for flux in bands:
        low, high = np.percentile(flux, [0.25, 99.75])
        x = np.clip((flux.astype(float) - low) / (high - low), 0, 1)
        shown.append(np.floor(255 * np.arcsinh(x / 0.1) / np.arcsinh(10)))
    return np.stack(shown)


PICTURES = {
    "sdss-gri": (sdss, "irg", [(1, 9, 0.03), (2, 6, 0.02), (3, 2.5, 0.02)]),
    "legacy-grz": (legacy, "zrg", [(4, 2, 0.02), (5, 1.2, 0.008), (6, 0.5, 0.005)]),
    "euclid-vis": (euclid_vis, ["VIS"], [(7, 1.5, 0.004)]),
    "euclid-composite": (euclid_composite, ["Y", "VIS"], [(8, 40, 0.8), (9, 1.5, 0.004)]),
    "hsc-gri": (hsc, "irg", [(10, 60, 0.05), (11, 35, 0.04), (12, 14, 0.04)]),
    "asinh": (asinh, "irg", [(13, 900, 4, 20), (14, 500, 4, 20), (15, 200, 4, 20)]),
}

pictures = []
for name, (formula, bands, sources) in PICTURES.items():
    flux = [galaxy(*source) for source in sources]
    pictures.append(
        {
            "recipe": name,
            "bands": list(bands),
            "side": SIDE,
            "flux": [float(np.format_float_positional(v, unique=True)) for plane in flux for v in plane.ravel()],
            "levels": formula(*flux).astype(int).ravel().tolist(),
        }
    )
Path(sys.argv[1]).write_text("[\n" + ",\n".join(json.dumps(one, separators=(",", ":")) for one in pictures) + "\n]\n")
