"""What makes a vote checkable: papers and their codes, sealing, log, receipts, handover, sums, the published bundle.

The four seams stay apart, so that blind-signed one-time keys can come later: issuing (the caller decides who may cast),
sealing (``papers``, ``sealing``), the box (``merkle``, ``checkpoints``, ``receipts``), opening (``handover``,
``opening``, ``returned``). What is published: ``rolls``, ``bundle``; what it rests on: ``merkle_sum``.
"""
