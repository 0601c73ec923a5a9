"""Each rule of semantics.py is seen failing: the base's own manifests with one fault planted."""
import copy
import unittest

import kustomize
import semantics


def base():
    objects = [o for name in ("statefulset", "pvc", "services", "configmap")
               for o in kustomize.read((kustomize.K8S / f"base/{name}.yaml").read_text())]
    iris(objects)["image"] += ":1"  # as the kustomization does
    return objects


def pod(objects):
    return kustomize.only(objects, "StatefulSet", "iris")["spec"]["template"]["spec"]


def iris(objects):
    return pod(objects)["containers"][0]


JOB = {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "j"}, "spec": {
    "concurrencyPolicy": "Forbid", "schedule": "0 2 * * *", "jobTemplate": {"spec": {
        "activeDeadlineSeconds": 60, "template": {"spec": {
            "restartPolicy": "Never", "automountServiceAccountToken": False,
            "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [{"name": "c", "image": "registry:5000/c@sha256:0123", "resources": {
                "requests": {"memory": "1Mi"}, "limits": {"memory": "1Mi"}}}]}}}}}}


def role(**rule):
    return {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "r"},
            "rules": [{"apiGroups": [""], "resources": ["pods"], "resourceNames": ["iris-0"], "verbs": ["get"], **rule}]}


def job(**spec):
    made = copy.deepcopy(JOB)
    made["spec"].update(spec)
    return made


def hanging_job():
    made = job()
    del made["spec"]["jobTemplate"]["spec"]["activeDeadlineSeconds"]
    return made


def hooks(objects, **changes):
    """Velero's hooks in IRIS's pod, and what is planted: pre_timeout="40s"."""
    patch = kustomize.read((kustomize.K8S / "components/velero/patch.yaml").read_text())[0]
    annotations = patch["spec"]["template"]["metadata"]["annotations"]
    for name, value in changes.items():
        phase, _, key = name.partition("_")
        annotations[f"{phase}.hook.backup.velero.io/{key}"] = value
    kustomize.only(objects, "StatefulSet", "iris")["spec"]["template"]["metadata"]["annotations"] = annotations


def schedule(**template):
    made = kustomize.read((kustomize.K8S / "snapshot/velero/schedule.yaml").read_text())[0]
    made["spec"]["template"].update(template)
    return made


def monitor(spec=(), **endpoint):
    """The component's, and what is planted: in its spec, in its endpoint."""
    made = kustomize.read((kustomize.K8S / "components/monitoring/servicemonitor.yaml").read_text())[0]
    made["spec"].update(spec)
    made["spec"]["endpoints"][0].update(endpoint)
    return made


