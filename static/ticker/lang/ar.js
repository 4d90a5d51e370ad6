const MINUTES = { one: "دقيقة", two: "دقيقتين", few: "دقائق" };
const FRESH = { one: "خبر جديد", two: "خبران جديدان" };
const rules = new Intl.PluralRules("ar");

export default {
  label: "عاجل",
  empty: "لا أخبار عاجلة",
  corrected: "تصحيح",
  pause: "إيقاف مؤقت",
  resume: "متابعة",
  fresh: (count) => FRESH[rules.select(count)] ?? `${count} ${rules.select(count) === "few" ? "أخبار جديدة" : "خبرا جديدا"}`,
  connecting: "جار الاتصال",
  reconnecting: "إعادة الاتصال",
  stale: (minutes) => {
    if (minutes < 1) return "غير محدث";
    const unit = MINUTES[rules.select(minutes)] ?? "دقيقة";
    return minutes < 3 ? `غير محدث منذ ${unit}` : `غير محدث منذ ${minutes} ${unit}`;
  },
  stopped: "غير متصل",
  urgency: { 1: "خبر عاجل", 2: "تنبيه", 3: "مستجد", 4: "تحديث" },
};
