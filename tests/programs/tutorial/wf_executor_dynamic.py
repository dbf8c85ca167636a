"""The tutorial's dynamic workflow: `gen` puts two squares between itself and the sum.

The first one is inserted, so that the sum no longer hangs on `gen` itself; the second one is
added beside it and joined to the sum.
"""

from pycolonies import Conditions, FuncSpec

from tests.programs.tutorial.executor import Executor


def add_square(executor, process, reducer, *, insert):
    spec = FuncSpec(
        funcname="square",
        nodename="square_node",
        args=[2],
        conditions=Conditions(
            colonyname=executor.colonyname,
            executortype=executor.executortype,
            dependencies=["gen_node"],
        ),
    )
    return executor.colonies.add_child(
        process.processgraphid,
        process.processid,
        reducer,
        spec,
        "square_node",
        insert,
        executor.prvkey,
    )


def run(executor, process):
    if process.spec.funcname == "gen":
        reducer = process.children[0]
        add_square(executor, process, reducer, insert=True)
        add_square(executor, process, reducer, insert=False)
        executor.close(process, [1, 1])
    elif process.spec.funcname == "square":
        executor.close(process, [process.spec.args[0] ** 2])
    elif process.spec.funcname == "sum":
        executor.close(process, [sum(process.input)])


if __name__ == "__main__":
    executor = Executor("wf-executor-dynamic", "wf-executor", run)
    executor.register("gen", "square", "sum")
    executor.start()
