"""A card company of our own that speaks Stripe's language, and a bank that pays out, for the demo and for tests.

They play *other companies*: they keep their own tables (payments_sandbox*), show their own pages on another origin,
know of us only what our adapters send them, and tell us only by signed webhooks and answers to requests. Only the
demo's own pages and example company reach in here: to make what they show, and to let a stranger ask for faults. They
refuse to stand beside a live key (payments.checks). See ADR 0021 and 0022.
"""
