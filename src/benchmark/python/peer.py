"""Measures the network alone and the decoding alone, one command of standard input at a time.

A command is a line of JSON, and so is its answer. Both processes are there all the time and work in
turn, so that Java and Python are measured in the same minutes of the same machine.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

import numpy as np
import torch

import images
from galaxy_model import Bundle, best


def measure(work, items, seconds):
    """Items a second, for at least so many seconds."""
    work()
    start, done = time.perf_counter(), 0
    while time.perf_counter() - start < seconds:
        work()
        done += items
    return done / (time.perf_counter() - start)


class Peer:
    def __init__(self, cores):
        torch.set_num_threads(cores)
        self.forms = {}

    def load(self, model, questions, batch):
        """The forms of a model: as it is written first, at its best, and as Java exported it."""
        bundle = Bundle(model, questions)
        self.forms = {"eager": bundle.eager(), "best": best(bundle, batch)}
        exported = Path(model) / "exported.pt"
        if exported.exists():
            self.forms["exported"] = torch.jit.freeze(torch.jit.load(exported).eval())

    def predict(self, form, levels, shape, seconds):
        levels = torch.from_numpy(np.fromfile(levels, np.uint8).reshape(shape))
        with torch.inference_mode():
            model = self.forms[form]
            for _ in range(3):
                answers = model(levels)
            speed = measure(lambda: model(levels), len(levels), seconds)
        # the exported module gives more than the probabilities, which come first
        probabilities = answers if torch.is_tensor(answers) else answers[0]
        return {"perSecond": speed, "probabilities": probabilities.double().tolist()}

    def decode(self, form, files, share, size, seconds):
        jpegs = [Path(file).read_bytes() for file in files]
        work = {
            "pillow": lambda jpeg: images.with_pillow(jpeg, share, size),
            "simplejpeg": lambda jpeg: images.with_simplejpeg(jpeg, share, size),
            "pillow alone": images.decoded_by_pillow,
            "simplejpeg alone": images.decoded_by_simplejpeg,
        }[form]
        all_of_them = lambda: [work(jpeg) for jpeg in jpegs]  # noqa: E731
        return {"perSecond": measure(all_of_them, len(jpegs), seconds)}


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--cores", type=int, default=os.cpu_count())
    peer = Peer(arguments.parse_args().cores)
    print(json.dumps({"torch": torch.__version__}), flush=True)
    for line in sys.stdin:
        command = json.loads(line)
        answer = getattr(peer, command.pop("do"))(**command)
        print(json.dumps(answer or {}), flush=True)


if __name__ == "__main__":
    main()
