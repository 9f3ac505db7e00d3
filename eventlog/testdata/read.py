"""Reads the files that are named, and prints a line of JSON for each record.

    pip install fastavro==1.13.1 cramjam==2.14.0 backports.zstd==1.8.0
"""
import json
import sys

import fastavro


def plain(value):
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    return value if value is None or isinstance(value, (int, str)) else str(value)


for path in sys.argv[1:]:
    with open(path, "rb") as file:
        reader = fastavro.reader(file)
        assert reader.metadata["magicbyte.mode"] in ("raw", "values"), reader.metadata
        for record in reader:
            print(json.dumps(plain(record)))
