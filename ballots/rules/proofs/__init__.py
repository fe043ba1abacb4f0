"""What makes a vote checkable: papers and their codes, sealing, log, receipts, handover, sums, the published bundle.

The four seams stay apart, so that blind-signed one-time keys can come later: issuing (``papers``: who may cast is decided
by the caller), sealing (``sealing``), the box (``merkle``, ``checkpoints``, ``receipts``), opening (``opening``).
"""
