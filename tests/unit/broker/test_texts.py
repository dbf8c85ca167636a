"""Texts that an executor attaches to what it runs, and replaces."""

import pytest

from jupyter_colonies.core.messages import processes
from jupyter_colonies.core.messages.processes import SET_ATTRIBUTES, Result
from jupyter_colonies.errors import AccessDenied, InvalidRequest


async def texts(stage, process):
    found = await stage.get(process.processid)
    return {each.key: each.value for each in found.attributes}


async def test_texts_are_replaced_and_come_with_a_result(stage):
    await stage.submit(env={"E": "1"})
    process, by = await stage.assign(), stage.executors["e1"]
    for value in ("a", "b"):
        given = {"processid": process.processid, "texts": {"k": value, "l": "c"}}
        await stage.call(SET_ATTRIBUTES, by, **given)
    assert await texts(stage, process) == {"E": "1", "k": "b", "l": "c"}
    result = Result(processid=process.processid, out=[], texts={"l": "d"})
    (closed,) = await stage.close_several(result)
    assert closed.status == 200
    assert await texts(stage, process) == {"E": "1", "k": "b", "l": "d"}
    with pytest.raises(AccessDenied, match="not running"):
        await stage.call(SET_ATTRIBUTES, by, **given)


async def test_texts_have_limits_and_an_author(stage):
    await stage.submit()
    process = await stage.assign()
    await stage.add_executor("e2")
    given = {"processid": process.processid}
    with pytest.raises(AccessDenied, match="only the assigned executor"):
        await stage.call(SET_ATTRIBUTES, stage.executors["e2"], **given, texts={"k": "v"})
    for count in (0, processes.MOST_TEXTS + 1):
        many = {str(number): "v" for number in range(count)}
        with pytest.raises(InvalidRequest, match="from 1 to 100"):
            await stage.call(SET_ATTRIBUTES, stage.executors["e1"], **given, texts=many)
