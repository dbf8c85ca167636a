"""Threads of runs are daemons, named after their run, and kept for the next one."""

import threading

from jupyter_colonies.executor import threads


class Run:
    """One piece of work that ends when it is told to."""

    def __init__(self, name):
        self.began, self.go_on = threading.Event(), threading.Event()
        threads.start(self.work, name)
        assert self.began.wait(30)

    def work(self):
        self.thread = threading.current_thread()
        self.name = self.thread.name
        self.began.set()
        self.go_on.wait(30)

    def end(self):
        self.go_on.set()
        while self.thread not in threads._idle:
            threading.Event().wait(0.001)


def test_a_thread_is_used_again():
    first = Run("first")
    first.end()
    second = Run("second")
    assert second.thread is first.thread
    assert (first.name, second.name) == ("first", "second")
    assert second.thread.daemon
    second.end()


def test_runs_at_the_same_time_have_threads_of_their_own():
    runs = [Run(f"run {index}") for index in range(3)]
    assert len({run.thread for run in runs}) == 3
    for run in runs:
        run.end()


def test_a_thread_without_work_ends_and_another_takes_its_place(monkeypatch):
    while threads._idle:
        Run("kept").go_on.set()
        threads._idle.clear()
    monkeypatch.setattr(threads, "IDLE", 0.01)
    run = Run("short")
    run.go_on.set()
    run.thread.join(30)
    assert not run.thread.is_alive()
    assert run.thread not in threads._idle
    again = Run("again")
    assert again.thread is not run.thread
    again.go_on.set()
    again.thread.join(30)
