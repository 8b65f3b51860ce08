"""Counts what came out of a fault run: a consumer of committed records, written with confluent-kafka alone.

It reads both topics from their beginning to their end, and compares each outcome with what the run expects:
a file of JSON with the topics, the number of references, the SHA-256 of each image (references take them in turn),
and which references may fail to be fetched.
Prints JSON: what was read, and each flaw with the time of its record.
"""

import argparse
import json
import time
from pathlib import Path

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

BATCH = 500
# a transaction that a dead instance has left open ends at its timeout, and is looked for every ten seconds
PATIENCE_SECONDS = 90


class Count:
    def __init__(self, expected):
        self.expected = expected
        self.outcomes = {}  # by the reference's number: each outcome that it has
        self.read = {topic: 0 for topic in expected["topics"].values()}

    def add(self, message):
        self.read[message.topic()] += 1
        number = int(message.key())
        if message.topic() == self.expected["topics"]["answers"]:
            answer = json.loads(message.value())
            found = (answer["image"]["sha256"], answer["morphology"]["class"])
        else:
            headers = dict(message.headers() or [])
            found = headers.get("tuning-fork.stage", b"").decode()
        self.outcomes.setdefault(number, []).append((found, message.timestamp()[1], place(message)))

    def flaws(self):
        for number in range(self.expected["references"]):
            outcomes = self.outcomes.get(number, [])
            if not outcomes:
                yield {"number": number, "what": "lost"}
            if len(outcomes) > 1:
                places = " and ".join(where for _, _, where in outcomes)
                yield {"number": number, "what": "doubled: " + places, "at": outcomes[-1][1]}
            for found, at, where in outcomes[:1]:
                wrong = self.wrong(number, found)
                if wrong:
                    yield {"number": number, "what": f"wrong: {wrong}, {where}", "at": at}
        for number in self.outcomes.keys() - set(range(self.expected["references"])):
            yield {"number": number, "what": "wrong: there is no such reference", "at": 0}

    def wrong(self, number, found):
        images = self.expected["images"]
        if isinstance(found, str):
            may_fail = found == "fetch" and self.expected["mayFail"][number] == "1"
            return None if may_fail else f"it is a dead letter of the stage {found}"
        image, name = found
        if image != images[number % len(images)]:
            return "its answer is about the image " + image
        before = self.outcomes.get(number % len(images), [(None,)])[0][0]
        if isinstance(before, tuple) and before != found:
            return f"its class is {name}, and {before[1]} before anything broke"
        return None


def place(message):
    return f"{message.topic()}-{message.partition()} at offset {message.offset()}"


def read(consumer, count):
    """Reads each partition up to the end that it has now, open transactions included."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    ends = {}
    for topic in count.read:
        for partition in consumer.list_topics(topic, 30).topics[topic].partitions:
            one = TopicPartition(topic, partition, 0)
            ends[topic, partition] = consumer.get_watermark_offsets(one, 30)[1]
    consumer.assign([TopicPartition(topic, partition, 0) for topic, partition in ends])
    while ends:
        if time.monotonic() > deadline:
            raise TimeoutError(f"Not read to the end after {PATIENCE_SECONDS} s: {ends}")
        for message in consumer.consume(BATCH, 1.0):
            if message.error() is None:
                count.add(message)
                deadline = time.monotonic() + PATIENCE_SECONDS
            elif message.error().code() != KafkaError._PARTITION_EOF:
                raise KafkaException(message.error())
            elif message.offset() >= ends.get((message.topic(), message.partition()), 0):
                ends.pop((message.topic(), message.partition()), None)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--bootstrap", required=True)
    arguments.add_argument("--expected", required=True, help="a file of JSON")
    options = arguments.parse_args()
    count = Count(json.loads(Path(options.expected).read_text()))
    consumer = Consumer(
        {
            "bootstrap.servers": options.bootstrap,
            "group.id": "count",
            "isolation.level": "read_committed",
            "auto.offset.reset": "error",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
        }
    )
    read(consumer, count)
    consumer.close()
    print(json.dumps({"read": count.read, "flaws": list(count.flaws())}))


if __name__ == "__main__":
    main()
