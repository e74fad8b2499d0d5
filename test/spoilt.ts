/** A code with another last letter of its alphabet, so that its checksum is wrong, whichever letter it ended with. */
export function spoilt(code: string): string {
  return code.replace(/.$/, (last) => (last === 'q' ? 'p' : 'q'))
}
