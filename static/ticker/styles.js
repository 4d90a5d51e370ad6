/**
 * The banner's stylesheet, a constructed one (CSSStyleSheet), which strict host policies allow.
 *
 * Colours are pairs for light and dark, of which one counts: a custom property that is `initial` lets the other
 * part of `var()` count, an empty one nothing. `light-dark()` says the same, but not to browsers before 2024.
 */

const CSS = `
:host { display: block !important; }
:host([hidden]) { display: none !important; }

.box {
  all: initial;
  --_light: initial;
  --_dark: ;
  --_surface: var(--bt-surface, var(--_light, #ffffff) var(--_dark, #101318));
  --_text: var(--bt-text, var(--_light, #14161a) var(--_dark, #f2f3f5));
  --_muted: var(--bt-muted, var(--_light, #5a616b) var(--_dark, #a3abb8));
  --_breaking: var(--bt-breaking, #b00020);
  --_on-breaking: var(--bt-on-breaking, #ffffff);
  --_urgent: var(--bt-urgent, var(--_light, #b00020) var(--_dark, #ff5a5f));
  --_link: var(--bt-link, var(--_light, #0b5cad) var(--_dark, #7db7ff));
  --_control: var(--bt-control, var(--_light, #868e99) var(--_dark, #6b7482));
  --_hairline: var(--bt-hairline, var(--_light, #c2c8d0) var(--_dark, #2a303a));
  color-scheme: light dark;
  container-type: inline-size;
  display: block;
  position: relative;
  color: var(--_text);
  font: 400 18px/1.35 var(--bt-font, system-ui, "Segoe UI", Roboto, "Noto Sans", "Noto Sans Arabic", "Noto Naskh Arabic", Tahoma, sans-serif);
}
@media (prefers-color-scheme: dark) {
  .box { --_light: ; --_dark: initial; }
}
:host([theme="light"]) .box { --_light: initial; --_dark: ; color-scheme: light; }
:host([theme="dark"]) .box { --_light: ; --_dark: initial; color-scheme: dark; }
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
  min-inline-size: 0;
  max-inline-size: 50cqi;
  box-sizing: border-box;
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
:host([skin="solid"]) .label { background-image: linear-gradient(#0003 0 0); }
:is([data-status="stale"], [data-status="reconnecting"], [data-status="stopped"]) .label {
  background: var(--bt-warning, #8a5a00);
  color: #ffffff;
}
.word, .state { overflow: hidden; text-overflow: ellipsis; }
.state { flex-shrink: 99; font-weight: 400; font-size: 13px; letter-spacing: 0; text-transform: none; }

.track { display: flex; align-items: center; overflow: hidden; overflow: clip; padding-inline: 16px; position: relative; }
.line { flex: none; min-inline-size: 100%; white-space: nowrap; background: var(--_surface); }
.line[dir="rtl"] { font-size: 1.1em; line-height: 1.6; }
.when { display: none; }
.time, .note, .source, .empty, .when, .rest { color: var(--_muted); font-size: 15px; }
.time { display: inline-block; position: relative; min-inline-size: 3.6em; font-variant-numeric: tabular-nums; margin-inline-end: 8px; }
.time::before { position: absolute; inset-inline-end: 100%; margin-inline-end: 2px; color: var(--_link); font-size: 9px; line-height: 20px; }
[data-unread]::before { content: "●"; content: "●" / attr(data-unread); }
.line:is(:hover, :focus-within) > .time { font-size: 0; }
.line:is(:hover, :focus-within) > .time::after { content: attr(data-clock); font-size: 15px; }
.note, .source { margin-inline: .5em; }
.urgency, .mark { display: inline-block; font-weight: 650; font-size: 15px; margin-inline-end: 8px; }
.urgency { color: var(--_urgent); font-size: 13px; letter-spacing: .04em; text-transform: uppercase; }
[dir="rtl"] > .urgency { font-size: 15px; letter-spacing: 0; }
.headline { color: inherit; }
a {
  text-decoration-line: underline;
  text-decoration-thickness: 1px;
  text-decoration-color: var(--_control);
  text-underline-offset: .2em;
}
a:hover { color: var(--_link); }
:is([data-urgency="1"], [data-urgency="2"]) > .headline { font-weight: 650; }
[data-mode="rotate"] .line, .is-new, [data-mode="flash"] .bar { animation: arrive .2s ease-out; }
@keyframes arrive { from { opacity: 0; } }

:is([data-mode="stack"], [data-mode="flash"]) .bar { grid-template: 42px auto / auto minmax(0, 1fr) auto; }
:is([data-mode="stack"], [data-mode="flash"]) .track { grid-area: 2 / 1 / 3 / -1; }
[data-mode="stack"] .track { block-size: calc(var(--_max) * 50px); border-block-start: 1px solid var(--_hairline); }

.box[data-mode="flash"] { position: fixed; inset: 0 0 auto; z-index: 2147483647; }
[data-mode="flash"]:not([data-open]) .bar { display: none; }
[data-mode="flash"] .track { align-items: start; max-block-size: calc(75vh - 48px); box-sizing: border-box; padding: 0 16px 24px; overflow-y: auto; }
[data-mode="flash"] .line { flex: 1; min-inline-size: 0; white-space: normal; overflow-wrap: anywhere; font-size: clamp(20px, 3cqi, 32px); }
[data-mode="flash"] .urgency { display: none; }
[data-mode="flash"] .headline { display: block; }
[data-mode="flash"] .headline + * { margin-inline-start: 0; }

.controls { display: flex; align-items: center; grid-area: 1 / -2; padding-inline: 8px; white-space: nowrap; }
.fresh, .rest { margin-inline: 4px; font-size: 15px; font-variant-numeric: tabular-nums; }
.fresh { font-weight: 650; }
button {
  display: grid;
  place-items: center;
  min-inline-size: 32px;
  block-size: 44px;
  padding: 0;
  border: 0;
  background: none;
  color: var(--_muted);
  font: inherit;
  font-size: 15px;
  cursor: pointer;
}
.button { min-inline-size: 44px; }
:is(.previous, .next) { font-size: 24px; }
:is([data-mode="stack"]:not([data-more]), [data-mode="flash"]) :is(.previous, .next) { display: none; }
:focus-visible { outline: 2px solid var(--_link); outline-offset: -2px; border-radius: 4px; }
.icon { inline-size: 14px; block-size: 16px; border-inline: 4px solid; box-sizing: border-box; }
[data-paused] .icon { border: 0; background: currentColor; clip-path: polygon(0 0, 100% 50%, 0 100%); }
[data-mode="flash"] .icon { display: none; }
[data-mode="flash"] .button::after { content: attr(title); text-decoration: underline; }
.said, .alert { position: absolute; inset-block-start: 0; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); }

@container (max-width: 600px) {
  .box .bar { grid-template-columns: minmax(0, 1fr) auto; }
  :is([data-mode="rotate"], [data-mode="crawl"]) .bar { grid-template-rows: 44px 45px; }
  .box .track { grid-area: 2 / 1 / 3 / -1; border-block-start: 1px solid var(--_hairline); }
  .label { max-inline-size: 100%; }
  .box .when { display: none; }
  .controls { padding-inline: 0 8px; }
}
@media (pointer: coarse) {
  button { min-inline-size: 44px; }
}
@media (prefers-reduced-motion: reduce) {
  * { animation: none !important; }
  [data-mode="rotate"] .bar { grid-template-rows: minmax(42px, auto); }
  [data-mode="rotate"] .line { inline-size: 100%; padding-block: 8px; white-space: normal; }
}
@media (forced-colors: active) {
  .label { border: 1px solid; }
  .icon { forced-color-adjust: none; color: ButtonText; }
}
.printed { display: none; }
@media print {
  .box, .box * {
    position: static !important;
    block-size: auto !important;
    max-block-size: none !important;
    padding-inline: 0 !important;
    overflow: visible !important;
    background: none !important;
    color: #000 !important;
    white-space: normal !important;
    opacity: 1 !important;
  }
  .bar, .track, .printed, .line { display: block !important; }
  .box .time { font-size: 0; }
  .box .time::after { content: attr(data-clock); font-size: 15px; }
  .controls, .when, .said, .alert, .printed ~ * { display: none !important; }
}
`;

/**
 * Put the styles into a shadow tree; where a browser can't construct a sheet, as an element.
 * @param {ShadowRoot} shadow
 * @param {string} [own] the mode's own.
 */
export function dress(shadow, own = "") {
  const page = shadow.ownerDocument;
  const css = own + CSS;
  try {
    const sheet = new page.defaultView.CSSStyleSheet();
    sheet.replaceSync(css);
    shadow.adoptedStyleSheets = [sheet];
  } catch {
    shadow.querySelector("style")?.remove();
    shadow.prepend(Object.assign(page.createElement("style"), { textContent: css }));
  }
}
