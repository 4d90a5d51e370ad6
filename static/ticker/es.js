/** Translations: the widget's words in Spanish. */

export const es = {
  empty: "Sin noticias de última hora",
  corrected: "Corrección",
  pause: "Pausar",
  resume: "Reanudar",
  dismiss: "Cerrar",
  reconnecting: "Reconectando",
  stopped: "Sin conexión",
  stale: "Sin actualizar",
  served: "Actualizado a las #",
  fresh: { one: "# nueva", other: "# nuevas" },
  more: { other: "# más" },
  unread: "Nueva",
  previous: "Anterior",
  next: "Siguiente",
  urgency: ["Flash", "Alerta"],
};
