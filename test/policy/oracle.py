"""Reads cases as JSON and writes what oslo.policy says of each: whether the rule lets the credentials pass; null when it fails."""
import json
import logging
import sys

from oslo_config import cfg
from oslo_policy import policy

logging.disable(logging.CRITICAL)
conf = cfg.ConfigOpts()
conf([])

said = []
for case in json.load(sys.stdin):
    enforcer = policy.Enforcer(conf, use_conf=False)
    enforcer.set_rules(policy.Rules.load(case["file"]), use_conf=False)
    try:
        said.append(bool(enforcer.enforce(case["rule"], case["target"], dict(case["creds"]))))
    except Exception:
        said.append(None)
json.dump(said, sys.stdout)
