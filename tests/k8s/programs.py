"""What kubectl, irisctl in the pod, date and sleep answer in the cluster of cluster.py."""
import contextlib
import io
import json
import os
import re
import signal
import sys

import kustomize
from cluster import START, stamp

API, NOT_FOUND = "The connection to the server was refused", "Error from server (NotFound)"


class Lost(Exception):
    """The call fails; the text goes to standard error."""


def option(words, name, default=None):
    return words[words.index(name) + 1] if name in words else default


def next_of(cluster, what):
    """The behaviour of this call."""
    planned = cluster.scenario.get(what, [])
    done = cluster.done.setdefault(what, 0)
    cluster.done[what] += 1
    return planned[done] if done < len(planned) else "ok"


def freeze(cluster, words):
    behaviour, owner = next_of(cluster, "freeze"), option(words, "--owner")
    lease = int(option(words, "--lease").rstrip("s"))
    if behaviour in ("refused", "failed", "no agent", "cut before"):
        code, text = {"refused": (3, "IRIS is not running"), "failed": (1, "freeze failed in step suspend"),
                      "no agent": (69, "no agent"), "cut before": (1, "error: unexpected EOF")}[behaviour]
        raise SystemExit(tell(code, text))
    if behaviour == "silent before":
        return
    if cluster.frozen and cluster.frozen["owner"] != owner:
        refuse(words, "frozen", f"frozen by '{cluster.frozen['owner']}', 60s left")
    cluster.windows.append("open")
    began = {"owner": owner, "at": cluster.clock, "end": cluster.clock + lease, "window": len(cluster.windows) - 1}
    if behaviour == "slow":  # the answer does not come in time; the freeze comes about a little later
        cluster.coming = {**began, "at": cluster.clock + 95}
        cluster.pass_time(90)
        raise SystemExit(tell(124, "timed out"))
    if behaviour == "silent while":
        cluster.coming = {**began, "at": cluster.clock + cluster.scenario.get("comes_after", 20)}
        return
    cluster.frozen = began
    if behaviour == "cut after":
        raise SystemExit(tell(1, "error: unexpected EOF"))
    if behaviour != "silent after":
        show_answer(words, f"frozen for '{owner}' until then, a lease of {lease}s\ntoken: 0123",
                    {"frozen": True, "owner": owner, "token": "0123", "lease_seconds": float(lease), "already": False})


def thaw(cluster, words):
    behaviour, owner = next_of(cluster, "thaw"), option(words, "--owner")
    if behaviour == "cut before":
        raise SystemExit(tell(1, "error: unexpected EOF"))
    if behaviour == "silent before":
        return
    if cluster.coming or behaviour == "under way":
        refuse(words, "thawed", "the freeze is still under way")
    if not cluster.frozen or cluster.frozen["owner"] != owner:
        refuse(words, "thawed", "nothing of ours is frozen")
    held = behaviour != "did not hold"
    cluster.windows[cluster.frozen["window"]] = "held" if held else "not held"
    cluster.frozen = None
    if behaviour == "cut after":
        raise SystemExit(tell(1, "error: unexpected EOF"))
    if behaviour == "silent after":
        return
    reason = None if held else "IRIS was restarted"
    show_answer(words, "held; frozen for 5s" if held else f"did not hold: {reason}",
                {"thawed": True, "held": held, "reason": reason, "owner": owner, "already": False})
    if not held:
        raise SystemExit(4)


def show_answer(words, text, data):
    """As irisctl words it: render.cpp."""
    print(json.dumps(data, indent=2, sort_keys=True) if option(words, "-o") == "json" else text)


def refuse(words, field, why):
    if option(words, "-o") == "json":
        show_answer(words, "", {field: False, "reason": why})
    raise SystemExit(tell(3, f"irisctl: not {field}: {why}"))


def tell(code, text):
    print(text, file=sys.stderr)
    return code


# --- kubectl --------------------------------------------------------------------------------------------------------

