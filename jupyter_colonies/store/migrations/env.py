"""What Alembic runs to apply a migration: the connection comes from `store.migration`."""

from alembic import context
from sqlmodel import SQLModel

import jupyter_colonies.store.tables  # noqa: F401 - fills the metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
