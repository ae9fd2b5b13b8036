"""The `openstack` command many times over, from one process that has loaded it.

Loading the client is three quarters of what a command costs. Here it is loaded once, and every command runs in a fork of
its own: Debian's client unmodified, from its own main(), with its own environment, standard output and exit code.

Reads lines of JSON, `{"id", "args", "env"}`, and writes one for each, `{"id", "code", "stdout", "stderr"}`, as they end.
"""

import importlib
import json
import os
import pkgutil
import select
import signal
import sys
import tempfile

import openstackclient.shell

SECONDS = 120


def load(package):
    """Loads what commands would load: the modules of their groups."""
    for module in pkgutil.walk_packages(importlib.import_module(package).__path__, package + "."):
        if ".tests" not in module.name:
            try:
                importlib.import_module(module.name)
            except ImportError:
                pass  # a command that needs it says so


def run(args, env, outputs):
    """The command, in this process, which ends with it."""
    os.environ.clear()
    os.environ.update(env)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for descriptor, output in enumerate(outputs, start=1):
        os.dup2(output.fileno(), descriptor)
    signal.alarm(SECONDS)
    sys.argv = ["openstack", *args]
    try:
        code = openstackclient.shell.main(args)
    except SystemExit as end:
        code = end.code
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 0 if code is None else 1)


def begin(line, running):
    asked = json.loads(line)
    outputs = [tempfile.TemporaryFile() for _ in range(2)]
    child = os.fork()
    if child == 0:
        try:
            run(asked["args"], asked["env"], outputs)
        finally:
            os._exit(70)
    running[child] = (asked["id"], outputs)


def end(child, status, running):
    name, outputs = running.pop(child)
    texts = []
    for output in outputs:
        output.seek(0)
        texts.append(output.read().decode("utf-8", "replace"))
        output.close()
    told = {"id": name, "code": os.waitstatus_to_exitcode(status), "stdout": texts[0], "stderr": texts[1]}
    os.write(1, json.dumps(told).encode() + b"\n")


def main():
    for package in ("openstackclient.volume", "openstackclient.identity", "openstackclient.image", "openstackclient.common"):
        load(package)
    running = {}
    rest = b""
    is_open = True
    while is_open or running:
        ready, _, _ = select.select([0] if is_open else [], [], [], 0.02 if running else None)
        if ready:
            read = os.read(0, 65536)
            is_open = read != b""
            *lines, rest = (rest + read).split(b"\n")
            for line in lines:
                begin(line, running)
        while running:
            child, status = os.waitpid(-1, os.WNOHANG)
            if child == 0:
                break
            end(child, status, running)


main()
