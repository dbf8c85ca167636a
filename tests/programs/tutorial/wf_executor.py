"""The workflow tutorial's executor: `gen` makes numbers, `sum` adds up its input."""

import random

from tests.programs.tutorial.executor import Executor


def run(executor, process):
    if process.spec.funcname == "gen":
        executor.close(process, [random.randint(1, 100) for _ in range(5)])
    elif process.spec.funcname == "sum":
        executor.close(process, [sum(process.input)])
    else:
        executor.colonies.fail(process.processid, ["Unknown function"], executor.prvkey)


if __name__ == "__main__":
    executor = Executor("wf-executor", "wf-executor", run)
    executor.register("gen", "sum")
    executor.start()
