// Texts of the page in its language.

const texts = JSON.parse(document.getElementById("texts").textContent);

export const say = (key, values = {}) =>
  Object.entries(values).reduce((text, [name, value]) => text.replaceAll(`%(${name})s`, String(value)), texts[key] ?? key);

const numbers = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 6 });
export const written = (value) => numbers.format(value);
