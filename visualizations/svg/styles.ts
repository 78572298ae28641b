/** Both schemes keep a contrast of 4.5 to 1 for text, and tell the tones apart by more than their colour. */
const light = {
  paper: "#ffffff",
  box: "#ffffff",
  "box-line": "#8c959f",
  inner: "#f6f8fa",
  "frame-line": "#afb8c1",
  ink: "#1f2328",
  soft: "#59636e",
  way: "#0a63c9",
  failure: "#c21f2e",
  wish: "#6e5494",
  guard: "#7a4d00",
  actor: "#1a7f37",
};

const dark: typeof light = {
  paper: "#0d1117",
  box: "#161b22",
  "box-line": "#6e7681",
  inner: "#0f141b",
  "frame-line": "#484f58",
  ink: "#e6edf3",
  soft: "#9198a1",
  way: "#58a6ff",
  failure: "#ff7b72",
  wish: "#bc9cff",
  guard: "#e3b341",
  actor: "#56d364",
};

export const styleSheet: string = `
.chart{${variables(light)}color-scheme:light dark;font:11.5px Helvetica,Arial,"Liberation Sans",Arimo,sans-serif}
@media (prefers-color-scheme:dark){.chart{${variables(dark)}}}
.paper{fill:var(--paper)}
text{fill:var(--ink)}
.state>rect{fill:var(--box);stroke:var(--box-line);stroke-width:1.2}
.compound>rect{fill:var(--inner)}
.state>.final{fill:none}
.frame>rect{fill:var(--inner);stroke:var(--frame-line);stroke-dasharray:2 4;stroke-linecap:round}
.rule{stroke:var(--frame-line);stroke-width:1}
.title{font-size:14px;font-weight:700}
.frame>.title{font-weight:400;font-style:italic;fill:var(--soft)}
.event,.delay{font-weight:700}
.guard{fill:var(--guard)}
.action{fill:var(--soft)}
.keyword{fill:var(--soft)}
.actor text{fill:var(--actor);font-size:10.5px}
.actor path{fill:none;stroke:var(--actor);stroke-width:1.3}
.initial circle{fill:var(--ink)}
.choice path{fill:var(--box);stroke:var(--box-line);stroke-width:1.2}
.way{--tone:var(--way)}
.failure{--tone:var(--failure)}
.wish{--tone:var(--wish)}
.line{fill:none;stroke:var(--tone);stroke-width:1.5}
.trace{fill:none;stroke:none}
.tip{fill:var(--tone)}
.failure>.line{stroke-dasharray:6 3.5}
.wish>.line{stroke-width:1.1}
.heading>.title{font-size:20px}
.legend>text{fill:var(--soft)}
.legend>.word{fill:var(--ink);font-weight:700}
.label .words,.label .event,.label .delay{fill:var(--tone)}
`;

function variables(colors: Readonly<Record<string, string>>): string {
  return Object.entries(colors)
    .map(([name, color]) => `--${name}:${color};`)
    .join("");
}
