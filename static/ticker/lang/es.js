export default {
  label: "Última hora",
  empty: "Sin noticias de última hora",
  corrected: "Corrección",
  pause: "Pausar",
  resume: "Reanudar",
  fresh: (count) => (count === 1 ? "1 nueva" : `${count} nuevas`),
  connecting: "Conectando",
  reconnecting: "Reconectando",
  stale: (minutes) => (minutes < 1 ? "Sin actualizar" : `Sin actualizar desde hace ${minutes} min`),
  stopped: "Sin conexión",
  urgency: { 1: "Flash", 2: "Alerta", 3: "Urgente", 4: "Novedad" },
};
