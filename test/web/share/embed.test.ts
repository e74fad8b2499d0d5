import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { embedHtml } from '../../../web/pages/box/share/embed.ts'
import { addressGroups } from '../../../web/copy/share.ts'
import { runs } from '../../runs.ts'

/** Text without what HTML has other rules for: it may not hold NUL, and a carriage return becomes a line feed. HTML §13.2.3.5. */
const anyText = fc.string({ unit: 'binary' }).filter((text) => !/[\0\r\uD800-\uDFFF]/.test(text))

test('whatever a box is called, a browser reads one link with that text and that address', () => {
  fc.assert(
    fc.property(anyText, anyText, (link, text) => {
      const { body } = new DOMParser().parseFromString(embedHtml(link, text), 'text/html')
      const [anchor, ...others] = body.querySelectorAll('*')
      expect(others).toEqual([])
      expect(anchor?.getAttributeNames()).toEqual(['href'])
      expect(anchor?.getAttribute('href')).toBe(link)
      expect(body.textContent).toBe(text)
    }),
    { numRuns: runs(200, 5_000) },
  )
})

test.for(['"><script>alert(1)</script>', "' onclick='x", '&quot;&#x3c;', '</a><img src=x>'])(
  'a box that calls itself %s is no script',
  (name) => {
    const { body } = new DOMParser().parseFromString(embedHtml('https://drop.example/#sdbox1q', name), 'text/html')
    expect(body.querySelectorAll('*')).toHaveLength(1)
    expect(body.textContent).toBe(name)
  },
)

test('an address in groups is the address', () => {
  const address = `sdbox1${'q'.repeat(59)}`
  expect(addressGroups(address).join('')).toBe(address)
  expect(addressGroups(address)[0]).toBe('sdbox1')
})
