// A register as a person types it: «1 234,5», "1,234.5", "1234.5".

const KWH = { kWh: 1, MWh: 1000, Gcal: 1163, GJ: 1000 / 3.6 };

export function typed(text) {
  const plain = text.replace(/[\s\u00a0\u202f]/gu, "");
  const comma = plain.lastIndexOf(",");
  const point = plain.lastIndexOf(".");
  let number = plain;
  if (comma >= 0 && point >= 0) number = comma > point ? plain.replaceAll(".", "").replace(",", ".") : plain.replaceAll(",", "");
  else if (comma >= 0) number = plain.replace(",", ".");
  return /^\d{1,15}(\.\d{1,6})?$/u.test(number) ? Number(number) : null;
}

// Six decimals are finer than any register shows.
export const inKwh = (value, unit) => Number((value * KWH[unit]).toFixed(6));
