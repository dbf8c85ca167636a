"""What the words of the protocol mean: a field has one meaning wherever it occurs.

A word that means something of its own within one object is listed as `Object.field` too.
"""

TEXT = """
accesskey: key of the store's account; never sent back
activeexecutors: number of approved executors
added: moment of adding
after: revision that the client has seen; 0 for none
afterseq: number of entries that the client has read; 0 for none
allocations: what the projects of a cluster may use, and what they use
animated: whether drawings show movement on the edge
annotations: free texts by name
apiport: port of the RPC
arg: one argument; it is appended to the generator's queue
args: arguments in order
Notes.attributes: all attributes of the process, if one was added or changed
Notes.ended: whether the process has ended and nothing follows
Notes.state: state of the process, if it or the executor is another one now
Notes.lines: new lines of the log, oldest first
FunctionSpec.args: arguments in order, of any JSON type
Function.args: parameters of the function
assignedexecutorid: id of the executor that has the process, empty for none
attribute: the attribute
attributeid: id of the attribute; the same for the same process, key and type
attributes: attributes of the process; the environment is among them as type 3
attributetype: 0 for input, 1 for output, 2 for error, 3 for environment
availablecpu: most that the executor can give, such as `1000m`; empty for any amount
availablemem: most that the executor can give, such as `2Gi`; empty for any amount
avgexectime: mean seconds of running, newer runs counting more
avgwaittime: mean seconds of waiting, newer runs counting more
backends: addresses on which the server listens
background: colour in drawings
blueprint: the blueprint
blueprintdefinition: the definition
blueprintdefinitionid: id of the definition; made by the server when empty
blueprintgen: generation of the blueprint that the executor was started for
blueprintid: id of the blueprint; made by the server when empty
blueprintname: name of the blueprint
bucket: bucket of the object
Credentials.accesskey: names the keys in a signature
Credentials.bucket: bucket that is there for the files of the colony
CheckFiles.after: where the reply before says to go on; empty to begin a part
CheckFiles.drop: removes entries whose bytes are gone, too
CheckFiles.part: what is looked at: `objects`, `files`, `snapshots`, `uploads` or `bytes`
CheckFiles.repair: mends what can be mended and removes what nobody can reach
Checked.after: where to go on
Checked.bytes: bytes that were read for this reply
Checked.findings: what is not as it should be
Checked.looked: number of entries that this reply is about
Checked.part: what to look at next; empty when nothing is left
Checked.total: number of entries of the part that was asked for
Finding.kind: `missing`, `damaged`, `differs`, `orphaned` or `free`
Finding.part: part that it belongs to
Finding.remedy: `repaired`, `removed`, or empty if it is as it was
Finding.what: the object, file, snapshot or part of an upload
Credentials.endpoint: host and port of another S3 that is used; empty for the server's own
Credentials.skipverify: whether certificates of `endpoint` are not checked
Credentials.tls: whether `endpoint` speaks TLS
Credentials.region: what to say where a client asks for a region
Credentials.secretkey: signs requests; to be kept secret
ProcessEvent.at: when it happened
ProcessEvent.inserted: true if the process was put between its parent and that one's children
ProcessEvent.revision: revision of the workflow that it belongs to
GetWorkflowEvents.count: most events of a reply; 0 for 10,000. Those of one revision stay together
WorkflowEvents.revision: revision up to which the reply tells what happened
events: what happened, in its order
latest: revision of the workflow's last change
scopes: what the token may be used for: `read`, `submit`, `execute`, `manage`
lifetime: number of seconds until the token expires, at most 366 days
token: the token, without its secret
tokenid: id of the token, which is no secret
expires: moment from which the token is good for nothing
lastused: moment at which it was used last, right to the hour; the zero time for never
revoked: moment of its revocation; the zero time for a token that was not revoked
created: moment of its making
secret: what goes behind `Authorization: Bearer`; told here and never again
AddToken.name: what people call it; several may have one name
Token.name: what people call it
Token.ownerid: id of the identity that it stands for
renew: makes new keys and voids the old ones
buildtime: when the server was built
buildversion: version of the server
cancelledprocesses: number of cancelled processes
cancelledworkflows: number of cancelled workflows
capabilities: hardware and software of the executor
changedby: id of whoever made the change
changetype: `create` or `update`
channels: names of the process's channels
checkerperiod: milliseconds between two looks; of no effect here
checksum: checksum of the content
checksumalg: algorithm of the checksum
childprocessid: process that shall wait for the new one as well; empty for none
children: ids of the processes that wait for this one
colonies: number of colonies
colony: the colony
colonyid: id of the key that owns the colony
colonyname: name of the colony
color: colour in drawings
commissiontime: when the executor was registered
conditions: which executor may run the function, and after which nodes
count: how many at most
Gpu.count: number of graphics processors
counter: number of successful runs
cpu: processing power such as `1000m`, a thousandth of a core being `1m`
createdAt: when it was added
cron: the cron
cronexpression: six fields, seconds first, or `@every` and its kind; used when `interval` is -1
cronid: id of the cron
data: what drawings show at the node
days: how many days back to look
default: value where none is given; for the reader only
dependencies: names of the nodes that must succeed first
description: what it is, for people
dirs: directories to mount
edges: edges of the graph, for drawings
email: e-mail address; may be empty
encryptionalg: algorithm of the encryption
encryptionkey: key of the encryption; never sent back
endtime: when it ended; year 1 for not yet
enum: the values that are allowed
env: environment variables
error: text of a failure
errors: why the process failed
exact: whether the name is the whole label, not its beginning
execdeadline: when the run will have lasted too long; year 1 for never
executor: the executor
executorType: type of the executors that reconcile
executorid: id of the executor's key
executorname: name of the executor
executornames: names of the executors that may run it; empty or `*` for any
executors: number of executors
executortype: type of the executor
extensions: message types beyond the original protocol
failed: whether the process failed
failedprocesses: number of failed processes
failedworkflows: number of failed workflows
file: the file's metadata
fileid: id of one revision of a file
fileids: ids of the revisions in the snapshot; null for none
files: number of revisions under the label
firstpack: when the first argument of the present batch came
force: start a new generation
forcegeneration: count a new generation even if the spec is the same
fs: files that the executor mounts
fun: the function
fromnodes: names or process ids of nodes that run again though they succeeded
RerunWorkflow.functionspecs: new specs for nodes of these names, which run again
keptfrom: process of an earlier run whose result this one has; left out if it has its own
progress: how far the run is, a share from 0 to 1 and perhaps words; left out if it was not said
cached: true if the result was kept from an earlier process; left out otherwise
original: workflow that this one runs again; left out if there is none
funcname: name of the function
functionName: name of the function that reconciles
functionid: id of the function; made by the server when empty
functionspecs: the nodes of the workflow
generation: number of changes of the spec
generator: the generator
generatorid: id of the generator
generatorname: name of the generator
gpu: graphics processors
group: group of the kind
handler: who reconciles blueprints of the kind
hardware: list of machines
historyid: id of the change
host: name or address of the machine
id: id in the drawing
in: input: the outputs of the parents, one after the other
initiator: only what this user or executor submitted; empty for everybody's
initiatorid: id of whoever submitted it
initiatorname: name of whoever submitted it
inreplyto: sequence number of the entry that is answered
insecure: whether the address is without TLS
insert: put the new process between its parent and all the parent's children
interval: seconds between two starts; -1 to go by `cronexpression`
isassigned: whether an executor has it
ispaused: whether nothing is assigned in the colony
items: the results of up to 256 processes
Property.items: what the elements of a list may be
kernelid: id of the Jupyter kernel that the executor belongs to; empty for none
key: name of the attribute
kind: kind of blueprint
BlueprintDefinition.kind: any text; blueprints refer to `spec.names.kind`
kwargs: arguments by name
label: label that lists can be filtered by
File.initiatorid: id of whoever added the revision
File.label: folder-like name under which the file is found
AddFile.label: folder-like name under which the file is found
labels: free texts by name
lastReconciliationProcess: id of the process that reconciled last
lastReconciliationTime: when it was reconciled last; year 1 for never
lastheardfromtime: when the executor gave a sign of life; year 1 for never
lastrun: when it started something last; year 1 for never
lat: degrees of latitude
latest: the newest instead of the oldest
leader: the node that leads
lease: seconds that the executor may be silent; 0 for no limit
limit: how many at most; 0 for all
listKind: name of a list of the kind
location: the location
locationid: id of the location; made by the server when empty
locationname: name of the location; empty for anywhere
long: degrees of longitude
maxexectime: seconds that one run may take; 0 or less for no limit
Function.maxexectime: most seconds of a run
maxretries: runs after the first one; negative for any number
maxwaittime: seconds that it may wait to be taken; 0 or less for no limit
Function.maxwaittime: most seconds of waiting
machine: names the machine, its present run and the space of its process ids
mem: memory such as `2Gi`
message: text
Failure.message: why it was refused
metadata: name, colony and times
minexectime: least seconds of a run
minwaittime: least seconds of waiting
mount: directory under which files are mounted
msgtype: the type of the message again, because only the payload is signed
name: its name, unique among its kind in the colony
Colony.name: its name, unique on the server
names: how the kind is called
namespace: name of the colony
nextrun: when it starts next; year 1 for never
nodecount: graphics processors of each node
nodename: name of the node in its workflow
nodes: number of machines
ProcessGraph.nodes: nodes of the graph, for drawings
WorkflowChange.nodes: the nodes that changed
Cluster.nodes: all servers
nonce: any text; whoever sends one gets a proof of the server's identity
object: name of the object in the bucket
out: output, any JSON values
ownerid: id of the user who vouches for the executor
parentprocessid: the running process below which the new one comes
parents: ids of the processes that it waits for
payload: content: base64, or a list of numbers from 0 to 255
payloadtype: what the content is; empty for `data`
peerport: port for other servers
phone: telephone number; may be empty
plural: name of several
port: port
position: place in drawings
prevprocessgraphid: id of the workflow that was started last
priority: from -50,000 to 50,000; one step is worth a day of waiting
prioritytime: place in the queue: lower is earlier
pid: id of the system's process in which the executor lives, on its machine
processes: number of processes to start
processespernode: number of processes to start on each machine
processgraphid: id of the workflow
processid: id of the process
processids: ids of all processes of the workflow
projects: allocations by project
proof: keyed hash under the server's registration secret
properties: fields that are checked, by name
protocol: how the content is fetched; `s3`
queuesize: number of arguments that wait
random: start somewhere within each interval
reconcileInterval: seconds between two reconciliations; 60 when left out
ref: where the content is
region: region of the store
relayport: port for relaying
requirefuncreg: whether the executor takes only functions that it registered
required: whether it must be given
Schema.required: fields that must be there
retries: number of runs that were given up
revision: number of the workflow's last change
revisions: number of revisions of all files
rootprocessids: ids of the processes that wait for nothing
running: ids of the processes that the executor runs; only in the first frame
runningprocesses: number of running processes
runningworkflows: number of running workflows
s3filename: name of the object that holds the content
s3object: object of an S3 store
schema: what the spec may hold
scope: scope of the kind
seconds: how many seconds back to look
secretkey: secret of the store's account; never sent back
senderid: id of whoever sent it
sequence: number that the sender chose
sequencenr: rises from one added file to the next
server: host of the store
serverid: id of the key that owns the server
shortNames: abbreviations
since: only what is newer than this moment, in nanoseconds since 1970
singular: name of one
size: bytes
snapshotid: id of the snapshot
snapshots: snapshots to mount
software: list of programs
source: id of the node where the edge begins
spec: what is asked for
starttime: when it started; year 1 for not yet
state: 0 waiting, 1 running, 2 successful, 3 failed, 4 cancelled
Executor.state: 0 pending, 1 approved, 2 rejected, 3 unregistered
status: what executors reported last
Closed.status: HTTP status that closing it alone would have had
storage: disk space such as `10Gi`
style: how it is drawn
submissiontime: when it was submitted
successfulprocesses: number of successful processes
successfulworkflows: number of successful workflows
taken: processes that were taken from the executor, and their states
target: id of the node where the edge ends
targetcolonyname: colony of the process
targetid: id of the process that the attribute belongs to
targetprocessgraphid: workflow of the process; empty for none
text: text that is looked for, as it is written
texts: texts that are attached to the process, by key
timeout: seconds to wait
Generator.timeout: seconds after the first argument when a batch starts anyway; 0 for never
AssignProcess.timeout: seconds to wait for work; negative to ask once
AssignProcesses.timeout: seconds to wait for work; negative to ask once
timestamp: nanoseconds since 1970
BlueprintHistory.timestamp: when the change was made
ChannelEntry.timestamp: when the entry was added
tls: whether the address is encrypted
tolabel: label that the files get
toname: name that the file gets; empty to keep its own
trigger: number of arguments that start a batch
type: what it is
unregisteredexecutors: number of executors that were removed
unresponsive: whether its work is overdue and it sent nothing for long
updatedAt: when it was changed last
user: the user
userid: id of the user's key
value: text of the attribute
version: version of the kind
waitdeadline: when it will have waited too long; year 1 for never
waitforparents: whether it waits for other processes
waitforprevprocessgrap: how one SDK spells `waitforprevprocessgraph`
waitforprevprocessgraph: start only when the workflow started before has ended
waitingprocesses: number of waiting processes
waitingworkflows: number of waiting workflows
walltime: seconds that the machine is to be reserved
workflowspec: JSON text of the workflow to start
changed: kinds of things that changed
connected: names of executors that have something open at the server
crontimezone: time zone of cron expressions that name none
disabled: true while it starts nothing by itself
enabled: whether it starts by itself
failures: processes that failed by themselves, the last first
load: number of running processes by executor
oldest: moment of the oldest submission
p50run: median seconds of running
p50wait: median seconds of waiting
p95run: seconds of running that one in twenty exceeded
p95wait: seconds of waiting that one in twenty exceeded
paused: whether no work is handed out
progress: what the executor said last of how far it is
queues: what waits, by type of executor
ready: number of processes that wait for an executor only
FailureFigures.error: last line of the errors
SlotFigures.failed: number of processes that failed
Monitor.processes: the 100 processes that run longest
Monitor.running: number of running processes
GetMonitor.since: first slot that is wanted, in seconds since 1970; 0 for ten minutes
slots: what ended lately, in slots of 15 seconds
successful: number that succeeded
waiting: number of waiting processes
SlotFigures.at: moment at which the slot begins
Monitor.at: moment of the figures
x: place from the left
y: place from the top
"""

MEANINGS = dict(line.split(": ", 1) for line in TEXT.strip().splitlines())


def meaning(kind: str, field: str) -> str:
    """What a field of an object means. Raises KeyError for a word that is not explained."""
    return MEANINGS.get(f"{kind}.{field}") or MEANINGS[field]
