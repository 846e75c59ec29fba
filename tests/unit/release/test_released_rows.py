"""INV-5: what was released is never changed; a correction is another release."""

import pytest

from app.audit.triggers import all_triggers, append_only
from app.core.db import Base
from app.factory import create_app

create_app()


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
@pytest.mark.parametrize("table", ["release", "release_item", "release_recall", "release_supersession"])
def test_the_database_refuses_to_change_a_row_of_a_release(table, dialect):
    assert set(append_only(Base.metadata.tables[table], dialect)) <= set(all_triggers(Base.metadata, dialect))
