const MIN = 4_194_304
const MAX = 8_388_608

/** `extents.json`: the `Drop-Extent` field. docs/protocol.md §6.8. */
export function extentVectors(): unknown {
  const field = (size: number | string, parts: number | string): string => `size=${size}, parts=${parts}`
  const extents = [
    [MIN + 1, 2],
    [2 * MAX, 2],
    [20_998_143, 3],
    [5_368_709_120, 645],
    [999_999 * MAX, 999_999],
  ] as const
  return {
    extents: extents.map(([size, parts]) => ({ field: field(size, parts), size, parts })),
    alsoAccepted: [{ why: 'another order', field: `parts=2, size=${2 * MAX}`, size: 2 * MAX, parts: 2 }],
    refused: [
      { why: 'empty', field: '' },
      { why: 'one part', field: field(MIN, 1) },
      { why: 'no parts', field: field(0, 0) },
      { why: 'bytes that leave nothing for the last part', field: field(MIN, 2) },
      { why: 'fewer bytes than its parts have', field: field(2 * MIN, 3) },
      { why: 'more bytes than fit its parts', field: field(2 * MAX + 1, 2) },
      { why: 'a size of sixteen digits', field: field('1000000000000000', 999_999) },
      { why: 'a number of parts of seven digits', field: field(5_368_709_120, 1_000_000) },
      { why: 'a negative size', field: field(-MAX, 2) },
      { why: 'a decimal', field: field(`${2 * MAX}.0`, 2) },
      { why: 'a number with an exponent', field: field('1e7', 2) },
      { why: 'a size with a leading zero', field: field(`0${2 * MAX}`, 2) },
      { why: 'a number of parts with a leading zero', field: field(2 * MAX, '02') },
      { why: 'a string', field: field(`"${2 * MAX}"`, 2) },
      { why: 'no space after the comma', field: `size=${2 * MAX},parts=2` },
      { why: 'a space before it', field: ` ${field(2 * MAX, 2)}` },
      { why: 'a line feed after it', field: `${field(2 * MAX, 2)}\n` },
      { why: 'a member that is missing', field: `size=${2 * MAX}` },
      { why: 'a member that is unknown', field: `${field(2 * MAX, 2)}, x=1` },
      { why: 'a member that is there twice', field: `${field(2 * MAX, 2)}, parts=2` },
      { why: 'a parameter', field: `${field(2 * MAX, 2)};x` },
    ],
  }
}
