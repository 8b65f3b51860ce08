"""Reads what Tuning Fork writes with the libraries that astronomers use, and checks values, units and types.

readers.py FOLDER BOOTSTRAP: the folder holds galaxies.{vot,fits,ecsv,parquet}, the schemas and expected.json, and
subjects.json of 200 Zooniverse subjects; the topics json and avro of the broker hold one morphology each.
"""

import csv
import io
import json
import math
import struct
import sys
import warnings
from pathlib import Path
from urllib.parse import unquote

import astropy
import confluent_kafka
import fastavro
import jsonschema
import numpy as np
import pandas as pd
import pyarrow.parquet
from astropy import units
from astropy.io import fits
from astropy.io.votable import parse as parse_votable
from astropy.io.votable.ucd import check_ucd
from astropy.table import Table

folder, bootstrap = Path(sys.argv[1]), sys.argv[2]
expected = json.loads((folder / "expected.json").read_text())
warnings.simplefilter("error")  # a reader that has to guess has found something wrong

TEXTS = ["object_id", "file", "class", "description", "flags"]
NUMBER = "smooth_or_featured_smooth"
UNITS = {"ra": units.deg, "dec": units.deg, "pixel_scale": units.arcsec}


def text(value):
    return "" if np.ma.is_masked(value) or value is None else str(value)


def check_ids(ids, kind):
    wrong = [(got, row["object_id"]) for got, row in zip(ids, expected) if got != row["object_id"]]
    assert len(ids) == len(expected) and not wrong, f"{kind}: {len(ids)} ids, {wrong}"


def check_rows(table, kind, decoded=str):
    check_ids([decoded(text(row["object_id"])) for row in table], kind)
    for row, want in zip(table, expected):
        for name in TEXTS:
            assert decoded(text(row[name])) == want[name], f"{kind}: {name} is {row[name]!r}, not {want[name]!r}"
        for name, number in want["numbers"].items():
            got = row[name]
            if number is None:
                assert got is None or np.ma.is_masked(got) or math.isnan(got), f"{kind}: {name} is {got!r}, not empty"
            else:
                assert abs(got - number) < 1e-12, f"{kind}: {name} is {got!r}, not {number!r}"


def check_types(table, kind):
    assert table[NUMBER].dtype.newbyteorder("=") == np.float64, f"{kind}: {table[NUMBER].dtype}"
    for name in table.colnames:
        unit = table[name].unit
        if name in UNITS:
            assert unit == UNITS[name], f"{kind}: {name} is in {unit}"
        else:
            assert unit in (None, units.dimensionless_unscaled), f"{kind}: {name} is in {unit}"


votable = parse_votable(folder / "galaxies.vot", verify="exception")
check_rows(votable.get_first_table().to_table(), "VOTable", unquote)
check_types(votable.get_first_table().to_table(), "VOTable")
for field in votable.get_first_table().fields:
    assert field.ucd and check_ucd(field.ucd, check_controlled_vocabulary=True), f"VOTable: {field.name} is a {field.ucd}"
    assert field.description, field.name
print("VOTable: astropy", astropy.__version__)

with fits.open(folder / "galaxies.fits") as hdus:
    hdus.verify("exception")
    assert hdus[1].header["EXTNAME"] == "morphologies", hdus[1].header.get("EXTNAME")
table = Table.read(folder / "galaxies.fits", hdu=1)
check_rows(table, "FITS", unquote)
check_types(table, "FITS")
print("FITS: astropy", astropy.__version__)

table = Table.read(folder / "galaxies.ecsv", format="ascii.ecsv")
check_rows(table, "ECSV", unquote)
check_types(table, "ECSV")
assert table[NUMBER].description, "ECSV: no description"
print("ECSV: astropy", astropy.__version__)

with open(folder / "galaxies.csv", newline="") as lines:
    rows = list(csv.DictReader(lines))
check_ids([row["object_id"] for row in rows], "CSV, Python")
frame = pd.read_csv(folder / "galaxies.csv", dtype={"object_id": str}, keep_default_na=False, na_values=[""])
check_ids(list(frame["object_id"]), "CSV, pandas")
assert frame[NUMBER].dtype == np.float64, frame.dtypes
table = Table.from_pandas(frame)
check_ids([text(value) or "\0" for value in table["object_id"]], "CSV, Astropy")  # to numpy, NUL at the end is nothing
print("CSV: Python", sys.version, "pandas", pd.__version__)

