/**
 * Reads a date of HTTP in any of its three forms (RFC 9110 §5.6.7).
 * @returns milliseconds since 1970; `undefined` for anything else
 */
export function parseHttpDate(text: string): number | undefined {
  const groups = FORMS.map((form) => form.exec(text)?.groups).find((found) => found !== undefined)
  if (groups === undefined) return undefined
  const { day, hours, minutes, month = '', seconds, year = '' } = groups
  const ms = Date.UTC(
    year.length === 2 ? Number(year) + (Number(year) < 70 ? 2_000 : 1_900) : Number(year),
    MONTHS.indexOf(month),
    Number(day),
    Number(hours),
    Number(minutes),
    Number(seconds),
  )
  // The 31st of a month that has 30 days would be another day.
  return new Date(ms).getUTCDate() === Number(day) ? ms : undefined
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const MONTH = `(?<month>${MONTHS.join('|')})`
const TIME = String.raw`(?<hours>[01]\d|2[0-3]):(?<minutes>[0-5]\d):(?<seconds>[0-5]\d)`

/** IMF-fixdate; that of RFC 850, whose year has two digits; that of C's asctime. */
const FORMS: readonly RegExp[] = [
  new RegExp(String.raw`^\w{3}, (?<day>\d\d) ${MONTH} (?<year>\d{4}) ${TIME} GMT$`),
  new RegExp(String.raw`^\w{6,9}, (?<day>\d\d)-${MONTH}-(?<year>\d\d) ${TIME} GMT$`),
  new RegExp(String.raw`^\w{3} ${MONTH} (?<day>[ \d]\d) ${TIME} (?<year>\d{4})$`),
]
