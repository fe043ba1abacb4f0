"""Static files for the tests' web server: through the finders, as in development."""

from django.contrib.staticfiles.handlers import StaticFilesHandler


class StaticFiles(StaticFilesHandler):
    """Serve what the finders find, our named npm files included."""
