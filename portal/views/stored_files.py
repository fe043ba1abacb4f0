"""Answering with a file as it is kept: the very bytes that were issued or taken in."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from core.mail import PDF
from core.storage import read_bytes


def file_answer(data: bytes, *, name: str, media_type: str = PDF, to_keep: bool = False) -> HttpResponse:
    """Answer with a file that the browser shows, or puts away when it is ``to_keep``."""
    response = HttpResponse(data, content_type=media_type)
    response.headers["Content-Disposition"] = content_disposition_header(to_keep, name)
    return response


def stored_file(sha256: str, *, name: str, media_type: str = PDF, to_keep: bool = False) -> HttpResponse:
    """Answer with what the document store keeps under that fingerprint; raises `core.errors.MissingFile`."""
    return file_answer(read_bytes(sha256), name=name, media_type=media_type, to_keep=to_keep)
