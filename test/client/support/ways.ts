import { utf8 } from '#protocol/bytes.ts'

/** As long as the others, and in none of their ways. */
const wide = (text: string): string =>
  text.replaceAll(/[!-~]/g, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0))
const every = (text: string, length: number, between: string): string =>
  text.replaceAll(new RegExp(`.{${length}}(?=.)`, 'g'), (piece) => piece + between)
const proofpoint = (text: string): string =>
  encodeURIComponent(text)
    .replaceAll(/%([0-9A-F]{2})/g, '-$1')
    .replaceAll('-2F', '_')

/** The changes to a link on its way, each named by its looks. */
export const WAYS: Readonly<Record<string, (text: string) => string>> = {
  'as it is': (text) => text,
  'with a full stop': (text) => `${text}.`,
  'with a comma and more words': (text) => `Here: ${text}, and tell me when you have it.`,
  'in round brackets': (text) => `(${text})`,
  'in angle brackets': (text) => `<${text}>`,
  'in square brackets': (text) => `[the link](${text})`,
  'in quotes': (text) => `“${text}”`,
  'in straight quotes': (text) => `"${text}"`,
  'in words without a space behind': (text) => `open ${text}… quickly`,
  'with a tracker behind': (text) => `${text}&fbclid=IwAR0abcdef`,
  'with a tracker before the #': (text) => text.replace('/#', '/?fbclid=IwAR0abcdef&utm_source=mail#'),
  'with %23 for the #': (text) => text.replace('#', '%23'),
  'with %2523 for the #': (text) => text.replace('#', '%2523'),
  'with an HTML entity for the #': (text) => text.replace('#', '&#35;'),
  'as HTML': (text) => `<p><a href="${text}">${text}</a></p>`,
  'broken over lines': (text) => every(text, 20, '\n'),
  'broken over lines of a quoted mail': (text) => `> ${every(text, 30, '\r\n> ')}\r\n> -- \r\n> Ana`,
  'as quoted-printable': (text) => every(text, 40, '=\r\n'),
  'with hyphens at line ends': (text) => text.replace(/.{10}$/, (end) => `-\n${end}`),
  'in groups': (text) => text.replace(/(?<=1).*/, (code) => every(code, 5, ' ')),
  'in groups, as browsers show them': (text) => text.replace(/(?<=1).*/, (code) => every(code, 5, '%20')),
  'with soft hyphens': (text) => every(text, 7, '\u00ad'),
  'with invisible spaces and marks': (text) => `\u202a${every(text, 9, '\u200b')}\u202c\ufeff`,
  'in capitals': (text) => text.toUpperCase(),
  'with a capital at its beginning': (text) => text.replace('#sd', '#Sd'),
  'in full-width characters': wide,
  'with everything encoded': (text) => Array.from(utf8(wide(text)), (each) => `%${each.toString(16)}`).join(''),
  'without https://': (text) => text.replace('https://', ''),
  'in SafeLinks of Outlook': (text) =>
    `https://eur02.safelinks.protection.outlook.com/?url=${encodeURIComponent(text)}&data=05%7C02%7Cana%40example.com%7C5&sdata=abc%3D&reserved=0`,
  'in SafeLinks, broken over lines': (text) =>
    every(`https://eur02.safelinks.protection.outlook.com/?url=${encodeURIComponent(text)}&data=05`, 76, '\r\n'),
  'in a link of Google': (text) => `https://www.google.com/url?q=${encodeURIComponent(text)}&sa=D&ust=17000`,
  'in a link of Google, as it stands': (text) => `https://www.google.com/url?q=${text}&sa=D`,
  'in one redirect within another': (text) =>
    `https://l.example/?u=${encodeURIComponent(`https://www.google.com/url?q=${encodeURIComponent(text)}`)}&h=AT0`,
  'in the first way of Proofpoint': (text) =>
    `https://urldefense.proofpoint.com/v2/url?u=${proofpoint(text)}&d=DwMFaQ&c=euGZ&r=abc`,
  'in the second way of Proofpoint': (text) =>
    `https://urldefense.com/v3/__${text.replace('#', '*')}__;Iw!!Abc123!def$`,
  'in the second way of Proofpoint, with one slash of two': (text) =>
    `https://urldefense.com/v3/__${text.replace('://', ':/').replace('#', '*')}__;Iw!!Abc123!def$`,
  'as JSON, with its slashes escaped': (text) => JSON.stringify({ url: text }).replaceAll('/', '\\/'),
  'as JSON within JSON, with more lines': (text) => JSON.stringify(JSON.stringify({ text: `${text}\nThanks` })),
  'with \\u0023 for the #': (text) => text.replace('#', '\\u0023'),
  'with an HTML entity of three digits for the #': (text) => text.replace('#', '&#035;'),
  'with a long hexadecimal HTML entity for the #': (text) => text.replace('#', '&#x0023;'),
  'with HTML entities for all that is no letter': (text) =>
    text.replaceAll('/', '&#x2F;').replace(':', '&colon;').replace('#', '&num;'),
  'with <br> at line ends': (text) => every(text, 40, '<br>\n'),
  'with <br/> and no line ends': (text) => every(text, 40, '<br/>'),
  'with <wbr> where it may break': (text) => every(text, 12, '<wbr>'),
  'with soft hyphens of HTML': (text) => every(text, 12, '&shy;'),
  'with invisible spaces of HTML': (text) => every(text, 12, '&#8203;'),
  'with named invisible spaces of HTML': (text) => every(text, 12, '&ZeroWidthSpace;'),
  'broken over lines of a mail that was quoted twice': (text) => `> > ${every(text, 30, '\n> > ')}`,
  'with bars at the beginning of lines': (text) => `│ ${every(text, 30, '\n│ ')}`,
  'with typographic hyphens at line ends': (text) => text.replace(/.{10}$/, (end) => `\u2010\n${end}`),
}
