"""Runs migrations against the database of the settings (or the address given by tests).

The rule: `versions/0001_initial.py` was rewritten once, for 0.2.0, under a revision of its own; databases from before
are refused (`app/core/revision.py`). From then on nothing in `versions/` changes after it was published: every change
of a model is a new file, `0002_….py` with `revision = "0002"` and `down_revision = "0001_v02"`, then `0003`. It changes
the table, moves what is stored, and its test runs it over rows (`tests/migrations/`). `migrations/HEAD` and `HEAD` in
`app/core/revision.py` name the newest.
"""

import sys

from alembic import context

from app.core.db import Base, make_engine
from app.core.revision import problem_of
from app.core.roles import grant_to, is_split, role_of
from app.factory import create_app
from app.settings import Settings

create_app()  # imports every model


def run() -> None:
    settings = Settings.from_env()
    if settings.restoring_path.exists():
        sys.exit("A restore was cut off: run it again (`restore`) before anything is migrated.")
    named = context.config.get_main_option("sqlalchemy.url")
    url = named or settings.owner_database
    if problem := problem_of(url, migrating=True):
        sys.exit(problem)
    if url.startswith("sqlite:///"):
        from pathlib import Path

        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    engine = make_engine(url, pooled=bool(settings.pooled))
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=False)
        with context.begin_transaction():
            context.run_migrations()
            if not named and is_split(settings.database, url):
                # What the application may do is of this version, as the tables are.
                grant_to(connection, Base.metadata, role_of(settings.database))
        connection.commit()
    engine.dispose()


run()
