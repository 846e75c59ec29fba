"""Runs migrations against the database of the settings (or the address given by tests)."""

from alembic import context

from app.core.db import Base, make_engine
from app.factory import create_app
from app.settings import Settings

create_app()  # imports every model


def run() -> None:
    url = context.config.get_main_option("sqlalchemy.url") or Settings.from_env().database
    if url.startswith("sqlite:///"):
        from pathlib import Path

        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    engine = make_engine(url)
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=False)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    engine.dispose()


run()
