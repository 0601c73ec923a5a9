#!/usr/bin/env python3
"""Writes the manual pages: what the programs say of themselves by --help, in the form of man.

    man.py BIN VERSION OUT      OUT/man1/irisctl.1, OUT/man8/iris-init.8, …

The day is SOURCE_DATE_EPOCH's, so that the same programs give the same pages.
"""
import datetime
import os
import pathlib
import re
import subprocess
import sys

PAGES = {
    ("iris-init", 8): "PID 1 for InterSystems IRIS in a container",
    ("iris-agent", 8): "probes, metrics and freezes for InterSystems IRIS, beside iris-init",
    ("cpfmerge", 1): "check, compare and merge configuration parameter files of InterSystems IRIS",
    ("irisctl", 1): "ask and command the supervisor of InterSystems IRIS in this container",
}
FILES = (
    ("/etc/iris-init/iris-init.ini", "settings, but for those of PID 1; environment variables go before it"),
    ("/etc/iris-init/merge.d/*.cpf", "fragments of the merge file that IRIS gets"),
    ("/etc/iris-init/freeze.d/pre/, post/", "hooks before a freeze and after the thaw"),
    ("/run/secrets/iris-init/password", "the password of a new instance"),
    ("/run/iris-init/", "control socket, state and merge file; IRIS_INIT_PATHS_RUN_DIR sets another one"),
)


def help_of(program, *words):
    done = subprocess.run([program, *words, "--help"], capture_output=True, text=True, check=True)
    return done.stdout.rstrip("\n")


def quoted(text):
    """As roff shows it unchanged: no line is a request, and hyphens can be searched for and copied."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.M)


def verbatim(text):
    return f".nf\n{quoted(text)}\n.fi"


def page(bin_directory, name, section, summary, version, day):
    program = bin_directory / name
    parts = [f'.TH {name.upper()} {section} {day} "iris\\-init {version}" "iris\\-init"',
             ".nh\n.ad l", f".SH NAME\n{quoted(name)} \\- {quoted(summary)}", ".SH DESCRIPTION\n" + verbatim(help_of(program))]
    if name == "irisctl":
        parts.append(".SH VERBS")
        for verb in re.findall(r"^  (\w[\w-]*)  ", help_of(program), re.M):
            if verb != "help":
                parts.append(f".SS {quoted(verb)}\n" + verbatim(help_of(program, verb)))
    parts.append(".SH FILES\n" + "\n".join(f".TP\n{quoted(path)}\n{quoted(what)}" for path, what in FILES))
    others = [f"{quoted(other)}({number})" for other, number in sorted(PAGES) if other != name]
    parts.append(".SH SEE ALSO\n" + ", ".join(others))
    return "\n".join(parts) + "\n"


def main():
    bin_directory, version, out = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2], pathlib.Path(sys.argv[3])
    born = datetime.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), datetime.timezone.utc)
    for (name, section), summary in PAGES.items():
        directory = out / f"man{section}"
        directory.mkdir(parents=True, exist_ok=True)
        (directory / f"{name}.{section}").write_text(page(bin_directory, name, section, summary, version, born.strftime("%Y-%m-%d")), encoding="utf-8")


if __name__ == "__main__":
    main()
