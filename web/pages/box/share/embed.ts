/**
 * A link as plain HTML, for a page of somebody else. Whatever the text holds, a browser reads one `a` element with that text.
 * HTML §13.1.2.
 */
export function embedHtml(link: string, text: string): string {
  return `<a href="${escape(link)}">${escape(text)}</a>`
}

function escape(text: string): string {
  return text.replaceAll(/["&'<>]/g, (character) => ENTITIES[character] ?? character)
}

const ENTITIES: Readonly<Record<string, string>> = {
  '"': '&quot;',
  '&': '&amp;',
  "'": '&#39;',
  '<': '&lt;',
  '>': '&gt;',
}
