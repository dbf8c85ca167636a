"""Ends what programs of ours left running, even when we were killed ourselves.

A shell of its own holds one end of a pipe and reads which process groups run. When the pipe
closes, however this process ended, it kills those that are left.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import threading

_SCRIPT = """
trap '' INT TERM HUP
groups=" "
while read -r sign group; do
  case $sign in
    +) groups="$groups$group " ;;
    -) groups="${groups%% $group *} ${groups#* $group }" ;;
  esac
done
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
"""

_lock = threading.Lock()
_warden: subprocess.Popen[bytes] | None = None


def post() -> None:
    """Have the warden listen before there is anything to watch. Raises OSError."""
    with _lock:
        _posted()


def watch(group: int) -> None:
    """Kill this process group when this process ends. Raises OSError."""
    _tell(f"+ {group}\n")


def release(group: int) -> None:
    """The group has ended."""
    _tell(f"- {group}\n")


def _tell(line: str) -> None:
    with _lock:
        os.write(_posted(), line.encode())


def _posted() -> int:
    """The pipe to the warden, who is started when there is none."""
    global _warden  # noqa: PLW0603 - one per process
    if _warden is None or _warden.poll() is not None:
        _warden = subprocess.Popen(
            ["/bin/sh", "-c", _SCRIPT],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            start_new_session=True,
        )
    assert _warden.stdin is not None
    return _warden.stdin.fileno()


@atexit.register
def _dismiss() -> None:
    global _warden  # noqa: PLW0603 - one per process
    with _lock:
        if _warden is not None and _warden.stdin is not None:
            _warden.stdin.close()
            _warden.wait()
            _warden = None


def _forget() -> None:
    """A forked child lets go of the pipe: what runs is its parent's."""
    global _lock, _warden
    inherited, _warden, _lock = _warden, None, threading.Lock()
    if inherited is not None and inherited.stdin is not None:
        inherited.stdin.close()
        inherited.returncode = 0  # nobody here waits for it


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
