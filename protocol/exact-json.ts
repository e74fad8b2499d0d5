/**
 * JSON in its one spelling, docs/protocol.md §13.4: what a parser takes away, such as the first of two members of one name,
 * would be signed or sealed and read by nobody, or read by another program.
 * @throws RangeError for any other text, SyntaxError for what is no JSON
 */
export function parseExactJson(json: string): unknown {
  const value: unknown = JSON.parse(json)
  if (JSON.stringify(value) !== json) throw new RangeError('spelling')
  return value
}
