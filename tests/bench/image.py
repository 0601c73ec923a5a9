"""Measures the image that tests/container/image.sh has built; run by image.sh beside it.

    image.py BIN STAMP [--quick]
"""
import gzip
import io
import json
import pathlib
import re
import statistics
import subprocess
import sys
import tarfile

IMAGE = "localhost/iris-init-test:iris"
LIMITS = ("--ulimit", "nofile=1024:4096", "--ulimit", "nproc=4096:4096")
WAYS = {
    "tini": ("/tini", "--", "/iris-main"),
    "iris-init, plain": ("iris-init", "--agent", "off", "--", "/iris-main"),
    "iris-init, merge, preflight, agent": ("iris-init", "--", "/iris-main"),
}


def podman(*words):
    return subprocess.run(["podman", *words], check=True, capture_output=True, text=True).stdout


def bytes_added(programs):
    """As files, and as a layer of an image travels: a tar, compressed as docker does it."""
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as tar:
        for path in programs:
            tar.add(path, arcname=f"usr/local/bin/{path.name}")
    return sum(path.stat().st_size for path in programs), len(gzip.compress(layer.getvalue(), 6))


def seconds_to_main(stamp, merge, way):
    said = podman("run", "--rm", "--network=none", *LIMITS, "-v", f"{stamp}:/stamp:ro", "-v", f"{stamp}:/iris-main:ro", "-v", f"{merge}:/merge.cpf:ro",
                  "-e", "ISC_CPF_MERGE_FILE=/merge.cpf", "-e", "IRIS_INIT_MERGE_ALLOW_DEFAULT_PASSWORD=on", "--entrypoint", "/stamp", IMAGE, *way)
    first, second = (int(number) for number in re.findall(r"^stamp (\d+)$", said, re.M))
    return (second - first) / 1e6


def main():
    programs = sorted(pathlib.Path(sys.argv[1]).resolve().iterdir())
    stamp, rounds = pathlib.Path(sys.argv[2]).resolve(), 5 if "--quick" in sys.argv else 41
    plain, packed = bytes_added(programs)
    print(f"{'bytes added':<38}{plain:>12}   goal < 6000000, {plain / 6e6:.2f} of it")
    print(f"{'compressed, as a layer':<38}{packed:>12}   goal < 2500000, {packed / 2.5e6:.2f} of it")
    sizes = [json.loads(podman("image", "inspect", name))[0]["Size"] for name in (IMAGE, "localhost/standin-iris")]
    print(f"{'image with it, less image without':<38}{sizes[0] - sizes[1]:>12}")

    merge = stamp.parent / "image_bench_merge.cpf"
    merge.write_text("[config]\nglobals=0,0,800,0,0,0\ngmheap=256000\n")
    times = {name: [] for name in WAYS}
    for _ in range(rounds):  # one after the other, so that a busy moment of the machine hits all alike
        for name, way in WAYS.items():
            times[name].append(seconds_to_main(stamp, merge, way))
    merge.unlink()
    tini = statistics.median(times["tini"])
    print(f"\n{f'start to iris-main, ms, {rounds} rounds':<38}{'median':>8}{'p10':>8}{'p90':>8}{'- tini':>8}{'/ tini':>8}")
    for name, values in times.items():
        tenths = statistics.quantiles(values, n=10)
        median = statistics.median(values)
        print(f"{name:<38}{median:>8.2f}{tenths[0]:>8.2f}{tenths[-1]:>8.2f}{median - tini:>8.2f}{median / tini:>8.2f}")
    print("goals: plain no slower than tini; with merge, preflight and agent at most 10 ms slower")


main()
