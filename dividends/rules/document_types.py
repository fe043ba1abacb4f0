"""What a document is, told by its first bytes: neither its name nor what a browser says about it is to be trusted."""

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
# ISO 32000-1 7.5.2, ITU-T T.81 B.1.1.3 (start of image, then a marker), ISO/IEC 15948 5.2.
BEGINNINGS = {b"%PDF-": PDF, b"\xff\xd8\xff": JPEG, b"\x89PNG\r\n\x1a\n": PNG}
ENDINGS = {PDF: "pdf", JPEG: "jpg", PNG: "png"}


def media_type_of(data: bytes) -> str:
    """Return the media type of a PDF, JPEG or PNG; empty for anything else."""
    return next((media_type for beginning, media_type in BEGINNINGS.items() if data.startswith(beginning)), "")
