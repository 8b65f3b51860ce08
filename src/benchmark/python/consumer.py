"""The classifier as a competent user of confluent-kafka and PyTorch writes it.

References are consumed in batches of 32. The images of the next batch are read and decoded by a pool of
threads (Pillow and simplejpeg let go of the interpreter's lock while they decode) while the network
computes this one. Answers are produced asynchronously. About once a second, and whenever nothing
arrives, they are flushed and only then are the offsets committed: at least once.
"""

import argparse
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlparse
from urllib.request import url2pathname

import numpy as np
import torch
from confluent_kafka import Consumer, KafkaException, Producer

import images
from galaxy_model import Bundle, best

BATCH = 32
COMMIT_SECONDS = 1.0


class Classifier:
    """Usual: Pillow and the eager network in float32. Best: simplejpeg and the frozen one in bfloat16."""

    def __init__(self, form, model, questions, cores):
        torch.set_num_threads(cores)
        self.bundle = Bundle(model, questions)
        self.prepare = images.with_pillow if form == "usual" else images.with_simplejpeg
        self.model = self.bundle.eager() if form == "usual" else best(self.bundle, BATCH)
        self.predict(np.zeros((BATCH, self.bundle.size, self.bundle.size, 3), np.uint8))

    def load(self, message):
        """Runs in the pool."""
        reference = json.loads(message.value())
        path = url2pathname(urlparse(reference["image"]["uri"]).path)
        with open(path, "rb") as file:
            return reference, self.prepare(file.read(), self.bundle.crop, self.bundle.size)

    @torch.inference_mode()
    def predict(self, levels):
        count = len(levels)
        if count < BATCH:  # the frozen network knows one size of batch
            padding = np.zeros((BATCH - count, *levels.shape[1:]), np.uint8)
            levels = np.concatenate([levels, padding])
        return self.model(torch.from_numpy(levels))[:count].tolist()

    def answer(self, reference, probabilities):
        questions, at = [], 0
        for question in self.bundle.questions:
            answers = question["answers"]
            values = probabilities[at : at + len(answers)]
            at += len(answers)
            named = [{"id": a, "probability": p} for a, p in zip(answers, values, strict=True)]
            questions.append({"id": question["id"], "answers": named})
        return json.dumps({"objectId": reference["objectId"], "questions": questions})


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--bootstrap", required=True)
    arguments.add_argument("--form", choices=["usual", "best"], required=True)
    arguments.add_argument("--model", required=True, help="a bundle's folder")
    arguments.add_argument("--questions", required=True, help="JSON: each question and its answers")
    arguments.add_argument("--input", required=True)
    arguments.add_argument("--output", required=True)
    arguments.add_argument("--cores", type=int, default=os.cpu_count())
    options = arguments.parse_args()

    classifier = Classifier(
        options.form, options.model, json.loads(options.questions), options.cores
    )
    producer = Producer({"bootstrap.servers": options.bootstrap, "linger.ms": 20, "acks": "all"})
    consumer = Consumer(
        {
            "bootstrap.servers": options.bootstrap,
            "group.id": "python",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
        }
    )

    def fetch(timeout):
        messages = consumer.consume(BATCH, timeout)
        for message in messages:
            if message.error():
                raise KafkaException(message.error())
        return messages, [pool.submit(classifier.load, message) for message in messages]

    def delivered(error, _):
        if error is not None:
            raise KafkaException(error)

    with ThreadPoolExecutor(options.cores) as pool:
        consumer.subscribe(
            [options.input], on_assign=lambda *_: print("assigned", flush=True)
        )
        answered = {}  # the offset to commit for each partition
        last_commit = time.monotonic()
        ahead = fetch(1.0)
        while True:
            messages, loading = ahead
            # what comes next is decoded while this batch is computed
            ahead = fetch(0.0 if messages else 0.1)
            if messages:
                loaded = [future.result() for future in loading]
                predicted = classifier.predict(np.stack([levels for _, levels in loaded]))
                for message, (reference, _), row in zip(messages, loaded, predicted, strict=True):
                    answer = classifier.answer(reference, row)
                    producer.produce(
                        options.output, answer, message.key(), on_delivery=delivered
                    )
                    answered[message.partition()] = message
                producer.poll(0)
            if answered and (not messages or time.monotonic() - last_commit > COMMIT_SECONDS):
                producer.flush()
                for message in answered.values():
                    consumer.commit(message=message, asynchronous=True)
                answered.clear()
                last_commit = time.monotonic()


if __name__ == "__main__":
    main()
