"""Report labels and metadata: the same workbench frame, one row per question."""

import pytest

from tests.browser import sample
from tests.browser.notes_page import until

SAVED = "document.querySelector('#save-state').textContent === 'All changes saved'"


@pytest.fixture
def report_task(world):
    return world.task("reports")


@pytest.fixture
def record_task(world):
    return world.task("imaging")


@pytest.fixture
def report(report_task, open_task):
    return open_task(report_task)


@pytest.fixture
def metadata(record_task, open_task):
    return open_task(record_task)


def answers(task):
    return {b.get("label", b.get("keyword")): b for b in task.elements.values() if b["kind"] in ("observation", "field")}


def test_observations_are_answered_by_digit_and_go_on(report, report_task):
    for key in ("d", "a", "3", "2", "1"):
        report.keyboard.press(key)
    until(report, SAVED)
    assert {k: b["value"] for k, b in answers(report_task).items()} == {
        "cardiomegaly": "positive", "pleural_effusion": "uncertain", "pneumothorax": "negative", "support_devices": "positive"}
    assert answers(report_task)["cardiomegaly"]["status"] == "confirmed"


def test_a_value_chosen_with_a_selection_has_it_as_evidence(report, report_task):
    for key in ("s", "/"):
        report.keyboard.press(key)
    report.keyboard.type("PICC")
    for key in ("Enter", "1"):
        report.keyboard.press(key)
    until(report, SAVED)
    start = sample.REPORT.index("PICC")
    assert answers(report_task)["support_devices"]["evidence"] == [[start, start + 4]]
    assert report.locator("mark", has_text="PICC").count() == 1


def test_not_mentioned_is_an_answer_without_a_place(report, report_task):
    report.keyboard.press("d")
    report.keyboard.press("0")
    until(report, SAVED)
    until(report, "document.querySelectorAll('mark').length === 0")
    assert {key: (body["value"], body["evidence"]) for key, body in answers(report_task).items()} == {
        "cardiomegaly": ("not_mentioned", [])}
    suggested = answers(report_task)["cardiomegaly"]["origin"]["suggested"]
    assert (suggested["value"], len(suggested["evidence"])) == ("positive", 1)


def test_an_untouched_report_is_not_finished_by_one_key(report, report_task):
    assert report.locator("#progress-words").inner_text() == "0 of 5 labels answered"
    assert report.locator("#progress").get_attribute("value") in (None, "0")
    report.keyboard.press("Control+Enter")
    dialog = report.get_by_role("dialog")
    assert "5 things still open" in dialog.inner_text()
    assert "No answer: Pneumothorax" in dialog.inner_text()
    assert report_task.state == "open"


def test_nothing_else_is_mentioned_is_said_once_and_can_be_taken_back(report, report_task):
    rest = report.get_by_role("button", name="Nothing else is mentioned")
    report.keyboard.press("Shift+Digit0")
    until(report, SAVED)
    assert rest.get_attribute("aria-pressed") == "true"
    assert report.locator("#progress-words").inner_text() == "4 of 5 labels answered, the rest not mentioned"
    rest.click()
    until(report, SAVED)
    assert not [body for body in report_task.elements.values() if body["kind"] == "rest"]
    for key in ("Shift+Digit0", "n", "a"):
        report.keyboard.press(key)
    until(report, SAVED)
    assert report.locator("#progress-words").inner_text().startswith("5 of 5 labels answered")
    report.keyboard.press("Control+Enter")
    report.wait_for_url(lambda url: url != report_task.url)
    assert report_task.state == "submitted"


def test_a_critical_finding_has_a_category(report, report_task):
    report.get_by_label("critical").select_option("1")
    until(report, SAVED)
    assert [b["category"] for b in report_task.elements.values() if b["kind"] == "critical"] == [1]


def test_an_open_suggestion_is_listed_at_finish(report):
    report.keyboard.press("Control+Enter")
    dialog = report.get_by_role("dialog")
    assert "Not reviewed: Cardiomegaly" in dialog.inner_text()
    dialog.get_by_role("listitem").filter(has_text="Cardiomegaly").get_by_role("button", name="Go there").click()
    assert report.locator("tr[aria-current=true] th").inner_text().startswith("Cardiomegaly")


def test_fields_are_confirmed_corrected_and_called_unusable(metadata, record_task):
    metadata.keyboard.press("a")
    metadata.keyboard.press("Enter")
    metadata.keyboard.type("THORAX")
    metadata.keyboard.press("Enter")
    metadata.keyboard.press("Enter")
    metadata.locator("[data-keep=correction]").select_option("L")
    metadata.keyboard.press("x")
    metadata.get_by_role("textbox", name="Why").fill("not an age string")
    metadata.get_by_role("button", name="Mark unusable").click()
    until(metadata, SAVED)
    given = answers(record_task)
    assert {k: (b["verdict"], b.get("value")) for k, b in given.items()} == {
        "Modality": ("confirmed", None), "BodyPartExamined": ("corrected", "THORAX"), "Laterality": ("corrected", "L"), "PatientAge": ("unusable", None)}
    assert given["PatientAge"]["reason"] == "not an age string"


def test_a_record_cannot_be_finished_with_open_fields(metadata):
    metadata.keyboard.press("Control+Enter")
    assert "4 things still open" in metadata.get_by_role("dialog").inner_text()


def test_a_whole_record_is_done_by_keyboard_alone(metadata, record_task):
    for key in ("a", "a", "a", "a", "Control+Enter"):
        metadata.keyboard.press(key)
    metadata.wait_for_url(lambda url: url != record_task.url)
    assert record_task.state == "submitted"


def test_a_record_without_any_of_the_fields_is_not_finished_untouched(world, open_task):
    task = world.task("imaging", text='{"fields": {"StationName": "X1"}}')
    page = open_task(task)
    assert page.locator("#progress-words").inner_text() == "0 of 4 fields done"
    page.keyboard.press("Control+Enter")
    assert "4 things still open" in page.get_by_role("dialog").inner_text()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="No other field is in this record").click()
    until(page, SAVED)
    assert page.locator("#progress-words").inner_text() == "4 of 4 fields done"
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda url: url != task.url)
    assert task.state == "submitted"


@pytest.mark.parametrize(("kind", "noun"), [("reports", "Report"), ("imaging", "Metadata record"), ("notes", "Note")])
def test_the_heading_calls_an_item_what_it_is(world, open_task, kind, noun):
    assert open_task(world.task(kind)).locator("h1").inner_text().startswith(f"{noun} ")
