import type { Page } from 'playwright'

/**
 * Finds text that a browser's translator would take and must not: fields, and texts and labels, for a screen reader too, that
 * hold a code, an address or words that a test has typed.
 * @returns where: the element and its text
 */
export function openToTranslation(page: Page): Promise<string[]> {
  return page.evaluate((somebodys) => {
    const isTheirs = new RegExp(somebodys, 'u')
    const isOpen = (element: Element | null): boolean =>
      element instanceof HTMLElement &&
      (element.translate || element.closest('[lang], code')?.getAttribute('lang')?.startsWith('en') === true)
    // The value of an attribute, and the title of a drawing, is as open as the HTML element that it belongs to (HTML §3.2.6.5).
    const isOpenAround = (element: Element): boolean =>
      element instanceof HTMLElement ? element.translate : isOpenAround(element.parentElement ?? document.body)
    const fields = Array.from(document.querySelectorAll('textarea, input')).filter(
      (field) => !(field instanceof HTMLInputElement) || ['text', 'password', 'search', 'url'].includes(field.type),
    )
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const open = fields.filter((field) => isOpen(field) && field.getAttribute('inputmode') !== 'numeric')
    const found = open.map(({ outerHTML }) => outerHTML.slice(0, 120))
    for (const element of document.querySelectorAll('*'))
      for (const name of ['aria-label', 'aria-description', 'aria-valuetext', 'title', 'alt', 'placeholder'])
        if (isTheirs.test(element.getAttribute(name) ?? '') && isOpenAround(element))
          found.push(`<${element.localName} ${name}> ${element.getAttribute(name)?.slice(0, 120)}`)
    for (const title of document.querySelectorAll('title'))
      if (isTheirs.test(title.textContent) && isOpenAround(title))
        found.push(`<title> ${title.textContent.slice(0, 120)}`)
    while (texts.nextNode()) {
      const { currentNode: text } = texts
      const { parentElement } = text
      if (parentElement === null || parentElement.closest('svg, option, script, noscript') !== null) continue
      const isPlace = parentElement.closest('bdi, code, pre, .mono, .link, .text') !== null
      const isOurs = parentElement.matches('.quiet') || text.textContent?.trim() === ''
      if (((isPlace && !isOurs) || isTheirs.test(text.textContent ?? '')) && isOpen(parentElement))
        found.push(`<${parentElement.localName}> ${text.textContent?.slice(0, 120)}`)
    }
    return found
  }, SOMEBODYS)
}

/** Codes and addresses, and everything that the tests of all screens type and choose. */
const SOMEBODYS = [
  'sd(?:link|box|in|reader)1[02-9ac-hj-np-z]',
  'age1|AGE-SECRET-KEY',
  'unbroken|long-long|ääää|words words|correct horse|No order has come|NNNN|cccc',
  'report\\.pdf|other\\.txt|\\.tar\\b|\\bnote\\b',
  '(?<!For example “)Newsroom tips|\\bAna\\b(?!, laptop)|\\bBen\\b(?!, office)|\\bCarl\\b|“Tips”',
  'sealdrop (?:send|open)\\b',
].join('|')
