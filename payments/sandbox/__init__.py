"""A bank and card company of our own that speaks Stripe's language, for the demo and for tests.

It plays *another company*: it keeps its own tables (payments_sandbox*), shows its own pages on another origin, knows
of us only what our Stripe adapter sends it, and tells us only by signed webhooks and answers to requests. Nothing of
the house imports it; it refuses to stand beside a live key (payments.checks). See ADR 0021.
"""
