"""What Alembic runs to apply a migration: the connection comes from `store.schema`."""

from alembic import context

from jupyter_colonies.store import tables

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=tables.SQLModel.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
