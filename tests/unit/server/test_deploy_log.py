"""The log of a deployment is bounded, on disk and before it gets there."""

from jupyter_colonies.server.deploy import log as module
from jupyter_colonies.server.deploy.log import DeploymentLog


async def test_two_files_of_bounded_size(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "LARGEST_FILE", 1000)
    log = DeploymentLog(tmp_path / "logs" / "x.log")
    for number in range(100):
        log.say(f"{number:04} {'x' * 95}\n")
        await log.flush()
    files = sorted(each.name for each in (tmp_path / "logs").iterdir())
    assert files == ["x.log", "x.log.1"]
    assert all(each.stat().st_size <= 1101 for each in (tmp_path / "logs").iterdir())
    assert [line[:4] for line in (await log.tail(3)).splitlines()] == ["0097", "0098", "0099"]


async def test_what_comes_too_fast_is_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MOST_PENDING", 100)
    log = DeploymentLog(tmp_path / "x.log")
    for number in range(100):
        log.say(f"{number:09}\n")
    text = await log.tail(20)
    assert text.splitlines()[0] == "… 900 characters left out …"
    assert text.splitlines()[-1] == "000000099"


async def test_colours_are_left_out_and_notes_have_lines_of_their_own(tmp_path):
    log = DeploymentLog(tmp_path / "x.log")
    log.say("\x1b[31mred\x1b[39m without an end")
    log.note("stopped")
    first, second = (await log.tail(9)).splitlines()
    assert first == "red without an end"
    assert second.endswith("] stopped")


async def test_a_disk_that_refuses_loses_only_the_log(tmp_path):
    (tmp_path / "x.log").mkdir()
    log = DeploymentLog(tmp_path / "x.log")
    log.say("lost\n")
    await log.flush()
