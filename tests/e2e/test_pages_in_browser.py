"""The two pages beside the main job: keyboard alone, a colleague who is quicker, hostile words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from playwright.async_api import Locator, Page, expect

from services.demo.people import AGENTS, PASSWORD
from tests.support.agent_client import AgentClient, signed_in
from tests.support.chat_client import chat_client
from tests.support.demo_shop import SHOP, demo_customer
from tests.support.pages import ConsolePage, ShopPage, focus_is_seen, tab_to
from tests.support.stack import Stack

ANNA, PIOTR, _ = AGENTS
TAGS = """<img src="x" onerror="window.harmed=1"><script>window.harmed=1</script><b>Bold</b>"""
ADDRESS = "https://parcels.example/track?no=1&lang=en"
NewPage = Callable[[], Awaitable[Page]]


class TestColleagues:
    async def test_an_offer_that_a_colleague_takes_vanishes_at_once(
        self, stack: Stack, new_page: NewPage, anna: AgentClient
    ) -> None:
        console = ConsolePage(await new_page())
        await console.sign_in(stack.url, ANNA)
        async with (
            signed_in(stack.url, SHOP, PIOTR.email, PASSWORD) as piotr,
            chat_client(**await demo_customer(stack)) as customer,
        ):
            await customer.say("Who is quicker?")
            offer = await piotr.wait_for("offer.created")
            await expect(console.accept).to_be_visible()
            (lost,) = await anna.get("/v1/routing/offers")

            await piotr.accept(offer.body["id"])

            await expect(console.accept).to_have_count(0)
            await expect(console.page.get_by_text("Ready for the next customer")).to_be_visible()
            refused = await anna.post(f"/v1/routing/offers/{lost['id']}/accept")
            assert (refused.status_code, refused.json()["code"]) == (409, "taken")
            await piotr.close(offer.body["conversation_id"])
            await piotr.set_status("away")


class TestKeyboard:
    async def test_an_agent_needs_no_mouse_and_always_sees_the_focus(
        self, stack: Stack, new_page: NewPage, anna: AgentClient
    ) -> None:
        console = ConsolePage(await new_page())
        page = console.page
        await console.come_to(stack.url)
        for field in ("E-mail address", "Password", "Sign in"):
            await self.assert_seen(page, field)
            await page.keyboard.press("Tab")
        await console.come_to(stack.url)
        await console.type_sign_in(ANNA)
        available = page.get_by_role("button", name="I am available")
        await expect(available).to_be_visible()
        await tab_to(page, available)
        await self.assert_seen(page, "I am available")
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("Ready for the next customer")).to_be_visible()
        async with chat_client(**await demo_customer(stack)) as customer:
            await customer.say("Nobody touches a mouse")
            await expect(console.accept).to_be_focused()
            await self.assert_seen(page, "Accept")
            await console.take()
            await self.assert_seen(page, "Your answer")
            await page.keyboard.press("Alt+o")
            await page.keyboard.press("Enter")
            await customer.until(
                lambda: any(ANNA.name in item["text"] for item in customer.items.values())
            )
            await tab_to(page, page.get_by_role("button", name="Close conversation"), "Shift+Tab")
            await self.assert_seen(page, "Close conversation")
            await page.keyboard.press("Enter")
            await expect(page.get_by_role("button", name="Done")).to_be_focused()
            await self.assert_seen(page, "Done")
            await page.keyboard.press("Enter")
            await expect(page.get_by_text("Ready for the next customer")).to_be_visible()

    @staticmethod
    async def assert_seen(page: Page, name: str) -> None:
        assert await focus_is_seen(page), f"the focus on '{name}' cannot be seen"

    async def test_a_customer_needs_no_mouse_and_always_sees_the_focus(
        self, stack: Stack, new_page: NewPage
    ) -> None:
        shop = ShopPage(await new_page())
        await shop.page.goto(f"{stack.url}/demo/")
        launcher = shop.page.get_by_role("button", name="Chat with us")
        await launcher.wait_for()
        await tab_to(shop.page, launcher, "Shift+Tab")
        await self.assert_seen(shop.page, "Chat with us")
        await shop.page.keyboard.press("Enter")
        await expect(shop.page.get_by_label("Your message")).to_be_focused()
        await self.assert_seen(shop.page, "Your message")
        await tab_to(shop.page, shop.page.get_by_role("button", name="Close the chat"), "Shift+Tab")
        await self.assert_seen(shop.page, "Close the chat")
        await shop.page.keyboard.press("Escape")
        await expect(launcher).to_be_focused()


class TestMarkup:
    async def test_markup_is_shown_as_typed_and_never_runs_on_either_side(
        self, stack: Stack, new_page: NewPage, anna: AgentClient
    ) -> None:
        shop, console = ShopPage(await new_page()), ConsolePage(await new_page())
        await console.sign_in(stack.url, ANNA)
        await shop.visit(stack.url, customer=f"c{TAGS}")

        await shop.write(f"From the customer {TAGS}")
        await expect(console.page.get_by_text(TAGS).first).to_be_visible()
        await self.assert_inert(console.page)
        await console.take()
        await expect(console.said(f"From the customer {TAGS}")).to_be_visible()
        await console.answer(f"From the agent {TAGS}")
        await expect(shop.said(f"From the agent {TAGS}")).to_be_visible()

        await self.assert_inert(shop.page)
        await self.assert_inert(console.page)

    @staticmethod
    async def assert_inert(page: Page) -> None:
        assert await page.evaluate("window.harmed") is None
        for tag in ("img[src=x]", "script:text('harmed')", "b:text-is('Bold')"):
            await expect(page.locator(tag)).to_have_count(0)


class TestAddresses:
    async def test_web_addresses_can_be_followed_on_either_side_and_nothing_else_can(
        self, stack: Stack, new_page: NewPage, anna: AgentClient
    ) -> None:
        shop, console = ShopPage(await new_page()), ConsolePage(await new_page())
        await console.sign_in(stack.url, ANNA)
        await shop.visit(stack.url)

        await shop.write(f"Is {ADDRESS} right, or javascript:alert(1)?")
        await console.take()
        await console.answer(f"Yes: ({ADDRESS})")

        await self.assert_leads(console.said("Is "))
        await self.assert_leads(shop.said("Yes: "))
        await self.assert_leads(shop.said("Is "))

    @staticmethod
    async def assert_leads(said: Locator) -> None:
        link = said.locator("a")
        await expect(link).to_have_text(ADDRESS)
        await expect(link).to_have_attribute("href", ADDRESS)
        await expect(link).to_have_attribute("target", "_blank")
        await expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
