"""Writes the events in this folder as the Python pipeline does.

    pip install fastavro==1.13.1
    python write.py

Each event NAME becomes NAME.json (plain JSON, the expected value), NAME.bare.bin (the Avro body) and NAME.framed.bin
(0x00, the schema id 42 as a big-endian int32, the body). order_event.avsc is written in the pipeline's manner: string defaults
stand inside the type and the logical type beside it, where Avro ignores both, and event_id is a plain string.
"""

import io
import json
import pathlib
import struct

import fastavro

HERE = pathlib.Path(__file__).parent
SCHEMA = fastavro.parse_schema(json.loads((HERE / "order_event.avsc").read_text()))
SCHEMA_ID = 42


def payload(**given):
    empty = dict.fromkeys(
        ["user_id", "total_amount", "status", "items", "shipping_address", "payment_method", "payment_id", "metadata"]
    )
    return empty | {"currency": "USD"} | given


EVENTS = {
    "minimal": {
        "event_id": "0b1f6c1e-2f53-4c3a-9d0a-7f3f8d1f2a10",
        "event_type": "ORDER_UPDATED",
        "order_id": "ORD-1",
        "timestamp": 1700000000000,
        "source": "order-service",
        "version": "1.0",
        "payload": payload(),
    },
    "full": {
        "event_id": "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
        "event_type": "ORDER_CREATED",
        "order_id": "ORD-20240229-000017",
        "timestamp": 1709164800123,
        "source": "checkout",
        "version": "1.1",
        "payload": payload(
            user_id="USR-Zoë-42",
            total_amount=59.97,
            currency="EUR",
            status="PENDING",
            items=[
                {"sku": "BOOK-1", "product_name": "Ein Buch über Kafka", "quantity": 2, "unit_price": 24.99, "category": "books"},
                {"sku": "PEN-7", "product_name": None, "quantity": 1, "unit_price": 9.99, "category": None},
            ],
            shipping_address={
                "street": "Rämistrasse 101",
                "city": "Zürich",
                "state": "ZH",
                "postal_code": "8092",
                "country": "CH",
            },
            payment_method="CREDIT_CARD",
            payment_id="PAY-0001",
            metadata={"campaign": "frühling"},
        ),
    },
    "legacy-id": {
        "event_id": "evt_1709164800123_000017",
        "event_type": "PAYMENT_FAILED",
        "order_id": "ORD-2",
        "timestamp": 1709164800999,
        "source": "payments",
        "version": "1.0",
        "payload": payload(total_amount=0.1 + 0.2, payment_method="CASH_ON_DELIVERY", payment_id="", items=[], metadata={}),
    },
    "empty-id": {
        "event_id": "",
        "event_type": "ORDER_RETURNED",
        "order_id": "ORD-3",
        "timestamp": -1,
        "source": "",
        "version": "",
        "payload": payload(status="RETURNED"),
    },
    "metadata": {
        "event_id": "17",
        "event_type": "ORDER_SHIPPED",
        "order_id": "ORD-4",
        "timestamp": 4102444800000,
        "source": "warehouse",
        "version": "1.0",
        "payload": payload(status="SHIPPED", metadata={"carrier": "DHL", "parcel": "1/2", "note": "左側通行"}),
    },
}

for name, event in EVENTS.items():
    body = io.BytesIO()
    fastavro.schemaless_writer(body, SCHEMA, event)
    (HERE / f"{name}.bare.bin").write_bytes(body.getvalue())
    (HERE / f"{name}.framed.bin").write_bytes(b"\x00" + struct.pack(">i", SCHEMA_ID) + body.getvalue())
    (HERE / f"{name}.json").write_text(json.dumps(event, indent=2, ensure_ascii=False) + "\n")
