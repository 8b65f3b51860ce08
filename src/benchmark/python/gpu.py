"""Compares the models of its folder with the CPU's answers, and measures them, on a GPU.

./tuning-fork benchmark gpu-files --to FOLDER writes the folder. Nothing but PyTorch is needed:

    python3 gpu.py >report.md
"""

import argparse
import json
import os
import sys
import threading
import time
from pathlib import Path

import torch

FOLDER = Path(__file__).resolve().parent

# A batch size has four measurements. Where they last so many times as long as one should, no larger size is tried.
SLOW = 20


class Module:
    """One model in one precision, on the device."""

    def __init__(self, model, module, device):
        self.device = torch.device(device)
        self.module = torch.jit.load(FOLDER / module["file"], map_location=self.device).eval()
        levels = bytearray((FOLDER / model["levels"]).read_bytes())
        self.levels = torch.frombuffer(levels, dtype=torch.uint8).reshape(model["shape"])
        self.expected = torch.tensor(model["probabilities"], dtype=torch.float64)

    def answers(self, levels):
        """Bytes to the device, probabilities back, as Tuning Fork does it."""
        with torch.inference_mode():
            return self.module(levels.to(self.device))[0].cpu()

    def largest_difference(self):
        answers = torch.cat([self.answers(part) for part in self.levels.split(50)]).double()
        difference = (answers - self.expected).abs()
        return float("nan") if difference.isnan().any() else difference.max().item()

    def batch(self, size):
        repeated = self.levels.repeat(-(-size // len(self.levels)), 1, 1, 1)
        return repeated[:size].clone()

    def finish(self):
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)

    def rates(self, size, seconds):
        """Images a second: the network alone, with copies one at a time, and two at a time."""
        levels = self.batch(size)
        resident = levels.to(self.device)
        pinned = levels.pin_memory() if self.device.type == "cuda" else levels
        with torch.inference_mode():
            for _ in range(3):  # PyTorch specialises the graph in its first calls
                self.module(resident)
            self.finish()

            def compute():
                with torch.inference_mode():
                    for _ in range(5):
                        self.module(resident)
                    self.finish()

            return {
                "network alone": per_second(compute, 5 * size, seconds, 1),
                "one batch at a time": per_second(lambda: self.answers(levels), size, seconds, 1),
                "two at once": per_second(lambda: self.answers(levels), size, seconds, 2),
                "two at once, pinned": per_second(lambda: self.answers(pinned), size, seconds, 2),
            }


def per_second(work, items, seconds, threads):
    """Items a second of all threads together, each of which works once to warm up."""
    failures, done = [], [0] * threads
    ready = threading.Barrier(threads)

    def run(place):
        try:
            work()
            ready.wait()
            start = time.perf_counter()
            count = 0
            while count == 0 or time.perf_counter() - start < seconds:
                work()
                count += items
            done[place] = count / (time.perf_counter() - start)
        except Exception as failure:  # told to the caller
            failures.append(failure)
            ready.abort()

    running = [threading.Thread(target=run, args=(place,)) for place in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    if failures:
        raise next((f for f in failures if not isinstance(f, threading.BrokenBarrierError)))
    return sum(done)


def is_out_of_memory(failure):
    return "out of memory" in str(failure) or "not enough memory" in str(failure)


def measure(name, module, largest, seconds):
    """Rates by batch size, up to what fits into the device's memory and is quick enough."""
    rates, size, took = {}, 1, 0
    while size <= largest and took < SLOW * seconds:
        start = time.perf_counter()
        try:
            rates[size] = module.rates(size, seconds)
        except RuntimeError as failure:
            if not is_out_of_memory(failure):
                raise
            print(f"{name}: there is no memory for batches of {size}.", file=sys.stderr)
            break
        took = time.perf_counter() - start
        numbers = ", ".join(f"{kind} {rate:,.0f}" for kind, rate in rates[size].items())
        print(f"{name}, batches of {size}: {numbers} images/s", file=sys.stderr, flush=True)
        size *= 2
    if size <= largest and took >= SLOW * seconds:
        print(f"{name}: larger batches take too long.", file=sys.stderr)
    return rates


def enough(rates, kind):
    """The smallest batch within 5 % of the fastest."""
    best = max(rate[kind] for rate in rates.values())
    return min(size for size, rate in rates.items() if rate[kind] >= 0.95 * best)


def heading(device):
    lines = [f"# Tuning Fork's models in Python's PyTorch {torch.__version__} on {device}", ""]
    if torch.device(device).type == "cuda":
        at = torch.cuda.get_device_properties(device)
        lines.append(f"- Device: {at.name}, compute capability {at.major}.{at.minor}")
        lines.append(f"- Memory: {at.total_memory / 2**30:.0f} GiB")
        lines.append(f"- CUDA: {torch.version.cuda}, cuDNN {torch.backends.cudnn.version()}")
        lines.append(f"- TF32 in convolutions: {torch.backends.cudnn.allow_tf32}")
    else:
        lines.append(f"- Threads: {torch.get_num_threads()} on {os.cpu_count()} processors")
        lines.append(f"- Instructions: {torch.backends.cpu.get_cpu_capability()}")
    return lines + [""]


def compare(model, device):
    """Prints how far a model's answers are from the CPU's.

    Returns its modules by precision, and whether all of them agree.
    """
    agrees = True
    print(f"## Answers of {model['name']} {model['version']}\n")
    print("| precision | largest difference | allowed | |\n|---|---:|---:|---|", flush=True)
    modules = {}
    for entry in model["modules"]:
        try:
            module = Module(model, entry, device)
            difference = module.largest_difference()
            modules[entry["precision"]] = module
        except RuntimeError as failure:
            reason = str(failure).splitlines()[-1]
            print(f"| {entry['precision']} | | | does not work: {reason} |", flush=True)
            continue
        holds = difference <= entry["allowed"]
        agrees &= holds
        word = "agrees" if holds else "**too far off**"
        print(f"| {entry['precision']} | {difference:.5f} | {entry['allowed']} | {word} |", flush=True)
    print(flush=True)
    return modules, agrees and bool(modules)


def speed(model, precision, module, largest, seconds):
    """Prints how fast a module is."""
    name = f"{model['name']} in {precision}"
    rates = measure(name, module, largest, seconds)
    if not rates:
        return
    print(f"Images a second of {name}, by batch size:\n")
    print(f"| | {' | '.join(map(str, rates))} | enough |")
    print(f"|---|{'---:|' * (len(rates) + 1)}")
    for kind in next(iter(rates.values())):
        numbers = " | ".join(f"{rate[kind]:,.0f}" for rate in rates.values())
        print(f"| {kind} | {numbers} | {enough(rates, kind)} |")
    best = max(rate["network alone"] for rate in rates.values())
    print(f"\nThe network takes {model['gflop']:.3f} GFLOP an image: ", end="")
    print(f"{best * model['gflop'] / 1e3:.3f} TFLOP/s at best.\n", flush=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--device", default="cuda", help="cuda, cuda:1, … or cpu")
    arguments.add_argument("--largest-batch", type=int, default=1024)
    arguments.add_argument("--seconds", type=float, default=0.5, help="of each measurement")
    options = arguments.parse_args()
    if options.device.startswith("cuda") and not torch.cuda.is_available():
        sys.exit("PyTorch finds no GPU here. --device cpu tries the script without one.")
    models = json.loads((FOLDER / "models.json").read_text())
    print("\n".join(heading(options.device)))
    compared = [(model, *compare(model, options.device)) for model in models]
    print("## Speed\n", flush=True)
    for model, modules, _ in compared:
        for precision, module in modules.items():
            speed(model, precision, module, options.largest_batch, options.seconds)
    return 0 if all(agrees for _, _, agrees in compared) else 1


if __name__ == "__main__":
    sys.exit(main())
