"""Pages of quality: the bias audit with its declaration, and a project's menu by what people do."""

import re

import pytest

from app.corpus.project import change_settings, get_project
from app.quality.bias.audit import BIAS
from app.quality.results.stored import put_result
from tests.build import OPERATOR

GROUP = {"group": "F", "documents": 40, "value": 0.5, "low": 0.4, "high": 0.6, "difference": -0.2,
         "difference_low": -0.3, "difference_high": -0.1, "p": 0.0002, "p_holm": 0.0004, "differs": True}  # fmt: skip
SHARE = {"group": "F", "documents": 40, "share": 0.4, "low": 0.3, "high": 0.5, "target": 0.52, "p": 0.01,
         "p_holm": 0.02, "differs": True}  # fmt: skip
STORED = {
    "audits": [{"modality": "notes", "arm": "blank", "tests": 2, "measures": [
        {"measure": "agreement", "title": "agreement of readers", "of": "marks", "value": 0.6, "documents": 100,
         "facets": [{"facet": "sex", "hidden": 0, "groups": [GROUP, GROUP | {"group": "M", "differs": False}]}]},
    ]}],
    "findings": [{"modality": "notes", "arm": "blank", "measure": "agreement", "facet": "sex"} | GROUP],
    "population": {"documents": 100, "facets": [{"facet": "sex", "declared": True, "hidden": 0, "groups": [SHARE]}]},
    "level": 0.05, "small": 11, "seed": 1, "permutations": 9999,
}  # fmt: skip
BIAS_PAGE = "/projects/first/quality/bias"


def areas(page):
    """The areas of work in a project's menu, and the pages of the one that is open."""
    bars = re.findall(r'<nav aria-label="([^"]+)" class="subbar[^"]*">(.*?)</nav>', page, re.S)
    return {name: re.findall(r">([^<]+)</a>", links) for name, links in bars}


def test_the_audit_says_which_groups_differ_and_gives_its_tables(team):
    team.database.writing(lambda s: put_result(s, team.project_id, BIAS, STORED, at=0))
    page = team.get("lead", BIAS_PAGE).text
    assert "1 group differs" in page
    assert "-0.200" in page
    assert "52.0 %" in page
    lines = team.get("lead", f"{BIAS_PAGE}/groups").text.splitlines()
    assert lines[1].startswith("notes,blank,agreement,sex,F,40,0.5,")
    assert "sex,F,40,0.4,0.3,0.5,0.52" in team.get("lead", f"{BIAS_PAGE}/population").text
    for name in ("ann", "stranger"):
        assert team.get(name, BIAS_PAGE).status_code in (403, 404)
    assert "Declare" not in team.get("olu", BIAS_PAGE).text


def test_a_target_population_is_declared_by_who_leads_and_is_in_the_log(team):
    answer = team.post("lead", f"{BIAS_PAGE}/target", sex="F=52, M=48", language="en=100")
    assert answer.status_code == 303
    assert 'value="F=52, M=48"' in team.get("lead", BIAS_PAGE).text
    for wrong in ("F=52, M=40", "F=fifty", "F", "F=52"):
        page = team.post("lead", f"{BIAS_PAGE}/target", sex=wrong)
        assert page.status_code == 422, wrong
        assert "must be a list" in page.text
    assert team.post("olu", f"{BIAS_PAGE}/target", sex="").status_code == 403


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("lead", ["Work", "Data", "Quality", "Safety", "Release", "Set-up"]),
        ("ann", ["Work", "Set-up"]),
        ("vera", ["Work", "Quality", "Set-up"]),
        ("olu", ["Work", "Data", "Quality", "Safety", "Release", "Set-up"]),
    ],
)
def test_a_project_is_divided_by_what_people_do_and_each_sees_what_opens(team, name, wanted):
    page = team.get(name, "/projects/first").text
    bars = areas(page)
    project = next(bar for bar in bars if bar.startswith("Project "))
    assert bars[project] == wanted
    addresses = re.findall(r'<li><a href="(/projects/first[^"]*)"', page)
    assert len(addresses) >= len(wanted)
    for address in addresses:
        opened = team.get(name, address)
        assert opened.status_code == 200, address
        assert opened.text.count('aria-current="page"') >= 1


def test_only_simulated_projects_say_so(team):
    assert "Simulated." not in team.get("lead", "/projects/first").text

    def simulate(session, at):
        change_settings(session, OPERATOR, get_project(session, "first"), {"simulated": True}, at=at)

    team.write(simulate)
    for address in ("", "/quality", "/settings"):
        assert "Simulated." in team.get("lead", f"/projects/first{address}").text
