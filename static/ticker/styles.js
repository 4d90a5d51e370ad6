/** The banner's stylesheet, a constructed one (CSSStyleSheet): strict host policies allow it, and it is shared. */

const CSS = `
:host { display: block !important; }
:host([hidden]) { display: none !important; }

.box {
  all: initial;
  --_surface: var(--bt-surface, light-dark(#ffffff, #101318));
  --_text: var(--bt-text, light-dark(#14161a, #f2f3f5));
  --_muted: var(--bt-muted, light-dark(#5a616b, #a3abb8));
  --_breaking: var(--bt-breaking, #b00020);
  --_on-breaking: var(--bt-on-breaking, #ffffff);
  --_urgent: var(--bt-urgent, light-dark(#b00020, #ff5a5f));
  --_link: var(--bt-link, light-dark(#0b5cad, #7db7ff));
  --_control: var(--bt-control, light-dark(#868e99, #6b7482));
  --_hairline: var(--bt-hairline, light-dark(#c2c8d0, #2a303a));
  color-scheme: light dark;
  container-type: inline-size;
  display: block;
  position: relative;
  color: var(--_text);
  font: 400 18px/1.35 var(--bt-font, system-ui, "Segoe UI", Roboto, "Noto Sans", "Noto Sans Arabic", "Noto Naskh Arabic", Tahoma, sans-serif);
}
:host([theme="light"]) .box { color-scheme: light; }
:host([theme="dark"]) .box { color-scheme: dark; }
:host([skin="solid"]) .box, [data-mode="flash"] {
  --_surface: var(--_breaking);
  --_text: var(--_on-breaking);
  --_muted: var(--_on-breaking);
  --_urgent: var(--_on-breaking);
  --_link: var(--_on-breaking);
  --_control: var(--_on-breaking);
  --_hairline: #0000;
}

.bar {
  display: grid;
  grid-template: 42px / auto minmax(0, 1fr) auto;
  background: var(--_surface);
  border-block: 1px solid var(--_hairline);
}
.label {
  display: flex;
  gap: 8px;
  align-items: center;
  justify-self: start;
  padding-inline: 16px;
  background: var(--_breaking);
  color: var(--_on-breaking);
  font-weight: 650;
  font-size: 15px;
  letter-spacing: .04em;
  text-transform: uppercase;
  white-space: nowrap;
}
[dir="rtl"] .label { font-size: 18px; letter-spacing: 0; line-height: 1.6; }
:host([skin="paper"]) .label {
  background: none;
  color: var(--_urgent);
  border-inline-start: 4px solid var(--_breaking);
}
:host([skin="solid"]) .label { box-shadow: inset 0 0 0 99px #0003; }
:is([data-status="stale"], [data-status="reconnecting"], [data-status="stopped"]) .label {
  background: var(--bt-warning, #8a5a00);
  color: #ffffff;
}
.state { font-weight: 400; font-size: 13px; letter-spacing: 0; text-transform: none; }

.track { display: flex; align-items: center; overflow: clip; padding-inline: 16px; position: relative; }
.line { flex: none; min-inline-size: 100%; white-space: nowrap; background: var(--_surface); }
.line[dir="rtl"] { font-size: 1.1em; line-height: 1.6; }
.time, .note, .source, .empty { color: var(--_muted); font-size: 15px; }
.time { font-variant-numeric: tabular-nums; margin-inline-end: 12px; }
.note, .source { margin-inline: .5em; }
.urgency, .mark { display: inline-block; font-weight: 650; font-size: 15px; margin-inline-end: 8px; }
.urgency { color: var(--_urgent); font-size: 13px; letter-spacing: .04em; text-transform: uppercase; }
[dir="rtl"] > .urgency { font-size: 15px; letter-spacing: 0; }
.headline { color: inherit; }
a { text-decoration: underline 1px var(--_control); text-underline-offset: .2em; }
a:hover { color: var(--_link); }
:is([data-urgency="1"], [data-urgency="2"]) > .headline { font-weight: 650; }
[data-mode="rotate"] .line, .is-new, [data-mode="flash"] .bar { animation: arrive .2s ease-out; }
@keyframes arrive { from { opacity: 0; } }

[data-mode="crawl"] .line { position: absolute; inset-inline-start: 0; min-inline-size: 0; will-change: transform; }

:is([data-mode="stack"], [data-mode="flash"]) .bar { grid-template: 42px auto / 1fr auto; }
:is([data-mode="stack"], [data-mode="flash"]) .track { grid-area: 2 / 1 / 3 / 3; }
[data-mode="stack"] .track { padding: 0; block-size: calc(var(--_max) * 50px); border-block-start: 1px solid var(--_hairline); }
.list { flex: 1; align-self: stretch; margin: 0; padding: 0; overflow-y: auto; }
.list .line { display: block; padding: 12px 16px; border-block-end: 1px solid var(--_hairline); }
.list .line[dir="rtl"] { padding-block: 9px; }
.list .line, [data-mode="flash"] .line { min-inline-size: 0; white-space: normal; overflow-wrap: anywhere; }

.box[data-mode="flash"] { position: fixed; inset: 0 0 auto; z-index: 2147483647; }
[data-mode="flash"]:not([data-open]) .bar { display: none; }
[data-mode="flash"] .track { padding: 0 16px 24px; }
[data-mode="flash"] .line { flex: 1; font-size: clamp(20px, 3cqi, 32px); }
[data-mode="flash"] .urgency { display: none; }
[data-mode="flash"] .headline { display: block; }
[data-mode="flash"] .headline + * { margin-inline-start: 0; }

.controls { display: flex; align-items: center; grid-area: 1 / -2; padding-inline: 8px; }
.fresh { font-size: 15px; font-weight: 650; font-variant-numeric: tabular-nums; }
.button {
  display: grid;
  place-items: center;
  min-inline-size: 44px;
  block-size: 42px;
  border: 0;
  background: none;
  color: var(--_muted);
  font: inherit;
  font-size: 15px;
  cursor: pointer;
}
:focus-visible { outline: 2px solid var(--_link); outline-offset: -2px; border-radius: 4px; }
.icon { inline-size: 14px; block-size: 16px; border-inline: 4px solid; box-sizing: border-box; }
[data-paused] .icon { border: 0; background: currentColor; clip-path: polygon(0 0, 100% 50%, 0 100%); }
[data-mode="flash"] .icon { display: none; }
[data-mode="flash"] .button::after { content: attr(title); text-decoration: underline; }
.said, .alert { position: absolute; inset-block-start: 0; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); }

@container (max-width: 600px) {
  :is([data-mode="rotate"], [data-mode="crawl"]) .bar { grid-template: 44px 45px / 1fr auto; }
  .track { grid-area: 2 / 1 / 3 / 3; border-block-start: 1px solid var(--_hairline); }
}
@media (prefers-reduced-motion: reduce) {
  * { animation: none !important; }
}
@media (forced-colors: active) {
  .label { border: 1px solid; }
  .icon { forced-color-adjust: none; color: ButtonText; }
}
@media print {
  .controls { display: none; }
  .line { white-space: normal; }
}
`;

export const sheet = new CSSStyleSheet();
sheet.replaceSync(CSS);
