"""Records which configurations CPEX accepts, and where it finds what is wrong with the others.

python3 record-verdicts.py    (from the repository's folder; needs cpex 0.1.3; writes verdicts.json beside it)
"""

import json
import logging
import os
import pathlib
import tempfile

import yaml
from pydantic import ValidationError

from cpex.framework.loader.config import ConfigLoader

HERE = pathlib.Path(__file__).parent
logging.disable(logging.CRITICAL)

STDIO = "mcp: {proto: STDIO, cmd: [node, server.js]}"
HTTP = "proto: STREAMABLEHTTP, url: 'https://guard.example/mcp'"


def plugin(fields="", mcp=STDIO, name="A", kind="external"):
    parts = [f"name: {name}", f"kind: {kind}", fields, mcp]
    return "plugins: [{" + ", ".join(part for part in parts if part) + "}]"


def http(more="", url="https://guard.example/mcp", proto="STREAMABLEHTTP"):
    parts = [f"proto: {proto}", f"url: '{url}'", more]
    return plugin(mcp="mcp: {" + ", ".join(part for part in parts if part) + "}")


def stdio(more):
    return plugin(mcp="mcp: {proto: STDIO, " + more + "}")


TEXTS = [
    # The root
    "", "{}", "plugins: []", "plugins:", "plugins: {}", "plugins: text", "plugins: [text]", "later: 1",
    "plugin_dirs: [a, b]", "plugin_dirs: a", "plugin_dirs: [1]", "plugin_dirs:",
    "grpc_server_settings:", "unix_socket_server_settings:", "server_settings:",
    "plugins: [{name: A, kind: a.B}]", "plugins: [{name: A}]", "plugins: [{kind: a.B}]",
    "plugins: [{name: A, kind: a.B, config: {a: 1}}]", "plugins: [{name: A, kind: a.B, config: 5}]",
    # Shared fields
    *[plugin(f"mode: {mode}") for mode in (
        "enforce", "enforce_ignore_error", "permissive", "disabled", "sequential", "transform", "audit",
        "concurrent", "fire_and_forget", "loud", "~", "Enforce", "off")],
    *[plugin(f"on_error: {value}") for value in ("fail", "ignore", "disable", "raise", "~")],
    *[plugin(f"priority: {value}") for value in (
        "5", "-5", "'5'", "5.0", "'5.0'", "5.5", "high", "~", "' 7 '", "1_000", "'1_000'", "0x10", "010", "'5.'", "'5.5'", "true", "'9007199254740993'")],
    plugin("max_content_size: 5"), plugin("max_content_size: '5'"), plugin("max_content_size: x"),
    plugin("hooks: [a, b]"), plugin("hooks: a"), plugin("hooks: [1]"), plugin("hooks: ~"), plugin("hooks: [~]"),
    plugin("tags: [a]"), plugin("tags: ~"), plugin("tags: [yes]"), plugin("version: 1.0"), plugin("version: '1.0'"),
    plugin("version: 2024-01-01"), plugin("description: ~"), plugin("description: 5"), plugin("author: yes"),
    plugin("namespace: [a]"), plugin("later: 1"), plugin("config: {}"), plugin("config: ~"), plugin("config: {a: 1}"),
    # Conditions
    *[plugin(f"conditions: {value}") for value in (
        "[]", "~", "[{}]", "[{tools: [a]}]", "[{tools: []}]", "[{tools: ~}]", "[{tools: a}]", "[{tools: [1]}]",
        "[{server_ids: [a], tenant_ids: [b], prompts: [c], resources: [d], agents: [e]}]", "[{later: 1}]",
        "[{user_patterns: [a], content_types: [b]}]", "[{user_patterns: a}]", "[{content_types: [1]}]", "[5]", "{}")],
    *[plugin(f"applied_to: {value}") for value in (
        "~", "{}", "{tools: [{tool_name: a}]}", "{tools: [{}]}", "{tools: a}", "{prompts: [{prompt_name: a, result: yes}]}",
        "{resources: [{resource_uri: a, fields: [x], context: [y], extensions: {z: 1}}]}", "{later: 1}", "[]",
        "{tools: [{tool_name: a, fields: x}]}", "{tools: [{tool_name: a, extensions: x}]}",
        "{tools: [{tool_name: a, result: 'yes'}]}", "{resources: [{resource_uri: a, result: 1}]}",
        "{prompts: [{prompt_name: a, result: ~}]}", "{tools: [{tool_name: a, result: maybe}]}")],
    plugin("capabilities: []"), plugin("capabilities: [read_headers, write_headers]"), plugin("capabilities: [fly]"),
    plugin("capabilities: read_headers"), plugin("capabilities: ~"), plugin("capabilities: [1]"),
    plugin("capabilities: [read_headers, read_headers]"), plugin("capabilities: [fly]", mcp="", kind="a.B"),
    # The way to the server
    plugin(mcp=""), plugin(mcp="mcp: ~"), plugin(mcp="mcp: {}"), plugin(mcp="mcp: text"),
    plugin(mcp=STDIO + ", grpc: {target: 'a:1'}"), plugin(mcp="grpc: {target: 'a:1'}"),
    plugin(mcp="unix_socket: {path: /a}"), plugin(mcp="grpc: {target: 'a:1'}, unix_socket: {path: /a}"),
    plugin(kind="''"), plugin(kind="a.B"), plugin("config: {a: 1}", mcp="grpc: {target: 'a:1'}"),
    plugin(mcp="grpc: {target: none}"), plugin(mcp="unix_socket: {}"), plugin(kind="a.B", mcp="mcp: {proto: STDIO}"),
    "plugins: [{name: A, kind: external, " + STDIO + "}, {name: A, kind: external, " + STDIO + "}]",
    "plugins: [{name: A, kind: external, " + STDIO + "}, {name: a, kind: external, " + STDIO + "}]",
    *[stdio(more) for more in (
        "cmd: [a, b]", "cmd: []", "cmd: ['']", "cmd: [a, ' ']", "cmd: [1]", "cmd: a", "cmd: ~", "script: s.py",
        "script: ''", "script: s.py, cmd: [a]", "script: /no/such.py", "cmd: [a], env: {A: b}", "cmd: [a], env: {}",
        "cmd: [a], env: {A: 1}", "cmd: [a], env: {A: yes}", "cmd: [a], env: {'': b}", "cmd: [a], env: ~", "cmd: [a], env: []",
        "cmd: [a], cwd: .", "cmd: [a], cwd: /no/such/folder", "cmd: [a], url: 'http://a/'", "cmd: [a], uds: /a",
        "cmd: [a], tls: {}", "cmd: [a], tls: ~", "cmd: [a], later: 1", "script: ' '", "cmd: [a], cwd: ''", "cmd: [a], cwd: ' '",
        "cmd: [a], url: ''", "cmd: [a], url: none", "cmd: [a], uds: ''", "cmd: [a], env: {'A=B': c}", "cmd: [a], script: ''",
        *[f"cmd: [a], reconnect_attempts: {value}" for value in ("0", "5", "'5'", "-1", "0.5", "x", "~", "5.0")],
        *[f"cmd: [a], reconnect_delay: {value}" for value in ("0", "0.5", "'0.5'", "-1", "1", ".inf", "x", "~")])],
    *[http(url=url) for url in (
        "http://localhost:8000/mcp", "http://127.0.0.1/", "http://10.0.0.1/", "http://192.168.1.1/", "http://8.8.8.8/",
        "http://169.254.169.254/", "http://[::1]/", "http://0.0.0.0/", "ftp://a.example/", "a.example", "", " ",
        "http://user@a.example/", "http://user:pass@a.example/", "http://a.example:0/", "http://a.example:70000/",
        "http://a.example:x/", "http://a.example/b c", "http://a.example/?q=b c", "http://a.example/javascript:x",
        "http://a.example/<b>", "http://a.example/?x=onload=1", "http:///", "http://a.example/" + "x" * 2048,
        "wss://a.example/", "HTTP://a.example/", "http:///mcp", "http://?a", "http://a.example/<img>", "http://a.example/<imgs>",
        "http://a.example/a<b", "http://a.example/%3Cscript%3E", "http://a.example/%6Aavascript:x", "http://a.example/?x=< script",
        "http://@a.example/", "http://a.example/v[1]", "http://[2001:db8::1]/", "http://profile:8080/", "http://256.1.1.1/",
        "http://xn--/", "http://a.example/\u00a0b")],
    *[http(more) for more in (
        "cmd: [a]", "script: a", "env: {A: b}", "cwd: .", "tls: {}", "tls: ~", "tls: {ca_bundle: package.json}",
        "tls: {certfile: package.json, keyfile: package.json}", "tls: {keyfile: package.json}", "tls: {ca_bundle: /no/such}",
        "tls: {certfile: ''}", "tls: {verify: no}", "tls: {verify: 'no'}", "tls: {verify: 0}", "tls: {verify: maybe}",
        "tls: {check_hostname: ~}", "tls: {keyfile_password: 5}", "tls: text", "uds: ''", "uds: /no/such/folder/s", "later: 1",
        "script: ''", "cwd: ''", "tls: {certfile: ' '}", "uds: ./p.sock")],
    *[http("uds: ./p.sock" + more, url="http://localhost/mcp") for more in ("", ", tls: {}", ", reconnect_attempts: 1")],
    *[http(proto=proto) for proto in ("SSE", "HTTP", "GRPC", "STDIO", "streamablehttp", "X")],
    # The server's own settings
    *[f"server_settings: {value}" for value in (
        "{}", "{host: 0.0.0.0, port: 9000}", "{port: '9000'}", "{port: 9000.5}", "{port: x}", "{host: 5}", "{host: ~}",
        "{uds: ./p.sock}", "{uds: ''}", "{uds: /no/such/folder/s}", "{tls: ~}", "{tls: {certfile: package.json, keyfile: package.json}}",
        "{tls: {}}", "{tls: {keyfile: package.json}}", "{tls: {certfile: /no/such}}", "{uds: ./p.sock, tls: {certfile: package.json}}",
        "{tls: {certfile: package.json, ssl_cert_reqs: 1}}", "{tls: {certfile: package.json, ssl_cert_reqs: '1'}}",
        "{tls: {certfile: package.json, ssl_cert_reqs: 7}}", "{later: 1}", "5", "{port: 70000}", "{port: -1}", "{host: ''}",
        "{port: true}", "{tls: {certfile: package.json, ssl_cert_reqs: ~}}")],
    "plugin_settings: {}", "plugin_settings: {plugin_timeout: x}", "plugin_settings: {plugin_timeout: 0}",
    "grpc_server_settings: {port: x}", "unix_socket_server_settings: {path: 1}", "[]",
    # YAML and templates
    plugin(name="Off"), plugin(name="'Off'"), plugin(name="yes"), plugin(name="y"), plugin(name="1.5"), plugin(name="1e3"),
    plugin(name="''"), plugin(name="' '"), plugin(name="~"), plugin(name="2024-01-01"), plugin(name="010"), plugin(name="1:30"),
    plugin("priority: {{ env.NUMBER }}"), plugin("priority: '{{ env.NUMBER }}'"), plugin("priority: {{ env.NO | default(4) }}"),
    plugin("description: '{{ env.NO }}'"), plugin("description: '{{ env.WORD }}'"), plugin("author: {{ env.NUMBER }}"),
    plugin("description: '{{ env.WORD | upper }}'"), plugin("description: '{% if env.WORD %}a{% endif %}'"),
    "plugins: [{name: A, name: B, kind: a.B}]",
    "x: &x {kind: external, mcp: {proto: STDIO, cmd: [a]}}\nplugins: [{<<: *x, name: A}, {<<: *x, name: B}]",
    "plugins: [", "a: b: c", "plugins:\n\t- a", "plugins: *none", "a: !!python/name:os.system x", "---\na: 1\n---\nb: 2",
]

ENV = {"NUMBER": "7", "WORD": "word"}


def path(loc):
    # The names of validators and of forms of a union are no parts of the path.
    return ".".join(str(part) for part in loc if not str(part).startswith(("function-", "dict[", "str")))


def verdict(text):
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", delete=False) as file:
        file.write(text)
    try:
        ConfigLoader.load_config(file.name)
        return "accepted"
    except ValidationError as error:
        return sorted({path(issue["loc"]) for issue in error.errors()})
    except Exception as error:
        return [f"({type(error).__name__})"]
    finally:
        os.unlink(file.name)


def main():
    os.environ.update(ENV)
    os.environ.pop("NO", None)
    verdicts = [[text, verdict(text)] for text in TEXTS]
    written = json.dumps({"env": ENV, "verdicts": verdicts}, ensure_ascii=False, indent=1)
    (HERE / "verdicts.json").write_text(written + "\n")
    print(yaml.__version__, len(verdicts), sum(kind == "accepted" for _, kind in verdicts))


main()
