"""Cuts galaxies out of tiles as Cutana and as astropy do, one command of standard input at a time.

A command is a line of JSON, and so is its answer: how many galaxies a second were cut, and how much memory the process
has had at most, in bytes.
"""

import argparse
import json
import resource
import sys
import time

import numpy as np
import pandas as pd
from astropy.io import fits
from astropy.nddata import Cutout2D
from astropy.wcs import WCS
from cutana import create_cutouts_direct, get_default_config

class Tiles:
    def __init__(self, files, positions, side):
        self.files = files
        self.side = side
        self.sky = np.loadtxt(positions, delimiter=",", ndmin=2)

    def cutana(self):
        """In this process, which is the faster of its ways; the pictures are bytes after its asinh."""
        count = len(self.sky)
        names = [file.rsplit("/", 1)[-1].removesuffix(".fits") for file in self.files]
        catalogue = pd.DataFrame(
            {
                "SourceID": [f"s{number}" for number in range(count)],
                "RA": self.sky[:, 0],
                "Dec": self.sky[:, 1],
                "diameter_pixel": self.side,
                "fits_file_paths": [json.dumps(self.files)] * count,
            }
        )
        config = get_default_config()
        config.target_resolution = self.side
        config.data_type = "uint8"
        config.normalisation_method = "asinh"
        config.apply_flux_conversion = False
        config.selected_extensions = [{"name": name, "ext": "PrimaryHDU"} for name in names]
        config.channel_weights = {
            name: [float(channel == band) for channel in range(len(names))] for band, name in enumerate(names)
        }
        config.log_level = config.console_log_level = "ERROR"
        results = create_cutouts_direct(catalogue, config, log_set_progress=False)
        cutouts = np.concatenate([result["cutouts"] for result in results])
        expected = (count, self.side, self.side, len(names))
        if cutouts.shape != expected or cutouts.dtype != np.uint8 or cutouts.max() == 0:
            raise ValueError(f"Cutana gave {cutouts.shape} of {cutouts.dtype}, not {expected} of uint8.")
        return count

    def astropy(self):
        """A loop of Cutout2D over mapped files, without any stretch."""
        images = [fits.open(file, memmap=True)[0] for file in self.files]
        systems = [WCS(image.header) for image in images]
        total = 0.0
        for ra, dec in self.sky:
            for image, wcs in zip(images, systems):
                x, y = wcs.all_world2pix(ra, dec, 0)
                cutout = Cutout2D(image.data, (float(x), float(y)), self.side, wcs=wcs, mode="partial")
                total += float(cutout.data[0, 0])
        if not np.isfinite(total):
            raise ValueError("astropy's cutouts are not finite.")
        return len(self.sky)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--files", nargs="+", required=True)
    arguments.add_argument("--positions", required=True)
    arguments.add_argument("--side", type=int, required=True)
    given = arguments.parse_args()
    tiles = Tiles(given.files, given.positions, given.side)
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        start = time.perf_counter()
        count = getattr(tiles, json.loads(line)["do"])()
        speed = count / (time.perf_counter() - start)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        print(json.dumps({"perSecond": speed, "memory": memory}), flush=True)


if __name__ == "__main__":
    main()
