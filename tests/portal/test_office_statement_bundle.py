"""Finance takes all statements of a dividend away, and is told what is still missing."""

import io
import zipfile

import pytest
from django.urls import reverse

from core.jobs import engine
from core.jobs.engine import claim
from dividends.tasks import make_statement_item
from tests.factories.people import staff_client
from tests.factories.statements import make_dividend, make_statements
from tests.portal.test_public_pages import words

pytestmark = pytest.mark.django_db


def test_bundle_is_sent_as_made_so_far_and_the_page_counts_what_is_missing() -> None:
    statements = make_statements(holdings=(100, 200, 300))
    declaration = statements[0].entitlement.declaration
    lease = claim(declaration.statements_job_id)
    assert lease is not None
    make_statement_item(lease, lease.begin_item())
    client = staff_client("finance")

    page = client.get(reverse("office:dividend", args=[declaration.public_id]))
    response = client.get(reverse("office:dividend_bundle", args=[declaration.public_id]))

    assert "1 made so far; 2 are missing and stand in its index without a file." in words(page)
    assert response["Content-Type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))
    assert archive.namelist() == [f"{statements[0]}.pdf", "index.csv", "index.json"]


def test_page_counts_nothing_once_all_are_made() -> None:
    declaration = make_statements(holdings=(100,))[0].entitlement.declaration
    engine.run()

    page = staff_client("director").get(reverse("office:dividend", args=[declaration.public_id]))

    assert "Download all statements (ZIP)" in words(page)
    assert "missing" not in words(page)


def test_there_is_no_bundle_before_statements_are_issued() -> None:
    declaration = make_dividend(holdings=(100,)).declaration
    assert declaration is not None

    response = staff_client("finance").get(reverse("office:dividend_bundle", args=[declaration.public_id]))

    assert response.status_code == 404
