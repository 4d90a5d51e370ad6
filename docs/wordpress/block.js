/** The block in WordPress's editor: its choices beside, and what the server makes of them. */
(({ blocks, blockEditor, components, element, serverSideRender }) => {
  const { createElement: make, Fragment } = element;
  const NAME = "breaking-ticker/banner";
  const options = (...values) => values.map((value) => ({ value, label: value || "—" }));
  const FIELDS = {
    edition: null,
    mode: options("", "rotate", "crawl", "stack", "flash"),
    skin: options("", "signal", "paper", "solid"),
    theme: options("", "auto", "light", "dark"),
    label: null,
    max: null,
    section: null,
    region: null,
    tag: null,
    coverage: null,
    urgency: options("", "1", "2", "3", "4", "5"),
  };

  blocks.registerBlockType(NAME, {
    edit({ attributes, setAttributes }) {
      const fields = Object.entries(FIELDS).map(([name, choices]) =>
        make(choices ? components.SelectControl : components.TextControl, {
          key: name,
          label: name,
          options: choices,
          value: attributes[name],
          onChange: (value) => setAttributes({ [name]: value }),
        }),
      );
      const panel = make(blockEditor.InspectorControls, null, make(components.PanelBody, null, fields));
      const banner = make(serverSideRender, { block: NAME, attributes });
      return make(Fragment, null, panel, make("div", blockEditor.useBlockProps(), make(components.Disabled, null, banner)));
    },
    save: () => null,
  });
})(window.wp);