arrow = pyarrow.parquet.read_table(folder / "galaxies.parquet")
assert arrow.schema.field(NUMBER).type == pyarrow.float64(), arrow.schema.field(NUMBER)
assert arrow.schema.field("object_id").type == pyarrow.string(), arrow.schema.field("object_id")
check_rows(arrow.to_pylist(), "Parquet")
check_ids(list(pd.read_parquet(folder / "galaxies.parquet")["object_id"]), "Parquet, pandas")
print("Parquet: pyarrow", pyarrow.__version__)

for message in ("galaxy-image-reference", "galaxy-morphology"):
    schema = json.loads((folder / f"{message}.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    avro = json.loads((folder / f"{message}.avsc").read_text())

    def check_fields(record):
        for field in record["fields"]:
            kind = field["type"][-1] if isinstance(field["type"], list) else field["type"]
            kind = kind["items"] if isinstance(kind, dict) and kind["type"] == "array" else kind
            if isinstance(kind, dict) and kind["type"] == "record":
                check_fields(kind)
                continue
            assert check_ucd(field["ucd"], check_controlled_vocabulary=True), f"{field['name']} is a {field['ucd']}"
            if "unit" in field:
                units.Unit(field["unit"], format="vounit")

    check_fields(avro)


schema = json.loads((folder / "subject-assistant-1.schema.json").read_text())
jsonschema.Draft202012Validator.check_schema(schema)
subjects = json.loads((folder / "subjects.json").read_text())
form = jsonschema.Draft202012Validator(schema)
form.validate(subjects)
one = next(iter(subjects["data"]))
for broken in ({}, {"0": [1.5, [1, 1, 1]]}, {"0": [0.5]}, {"0": [0.5, [1, -1, 1]]}):
    assert not form.is_valid({**subjects, "data": {**subjects["data"], one: broken}}), f"the form accepts {broken}"
assert (len(subjects["data"]), len(subjects["failures"])) == (195, 5), subjects["failures"]
share, answers = subjects["schema"]["data"]["subject_id"]["sample_num"]
columns = [share, *answers]
rows = {subject: [samples["0"][0], *samples["0"][1]] for subject, samples in subjects["data"].items()}
frame = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
assert frame.shape == (195, 4) and (frame.dtypes == np.float64).all() and not frame.isna().any().any(), frame.dtypes
assert frame[share].between(0, 1).all() and (frame[answers] > 0).all().all(), frame.describe()
# the more of the concentration is featured, the more probable it is that enough volunteers say so
featured = frame["smooth-or-featured-gz2_featured-or-disk_prediction"] / frame[answers].sum(axis=1)
assert frame[share].corr(featured, method="pearson") > 0.5, frame
table = Table.from_pandas(frame, index=True)
assert len(table) == 195 and table.colnames[1:] == columns
print("subjects: pandas", pd.__version__, "and astropy", astropy.__version__)


def records(topic):
    consumer = confluent_kafka.Consumer(
        {"bootstrap.servers": bootstrap, "group.id": topic, "auto.offset.reset": "earliest", "isolation.level": "read_committed"}
    )
    consumer.subscribe([topic])
    try:
        for _ in range(60):
            record = consumer.poll(1.0)
            if record is not None and record.error() is None:
                return record
        raise AssertionError(f"nothing came on {topic}")
    finally:
        consumer.close()


schema = json.loads((folder / "galaxy-morphology.schema.json").read_text())
record = records("json")
morphology = json.loads(record.value())
jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(morphology)
assert record.key().decode() == morphology["objectId"] == expected[0]["object_id"]
print("JSON: confluent-kafka", confluent_kafka.version(), "and jsonschema")

value = records("avro").value()
magic, number = struct.unpack(">bI", value[:5])
assert (magic, number) == (0, 7)
read = fastavro.schemaless_reader(io.BytesIO(value[5:]), fastavro.parse_schema(json.loads((folder / "galaxy-morphology.avsc").read_text())))
assert read["questions"] == [
    {**q, **{name: q.get(name) for name in ("askedProbability", "concentration")}, "answers": [
        {**a, **{name: a.get(name) for name in ("joint", "lower90", "upper90")}} for a in q["answers"]]}
    for q in morphology["questions"]
]
assert isinstance(read["questions"][0]["answers"][0]["probability"], float)
assert read["classifiedAt"].isoformat().startswith(morphology["classifiedAt"].rstrip("Z")), read["classifiedAt"]
assert read["source"] == morphology["source"]
print("Avro: fastavro", fastavro.__version__)
