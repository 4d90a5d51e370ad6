/** Translations: languages, their directions and the widget's words in them, English where we lack them. `#` is a number. */

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
    served: "As of #",
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
    served: "حتى الساعة #",
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
    served: "Actualizado a las #",
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
    served: "Actualisé à #",
    fresh: { one: "# nouvelle", other: "# nouvelles" },
    more: { one: "# autre", other: "# autres" },
    unread: "Nouveau",
    previous: "Précédent",
    next: "Suivant",
    urgency: ["Flash", "Alerte"],
  },
};
const RTL_SCRIPT = /Arab|Hebr|Thaa|Syrc|Nkoo|Adlm|Rohg/;
const RTL_LETTER = /[\u0590-\u08ff\ufb1d-\ufefc]/;
const LTR_LETTER = /[A-Za-z\u00c0-\u058f]/;

/**
 * A language as Intl takes it, with the direction of what is written in it. Intl throws at what is no
 * language tag: that is English. News in this house has the figures 0–9, in Arabic too.
 * @param {string} tag BCP 47, in any case; or with "_".
 * @param {string} [dir] ltr or rtl; that of its script if it is not known.
 * @returns {Intl.Locale & {dir: string}}
 */
export function language(tag, dir) {
  const options = { numberingSystem: "latn" };
  let locale = new Intl.Locale("en", options);
  try {
    locale = new Intl.Locale(tag.replaceAll("_", "-"), options);
  } catch {
    // Not even a tag.
  }
  locale.dir = dir || (RTL_SCRIPT.test(locale.maximize().script) ? "rtl" : "ltr");
  return locale;
}

/** @param {Intl.Locale} lang */
export function words(lang) {
  return TABLE[lang.language] ?? TABLE.en;
}

/** A number in words. @param {Record<string, string>} forms by plural category (CLDR). */
export function plural(forms, count, lang) {
  return (forms[new Intl.PluralRules(lang).select(count)] ?? forms.other).replace("#", count);
}

/**
 * Base direction of a text (bidi): its language's, even if it begins with a foreign name, unless no letter
 * of it is of that direction. The same as in the service: nothing turns round when scripts run.
 */
export function directionOf(text, lang) {
  const [rtl, ltr] = [RTL_LETTER.test(text), LTR_LETTER.test(text)];
  if (rtl === ltr) return lang.dir;
  return rtl ? "rtl" : "ltr";
}
