"""Counts what came out of a fault run: a consumer of committed records, written with confluent-kafka alone.

It reads all topics from their beginning to their end, and compares each outcome with what the run expects:
a file of JSON with the topics, the number of references, the SHA-256 of each image (references take them in turn),
which references may fail to be fetched, and the same of survey images. The galaxies of survey images have the numbers
behind those of references, image by image and row by row; the outcomes of survey images have the numbers behind these.
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


SURVEY = "survey-"  # and its number: the identifier of a survey image


class Count:
    def __init__(self, expected):
        self.expected = expected
        self.references = expected["references"]
        self.surveys = expected["surveys"]
        self.images = len(self.surveys["mayFail"])
        self.first_outcome = self.references + self.images * self.surveys["rows"]
        self.outcomes = {}  # by number: each outcome that it has
        self.failed = {}  # by survey image: the dead letters of its message
        self.read = {topic: 0 for topic in expected["topics"].values()}

    def add(self, message):
        self.read[message.topic()] += 1
        key = message.key().decode()
        record = (message.timestamp()[1], place(message))
        if message.topic() == self.expected["topics"]["surveyImages"]:
            number = self.first_outcome + survey_image(key)
            found = json.loads(message.value())
        elif message.topic() == self.expected["topics"]["answers"]:
            number = int(key)
            found = json.loads(message.value())
        else:
            headers = dict(message.headers() or [])
            found = headers["tuning-fork.stage"].decode()
            number = self.number_of_row(key, json.loads(message.value())) if key.startswith(SURVEY) else int(key)
            if number is None:
                self.failed.setdefault(survey_image(key), []).append((found, headers["__streams.errors.message"].decode(), *record))
                return
        self.outcomes.setdefault(number, []).append((found, *record))

    def number_of_row(self, key, letter):
        """None where the letter is about a whole survey image."""
        catalogue = letter.get("catalogue")
        if catalogue is None:
            return int(letter["galaxies"][0]["objectId"]) if len(letter["galaxies"]) == 1 else None
        row = catalogue.get("firstRow")
        return row and self.references + survey_image(key) * self.surveys["rows"] + row - 1

    def flaws(self):
        known = range(self.first_outcome + self.images)
        for number in known:
            outcomes = self.outcomes.get(number, [])
            if not outcomes and not self.is_unlisted(number):
                yield {"number": number, "what": "lost"}
            if len(outcomes) > 1:
                places = " and ".join(where for _, _, where in outcomes)
                yield {"number": number, "what": "doubled: " + places, "at": outcomes[-1][1]}
            for found, at, where in outcomes[:1]:
                wrong = self.wrong(number, found)
                if wrong:
                    yield {"number": number, "what": f"wrong: {wrong}, {where}", "at": at}
        for image, letters in self.failed.items():
            if len(letters) > 1 or letters[0][0] != "expand" or self.surveys["mayFail"][image] == "0":
                what = "wrong: its message has the dead letters " + str(letters)
                yield {"number": self.first_outcome + image, "what": what, "at": letters[-1][2]}
        for number in self.outcomes.keys() - set(known):
            yield {"number": number, "what": "wrong: there is no such reference", "at": 0}

    def wrong(self, number, found):
        if number >= self.first_outcome:
            return self.wrong_outcome(number - self.first_outcome, found)
        if number >= self.references:
            image, row = divmod(number - self.references, self.surveys["rows"])
            return self.wrong_galaxy(number, image, row + 1, found)
        images = self.expected["images"]
        if isinstance(found, str):
            may_fail = found == "fetch" and self.expected["mayFail"][number] == "1"
            return None if may_fail else f"it is a dead letter of the stage {found}"
        image = found["image"]["sha256"]
        if image != images[number % len(images)]:
            return "its answer is about the image " + image
        return self.wrong_class(number % len(images), found)

    def wrong_galaxy(self, number, image, row, found):
        if isinstance(found, str):
            may_fail = self.surveys["mayFail"][image] == "1" and row != self.surveys["unusable"]
            right = {"expand": row == self.surveys["unusable"], "decode-image": row == self.surveys["off"], "fetch": may_fail}
            return None if right.get(found) else f"it is a dead letter of the stage {found}"
        if row in (self.surveys["off"], self.surveys["unusable"]):
            return "it is answered, and cannot be"
        about = (found.get("referenceId"), found["image"].get("cutout", {}).get("tile"))
        if about != (f"{SURVEY}{image}/{row}", f"{SURVEY}{image}"):
            return f"its answer is about {about}"
        return self.wrong_class(self.references + row - 1, found)

    def wrong_class(self, calm, found):
        """Compares with the answer about the same pixels that came before anything broke."""
        before = self.outcomes.get(calm, [("",)])[0][0]
        if isinstance(before, str) or before["morphology"]["class"] == found["morphology"]["class"]:
            return None
        return f"its class is {found['morphology']['class']}, and {before['morphology']['class']} before anything broke"

    def is_unlisted(self, number):
        """Which galaxies were listed before the list broke, nobody knows; the outcome says how many."""
        if not self.references <= number < self.first_outcome:
            return False
        rows = self.surveys["rows"]
        image = (number - self.references) // rows
        first = self.references + image * rows
        found = sum(one in self.outcomes for one in range(first, first + rows))
        for outcome, _, _ in self.outcomes.get(self.first_outcome + image, [])[:1]:
            return "failure" in outcome and found >= outcome["galaxies"]
        return False

    def wrong_outcome(self, image, outcome):
        rows = self.surveys["rows"]
        first = self.references + image * rows
        found = [self.outcomes[number][0][0] for number in range(first, first + rows) if number in self.outcomes]
        letters = sum(isinstance(one, str) for one in found)
        counted = (outcome["answered"], outcome["deadLetters"])
        if ("failure" in outcome) != (image in self.failed):
            return "either it or a dead letter says that its list could not be read, and not both"
        if "failure" not in outcome and outcome["galaxies"] != rows:
            return f"it has {outcome['galaxies']} galaxies, and not {rows}"
        if counted != (len(found) - letters, letters):
            return f"it counts {counted} answers and dead letters, and there are {(len(found) - letters, letters)}"
        return None


def survey_image(key):
    return int(key.removeprefix(SURVEY))


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
