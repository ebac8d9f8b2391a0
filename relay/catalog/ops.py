"""Operations that were applied, so that each is applied once."""

from __future__ import annotations

from glasses.wire.change import Op, OpKind, OpResult
from glasses.wire.codec import decode_json, encode_json
from relay.catalog.rows import Connection


def result(connection: Connection, user_id: str, op_id: str) -> OpResult | None:
    """What an earlier try was answered."""
    row = connection.execute("SELECT result FROM ops WHERE user_id = ? AND op_id = ?", (user_id, op_id)).fetchone()
    return None if row is None else decode_json(row["result"], OpResult)


def put(connection: Connection, user_id: str, op: Op, answer: OpResult, at: int) -> None:
    connection.execute(
        "INSERT INTO ops VALUES (?, ?, ?, ?, ?)", (user_id, op.op_id, encode_json(op).decode(), encode_json(answer).decode(), at)
    )


def erase_faces(connection: Connection, user_id: str) -> None:
    """Tags that came as operations keep no face either."""
    sql = "SELECT op_id, record FROM ops WHERE user_id = ? AND json_extract(record, '$.kind') = ?"
    for row in connection.execute(sql, (user_id, OpKind.TAGS)).fetchall():
        op = decode_json(row["record"], Op)
        for moment in op.value.get("moments", []):
            moment["faces"] = []
        connection.execute("UPDATE ops SET record = ? WHERE user_id = ? AND op_id = ?", (encode_json(op).decode(), user_id, row["op_id"]))


def blank(connection: Connection, user_id: str, subject_id: str) -> None:
    """Forget what was said of the subject; that an operation was applied is remembered."""
    connection.execute(
        "UPDATE ops SET record = json_set(record, '$.value', json('{}')) WHERE user_id = ? AND json_extract(record, '$.subject_id') = ?",
        (user_id, subject_id),
    )
