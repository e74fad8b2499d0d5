/**
 * Reads a date of HTTP in any of its three forms (RFC 9110 §5.6.7).
 * @returns milliseconds since 1970; `undefined` for anything else
 */
export function parseHttpDate(text: string): number | undefined {
  if (!FORM.test(text)) return undefined
  // That of C's asctime names no zone, and is in GMT as well.
  const ms = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`)
  return Number.isNaN(ms) ? undefined : ms
}

/** IMF-fixdate and RFC 850, both with a comma, and asctime. Engines differ in the other formats that `Date.parse` accepts. */
const FORM = /^\w+(?:, \d\d[ -]\w{3}[ -]\d{2,4} [\d:]{8} GMT| \w{3} [ \d]\d [\d:]{8} \d{4})$/