def walk(o, path):
    """What `.a.b[0].c` names, or None."""
    for field, index, key, wanted in re.findall(r'\.([A-Za-z/-]+)|\[(\d+)\]|\[\?\(@\.(\w+)=="([^"]*)"\)\]', path):
        if o is None:
            return None
        if key:
            o = next((item for item in o if item.get(key) == wanted), None)
        else:
            o = o.get(field) if field else (o[int(index)] if int(index) < len(o) else None)
    return o


def show(o, template):
    def word(match):
        inner = match[1]
        if inner.startswith('"'):
            return json.loads(inner)
        value = walk(o, inner)
        return "" if value is None else value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
    return re.sub(r"\{([^{}]*)\}", word, template)


def jsonpath(o, template):
    ranged = re.fullmatch(r"\{range ([^{}]*)\[\*\]\}(.*)\{end\}", template)
    return "".join(show(item, ranged[2]) for item in walk(o, ranged[1]) or []) if ranged else show(o, template)


KINDS = {"volumesnapshots": "volumesnapshot", "persistentvolumeclaim": "pvc", "persistentvolume": "pv", "sts": "statefulset"}


WITH_VALUE = ("-o", "-l", "-L", "-p", "-f", "-c")


def target(words):
    """The verb's kind and name: `pvc iris-pvc` or `statefulset/iris`."""
    plain = [w for i, w in enumerate(words) if not w.startswith("-") and (i == 0 or words[i - 1] not in WITH_VALUE)]
    if not plain:
        return "", ""
    kind, _, name = plain[0].partition("/")
    return KINDS.get(kind, kind), name or (plain[1] if len(plain) > 1 else "")


def manifests(cluster, words):
    source = option(words, "-f")
    if source == "-":
        return kustomize.read(cluster.stdin)
    with open(source) as file:
        return kustomize.read(file.read())


def merge(o, patch):
    for key, value in patch.items():
        if isinstance(value, dict):
            merge(o.setdefault(key, {}), value)
        elif value is None:
            o.pop(key, None)
        else:
            o[key] = value


def wait_until(cluster, words, done):
    limit = cluster.clock + int(option([w for word in words for w in word.split("=", 1)], "--timeout", "100000s").rstrip("s"))
    while not done():
        if cluster.clock >= limit:
            raise Lost("error: timed out waiting for the condition")
        cluster.pass_time(5)


def kubectl(cluster, words):
    verb, words = words[0], words[1:]
    kind, name = target(words)
    o = cluster.get(kind, name)
    if verb == "exec":
        irisctl = words[words.index("--") + 2:]
        if not cluster.get("pod", "iris-0"):
            raise Lost(NOT_FOUND + ': pods "iris-0" not found')
        {"freeze": freeze, "thaw": thaw}[irisctl[0]](cluster, irisctl)
    elif verb in ("create", "apply"):
        for made in manifests(cluster, words):
            here = target([made["kind"].lower(), made["metadata"]["name"]])
            present = cluster.get(*here)
            if verb == "create" and present:
                raise Lost("Error from server (AlreadyExists)")
            if present and here[0] == "pvc":
                if any(present["spec"].get(f) != made["spec"].get(f) for f in ("dataSource", "storageClassName")):
                    raise Lost("Forbidden: spec is immutable after creation except resources.requests")
                continue
            cluster.put(made)
    elif verb == "wait" and "--for=delete" in words:
        wait_until(cluster, words, lambda: cluster.get(kind, name) is None)
    elif verb == "get" and ("-l" in words or not name):
        wanted = dict(pair.split("=") for pair in option(words, "-l", "").split(",") if pair)
        items = [s for s in cluster.of(kind) if wanted.items() <= s["metadata"].get("labels", {}).items()]
        print(jsonpath({"items": items}, option(words, "-o")[len("jsonpath="):]), end="")
    elif verb == "delete" and "-l" in words:
        wanted = dict([option(words, "-l").split("=")])
        kinds = words[0].split(",")
        found = [key for key, o in cluster.objects.items()
                 if wanted.items() <= o["metadata"].get("labels", {}).items() and key.split("/")[0] in kinds]
        for key in found:
            delete(cluster, *key.split("/"))
        wait_until(cluster, words, lambda: not any(key in cluster.objects for key in found))
    elif o is None:
        if "--ignore-not-found" not in words:
            raise Lost(f'{NOT_FOUND}: {kind} "{name}" not found')
    elif verb == "get":
        output = option(words, "-o")
        print(jsonpath(o, output[len("jsonpath="):]) if output else f"{kind}/{name}", end="" if output else "\n")
    elif verb in ("label", "annotate"):
        pairs = [w for w in words if "=" in w and not w.startswith("-")]
        o["metadata"].setdefault(verb + ("s" if verb == "label" else ""), {}).update(p.split("=", 1) for p in pairs)
        if verb == "annotate":
            o["metadata"].setdefault("annotations", {}).update(o["metadata"].pop("annotate"))
    elif verb == "patch":
        merge(o, json.loads(option(words, "-p")))
    elif verb == "scale":
        o["spec"]["replicas"] = int(next(w for w in words if w.startswith("--replicas=")).split("=")[1])
        cluster.settle()
    elif verb == "delete":
        delete(cluster, kind, name)
        if "--wait=false" not in words:
            wait_until(cluster, words, lambda: cluster.get(kind, name) is None)
    else:
        raise Lost(f"the cluster of this test does not know '{verb}'")


