"""Settings come from the environment, with the type their defaults have."""

from dataclasses import fields

from app.settings import Settings


def test_a_setting_that_is_a_number_is_read_as_one(monkeypatch):
    for field in fields(Settings):
        monkeypatch.setenv(f"CHARTMARK_{field.name.upper()}", "7")
    read = Settings.from_env()
    for field in fields(Settings):
        assert type(getattr(read, field.name)) is type(field.default), field.name
        assert str(getattr(read, field.name)) == "7"
