from django.apps import AppConfig


class AgmConfig(AppConfig):
    name = "agm"
