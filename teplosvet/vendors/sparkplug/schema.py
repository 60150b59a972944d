"""The part of the Sparkplug B schema that values come in, described here so that no generated code is needed.

Numbers of fields and types are those of the public schema (Eclipse Tahu, ``sparkplug_b.proto``; Sparkplug 3.0.0, 6.4).
Data sets, templates and metadata are left out: protocol buffers skip fields that are not described.
"""

from collections.abc import Mapping
from enum import IntEnum
from functools import cache
from typing import Any

from teplosvet.domain.errors import MessageError

_PACKAGE = "org.eclipse.tahu.protobuf"

_FIELDS: Mapping[str, tuple[tuple[int, str, str], ...]] = {
    "Payload": (
        (1, "timestamp", "uint64"),
        (2, "metrics", "repeated Metric"),
        (3, "seq", "uint64"),
        (4, "uuid", "string"),
        (5, "body", "bytes"),
    ),
    "Metric": (
        (1, "name", "string"),
        (2, "alias", "uint64"),
        (3, "timestamp", "uint64"),
        (4, "datatype", "uint32"),
        (5, "is_historical", "bool"),
        (6, "is_transient", "bool"),
        (7, "is_null", "bool"),
        (9, "properties", "PropertySet"),
        (10, "int_value", "one uint32"),
        (11, "long_value", "one uint64"),
        (12, "float_value", "one float"),
        (13, "double_value", "one double"),
        (14, "boolean_value", "one bool"),
        (15, "string_value", "one string"),
        (16, "bytes_value", "one bytes"),
    ),
    "PropertySet": ((1, "keys", "repeated string"), (2, "values", "repeated PropertyValue")),
    "PropertyValue": (
        (1, "type", "uint32"),
        (2, "is_null", "bool"),
        (3, "int_value", "one uint32"),
        (4, "long_value", "one uint64"),
        (5, "float_value", "one float"),
        (6, "double_value", "one double"),
        (7, "boolean_value", "one bool"),
        (8, "string_value", "one string"),
    ),
}
"""Message -> number, name and type of its fields; those of «one» type are the alternatives of the one value."""


class DataType(IntEnum):
    """Types of metrics that can be a measured value (Sparkplug 3.0.0, 6.4.16)."""

    INT8 = 1
    INT16 = 2
    INT32 = 3
    INT64 = 4
    UINT8 = 5
    UINT16 = 6
    UINT32 = 7
    UINT64 = 8
    FLOAT = 9
    DOUBLE = 10
    BOOLEAN = 11


SIGNED_BITS: Mapping[int, int] = {DataType.INT8: 8, DataType.INT16: 16, DataType.INT32: 32, DataType.INT64: 64}
"""Signed integers travel in unsigned fields as two's complement. [bits]"""


def parsed(data: bytes) -> Any:
    """A payload as the protocol buffer library gives it.

    Raises:
        MessageError: If the bytes are none.
    """
    from google.protobuf.message import DecodeError  # noqa: PLC0415  # 11 MB that nobody without Sparkplug needs

    message = _payload_class()()
    try:
        message.ParseFromString(data)
    except DecodeError as error:
        raise MessageError("not_protobuf", "the payload is no Sparkplug B protocol buffer") from error
    return message


@cache
def _payload_class() -> Any:
    """The class of payloads."""
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory  # noqa: PLC0415  # as above

    file = descriptor_pb2.FileDescriptorProto(name="sparkplug_b.proto", package=_PACKAGE, syntax="proto2")
    for name, fields in _FIELDS.items():
        _describe(file.message_type.add(name=name), fields)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.Payload"))


def _describe(message: Any, fields: tuple[tuple[int, str, str], ...]) -> None:
    """Describe the fields of a message, a descriptor that is still empty."""
    if any(words.startswith("one ") for _, _, words in fields):
        message.oneof_decl.add(name="value")
    for number, name, words in fields:
        how, _, kind = words.rpartition(" ")
        field = message.field.add(name=name, number=number)
        field.label = field.LABEL_REPEATED if how == "repeated" else field.LABEL_OPTIONAL
        if kind in _FIELDS:
            field.type, field.type_name = field.TYPE_MESSAGE, f".{_PACKAGE}.{kind}"
        else:
            field.type = getattr(field, f"TYPE_{kind.upper()}")
        if how == "one":
            field.oneof_index = 0
