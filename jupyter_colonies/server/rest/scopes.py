"""Which scopes of a bearer token each operation of the REST API needs: one of those named here.

It is looked at before anything of the request is read. The messages that an operation sends are
looked at on their own (`core.scope`), and so is the colony that they are about.
"""

from __future__ import annotations

from jupyter_colonies.core.scope import ANY, NO_TOKEN, READING, Scope
from jupyter_colonies.server.rest.declaration import Operation

_WORDS: dict[tuple[Scope, ...], str] = {
    (): """
        list_tokens add_token revoke_token
        list_colonies add_colony remove_colony get_statistics
    """,
    (Scope.READ, Scope.EXECUTE): """
        get_executor list_executors follow_executor list_functions list_executor_functions
        get_function list_children list_attributes get_attribute list_log follow_log
        list_executor_log list_files get_revision get_content list_labels list_snapshots
        get_snapshot
    """,
    (Scope.READ, Scope.SUBMIT, Scope.EXECUTE): "get_process get_output read_channel",
    (Scope.SUBMIT, Scope.EXECUTE): "write_channel add_file put_file create_snapshot",
    (Scope.EXECUTE, Scope.MANAGE): "register_executor remove_executor",
    (Scope.SUBMIT,): """
        submit_process submit_workflow cancel_process cancel_workflow retry_process rerun_workflow
        run_cron run_generator pack_generator
    """,
    (Scope.EXECUTE,): """
        take_assignment renew_lease set_capabilities set_allocations add_function remove_function
        add_log add_executor_log set_output succeed fail close_processes add_child add_attribute
        set_attributes
    """,
    (Scope.MANAGE,): """
        approve_executor set_pause add_cron remove_cron switch_cron add_generator remove_generator
        switch_generator add_location remove_location add_member remove_member
        remove_process remove_processes remove_workflow remove_workflows
        remove_file remove_revision move_files remove_snapshot remove_snapshots
    """,
}

NAMED: dict[str, frozenset[Scope]] = {
    name: frozenset(scopes) for scopes, names in _WORDS.items() for name in names.split()
}
"""By the names of operations; those that are not named are reading, or for no token at all."""


def needed(operation: Operation) -> frozenset[Scope]:
    """The scopes of which a token needs one."""
    if operation.open:
        return ANY
    if operation.inside:
        return NO_TOKEN
    return NAMED.get(operation.name, READING if operation.method == "GET" else NO_TOKEN)
