"""Runs a Python module as a process that ends when the one that started it does, however that one ends.

usage: python -m alcaide.project.tied SIGNAL MODULE [ARGUMENT…]
"""

import ctypes
import os
import runpy
import signal
import sys
import threading
import time

PR_SET_PDEATHSIG = 1  # linux/prctl.h
LOOK_EVERY_S = 1.0


def end_with_parent(by: signal.Signals) -> None:
    """End this process by a signal when its parent ends, also when that is killed."""
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, by, 0, 0, 0)
        # It may have ended just before the kernel was asked.
        if os.getppid() != parent:
            os.kill(os.getpid(), by)
    else:
        threading.Thread(target=_watch, args=(parent, by), daemon=True).start()


def _watch(parent: int, by: signal.Signals) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY_S)
    os.kill(os.getpid(), by)


def main() -> None:
    """Tie this process, then become the module."""
    end_with_parent(signal.Signals(int(sys.argv[1])))
    module = sys.argv[2]
    sys.argv[:] = [module, *sys.argv[3:]]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
