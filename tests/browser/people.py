"""What people do in the browser, in the words of the journey."""

import re
from datetime import timedelta

from playwright.sync_api import Page

from accounts.services.demo_people import demo_credentials
from core import clock
from core.tasks import sweep
from core.transactions import atomic

BUTTON = "main form button[type=submit]"


def person(email: str):
    """Return what the demo's page shows of somebody."""
    return next(one for one in demo_credentials() if one.email == email)


def press(page: Page, name: str) -> None:
    """Press the button or link with these words."""
    page.get_by_role("button", name=re.compile(name)).or_(page.get_by_role("link", name=re.compile(name))).first.click()


def sign_in_holder(page: Page, email: str) -> None:
    """Sign in with a mailed code, as it is read at /demo/."""
    page.goto("/accounts/login/?next=/me/")
    page.locator("main input[type=email]").fill(email)
    page.locator(BUTTON).first.click()
    page.locator("main input[name=code]").fill(person(email).latest_email_code())
    page.locator(BUTTON).first.click()
    page.wait_for_url("**/me/")


def sign_in_staff(page: Page, email: str) -> None:
    """Sign in with password and the app's code."""
    who = person(email)
    page.goto("/accounts/staff/?next=/office/")
    page.locator("main input[type=email]").fill(email)
    page.locator("main input[type=password]").fill(who.password)
    page.locator(BUTTON).first.click()
    page.locator("#id_code").fill(who.current_totp_code())
    page.locator(BUTTON).first.click()
    page.wait_for_url("**/office/")


def wait_in_the_demo(**step: int) -> None:
    """Move the demo's clock forward and let time do what it does."""
    with atomic():
        clock.move_forward(by=timedelta(**step))
    sweep()
