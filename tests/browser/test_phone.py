"""The phone's page: plain forms, and with `live.js` whatever a shaky network does to it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from rig import PROJECTOR, form, join, see, until

pytestmark = pytest.mark.browser

IDEA = "We met every month, even when nothing was urgent."
REFUSED = ("status of 409", "status of 422")
TYPED = "It helped that we knew who "


def press(page, command, **hidden):
    form(page, command, **hidden).locator("button").last.click()


def look(page, item):
    """Look at the page again, as people without JavaScript do, until it shows the item."""
    page.click("noscript a")
    while page.locator(f"#question-{item}").count() == 0:
        page.click("noscript a")


def choose(page, **dots):
    """Mark dots on a ballot: `place=2` are two dots on "place"."""
    for option, number in dots.items():
        page.check(f"#dot-{option}-{number}")


def chosen(page):
    """Return the dots marked on a ballot, without the zeros."""
    marked = page.eval_on_selector_all("#ballot :checked", "all => all.map(one => [one.name, Number(one.value)])")
    return {name.removeprefix("value."): number for name, number in marked if number}


def ballots(session, item="factors"):
    return [dict(ballot.value) for ballot in session.inside(item).ballots.values()]


def texts(session, item="experiences"):
    return [idea.label["und"] for idea in session.inside(item).ordered("unassigned", "assigned")]


def count(session, name):
    return sum(event.name == name for event in session.live.store.read(0))


# ── plain forms ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_without_javascript_a_vote_is_changed_and_a_role_given_back(session, phone):
    page = phone(java_script_enabled=False)
    session.do("open", "factors")
    look(page, "factors")
    choose(page, place=2, needs=1)
    press(page, "cast")
    expect(page.locator("#counted")).to_be_visible()
    assert chosen(page) == {"place": 2, "needs": 1}
    choose(page, needs=0, goal=1)
    press(page, "cast")
    expect(page.locator("#dot-goal-1")).to_be_checked()
    assert ballots(session) == [{"place": 2, "goal": 1}]

    session.do("open", "roles")
    look(page, "roles")
    press(page, "take", role="room")
    form(page, "confirm", role="room").locator("[name=name]").fill("Ada")
    press(page, "confirm", role="room")
    expect(page.locator("#board-room")).to_contain_text("Ada")
    press(page, "release", role="room")
    expect(form(page, "take", role="room")).to_be_visible()
    assert session.inside("roles").held("room") == []


def test_a_refusal_says_why_and_keeps_what_was_chosen(session, phone, watch):
    watch.expected = REFUSED
    session.do("open", "factors")
    page = phone(java_script_enabled=False)
    choose(page, place=3, needs=1)
    press(page, "cast")
    expect(page.locator("#notice")).to_contain_text("3")
    assert chosen(page) == {"place": 3, "needs": 1}
    assert ballots(session) == []
    choose(page, place=2)
    press(page, "cast")
    assert ballots(session) == [{"place": 2, "needs": 1}]


def test_the_address_of_a_refusal_leads_back_to_the_session(session, phone, watch):
    watch.expected = REFUSED
    session.do("open", "factors")
    page = phone(java_script_enabled=False)
    choose(page, place=3, needs=3)
    press(page, "cast")
    page.goto(page.url)
    see(page, "factors")


def test_what_came_too_late_is_refused_with_a_reason(session, phone, watch):
    watch.expected = REFUSED
    session.do("open", "experiences")
    page = phone(java_script_enabled=False)
    page.fill("#idea-text", IDEA)
    session.do("close", "experiences")
    press(page, "add")
    expect(page.locator("#notice")).not_to_be_empty()
    assert texts(session) == []


def test_a_ticket_opens_one_seat_on_one_phone_after_another_without_javascript(session, page_of, watch):
    watch.expected = ("status of 403", "status of 422")
    (ticket,) = session.live.do("issue-tickets", count="1").tickets
    session.do("open", "factors")
    page = page_of(java_script_enabled=False)
    page.goto(session.url)
    page.fill("main [name=name]", "Ada")
    page.fill("main [name=ticket]", ticket[:-1] + ("A" if ticket[-1] != "A" else "B"))
    page.click("main button[type=submit]")
    expect(page.get_by_role("alert")).to_contain_text("mistyped")
    expect(page.get_by_label("Your ticket")).to_be_focused()
    expect(page.get_by_label("Your name, if you like")).to_have_value("Ada")
    page.get_by_label("Your ticket").fill(ticket.lower().replace("-", ""))
    page.click("main button[type=submit]")
    see(page, "factors")
    choose(page, place=2)
    press(page, "cast")
    assert ballots(session) == [{"place": 2}]

    other = join(page_of(java_script_enabled=False), session, ticket=ticket)
    assert chosen(other) == {"place": 2}
    press(page, "cast")
    expect(page.get_by_role("alert")).to_contain_text("no seat")
    choose(other, place=0, needs=1)
    press(other, "cast")
    assert ballots(session) == [{"needs": 1}]
    assert len(session.state.seats) == 1


# ── live ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_vote_is_saved_and_the_stage_counts_it(session, phone, page_of):
    session.do("open", "factors")
    stage = page_of(viewport=PROJECTOR)
    stage.goto(f"{session.url}/stage")
    expect(stage.locator("#meter")).to_have_attribute("value", "0")
    page = phone()
    choose(page, place=2, needs=1)
    press(page, "cast")
    expect(page.locator("#counted")).to_be_visible()
    expect(stage.locator("#meter")).to_have_attribute("value", "1")
    session.do("close", "factors")
    for face in (page, stage):
        expect(face.locator("#result tbody tr").first).to_have_attribute("id", "bar-place")
    assert ballots(session) == [{"place": 2, "needs": 1}]


def test_a_phone_whose_seat_has_moved_says_so_and_leads_back(session, page_of):
    (ticket,) = session.live.do("issue-tickets", count="1").tickets
    session.do("open", "factors")
    first = join(page_of(), session, ticket=ticket)
    see(first, "factors")
    join(page_of(), session, ticket=ticket)
    expect(first.locator("#moved")).to_be_visible()
    expect(form(first, "cast")).to_have_count(0)
    first.get_by_role("link", name="Join again").click()
    first.fill("main [name=ticket]", ticket)
    first.click("main button[type=submit]")
    see(first, "factors")
    assert len(session.state.seats) == 1


def test_a_refusal_shows_without_leaving_the_page(session, phone):
    session.do("open", "factors")
    page = phone()
    choose(page, place=3, needs=2)
    press(page, "cast")
    expect(page.locator("[data-status].wk-refused")).to_contain_text("5")
    assert chosen(page) == {"place": 3, "needs": 2}


def test_updates_leave_alone_what_somebody_types(session, phone):
    session.do("open", "experiences")
    page, other = phone(), phone()
    page.click("#settings summary")
    page.click("#idea-text")
    page.keyboard.type(TYPED)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    caret = page.evaluate("document.activeElement.selectionStart")
    for number in (1, 2):
        other.fill("#idea-text", f"Card {number}")
        press(other, "add")
        expect(other.locator("#idea-text")).to_have_value("")
        expect(page.locator(".wk-region-shared .wk-card")).to_have_count(number)
    session.do("timer", "experiences", seconds="600")
    expect(page.locator("time")).to_have_text(re.compile(r"^(9:5\d|10:00)$"))
    expect(page.locator("#idea-text")).to_be_focused()
    assert page.input_value("#idea-text") == TYPED
    assert page.evaluate("document.activeElement.selectionStart") == caret
    assert page.evaluate("document.querySelector('#settings').open")


@pytest.mark.parametrize(
    ("item", "first", "second"), [("factors", "#dot-place-3", "#dot-place-1"), ("closing", "#choice-m5", "#choice-m3")]
)
def test_updates_leave_alone_a_choice_that_was_not_sent(session, phone, item, first, second):
    session.do("open", item)
    page = phone()
    page.check(first)
    press(page, "cast")
    expect(page.locator("#counted")).to_be_visible()
    page.check(second)
    session.do("timer", item, seconds="900")
    expect(page.locator("time")).to_have_text(re.compile(r"^1[45]:"))
    expect(page.locator(second)).to_be_checked()


def test_what_was_typed_before_the_script_came_stays(session, phone):
    session.do("open", "experiences")
    page, held = phone(), []
    page.route("**/live.js*", lambda route: held.append(route))  # noqa: PLW0108 - Playwright looks inside
    page.reload(wait_until="commit")
    page.fill("#idea-text", TYPED)
    held[0].continue_()
    session.do("timer", "experiences", seconds="900")
    expect(page.locator("time")).to_have_text(re.compile("^1[45]:"))
    assert page.input_value("#idea-text") == TYPED


def test_a_refused_card_comes_back_to_be_mended(session, phone):
    session.do("open", "experiences")
    page = phone()
    page.eval_on_selector("#idea-text", "field => field.removeAttribute('maxlength')")
    page.fill("#idea-text", "too long " * 40)
    press(page, "add")
    expect(page.locator("[data-status].wk-refused")).to_contain_text("280")
    assert page.input_value("#idea-text") == "too long " * 40
    page.fill("#idea-text", IDEA)
    press(page, "add")
    expect(page.locator(".wk-own .wk-card")).to_have_count(1)
    assert texts(session) == [IDEA]


def test_the_budget_is_counted_while_choosing(session, phone):
    session.do("open", "factors")
    page = phone()
    left = page.locator("[data-left]")
    expect(left).to_contain_text("3")
    choose(page, place=2)
    expect(left).to_contain_text("1")
    choose(page, needs=3)
    expect(left).to_contain_text("2")
    expect(left).to_have_class("wk-refused")


def test_the_countdown_follows_the_servers_clock(session, phone, page_of):
    page = page_of()
    page.clock.install(time="2020-01-01T00:00:00Z")
    session.do("open", "factors")
    page.goto(session.url)
    page.click("main button[type=submit]")
    expect(page.locator("time")).to_have_text(re.compile(r"^(6:5\d|7:00)$"))
    page.clock.run_for(60_000)
    expect(page.locator("time")).to_have_text(re.compile(r"^(5:5\d|6:00)$"))


def test_keyboard_alone_fills_in_a_ballot(session, phone):
    session.do("open", "factors")
    page = phone()
    dots = {"value.place": 2, "value.needs": 1}  # in whatever order this voter sees them
    while dots:
        page.keyboard.press("Tab")
        for _ in range(dots.pop(page.evaluate("document.activeElement.name"), 0)):
            page.keyboard.press("ArrowRight")
    while page.evaluate("document.activeElement.type") != "submit":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#counted")).to_be_visible()
    assert page.evaluate("document.activeElement.type") == "submit", "focus stays on the button"
    assert ballots(session) == [{"place": 2, "needs": 1}]


# ── a shaky network ──────────────────────────────────────────────────────────────────────────────────────────────────

LOST = ("WebSocket connection", "ERR_CONNECTION")


def test_what_is_done_offline_arrives_once(session, phone, watch):
    watch.expected = LOST
    session.do("open", "experiences")
    page = phone()
    session.do("timer", "experiences", seconds="3600")
    expect(page.locator("time[data-until]")).to_have_text(re.compile("^(59|60):"))  # only a connected page is told
    session.kill()
    status = page.locator("[data-status]")
    expect(status).not_to_be_empty()
    page.fill("#idea-text", IDEA)
    press(page, "add")
    expect(status).to_contain_text("1")
    page.fill("#idea-text", "Time")
    press(page, "add")
    expect(status).to_contain_text("2")
    session.start()
    expect(page.locator(".wk-own .wk-card")).to_have_count(2)
    assert texts(session) == [IDEA, "Time"]

    session.do("open", "factors")
    see(page, "factors")
    session.kill()
    for number in (3, 2, 1):
        choose(page, place=number)
        press(page, "cast")
    expect(status).to_contain_text("1")
    session.start()
    expect(page.locator("#counted")).to_be_visible()
    assert ballots(session) == [{"place": 1}]
    assert count(session, "poll.ballot_cast") == 1
    assert count(session, "ideas.idea_added") == 2
    expect(status).to_be_empty()


def test_what_waits_survives_a_reload(session, phone, watch):
    watch.expected = LOST
    session.do("open", "experiences")
    page = phone()
    other = watch.over(page.context.new_page())
    session.kill()
    page.fill("#idea-text", IDEA)
    press(page, "add")
    expect(page.locator("[data-status]")).to_contain_text("1")
    page.close()
    session.start()
    other.goto(session.url)
    expect(other.locator(".wk-own .wk-card")).to_have_count(1)
    assert texts(session) == [IDEA]


@pytest.mark.parametrize("told", [True, False], ids=["connection closed", "connection dead"])
def test_a_lost_answer_counts_once(session, page_of, told):
    """The answer to a card is lost, and the connection with it; the page sends the card again on a new one."""
    session.do("open", "experiences")
    page = page_of()
    answers = []

    def connect(route):
        server = route.connect_to_server()
        dead = []

        def answer(message):
            if '"ack"' in message:
                answers.append(message)
                if len(answers) == 1:
                    dead.append(True)
                    if told:
                        route.close(code=1001)
            if not dead:
                route.send(message)

        server.on_message(answer)

    page.route_web_socket(re.compile("/live$"), connect)
    page.clock.install()
    page.goto(session.url)
    page.click("main button[type=submit]")
    page.fill("#idea-text", IDEA)
    press(page, "add")
    until(page, lambda: len(answers) == 1)
    page.clock.fast_forward(10_000)
    until(page, lambda: len(answers) == 2)
    expect(page.locator(".wk-own .wk-card")).to_have_count(1)
    assert texts(session) == [IDEA]


def test_two_tabs_of_one_seat_stay_in_step(session, phone, watch):
    session.do("open", "factors")
    page = phone()
    other = watch.over(page.context.new_page())
    other.goto(session.url)
    choose(page, place=2)
    press(page, "cast")
    expect(other.locator("#counted")).to_be_visible()
    expect(other.locator("#dot-place-2")).to_be_checked()
    choose(other, place=1)
    press(other, "cast")
    expect(page.locator("#dot-place-1")).to_be_checked()
    assert ballots(session) == [{"place": 1}]


# ── a phone that is put away ─────────────────────────────────────────────────────────────────────────────────────────


def half_filled(page):
    """Begin a card, and stand somewhere down the page."""
    page.fill("#idea-text", TYPED)
    page.evaluate("scrollTo(0, 300)")
    page.wait_for_function("scrollY > 200")


def stays(page, session, seat):
    """The same seat, the same words, the same place."""
    expect(page.locator("#idea-text")).to_have_value(TYPED)
    page.wait_for_function("scrollY > 200")
    assert [one for one in session.state.seats if one == seat] == list(session.state.seats)[:1]
    press(page, "add")
    expect(page.locator(".wk-own .wk-card")).to_have_count(1)
    expect(page.locator("#idea-text")).to_have_value("")
    assert texts(session)[-1] == TYPED.strip()
    assert len(session.state.seats) == 1


@pytest.fixture
def begun(session, phone):
    """A phone in the middle of a card, on a wall that is long enough to scroll."""
    session.do("open", "experiences")
    for number in range(12):
        session.do("add", "experiences", text=f"A card that was there before, number {number}", channel="paper")
    page = phone()
    expect(page.locator(".wk-region-shared .wk-card")).to_have_count(12)
    half_filled(page)
    return page, next(iter(session.state.seats))


def test_a_phone_in_the_background_and_back(session, begun):
    page, seat = begun
    other = page.context.new_page()
    other.bring_to_front()
    control = page.context.new_cdp_session(page)
    control.send("Page.setWebLifecycleState", {"state": "frozen"})
    session.do("timer", "experiences", seconds="3000")
    other.wait_for_timeout(500)
    control.send("Page.setWebLifecycleState", {"state": "active"})
    page.bring_to_front()
    expect(page.locator("time[data-until]")).to_have_text(re.compile("^(49|50):"))  # what it missed
    stays(page, session, seat)


def test_a_phone_that_is_loaded_again(session, begun):
    page, seat = begun
    page.reload()
    page.wait_for_selector("[data-connected]")
    stays(page, session, seat)
    page.reload()
    page.wait_for_selector("[data-connected]")
    expect(page.locator("#idea-text")).to_have_value("")


def test_a_phone_whose_network_goes_and_comes_back(session, begun, watch):
    watch.expected = (*LOST, "ERR_INTERNET_DISCONNECTED")
    page, seat = begun
    page.context.set_offline(True)
    page.evaluate("dispatchEvent(new Event('online'))")  # Chromium leaves a WebSocket open when it goes offline
    expect(page.locator("[data-status]")).not_to_be_empty()
    page.context.set_offline(False)
    page.wait_for_selector("[data-connected]")
    stays(page, session, seat)


def test_a_choice_that_was_not_sent_is_there_after_loading_again_but_not_in_a_new_round(session, phone):
    session.do("open", "factors")
    page = phone()
    choose(page, place=2, needs=1)
    page.reload()
    page.wait_for_selector("[data-connected]")
    assert chosen(page) == {"place": 2, "needs": 1}
    expect(page.locator("[data-left]")).to_contain_text("0")
    assert ballots(session) == []
    session.do("close", "factors")
    expect(page.locator("#closed")).to_be_visible()
    session.do("next-round", "factors")
    see(page, "factors")
    expect(page.locator("#ballot, form.wk-ballot").first).to_be_visible()
    page.reload()
    page.wait_for_selector("[data-connected]")
    assert chosen(page) == {}
    choose(page, goal=3)
    press(page, "cast")
    expect(page.locator("#counted")).to_be_visible()
    assert ballots(session) == [{"goal": 3}]
