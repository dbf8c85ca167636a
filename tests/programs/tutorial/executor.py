"""An executor in the shape of the tutorials: it registers, then takes work until interrupted."""

import os
import signal
import sys

from pycolonies import ColoniesConnectionError, Crypto, colonies_client


class Executor:
    """Runs processes of one type; `run` is given by the program."""

    def __init__(self, name, executortype, run):
        self.colonies, self.colonyname, self.colony_prvkey, _, _ = colonies_client()
        self.name = name
        self.executortype = executortype
        self.run = run
        crypto = Crypto()
        self.prvkey = crypto.prvkey()
        self.executorid = crypto.id(self.prvkey)

    def register(self, *funcnames):
        executor = {
            "executorname": self.name,
            "executorid": self.executorid,
            "colonyname": self.colonyname,
            "executortype": self.executortype,
        }
        self.colonies.add_executor(executor, self.colony_prvkey)
        self.colonies.approve_executor(self.colonyname, self.name, self.colony_prvkey)
        for funcname in funcnames:
            self.colonies.add_function(self.colonyname, self.name, funcname, self.prvkey)
        print("Executor", self.name, "registered", flush=True)

    def start(self):
        signal.signal(signal.SIGINT, self.leave)
        while True:
            try:
                process = self.colonies.assign(self.colonyname, 10, self.prvkey)
            except ColoniesConnectionError as error:
                print(error, file=sys.stderr)
                continue
            print("Process", process.processid, "is assigned to executor", flush=True)
            self.colonies.add_log(process.processid, "Hello from executor\n", self.prvkey)
            self.run(self, process)

    def close(self, process, output):
        self.colonies.close(process.processid, output, self.prvkey)

    def leave(self, *_):
        self.colonies.remove_executor(self.colonyname, self.name, self.colony_prvkey)
        print("Executor", self.name, "unregistered", flush=True)
        os._exit(0)