def delete(cluster, kind, name):
    """A StatefulSet's pod stops afterwards."""
    if kind == "pvc":
        o = cluster.get(kind, name)
        o["deleting"] = True
        o["metadata"]["deletionTimestamp"] = stamp(cluster.clock)
    else:
        del cluster.objects[f"{kind}/{name}"]
    cluster.settle()


def rollout(cluster, words):
    name = target(words[1:])[1] + "-0"
    wait_until(cluster, words, lambda: (cluster.get("pod", name) or {}).get("ready"))


def faulty_kubectl(cluster, words):
    global_options = [w for w in words if w.startswith("--request-timeout")]
    words = [w for w in words if w not in global_options]
    cluster.calls.append(words)
    cluster.pass_time(0.1)
    kill = cluster.scenario.get("kill")
    if kill and len(cluster.calls) == kill[0]:
        os.kill(cluster.script, getattr(signal, "SIG" + kill[1]))
    nth_call = len(cluster.calls)
    if any(first <= nth_call < end for first, end in cluster.scenario.get("gone", [])):
        cluster.pass_time(1)
        raise Lost(API)
    since = cluster.clock - START
    if any(begin <= since < end for begin, end in cluster.scenario.get("outages", [])):
        cluster.pass_time(1)
        raise Lost(API)
    what = " ".join([words[0], target(words[1:])[0]]).strip()
    nth = cluster.done[what] = cluster.done.get(what, 0) + 1
    fails = cluster.scenario.get("fails", {})
    if nth in fails.get(what, []):
        raise Lost(API)
    if words[0] == "rollout":
        rollout(cluster, words[1:])
    else:
        kubectl(cluster, words)
    if nth in fails.get("+" + what, []) or nth_call == cluster.scenario.get("answer lost"):
        raise Lost("error: unexpected EOF")


def run(cluster, called, words):
    if called == "date":
        print(int(cluster.clock) if words[-1] == "+%s" else stamp(cluster.clock)[:19].replace("T", "-").replace(":", ""))
    elif called == "sleep":
        cluster.pass_time(float(words[0]))
    else:
        faulty_kubectl(cluster, words)


def call(cluster, called, words):
    """One call of a program: its exit code, standard output and standard error."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            run(cluster, called, words)
        except Lost as lost:
            code = tell(1, str(lost))
        except SystemExit as end:
            code = end.code
    return code, out.getvalue(), err.getvalue()
