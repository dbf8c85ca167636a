"""Files by the object that holds their bytes; parts of uploads count among a colony's bytes."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

PAGE = 1000

USED = """
    INSERT INTO usages (colonyname, bytes)
    SELECT there.colonyname,
        (SELECT COALESCE(SUM(size), 0) FROM objects WHERE objects.colonyname = there.colonyname)
        + (SELECT COALESCE(SUM(parts.size), 0) FROM parts JOIN uploads
            ON uploads.uploadid = parts.uploadid WHERE uploads.colonyname = there.colonyname)
    FROM (SELECT DISTINCT colonyname FROM buckets) AS there
"""


def upgrade() -> None:
    """Apply the change."""
    for name in ("bucket", "object"):
        op.add_column("files", sa.Column(name, sa.String(), nullable=False, server_default=""))
    _name_objects(op.get_bind())
    op.create_index("files_by_object", "files", ["colonyname", "object"])
    op.execute("DELETE FROM usages")
    op.execute(USED)


def _name_objects(connection: sa.Connection) -> None:
    """Fill the new columns from the references, some at a time."""
    page = sa.text("SELECT seq, ref FROM files WHERE seq > :after ORDER BY seq LIMIT :most")
    change = sa.text("UPDATE files SET bucket = :bucket, object = :object WHERE seq = :seq")
    after = 0
    while rows := connection.execute(page, {"after": after, "most": PAGE}).fetchall():
        changes = []
        for seq, ref in rows:
            found = json.loads(ref)["s3object"]
            named = {name: found[name] for name in ("bucket", "object")}
            # What can't be the name of an object is in no index.
            if all("\0" not in text and 0 < len(text.encode()) <= 1024 for text in named.values()):
                changes.append({"seq": seq, **named})
        if changes:
            connection.execute(change, changes)
        after = rows[-1].seq
