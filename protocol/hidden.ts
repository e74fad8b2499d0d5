/**
 * Characters that people do not see, or that change the direction of text: one rule for every name and text from others. By
 * ranges, never by a property such as `\p{Cf}`: engines know different versions of Unicode, and two ends must agree on every
 * name. docs/protocol.md §1.1.
 */

/** Whether a text has any. Line feeds and tabs are among them. */
export function hasHidden(text: string): boolean {
  return text.search(HIDDEN) !== -1
}

/** A text with each of them replaced. */
export function replaceHidden(text: string, write: (character: string) => string): string {
  return text.replace(HIDDEN, write)
}

/** A text without the joiners and the selectors that are allowed in it: only visible characters are left. */
export function withoutMarks(text: string): string {
  return text.replaceAll(MARKS, '')
}

/** White space of Unicode, without line separators. The set is closed. */
export const SPACES: string = String.raw`\u0020\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000`

/** Controls, line separators, surrogate halves, direction marks, fillers, tags, and other characters without a shape. */
const ALWAYS = [
  String.raw`\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e`,
  String.raw`\u2060-\u206f\u2800\u3164\ud800-\udfff\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffc\ufffe\uffff`,
  String.raw`\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e00ff}\u{e01f0}-\u{e0fff}`,
].join('')

/** Scripts with joining letters (from Arabic to Myanmar, from Tagalog to Mongolian, their extensions), and pictures. */
const JOINING = [
  String.raw`\u0600-\u109f\u1700-\u18af\u1900-\u1cff\u2190-\u2bff\ua800-\uabff\ufb50-\ufdcf\ufdf0-\ufdff\ufe0f\ufe70-\ufefc`,
  String.raw`\u{10a00}-\u{11fff}\u{1e900}-\u{1e95f}\u{1f000}-\u{1fbff}`,
].join('')

/** Signs that have a picture as well as a plain shape. */
const PICTURES = String.raw`\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u2bff\u3030\u303d\u3297\u3299\u{1f000}-\u{1fbff}`

const IDEOGRAPHS = String.raw`\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{3fffd}`

const HIDDEN = new RegExp(
  [
    `[${ALWAYS}]`,
    // Joiners: between two letters that can join, or two pictures.
    `(?<![${JOINING}])[\\u200c\\u200d]`,
    `[\\u200c\\u200d](?![${JOINING}])`,
    // Selectors: behind characters with several shapes; a digit only as the key of a telephone.
    `(?<![${PICTURES}]|[#*0-9](?=\\ufe0f\\u20e3))[\\ufe0e\\ufe0f]`,
    `(?<![${IDEOGRAPHS}])[\\ufe00-\\ufe0d\\u{e0100}-\\u{e01ef}]`,
    String.raw`(?<![\u1820-\u18af])[\u180b-\u180d\u180f]`,
  ].join('|'),
  'gu',
)

const MARKS = /[\u180b-\u180d\u180f]|[\u200c\u200d]|[\ufe00-\ufe0f]|[\u{e0100}-\u{e01ef}]/gu
