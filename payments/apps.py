from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "payments"

    def ready(self) -> None:
        """Register the system checks."""
        from payments import checks  # noqa: F401  needs the settings, and registers by being imported
