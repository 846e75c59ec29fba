"""One note through the browser: read blind by keyboard and by mouse, settled, signed."""

from tests.browser.notes_page import NotesPage, until
from tests.browser.world import PASSWORD, Case


def review_everything(notes):
    """Accepts what is open, at a human pace."""
    notes.press("n")
    while notes.focus()["status"] == "suggested":
        notes.press("a")
        notes.page.wait_for_timeout(720 if notes.pressed % 7 == 0 else 0)


def test_two_people_read_a_note_and_a_third_settles_and_signs_it(world, open_page, open_task):
    # Ana reads by keyboard: confirms, negates what the pipeline missed, adds a word, codes, links, finishes.
    task = world.task()
    ana = NotesPage(open_task(task))
    review_everything(ana)
    ana.focus_on("Drug eruption")
    ana.press("w", "c", *"L27.0", "Enter")
    ana.until("space.store.focused.codes.length === 1")
    ana.press("z")
    ana.focus_on("amoxicillin-clavulanate")
    ana.press("l")
    targets = ana.space("return space.linking.targets.map((id) => space.textOf(space.store.elements.get(id)));")
    letters = ana.page.locator(".hint").all_inner_texts()[targets.index("pruritus")]
    ana.press(*letters, "1", "/", *"penicillins", "Enter", "3")
    assert ana.entity("penicillins")["label"] == "medication"
    ana.page.locator("[data-surface]").press("End")
    ana.saw_everything()
    ana.press("Control+Enter")
    ana.left()
    assert task.state == "submitted"

    # Ben reads by mouse, accepts the guideline that is new to him, and sees nothing of Ana's answer.
    other = world.assignment_of(task, "ben")
    ben = NotesPage(open_task(other))
    page = ben.page
    if page.locator(".acceptance").count():  # in another test of this run he may have accepted it
        page.get_by_role("button", name="I have read and accept").click()
        page.locator(".acceptance").wait_for(state="detached")
    assert ben.entity("penicillins") is None
    assert ben.elements("relation") == []
    while ben.page.locator(".row-entity.suggested").count():
        page.locator(".row-entity.suggested").first.click()
        page.locator("#panel").get_by_role("button", name="Accept").click()
        page.wait_for_timeout(100)
    ben.select("Sputum")
    page.locator(".choices").get_by_role("button", name="TEST").click()
    ben.saw_everything()
    ben.saved()
    page.get_by_role("button", name="Finish & next").click()
    ben.left()
    assert other.state == "submitted"

    # Sam takes the case, decides each difference by key, and signs with both components typed again.
    sam = open_page(f"{world.url}/sign-in", **world.context("sam"))
    case = world.write(lambda session: world.take(session, task.item))
    assert isinstance(case, Case)
    sam.goto(case.url)
    sam.wait_for_selector("[data-ready]")
    for done in range(1, sam.locator(".case").count() + 1):
        critical = "escalated" in sam.locator(".case[aria-selected=true]").inner_text()
        sam.keyboard.press("1")
        if critical:
            sam.keyboard.press("Enter")
        until(sam, f"document.querySelectorAll('.case.done').length === {done}")
    sam.keyboard.press("Control+Enter")
    sam.keyboard.type("sam")
    sam.keyboard.press("Tab")
    sam.keyboard.type(PASSWORD)
    sam.keyboard.press("Enter")
    sam.wait_for_selector(".signature")
    assert len(case.rulings) == done
    assert [name for name, _, _ in case.signatures] == ["Dr Sam Test"]
