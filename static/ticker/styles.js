/** The banner's looks. A constructed sheet: strict host policies allow it, and it is shared. */

const CSS = `
:host {
  --_surface: var(--bt-surface, light-dark(#ffffff, #101318));
  --_text: var(--bt-text, light-dark(#14161a, #f2f3f5));
  --_muted: var(--bt-muted, light-dark(#5a616b, #a3abb8));
  --_breaking: var(--bt-breaking, #b00020);
  --_on-breaking: var(--bt-on-breaking, #ffffff);
  --_urgent: var(--bt-urgent, light-dark(#b00020, #ff5a5f));
  --_link: var(--bt-link, light-dark(#0b5cad, #7db7ff));
  --_warning: var(--bt-warning, #8a5a00);
  --_control: var(--bt-control, light-dark(#868e99, #6b7482));
  --_hairline: var(--bt-hairline, light-dark(#c2c8d0, #2a303a));
  color-scheme: light dark;
  display: block;
  min-block-size: 44px;
  font: 400 18px/1.35 var(--bt-font, system-ui, "Segoe UI", Roboto, "Noto Sans", "Noto Sans Arabic", "Noto Naskh Arabic", Tahoma, sans-serif);
}
:host([theme="light"]) { color-scheme: light; }
:host([theme="dark"]) { color-scheme: dark; }
:host([hidden]) { display: none; }

.bar {
  display: grid;
  grid-template-columns: auto minmax(0, 1fr) auto;
  align-items: stretch;
  min-block-size: 44px;
  background: var(--_surface);
  color: var(--_text);
  border-block: 1px solid var(--_hairline);
  box-sizing: border-box;
}
.label {
  display: flex;
  flex-direction: column;
  justify-content: center;
  padding-inline: 16px;
  background: var(--_breaking);
  color: var(--_on-breaking);
  font-weight: 650;
  font-size: 15px;
  letter-spacing: .04em;
  text-transform: uppercase;
  white-space: nowrap;
}
.label:lang(ar) { font-size: 18px; letter-spacing: 0; line-height: 1.6; }
:host([status="stale"]) .label, :host([status="reconnecting"]) .label, :host([status="stopped"]) .label {
  background: var(--_warning);
  color: #ffffff;
}
.state {
  font-weight: 400;
  font-size: 13px;
  letter-spacing: 0;
  text-transform: none;
}
.state:empty { display: none; }

.track { display: flex; align-items: center; overflow: hidden; padding-inline: 16px; }
.line { display: block; flex: none; min-inline-size: 100%; white-space: nowrap; }
.line:lang(ar) { font-size: 1.1em; line-height: 1.6; }
.time { color: var(--_muted); font-size: 15px; font-variant-numeric: tabular-nums; margin-inline-end: 12px; }
.urgency, .mark { font-weight: 650; font-size: 15px; margin-inline-end: 8px; }
.urgency { color: var(--_urgent); font-size: 13px; letter-spacing: .04em; text-transform: uppercase; }
.urgency:lang(ar) { font-size: 15px; letter-spacing: 0; }
.headline { color: inherit; }
a.headline { text-decoration: underline; text-decoration-color: var(--_control); text-underline-offset: .2em; text-decoration-thickness: 1px; }
a.headline:hover { color: var(--_link); text-decoration-color: currentColor; }
.line[data-urgency="1"] .headline, .line[data-urgency="2"] .headline { font-weight: 650; }
.note, .source { color: var(--_muted); font-size: 15px; margin-inline-start: 1em; }
.empty { color: var(--_muted); }

.controls { display: flex; align-items: center; gap: 8px; padding-inline: 8px; }
.fresh { font-size: 15px; font-weight: 650; font-variant-numeric: tabular-nums; white-space: nowrap; }
.fresh:empty { display: none; }
.button {
  display: grid;
  place-items: center;
  inline-size: 44px;
  block-size: 42px;
  padding: 0;
  border: 0;
  border-radius: 4px;
  background: none;
  color: var(--_muted);
  font: inherit;
  cursor: pointer;
}
.button:hover { color: var(--_text); }
.button:focus-visible, a.headline:focus-visible { outline: 2px solid var(--_link); outline-offset: -2px; border-radius: 4px; }
.icon { inline-size: 14px; block-size: 16px; border-inline: 4px solid currentColor; box-sizing: border-box; }
.button[data-paused] .icon {
  border: 0;
  background: currentColor;
  clip-path: polygon(0 0, 100% 50%, 0 100%);
  inline-size: 14px;
}
.said { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

@media (max-width: 600px) {
  .bar { grid-template-columns: minmax(0, 1fr) auto; }
  .label { grid-column: 1; justify-self: start; flex-direction: row; justify-content: start; align-items: center; gap: 8px; min-block-size: 44px; }
  .controls { grid-column: 2; grid-row: 1; background: var(--_surface); }
  .track { grid-column: 1 / -1; grid-row: 2; min-block-size: 44px; border-block-start: 1px solid var(--_hairline); }
  :host { min-block-size: 90px; }
}
@media (prefers-reduced-motion: reduce) {
  .line { white-space: normal; padding-block: 8px; flex: auto; }
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
