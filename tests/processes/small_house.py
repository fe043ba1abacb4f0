"""A small demo to be killed in tests: granian with one page, a sleeper, and PostgreSQL, under the real supervisor.

python -m tests.processes.small_house PORT
"""

import sys

from core.processes import postgres
from core.processes.child import Program
from core.processes.errors import CannotStart
from core.processes.messages import ROOT
from core.processes.places import home
from core.processes.supervisor import Stopped, Supervisor, say

CLUSTER = "house"


def run(port: int) -> None:
    """Keep the house running until stopped; print ``ready`` when all was started."""
    options = (
        f"--interface wsgi --host 127.0.0.1 --port {port} --no-ws --workers 1 tests.processes.plain_page:application"
    )
    with Supervisor(place=home(), root=ROOT, cluster=CLUSTER) as supervisor:
        postgres.ensure_running(CLUSTER)
        supervisor.add(Program("web", (sys.executable, "-m", "granian", *options.split()), port=port))
        supervisor.add(Program("sleeper", (sys.executable, "-c", "import time; time.sleep(3600)")))
        say("ready")
        supervisor.watch()


if __name__ == "__main__":
    try:
        run(int(sys.argv[1]))
    except Stopped:
        say("ended")
    except CannotStart as error:
        sys.exit(str(error))
