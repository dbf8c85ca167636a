"""An executor that knows nothing but HTTP: any language could do this.

    http_executor.py ADDRESS TOKEN COLONY NAME COUNT

ADDRESS is Jupyter's own, its base URL included. It registers itself, adds up the arguments of
COUNT processes, and leaves.
"""

import json
import sys
import urllib.request


def main(address, token, colony, name, count):
    def ask(method, path, body=None):
        request = urllib.request.Request(
            f"{address}colonies/v1/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"token {token}",
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    executor = f"colonies/{colony}/executors/{name}"
    ask("PUT", executor, {"executortype": name, "functions": [{"funcname": "sum"}]})
    done = 0
    while done < int(count):
        process = ask("POST", f"{executor}/assignments?wait=20")
        if process is None:
            continue
        path = f"processes/{process['processid']}"
        numbers = process["spec"]["args"] + process["in"]
        ask("POST", f"{path}/log", {"message": f"adding {numbers}"})
        try:
            ask("PUT", f"{path}/success", {"out": [sum(numbers)]})
        except TypeError as error:
            ask("PUT", f"{path}/failure", {"errors": [str(error)]})
        done += 1
    ask("DELETE", executor)
    print(f"{done} processes done")


if __name__ == "__main__":
    main(*sys.argv[1:])
