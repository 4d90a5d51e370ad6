/** Translations: the widget's words in French. */

export const fr = {
  empty: "Pas d’alerte info",
  corrected: "Rectificatif",
  pause: "Pause",
  resume: "Reprendre",
  dismiss: "Fermer",
  reconnecting: "Reconnexion",
  stopped: "Non connecté",
  stale: "Pas à jour",
  served: "Actualisé à #",
  fresh: { one: "# nouvelle", other: "# nouvelles" },
  more: { one: "# autre", other: "# autres" },
  unread: "Nouveau",
  previous: "Précédent",
  next: "Suivant",
  urgency: ["Flash", "Alerte"],
};
