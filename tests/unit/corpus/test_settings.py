"""A project's settings: what is unknown or does not fit is refused, by whichever door it comes."""

import pytest
from click.testing import CliRunner

from app.cli.project import project
from app.core.errors import Invalid
from app.corpus.settings import SETTINGS, ProjectSettings, checked_settings
from app.factory import compose

compose()

REFUSED = [
    ({"strategy": "zzz"}, "strategy", "bad-setting"),
    ({"workflow": "vote"}, "workflow", "bad-setting"),
    ({"pipeline": "gpt-9"}, "pipeline", "bad-setting"),
    ({"other_pipelines": ["chartmark_rules", "gpt-9"]}, "other_pipelines", "bad-setting"),
    ({"other_pipelines": "chartmark_rules"}, "other_pipelines", "bad-setting"),
    ({"reader_tier": -5}, "reader_tier", "bad-setting"),
    ({"reader_tier": 5}, "reader_tier", "bad-setting"),
    ({"reader_tier": True}, "reader_tier", "bad-setting"),
    ({"reader_tier": "2"}, "reader_tier", "bad-setting"),
    ({"k_min": 10**30}, "k_min", "bad-setting"),
    ({"leak_bound_per_mille": 0}, "leak_bound_per_mille", "bad-setting"),
    ({"deid_mode": "blank"}, "deid_mode", "bad-setting"),
    ({"agreement_required": "yes"}, "agreement_required", "bad-setting"),
    ({"required_countries": ["Germany"]}, "required_countries", "bad-setting"),
    ({"required_countries": "DE"}, "required_countries", "bad-setting"),
    ({"specialties": [""]}, "specialties", "bad-setting"),
    ({"color": "red"}, "color", "unknown-setting"),
]


@pytest.mark.parametrize(("changes", "where", "code"), REFUSED)
def test_what_does_not_fit_is_refused_with_its_name(changes, where, code):
    with pytest.raises(Invalid) as refused:
        checked_settings(changes)
    assert [(problem.where, problem.code) for problem in refused.value.problems] == [(where, code)]


def test_every_problem_is_named_and_no_value_is_quoted():
    with pytest.raises(Invalid) as refused:
        checked_settings({"strategy": "secret-1", "reader_tier": 77, "canary": "secret-2"})
    assert [problem.where for problem in refused.value.problems] == ["canary", "reader_tier", "strategy"]
    said = str(refused.value) + "".join(problem.message for problem in refused.value.problems)
    assert "secret" not in said
    assert "77" not in said


def test_specialties_are_stored_as_credentials_state_them():
    assert checked_settings({"specialties": ["Radiology "]}) == {"specialties": ["radiology"]}


def test_a_retired_setting_is_still_taken_from_scripts_and_offered_to_nobody():
    assert checked_settings({"strategy": "one_reader"}) == {"strategy": "one_reader"}
    assert SETTINGS["strategy"].retired


def test_only_what_was_named_is_stored():
    assert checked_settings({}) == {}
    assert checked_settings({"k_min": 3}) == {"k_min": 3}


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=lambda s: s.name)
def test_a_setting_has_words_for_people_and_its_default_fits(setting):
    assert setting.title
    assert setting.kind in ("choice", "check", "number", "list", "text")
    assert checked_settings({setting.name: setting.default}) == {setting.name: setting.default}
    shown = ", ".join(setting.default) if setting.kind == "list" else str(setting.default)
    assert setting.read(shown) == setting.default
    assert setting.kind != "number" or setting.range[0] < setting.range[1]


def test_the_model_and_the_table_name_the_same():
    assert list(SETTINGS) == list(ProjectSettings.model_fields)


def test_the_command_lists_every_setting_with_what_it_accepts():
    out = CliRunner().invoke(project, ["settings"])
    assert out.exit_code == 0, out.output
    shown = [name for name, one in SETTINGS.items() if not one.retired]
    assert [line.split('"')[3] for line in out.output.splitlines()] == shown
