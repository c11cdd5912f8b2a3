"""Settings of all tests."""

from hypothesis import HealthCheck, settings

# Tests check what is computed, not how fast: a busy machine must not fail them.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")
