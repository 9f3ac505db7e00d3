"""Golden files by fastavro, and a check that it reads ours.

    pip install fastavro==1.13.1 cramjam==2.14.0 backports.zstd==1.8.0
    python peers.py write ../golden     # fastavro-CODEC.avro
    python peers.py read ../golden      # every file of the folder holds the readings
"""
import datetime
import json
import pathlib
import sys

import fastavro

here = pathlib.Path(__file__).parent
folder = pathlib.Path(sys.argv[2])
schema = fastavro.parse_schema(json.loads((here / "reading.avsc").read_text()))
epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def reading(i):
    return {
        "id": i * 1000003 - 7,
        "name": f"sensor-{i}" + ("ü" if i % 7 == 0 else ""),
        "tags": [f"t{j}" for j in range(i % 4)],
        "note": None if i % 3 == 0 else f"note {i}",
        "level": i / 4,
        "at": epoch + datetime.timedelta(milliseconds=1700000000000 + i),
    }


readings = [reading(i) for i in range(50)]
if sys.argv[1] == "write":
    for codec in ("null", "deflate", "snappy", "zstandard"):
        with open(folder / f"fastavro-{codec}.avro", "wb") as out:
            fastavro.writer(out, schema, readings, codec, sync_interval=400, sync_marker=bytes(range(16)), metadata={"written.by": "fastavro"})
else:
    for path in sorted(folder.glob("*.avro")):
        with open(path, "rb") as file:
            assert list(fastavro.reader(file)) == readings, path
        print("fastavro", fastavro.__version__, "reads", path.name)
