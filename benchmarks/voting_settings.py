"""The demo's settings with the bare views beside the house."""

from config.settings.demo import *  # noqa: F403

ROOT_URLCONF = "benchmarks.bare"
