"""The verbs of the original command line (protocol part 03, section 4.2): here, or why not."""

import click
import pytest

from jupyter_colonies.commands.root import run, tree
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.verb import NotOffered

TABLE = """
attribute add: --key --value -p --processid
attribute get: --attributeid
blueprint definition add: --spec
blueprint definition remove: --name
blueprint definition get: --name
blueprint definition ls:
blueprint add: --spec
blueprint update: --spec
blueprint get: --name
blueprint remove: --name
blueprint ls: --kind
blueprint set: --name --key --value
blueprint reconcile: --name -f --force
blueprint history: --name -l --limit -g --generation
blueprint log: --name -c --count -f --follow
blueprint doctor: --name --fix
cluster info:
colony add: --colonyid --name
colony remove: --name
colony chid: --colonyid
colony ls:
colony stats:
colony check: --name
config:
version:
cron add: --spec --name --cron --interval --random --waitprevious
cron get: --cronid
cron remove: --cronid
cron run: --cronid
cron ls: --count
database create:
database drop:
executor add: --spec --executorid --name --type --approve
executor create: --spec --name --type --approve --keypath --idpath
executor chid: --executorid
executor ls: --full --all --type --location -f --filter
executor get: --name
executor approve: --name
executor reject: --name
executor remove: --name
fs sync: -d --dir -l --label --dry --yes --keeplocal --syncplans --quite
fs clean: -d -l --dry --yes --cleanplans --quite
fs label ls:
fs label remove: -l --yes
fs ls: -l
fs info: -i --fileid -n --name -l
fs get: -i -n -l -d
fs remove: -i -n -l
fs snapshot create: -l -n --snapshotname
fs snapshot ls:
fs snapshot info: -i --snapshotid -n
fs snapshot remove: -i --snapshotid -n
fs snapshot download: -i --snapshotid -n -d
fs snapshot removeall:
function register: --name --func
function remove: --functionid
function ls:
function submit: --spec --wait --out --follow --label
function exec: --func --targettype --args --env --kwargs --maxwaittime --maxexectime --maxretries --wait --out --follow --label
generator add: --spec --name --trigger --timeout
generator pack: --generatorid --arg
generator get: --generatorid
generator remove: --generatorid
generator ls: --count
location add: --name --desc --long --lat
location remove: --name
location ls:
location get: --name
log add: -p -m --msg
log get: -p -e --executorname --count --since --follow -l --latest -f --first
log search: -t --text -d --days --count --print --seconds
monitor start:
process ps: --count --json -i --ids --executortype --label --initiator
process psw: --count --json -i --ids --executortype --label --initiator
process pss: --count --json -i --ids --executortype --label --initiator
process psf: --count --json -i --ids --executortype --label --initiator
process psc: --count --json -i --ids --executortype --label --initiator
process get: -p --processid --out
process cancel: -p
process remove: -p
process removeall: --waiting --successful --failed --cancelled
process assign: --timeout
process close: -p --out
process fail: -p --errors
process pause: --colonyname
process resume: --colonyname
process status: --colonyname
security generate:
security id: --prvkey
key generate:
key id: --prvkey
server start:
server status:
server alive:
server stats:
server chid: --serverid
user add: --name --userid --email --phone
user remove: --name
user chid: --userid
user ls:
user get: --name
workflow submit: --spec
workflow get: --workflowid
workflow ps: --count
workflow psw: --count
workflow pss: --count
workflow psf: --count
workflow psc: --count
workflow cancel: --workflowid
workflow remove: --workflowid
workflow removeall: --waiting --successful --failed --cancelled
"""  # noqa: E501 - a table has long rows
ROWS = [line.split(":", 1) for line in TABLE.strip().splitlines()]
SESSION = Session(connect=lambda: None, owner_key=lambda _: "")  # type: ignore[arg-type,return-value]


def found(words):
    """The command, or None where a reason is given why there is none."""
    command = tree("jupyter colonies")
    for place, word in enumerate(words):
        if not isinstance(command, click.Group) or word not in command.commands:
            with pytest.raises(NotOffered, match=r"is not |is called "):
                list(run(tree("jupyter colonies"), words[: place + 1], SESSION))
            return None
        command = command.commands[word]
    return command


@pytest.mark.parametrize(("verb", "flags"), ROWS, ids=[verb for verb, _ in ROWS])
def test_a_verb_of_the_original(verb, flags) -> None:
    command = found(verb.split())
    if command is not None:
        options = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
        assert set(flags.split()) - options == set()
