/** Translations: the widget's words in Arabic. */

export const ar = {
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
};
