"""The workflow tutorial's submit script: prints the sum."""

from pycolonies import Conditions, FuncSpec, Workflow, colonies_client

colonies, colonyname, _, _, prvkey = colonies_client()


def node(funcname, nodename, *dependencies):
    conditions = Conditions(
        colonyname=colonyname, executortype="wf-executor", dependencies=list(dependencies)
    )
    return FuncSpec(funcname=funcname, nodename=nodename, conditions=conditions)


workflow = Workflow(colonyname=colonyname)
workflow.functionspecs.append(node("gen", "gen_node"))
workflow.functionspecs.append(node("sum", "sum_node", "gen_node"))

graph = colonies.submit_workflow(workflow, prvkey)
print("Workflow", graph.processgraphid, "submitted")

process = colonies.find_process("sum_node", graph.processids, prvkey)
process = colonies.wait(process, 100, prvkey)
print(process.output[0])