# What is planted, and a part of what must be said about it.
FAULTS = [
    (lambda o: o.append(copy.deepcopy(o[0])), "twice"),
    (lambda o: o[0]["metadata"].update(name="Iris_1"), "not a name"),
    (lambda o: o[0].update(apiVersion="apps/v1beta1"), "may not exist"),
    (lambda o: o[0]["spec"]["template"]["metadata"]["labels"].update(app="irsi"), "misses its own pods"),
    (lambda o: kustomize.only(o, "Service", "iris-svc")["spec"]["selector"].update(app="other"), "selects no pod"),
    (lambda o: iris(o)["livenessProbe"]["httpGet"].update(port="helth"), "asks port 'helth'"),
    (lambda o: kustomize.only(o, "Service", "iris-svc")["spec"]["ports"][0].update(targetPort="sql"), "port 'sql'"),
    (lambda o: iris(o)["volumeMounts"][0].update(name="date"), "is no volume"),
    (lambda o: iris(o)["volumeMounts"].pop(), "nobody mounts"),
    (lambda o: iris(o)["volumeMounts"][1].update(mountPath="/external"), "twice"),
    (lambda o: iris(o)["volumeMounts"][1].update(mountPath="/external/merge"), "inside the data volume"),
    (lambda o: iris(o)["env"][0].update(value="/external"), "no subdirectory"),
    (lambda o: pod(o)["volumes"][0].update(secret={}), "exactly one source"),
    (lambda o: pod(o)["volumes"][0]["persistentVolumeClaim"].update(claimName="gone"), "no PersistentVolumeClaim/gone"),
    (lambda o: kustomize.only(o, "StatefulSet", "iris")["spec"].update(serviceName="gone"), "no Service/gone"),
    (lambda o: iris(o).pop("resources"), "limit of memory"),
    (lambda o: iris(o)["resources"]["requests"].update(memory="8Gi"), "more memory than its limit"),
    (lambda o: kustomize.only(o, "ConfigMap", "iris-cpf-merge")["data"].update(
        {"merge.cpf": "[config]\nglobals=0,0,3000,0,0,0\n"}), "3000 MB of shared memory"),
    (lambda o: iris(o).update(image="registry:5000/iris"), "pinned by no tag"),
    (lambda o: iris(o).update(image="registry:5000/iris:latest"), "pinned by no tag"),
    (lambda o: o[0]["spec"].update(replicas=2), "replicas is not 1"),
    (lambda o: o[0].update(kind="Deployment"), "two databases"),
    (lambda o: kustomize.only(o, "PersistentVolumeClaim", "iris-pvc")["spec"].update(accessModes=["ReadWriteMany"]),
     "more than one node"),
    (lambda o: o.append({"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "b"}}),
     "block the drain"),
    (lambda o: o.append(job(concurrencyPolicy="Allow")), "run at once"),
    (lambda o: o.append(hanging_job()), "hang for ever"),
    (lambda o: hooks(o, pre_timeout="40s"), "gives up its pre hook"),
    (lambda o: hooks(o, post_timeout="50s"), "gives up its post hook"),
    (lambda o: hooks(o, pre_timeout="2m"), "lease ends"),
    (lambda o: hooks(o, pre_container="irsi"), "no container of the pod"),
    (lambda o: hooks(o, post_retries="1"), "post hook has"),
    (lambda o: hooks(o, post_command='["irisctl","freeze","--owner","velero","--timeout","50s"]'), "post hook runs"),
    (lambda o: hooks(o, post_command='["irisctl","thaw","--owner","verelo","--timeout","50s"]'), "thaws as another"),
    (lambda o: o.append(schedule(defaultVolumesToFsBackup=True)), "outlasts every lease"),
    (lambda o: o.append(schedule(includeNamespaces=["iris"])), "no 'includeNamespaces'"),
    (lambda o: o.append(schedule(includedNamespaces="iris")), "'includedNamespaces' is no list"),
    (lambda o: o.append(schedule(snapshotVolumes="true")), "'snapshotVolumes' is no bool"),
    (lambda o: o.append(monitor(intervall="15s")), "no 'intervall'"),
    (lambda o: o.append(monitor(interval=15)), "'interval' is no str"),
    (lambda o: o.append(monitor({"targetLables": ["app"]})), "no 'targetLables'"),
    (lambda o: o.append(monitor({"sampleLimit": "5000"})), "'sampleLimit' is no int"),
    (lambda o: o.append(role(verbs=["*"])), "'*' in verbs"),
    (lambda o: o.append(role(resources=["secrets"])), "reads Secrets"),
    (lambda o: o.append(role(resourceNames=[])), "of every pod"),
    (lambda o: pod(o).pop("automountServiceAccountToken"), "mounts the token"),
    (lambda o: pod(o)["securityContext"].pop("runAsNonRoot"), "may run as root"),
    (lambda o: pod(o)["securityContext"].pop("seccompProfile"), "no seccomp"),
    (lambda o: o.append({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "iris-password"}}), "a Secret in"),
]


class Rules(unittest.TestCase):
    def test_the_base_and_a_sound_job_keep_them(self):
        objects = [*base(), JOB, role(), schedule(), monitor()]
        hooks(objects)
        self.assertEqual([], semantics.problems(objects))

    def test_each_is_seen_failing(self):
        for plant, said in FAULTS:
            objects = base()
            plant(objects)
            with self.subTest(said):
                self.assertIn(said, "\n".join(semantics.problems(objects)))

    def test_a_key_twice_is_refused(self):
        with self.assertRaises(kustomize.yaml.YAMLError):
            kustomize.read("kind: A\nkind: B\n")


if __name__ == "__main__":
    kustomize.run_tests()
