"""Names of dropped columns come from the sender, and are not repeated where they name somebody."""

from collections import Counter

from app.factory import create_app
from app.intake.record import UNNAMED, map_fields


def test_a_column_named_after_a_person_is_counted_without_its_name():
    create_app()
    dropped = Counter()
    map_fields({"text": "t", "ward": "4", "Mr. John Smith": "x", "jane.roe@example.org": "y"}, {}, dropped)
    assert dropped == {"ward": 1, UNNAMED: 2}
