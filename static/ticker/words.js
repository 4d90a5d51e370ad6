/** Translations: the widget's words, by language; English where we lack one. `#` stands for a number. */

const TABLE = {
  en: {
    label: "Breaking",
    empty: "No breaking news",
    corrected: "Corrected",
    pause: "Pause",
    resume: "Resume",
    dismiss: "Close",
    reconnecting: "Reconnecting",
    stopped: "Not connected",
    stale: "Not up to date",
    fresh: { other: "# new" },
    more: { other: "# more" },
    unread: "New",
    previous: "Previous",
    next: "Next",
    urgency: ["Flash", "Alert"],
  },
  ar: {
    label: "عاجل",
    empty: "لا أخبار عاجلة",
    corrected: "تصحيح",
    pause: "إيقاف مؤقت",
    resume: "متابعة",
    dismiss: "إغلاق",
    reconnecting: "إعادة الاتصال",
    stopped: "غير متصل",
    stale: "غير محدث",
    fresh: { one: "خبر جديد", two: "خبران جديدان", few: "# أخبار جديدة", other: "# خبرا جديدا" },
    more: { one: "خبر آخر", two: "خبران آخران", few: "# أخبار أخرى", other: "# خبرا آخر" },
    unread: "جديد",
    previous: "السابق",
    next: "التالي",
    urgency: ["خبر عاجل", "تنبيه"],
  },
  es: {
    label: "Última hora",
    empty: "Sin noticias de última hora",
    corrected: "Corrección",
    pause: "Pausar",
    resume: "Reanudar",
    dismiss: "Cerrar",
    reconnecting: "Reconectando",
    stopped: "Sin conexión",
    stale: "Sin actualizar",
    fresh: { one: "# nueva", other: "# nuevas" },
    more: { other: "# más" },
    unread: "Nueva",
    previous: "Anterior",
    next: "Siguiente",
    urgency: ["Flash", "Alerta"],
  },
  fr: {
    label: "Alerte info",
    empty: "Pas d’alerte info",
    corrected: "Rectificatif",
    pause: "Pause",
    resume: "Reprendre",
    dismiss: "Fermer",
    reconnecting: "Reconnexion",
    stopped: "Non connecté",
    stale: "Pas à jour",
    fresh: { one: "# nouvelle", other: "# nouvelles" },
    more: { one: "# autre", other: "# autres" },
    unread: "Nouveau",
    previous: "Précédent",
    next: "Suivant",
    urgency: ["Flash", "Alerte"],
  },
};
const RTL = /^(ar|fa|he|ur)\b/;
const RTL_LETTER = /[\u0590-\u08ff\ufb1d-\ufefc]/;
const LTR_LETTER = /[A-Za-z\u00c0-\u058f]/;

/** @param {string} lang BCP 47. */
export function words(lang) {
  return TABLE[lang.slice(0, 2).toLowerCase()] ?? TABLE.en;
}

/** A number in words. @param {Record<string, string>} forms by plural category (CLDR). */
export function plural(forms, count, lang) {
  return (forms[new Intl.PluralRules(lang).select(count)] ?? forms.other).replace("#", count);
}

/** Direction of a language's script. @param {string} lang BCP 47. */
export function direction(lang) {
  return RTL.test(lang) ? "rtl" : "ltr";
}

/**
 * Base direction of a text (bidi): its language's, even if it begins with a foreign name, unless no letter
 * of it is of that direction. The same as in the service: nothing turns round when scripts run.
 */
export function directionOf(text, lang) {
  const [rtl, ltr] = [RTL_LETTER.test(text), LTR_LETTER.test(text)];
  if (rtl === ltr) return direction(lang);
  return rtl ? "rtl" : "ltr";
}
