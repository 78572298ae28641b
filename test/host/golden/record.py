"""Records what the reference's loader makes of YAML and templates: PyYAML's safe loader, and Jinja's sandbox.

python3 record.py    (needs PyYAML 6 and Jinja 3; writes the files beside it)
"""

import datetime
import itertools
import json
import math
import pathlib

import yaml
from jinja2.sandbox import SandboxedEnvironment

HERE = pathlib.Path(__file__).parent

WORDS = """
y n Y N yes Yes YES yEs no No NO true True TRUE tRUE false False FALSE on On ON oN off Off OFF
~ null Null NULL nUll None none nil
0 -0 +0 1 -1 +1 007 010 08 09 0o7 0b101 -0b11 0b 0b_1 0x1F -0x1f 0x 0xg 1_000 1__0 _1 1_ 0_ 0_7
1:30 -1:30 1:60 1:30:00 190:20:30 0:30 00:30 1:2:3:4 1:30.5 190:20:30.15 1:60.5
1.0 1. .5 -.5 +.5 ._5 1.5e3 1.5e+3 1.5E-3 1e3 1e+3 1.e+3 1_000.5 0. 0.0 -0.0
.inf -.inf +.inf .Inf .INF .iNF inf .nan .NaN .NAN .Nan nan
2001-01-01 2001-1-1 2001-12-14T21:59:43Z 2001-12-14t21:59:43.10-05:00 2001-1-1T1:00:00 2001-01-01T00:00
2001-12-14T21:59:43+1 2001-12-14T21:59:43-0500 01-01-2001
a a1 1a v1.0 1.2.3 1.2.3.4 - -- = + . .. ... 12e 0xx @ ` 9007199254740991 -9007199254740991
""".split()

DOCUMENTS = [
    "",
    "# nothing",
    "---\na: 1\n...\n",
    "%YAML 1.2\n---\na: yes\nb: 0o7\n",
    "a: &x {b: 1, c: [2, 3]}\nd: *x\n",
    "base: &b {mode: enforce, priority: 1}\np:\n  <<: *b\n  priority: 2\n",
    "a: &a {x: 1}\nb: &b {x: 2, y: 2}\nc:\n  <<: [*a, *b]\n  z: 3\n",
    "a: |\n  one\n  two\nb: >\n  one\n  two\n\n  three\nc: |-\n  end\nd: >+\n  keep\n\n",
    "a: 'it''s'\nb: \"a\\tb\\u00e9\\x41\"\nc: plain text # comment\nd: a#b\n",
    "a: one\n  two\n  three\n",
    "a: 'one\n\n  two'\n",
    "a: [1, yes, 'yes', \"1\", ~, 1.5, {b: c}]\n",
    "a: {b, c: , d: 1}\n",
    "- a\n-\n- - b\n  - c\n",
    "a: !!str 1\nb: !!int '7'\nc: !!float 3\nd: !!bool 'yes'\ne: !!null ''\nf: ! 5\ng: !!float 1e3\n",
    "'1': a\n\"yes\": b\n",
    "a:\n- 1\n- 2\nb:\n  - 3\n",
    "a: http://x:1/y?z=1&w=2\nb: c:\\d\n",
    "a: \U0001f600 \u00e9\n",
    "a: -1\nb: x - 1\n",
    "a: \"line one\n  line two\\\n  joined\"\n",
    "? a\n: b\n",
]

ENV = {"A": "one", "EMPTY": "", "PORT": "8000", "B": "two words"}

TEMPLATES = [
    "{{ env.A }}",
    "{{env.A}}",
    "x{{ env.A }}y{{ env.B }}z",
    "{{ env['A'] }}",
    '{{ env["B"] }}',
    "{{ env.A | default('x') }}",
    "{{ env.NO | default('x') }}",
    "{{ env.NO|d('x') }}",
    "{{ env.NO | default }}",
    "{{ env.NO | default() }}",
    "{{ env.NO | default(5) }}",
    "{{ env.NO | default(1.5) }}",
    "{{ env.EMPTY | default('x') }}",
    "{{ env.EMPTY | default('x', true) }}",
    "{{ env.EMPTY | default('x', True) }}",
    "{{ env.EMPTY | default('x', boolean=true) }}",
    "{{ env.EMPTY | default('x', false) }}",
    "{{ env.NO | default(env.A) }}",
    "{{ env.NO | default(env.NEVER | default('z')) }}",
    "{{ env.NO | default(env.NEVER) | default('z') }}",
    "{{ env.get('A') }}",
    "{{ env.get('NO', 'y') }}",
    "{{ env.get('NO', env.A) }}",
    "{{ 'text' }}",
    "{{ \"te}}xt\" }}",
    "{{ 'a\\\\b' }}",
    "{{ 42 }}!",
    "no template",
    "{ env.A }",
]


def plain(value):
    if isinstance(value, (datetime.date, datetime.datetime)):
        return {"timestamp": True}
    if isinstance(value, float) and not math.isfinite(value):
        return {"float": str(value)}
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value


def scalar(text):
    try:
        return [text, plain(yaml.safe_load(f"a: {text}")["a"])]
    except Exception:
        return None


def write(name, value):
    (HERE / name).write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def main():
    short = ["".join(parts) for n in (2, 3) for parts in itertools.product("0179._:e+-x", repeat=n)]
    texts = WORDS + [text for text in short if text[0] not in "-:" or text[1:2].isalnum()]
    write("scalars.json", [entry for entry in map(scalar, texts) if entry is not None])
    write("documents.json", [[text, plain(yaml.safe_load(text))] for text in DOCUMENTS])
    jinja = SandboxedEnvironment(autoescape=True)
    rendered = [[text, jinja.from_string(text).render(env=ENV)] for text in TEMPLATES]
    write("templates.json", {"env": ENV, "rendered": rendered})


main()
